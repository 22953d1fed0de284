"""The front desk: who signs in with a password, how fast, and how many at once.

Checking a password costs 19 MiB and 60 ms on purpose, so no more are checked at once than there are cores, and the line
in front of them has an end. An unknown name costs the same work, waits the same and reads the same as a wrong password.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn, TypeVar

from appliance.doorkeeper.asking import DirectoryRefused, LdapDoor
from appliance.jobs.directory_people import NotInRoster, account_for
from appliance.jobs.passwords import check_password
from appliance.storage.database import Database
from appliance.web.admission import Admissions, Halfway, Knock, Row, SignInRefused
from appliance.web.sessions import Session, Sessions
from appliance.web.throttle import LONGEST_DELAY_SECONDS, MOST_FAILURES

_MOST_WAITING = 200
"""So many tries of hot networks may wait at once; more are turned away, because each costs memory."""


class DeskIsFull(Exception):
    """Too many people sign in at this moment. Try again in `retry_after_seconds`."""

    retry_after_seconds = 5


_Answer = TypeVar("_Answer")


class FrontDesk:
    """Signs people in. `places` is how many may wait or be served at once; whoever comes then is asked to come back.

    `ldap`: the door to a directory, for names that have no password here. `pause` is how a hot network is made to wait.
    """

    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        clock: Callable[[], float] = time.time,
        places: int | None = None,
        *,
        ldap: LdapDoor | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        desks = os.cpu_count() or 2
        self.admissions = Admissions(database, sessions, clock)
        self._database = database
        self._clock = clock
        self._ldap = ldap
        self._pause = pause
        # A directory's answer takes time and no work, so more may wait for one than can be hashed at once.
        self._threads = ThreadPoolExecutor(desks * (8 if ldap else 1), thread_name_prefix="sign-in")
        self._hashing = threading.BoundedSemaphore(desks)
        self._places = threading.BoundedSemaphore(places or desks * 40)
        self._waiting = 0

    async def sign_in(self, username: str, password: str, knock: Knock | None = None) -> Session | Halfway:
        """A session, or halfway to one. Raises SignInRefused, LockedDown, a DirectoryTrouble, or DeskIsFull at once."""
        knock = knock or Knock()
        await self._wait_for(knock.address)
        return await self._served(self._sign_in, username.strip(), password, knock)

    async def prove(self, session: Session, password: str) -> Session:
        """The same session under a new id, its owner proved by the password. Raises SignInRefused or DeskIsFull."""
        return await self._served(self._prove, session, password)

    async def _served(self, work: Callable[..., _Answer], *values: object) -> _Answer:
        if not self._places.acquire(blocking=False):
            raise DeskIsFull
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *values)
        finally:
            self._places.release()

    async def _wait_for(self, address: str) -> None:
        seconds = self.admissions.networks.wait_seconds(address)
        if not seconds:
            return
        if self._waiting >= _MOST_WAITING:
            raise DeskIsFull
        self._waiting += 1
        try:
            await self._pause(seconds)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown()

    def _sign_in(self, username: str, password: str, knock: Knock) -> Session | Halfway:
        now, row = self._clock(), self.admissions.by_name(username)
        failures, not_before = self.admissions.failures(row, username)
        # Wait no longer than the longest delay even if the clock was put back.
        if now < not_before <= now + LONGEST_DELAY_SECONDS:
            raise SignInRefused(int(not_before - now) + 1)
        if self._ldap and (row is None or not row["password_hash"]):
            try:
                person = self._ldap.who(username, password)
            except DirectoryRefused:
                self._refuse(row, username, failures, knock.address)
            return self.admissions.vouched(person, knock, "directory")
        usable = row is not None and not row["is_disabled"] and failures < MOST_FAILURES
        if not self._is_right(row if usable else None, password) or row is None:
            self._refuse(row, username, failures, knock.address)
        return self.admissions.after_first(row, "password", knock)

    def _prove(self, session: Session, password: str) -> Session:
        account, now = session.account, self._clock()
        row = self.admissions.by_key(account.account_key)
        if row is None or now < row["not_before"] <= now + LONGEST_DELAY_SECONDS:
            raise SignInRefused(int(row["not_before"] - now) + 1 if row else 0)
        if self._ldap and not row["password_hash"]:
            try:
                right = (
                    account_for(self._database, self._ldap.who(account.username, password), 0) == account.account_key
                )
            except (DirectoryRefused, NotInRoster):
                right = False
        else:
            right = self._is_right(row if row["failures"] < MOST_FAILURES else None, password)
        if not right:
            self._refuse(row, account.username, row["failures"], "")
        return self.admissions.prove_by(session, "password", lambda _: True)

    def _is_right(self, row: Row | None, password: str) -> bool:
        with self._hashing:
            return check_password(row["password_hash"] if row else None, password)

    def _refuse(self, row: Row | None, typed_name: str, failures_before: int, address: str) -> NoReturn:
        raise SignInRefused(self.admissions.note_failure(row, typed_name, failures_before + 1, address))
