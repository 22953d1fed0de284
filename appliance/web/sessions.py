"""Who is signed in: sessions of our own.

The browser holds 256 random bits; the database holds only their SHA-256, so a stolen backup opens no session. An id
that is not ours is never adopted; each sign-in, and each proof of who one is, draws a new one. Time is counted from the
start of the machine, so that setting the clock neither ends nor lengthens a session; a restart ends them all.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.actions import Action, Role
from appliance.jobs.accounts import ACCOUNTS, forget_sessions
from appliance.settings import Settings
from appliance.storage.audit import boot_id
from appliance.storage.database import Database, Event, Tables

PROOF_SECONDS = 300
"""A grave step (an export, a deletion, a role, a key) asks who one is, unless one has just said so."""
_FIND = """
    SELECT account_key, username, display_name, role, staff_key, csrf_token, begun_at, seen_at, boot, proved_at,
           is_shared
      FROM web_session JOIN account USING (account_key)
     WHERE token_hash = :token_hash AND NOT is_disabled
"""
_ALL = "SELECT token_hash, role, begun_at, seen_at, boot FROM web_session JOIN account USING (account_key)"
_BEGIN = """
    INSERT INTO web_session (token_hash, account_key, csrf_token, begun_at, seen_at, boot, proved_at, is_shared)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_RENEW = "UPDATE web_session SET token_hash = ?, csrf_token = ?, seen_at = ?, proved_at = ? WHERE token_hash = ?"


def boot_seconds() -> float:
    """Seconds since the machine started, time asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


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
    """A signed-in browser. `token` is the secret in its cookie, `csrf_token` the one in its forms.

    `proved_at`: when the person last said who they are, in seconds since the machine started. `is_shared`: the computer
    is used by others too, so the cookie goes when the browser closes.
    """

    token: str
    csrf_token: str
    account: Account
    proved_at: float
    is_shared: bool

    @property
    def token_hash(self) -> bytes:
        """What the database knows the session by."""
        return _hash(self.token)


class Sessions:
    """The sessions of one server. When somebody was last seen is in memory, and written along with other changes.

    `clock`: seconds since the machine started.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], float] = boot_seconds) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._boot = boot_id()
        self._seen: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def idle_seconds(self, role: Role) -> int:
        """Without a sign of life for so long, a session of this role ends."""
        return min(self._settings.session_idle_minutes, role.terms.idle_minutes) * 60

    def longest_seconds(self, role: Role) -> int:
        """A session of this role ends after so long, whatever happens in it."""
        return min(self._settings.session_hours, role.terms.session_hours) * 3600

    def begin(self, tables: Tables, account: Account, *, is_shared: bool = True) -> Session:
        """A new session, inside the transaction that records the sign-in."""
        now = self._clock()
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), account, now, is_shared)
        row = (session.token_hash, account.account_key, session.csrf_token, now, now, self._boot, now, int(is_shared))
        tables.execute(_BEGIN, row)
        return session

    def renew(self, tables: Tables, session: Session) -> Session:
        """The same session under a new id, its owner proved now, inside a transaction that happens anyway."""
        now = self._clock()
        fresh = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), session.account, now, session.is_shared)
        tables.execute(_RENEW, (fresh.token_hash, fresh.csrf_token, now, now, session.token_hash))
        with self._lock:
            self._seen.pop(session.token_hash, None)
        return fresh

    def proved_seconds_ago(self, session: Session) -> float:
        """How long ago the person said who they are."""
        return self._clock() - session.proved_at

    def proved_lately(self, session: Session) -> bool:
        """Whether the person said who they are in the last five minutes."""
        return 0 <= self.proved_seconds_ago(session) < PROOF_SECONDS

    def find(self, token: str) -> Session | None:
        """The living session that a cookie names, or None. Finding it counts as a sign of life."""
        token_hash = _hash(token)
        with self._database.reading(ACCOUNTS) as reading:
            row = reading.one(_FIND, {"token_hash": token_hash})
        if row is None or self._is_over(token_hash, row["role"], row["begun_at"], row["seen_at"], row["boot"]):
            return None
        with self._lock:
            self._seen[token_hash] = self._clock()
        account = Account(row["account_key"], row["username"], row["display_name"], Role(row["role"]), row["staff_key"])
        return Session(token, row["csrf_token"], account, row["proved_at"], bool(row["is_shared"]))

    def touch(self, tables: Tables, session: Session) -> None:
        """Write down when the session was last seen, inside a transaction that happens anyway."""
        seen_at = (self._clock(), session.token_hash)
        tables.execute("UPDATE web_session SET seen_at = ? WHERE token_hash = ?", seen_at)

    def end(self, session: Session) -> None:
        """Sign out: the session is gone from the database when this returns."""
        with self._database.desk.changing(Event(session.account.username, Action.SIGN_OUT)) as tables:
            self.forget(tables, session.token)

    def end_others(self, session: Session) -> int:
        """End every other session of the same person; how many there were."""
        event = Event(session.account.username, Action.SIGN_OUT, "everywhere else")
        with self._database.desk.changing(event) as tables:
            return forget_sessions(tables, session.account.account_key, but=session.token_hash)

    def forget(self, tables: Tables, token: str) -> None:
        """Delete the session of a token, if there is one, inside a transaction that happens anyway."""
        token_hash = _hash(token)
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

    def _is_over(self, token_hash: bytes, role: str, begun_at: float, seen_at: float, boot: str) -> bool:
        now = self._clock()
        with self._lock:
            seen_at = max(seen_at, self._seen.get(token_hash, 0.0))
        return (
            boot != self._boot
            or now - seen_at >= self.idle_seconds(Role(role))
            or now - begun_at >= self.longest_seconds(Role(role))
        )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
