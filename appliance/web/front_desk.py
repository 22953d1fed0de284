"""The front desk: who signs in, how fast, and how many at once.

Checking a password costs 19 MiB and 60 ms on purpose, so it happens in a few threads of its own and the line in front
of them has an end. An unknown name costs the same work, waits the same and reads the same as a wrong password.
"""

import asyncio
import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from appliance.actions import Action, Role
from appliance.jobs.accounts import check_password
from appliance.storage.database import Database, Event
from appliance.web.sessions import ACCOUNTS, Account, Session, Sessions

FREE_TRIES = 5
LONGEST_DELAY_SECONDS = 600
_NAMES_REMEMBERED = 10_000

_ACCOUNT = """
    SELECT account_key, username, display_name, role, staff_key, password_hash, is_disabled, failures, not_before
      FROM account WHERE username = :username
"""


class DeskIsFull(Exception):
    """Too many people sign in at this moment. Try again in `retry_after_seconds`."""

    retry_after_seconds = 5


class SignInRefused(Exception):
    """Name and password do not belong together, or it is too early to try again (`wait_seconds`)."""

    def __init__(self, wait_seconds: int = 0) -> None:
        self.wait_seconds = wait_seconds


def delay_seconds(failures: int) -> int:
    """How long to wait after so many failures in a row: nothing for the first five, then doubling up to ten minutes."""
    return 0 if failures < FREE_TRIES else min(2 ** (failures - FREE_TRIES + 1), LONGEST_DELAY_SECONDS)


class FrontDesk:
    """Signs people in. `places` is how many may wait or be served at once; whoever comes then is asked to come back."""

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        clock: Callable[[], float] = time.time,
        places: int | None = None,
    ) -> None:
        desks = os.cpu_count() or 2
        self._database = database
        self._sessions = sessions
        self._clock = clock
        self._threads = ThreadPoolExecutor(desks, thread_name_prefix="sign-in")
        self._places = threading.BoundedSemaphore(places or desks * 40)
        # Names that nobody has are slowed down like real ones, or the difference would tell which names are real.
        self._strangers: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self._strangers_lock = threading.Lock()

    async def sign_in(self, username: str, password: str, old_token: str = "") -> Session:
        """A new session; the one of `old_token` ends. Raises SignInRefused, or DeskIsFull at once."""
        if not self._places.acquire(blocking=False):
            raise DeskIsFull
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._sign_in, username.strip(), password, old_token)
        finally:
            self._places.release()

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown()

    def _sign_in(self, username: str, password: str, old_token: str) -> Session:
        now = self._clock()
        with self._database.reading(ACCOUNTS) as reading:
            row = reading.one(_ACCOUNT, {"username": username})
        failures, not_before = (row["failures"], row["not_before"]) if row else self._stranger(username)
        # Wait no longer than the longest delay even if the clock was put back.
        if now < not_before <= now + LONGEST_DELAY_SECONDS:
            raise SignInRefused(int(not_before - now) + 1)
        usable = row is not None and not row["is_disabled"]
        if not check_password(row["password_hash"] if row and usable else None, password):
            self._refuse(row["username"] if row else None, username, failures + 1, now)
        assert row is not None
        account = Account(row["account_key"], row["username"], row["display_name"], Role(row["role"]), row["staff_key"])
        with self._database.desk.changing(Event(account.username, Action.SIGN_IN)) as tables:
            tables.execute(
                "UPDATE account SET failures = 0, not_before = 0 WHERE account_key = ?", (account.account_key,)
            )
            if old_token:
                self._sessions.forget(tables, old_token)
            return self._sessions.begin(tables, account)

    def _refuse(self, known_name: str | None, typed_name: str, failures: int, now: float) -> None:
        delay = delay_seconds(failures)
        # What was typed is not kept when it is nobody's name: people type their password into the wrong box.
        event = Event(known_name or "(unknown name)", Action.SIGN_IN_REFUSED)
        with self._database.desk.changing(event) as tables:
            tables.execute(
                "UPDATE account SET failures = ?, not_before = ? WHERE username = ?",
                (failures, now + delay, known_name or ""),
            )
        if known_name is None:
            with self._strangers_lock:
                self._strangers[_name_hash(typed_name)] = (failures, now + delay)
                while len(self._strangers) > _NAMES_REMEMBERED:
                    self._strangers.popitem(last=False)
        raise SignInRefused(delay)

    def _stranger(self, username: str) -> tuple[int, float]:
        with self._strangers_lock:
            return self._strangers.get(_name_hash(username), (0, 0.0))


def _name_hash(username: str) -> bytes:
    return hashlib.sha256(username.lower().encode()).digest()
