"""Who is signed in: sessions of our own.

The browser holds 256 random bits; the database holds only their SHA-256, so a stolen backup opens no session. An id
that is not ours is never adopted, and each sign-in draws a new one.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.actions import Action, Role
from appliance.settings import Settings
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event, Tables

ACCOUNTS = Gate(open_desk_tables=frozenset({"account", "web_session"}))
"""What signing in reads: accounts and sessions, no student."""

_FIND = """
    SELECT account_key, username, display_name, role, staff_key, csrf_token, begun_at, seen_at
      FROM web_session JOIN account USING (account_key)
     WHERE token_hash = :token_hash AND NOT is_disabled
"""
_ALL = "SELECT token_hash, begun_at, seen_at FROM web_session"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose session it is."""

    account_key: int
    username: str
    display_name: str
    role: Role
    staff_key: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `token` is the secret in its cookie, `csrf_token` the one in its forms."""

    token: str
    csrf_token: str
    account: Account

    @property
    def token_hash(self) -> bytes:
        """What the database knows the session by."""
        return hashlib.sha256(self.token.encode()).digest()


class Sessions:
    """The sessions of one server. When somebody was last seen is in memory, and written along with other changes."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._idle_seconds = settings.session_idle_minutes * 60
        self._longest_seconds = settings.session_hours * 3600
        self._clock = clock
        self._seen: dict[bytes, float] = {}
        self._lock = threading.Lock()

    @property
    def longest_seconds(self) -> int:
        """How long a session may last."""
        return self._longest_seconds

    def begin(self, tables: Tables, account: Account) -> Session:
        """A new session, inside the transaction that records the sign-in."""
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), account)
        now = self._clock()
        tables.execute(
            "INSERT INTO web_session (token_hash, account_key, csrf_token, begun_at, seen_at) VALUES (?, ?, ?, ?, ?)",
            (session.token_hash, account.account_key, session.csrf_token, now, now),
        )
        return session

    def find(self, token: str) -> Session | None:
        """The living session that a cookie names, or None. Finding it counts as a sign of life."""
        token_hash = hashlib.sha256(token.encode()).digest()
        with self._database.reading(ACCOUNTS) as reading:
            row = reading.one(_FIND, {"token_hash": token_hash})
        if row is None or self._is_over(token_hash, row["begun_at"], row["seen_at"]):
            return None
        with self._lock:
            self._seen[token_hash] = self._clock()
        account = Account(row["account_key"], row["username"], row["display_name"], Role(row["role"]), row["staff_key"])
        return Session(token, row["csrf_token"], account)

    def touch(self, tables: Tables, session: Session) -> None:
        """Write down when the session was last seen, inside a transaction that happens anyway."""
        seen_at = (self._clock(), session.token_hash)
        tables.execute("UPDATE web_session SET seen_at = ? WHERE token_hash = ?", seen_at)

    def end(self, session: Session) -> None:
        """Sign out: the session is gone from the database when this returns."""
        with self._database.desk.changing(Event(session.account.username, Action.SIGN_OUT)) as tables:
            self.forget(tables, session.token)

    def forget(self, tables: Tables, token: str) -> None:
        """Delete the session of a token, if there is one, inside a transaction that happens anyway."""
        token_hash = hashlib.sha256(token.encode()).digest()
        tables.execute("DELETE FROM web_session WHERE token_hash = ?", (token_hash,))
        with self._lock:
            self._seen.pop(token_hash, None)

    def clear_ended(self) -> int:
        """Delete the sessions that are over; how many there were."""
        with self._database.reading(ACCOUNTS) as reading:
            rows = reading.query(_ALL)
        over = [(row["token_hash"],) for row in rows if self._is_over(*row.values())]
        if over:
            event = Event("schoolhouse", Action.SIGN_OUT, f"{len(over)} sessions that were over")
            with self._database.desk.changing(event) as tables:
                tables.conn.executemany("DELETE FROM web_session WHERE token_hash = ?", over)
        with self._lock:
            for (token_hash,) in over:
                self._seen.pop(token_hash, None)
        return len(over)

    def _is_over(self, token_hash: bytes, begun_at: float, seen_at: float) -> bool:
        now = self._clock()
        with self._lock:
            seen_at = max(seen_at, self._seen.get(token_hash, 0.0))
        # A clock that was put back makes a session look young; it then ends at the absolute limit of the new time.
        return now - seen_at >= self._idle_seconds or now - begun_at >= self._longest_seconds
