"""Letting somebody in: the one place where a sign-in becomes a session.

Somebody whose role is wider than their own classes, or who has a second factor, is halfway in after the password: they
can bring the second factor, or set one up, and nothing else. What is checked last, what it spends, the line in the log
and the session are one transaction.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.doorkeeper.asking import Person
from appliance.jobs import second_factors
from appliance.jobs.accounts import ACCOUNTS
from appliance.jobs.directory_people import NotInRoster, account_for
from appliance.jobs.lock_down import may_enter
from appliance.storage.database import Database, Event, Tables
from appliance.web.keepsakes import Keepsakes
from appliance.web.sessions import Account, Session, Sessions
from appliance.web.throttle import Networks, Strangers, delay_seconds

CODE_TRIES = 5
_BY_NAME = """
    SELECT account_key, username, display_name, role, staff_key, password_hash, is_disabled, failures, not_before,
           EXISTS (SELECT 1 FROM second_factor WHERE second_factor.account_key = account.account_key) AS has_factor
      FROM account WHERE username = :username
"""
_BY_KEY = """
    SELECT account_key, username, display_name, role, staff_key, password_hash, is_disabled, failures, not_before,
           EXISTS (SELECT 1 FROM second_factor WHERE second_factor.account_key = account.account_key) AS has_factor
      FROM account WHERE account_key = :account
"""
_HAS_APP = "SELECT 1 FROM second_factor WHERE account_key = :account AND kind = 'app'"
Row = dict[str, Any]


class SignInRefused(Exception):
    """Name and password do not belong together, or it is too early to try again (`wait_seconds`)."""

    def __init__(self, wait_seconds: int = 0) -> None:
        self.wait_seconds = wait_seconds


class StartAgain(Exception):
    """What was begun is too old, was used, or was tried too often: sign in from the start."""


class WrongCode(Exception):
    """The code is not the one that the app shows, nor one of the paper codes."""


class LockedDown(Exception):
    """The house is locked: nobody but the administrator comes in."""


@dataclass(frozen=True, slots=True)
class Knock:
    """From where somebody signs in. `address`: the browser's. `old_token`: of the session that the new one replaces."""

    address: str = ""
    old_token: str = ""
    is_shared: bool = True
    going_on: str = "/"


@dataclass(slots=True)
class Halfway:
    """Somebody who has proved the first factor and not the second. `secret` is for an app that they may set up."""

    account: Account
    how: str
    knock: Knock
    has_factor: bool
    secret: str
    token: str = ""
    tries: int = 0


class Admissions:
    """Turns what somebody proved into a session, and notes what failed. `clock`: Unix seconds."""

    def __init__(self, database: Database, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock
        self._strangers = Strangers()
        self._halfway: Keepsakes[Halfway] = Keepsakes()
        self._counting = threading.Lock()
        self.networks = Networks()

    def by_name(self, username: str) -> Row | None:
        """What is known of the account of that name, or None."""
        return self._row(_BY_NAME, {"username": username})

    def by_key(self, account_key: int) -> Row | None:
        """What is known of an account, or None."""
        return self._row(_BY_KEY, {"account": account_key})

    def failures(self, row: Row | None, typed_name: str) -> tuple[int, float]:
        """(failures in a row, earliest next try) of an account, or of a name that nobody has."""
        return (row["failures"], row["not_before"]) if row else self._strangers.failures(typed_name)

    def halfway(self, token: str) -> Halfway:
        """Whoever is halfway in by this token. Raises StartAgain."""
        found = self._halfway.find(token)
        if found is None:
            raise StartAgain
        return found

    def bring_code(self, token: str, code: str) -> Session:
        """The session of somebody halfway who brings a code of the app or of paper. Raises WrongCode or StartAgain."""
        person = self._trying(token)

        def spend(tables: Tables) -> bool:
            key = person.account.account_key
            return second_factors.spend_app_code(tables, key, code, self._clock()) or (
                second_factors.spend_recovery_code(tables, key, code)
            )

        return self._finish(person, spend)

    def set_up_app(self, token: str, code: str) -> tuple[Session, list[str]]:
        """Keep the app whose code it is; a session, and the paper codes. Raises WrongCode or StartAgain.

        Only for somebody who has no second factor yet: with a password alone nobody may change one.
        """
        person = self._trying(token)
        if person.has_factor:
            raise StartAgain
        codes: list[str] = []

        def keep(tables: Tables) -> bool:
            key, now = person.account.account_key, self._clock()
            if second_factors.step_of(person.secret, code, now) is None:
                return False
            second_factors.add_app(tables, key, person.secret, now)
            codes.extend(second_factors.new_recovery_codes(tables, key))
            return second_factors.spend_app_code(tables, key, code, now)

        return self._finish(person, keep), codes

    def admit(self, account_key: int, how: str, knock: Knock, check: Callable[[Tables], bool]) -> Session:
        """A session for somebody who proved everything at once, by `check`. Raises SignInRefused or LockedDown."""
        row = self.by_key(account_key)
        if row is None or row["is_disabled"]:
            raise SignInRefused
        person = Halfway(_account(row), how, knock, has_factor=True, secret="")
        return self._admit(person, check)

    def vouched(self, person: Person, knock: Knock, how: str = "provider") -> Session | Halfway:
        """A session, or halfway to one, for somebody whom a directory vouches for. Raises NotInRoster or LockedDown."""
        try:
            account_key = account_for(
                self._database, person, day_number(datetime.fromtimestamp(self._clock()).astimezone().date())
            )
        except NotInRoster:
            self._database.record(Event("(not in the roster)", Action.SIGN_IN_REFUSED, reason="known to the directory"))
            raise
        row = self.by_key(account_key)
        if row is None or row["is_disabled"]:
            raise SignInRefused
        return self.after_first(row, how, knock, second_done=person.second_factor)

    def after_first(self, row: Row, how: str, knock: Knock, *, second_done: bool = False) -> Session | Halfway:
        """A session for those who need no second factor, or `second_done`; the others are halfway in."""
        account, has_factor = _account(row), bool(row["has_factor"])
        person = Halfway(account, how, knock, has_factor, secret="" if has_factor else second_factors.new_secret())
        if second_done or not (has_factor or account.role.terms.needs_second_factor):
            return self._admit(person, lambda _: True)
        person.token = self._halfway.keep(person)
        return person

    def _trying(self, token: str) -> Halfway:
        person = self.halfway(token)
        with self._counting:
            person.tries += 1
        if person.tries > CODE_TRIES:
            self._halfway.take(token)
            raise StartAgain
        return person

    def _finish(self, person: Halfway, check: Callable[[Tables], bool]) -> Session:
        try:
            session = self._admit(person, check)
        except WrongCode:
            # The first factor was right, so this is not said to anybody who does not know it.
            row = self.by_key(person.account.account_key)
            self.note_failure(row, person.account.username, (row["failures"] if row else 0) + 1, person.knock.address)
            raise
        self._halfway.take(person.token)
        return session

    def _admit(self, person: Halfway, check: Callable[[Tables], bool]) -> Session:
        account = person.account
        try:
            with self._database.desk.changing(Event(account.username, Action.SIGN_IN, reason=person.how)) as tables:
                if not may_enter(tables, account.role):
                    raise LockedDown
                if not check(tables):
                    raise WrongCode
                sql = "UPDATE account SET failures = 0, not_before = 0 WHERE account_key = ? AND NOT is_disabled"
                if tables.execute(sql, (account.account_key,)).rowcount != 1:
                    raise SignInRefused
                if person.knock.old_token:
                    self._sessions.forget(tables, person.knock.old_token)
                return self._sessions.begin(tables, account, is_shared=person.knock.is_shared)
        except LockedDown:
            self._database.record(Event(account.username, Action.SIGN_IN_REFUSED, reason="locked down"))
            raise

    def prove_by(self, session: Session, how: str, check: Callable[[Tables], bool]) -> Session:
        """The same session under a new id, its owner proved by `check`. Raises WrongCode."""
        with self._database.desk.changing(Event(session.account.username, Action.PROVE_AGAIN, reason=how)) as tables:
            if not check(tables):
                raise WrongCode
            return self._sessions.renew(tables, session)

    def prove_by_code(self, session: Session, code: str) -> Session:
        """The same session under a new id, its owner proved by a code of the app. Raises WrongCode."""
        key = session.account.account_key
        try:
            return self.prove_by(
                session, "app", lambda tables: second_factors.spend_app_code(tables, key, code, self._clock())
            )
        except WrongCode:
            row = self.by_key(key)
            self.note_failure(row, session.account.username, (row["failures"] if row else 0) + 1, "")
            raise

    def has_app(self, account: Account) -> bool:
        """Whether the person has set up an authenticator app."""
        return self._row(_HAS_APP, {"account": account.account_key}) is not None

    def note_failure(self, row: Row | None, typed_name: str, failures: int, address: str) -> int:
        """Write down a failure, the so-many-eth in a row; how many seconds to wait now."""
        delay = delay_seconds(failures)
        not_before = self._clock() + delay
        # What was typed is not kept when it is nobody's name: people type their password into the wrong box.
        event = Event(row["username"] if row else "(unknown name)", Action.SIGN_IN_REFUSED)
        with self._database.desk.changing(event) as tables:
            tables.execute(
                "UPDATE account SET failures = ?, not_before = ? WHERE account_key = ?",
                (failures, not_before, row["account_key"] if row else 0),
            )
        if row is None:
            self._strangers.note(typed_name, failures, not_before)
        self.networks.failed(address)
        return delay

    def note_stranger(self, address: str) -> None:
        """Write down that somebody was refused whose name nobody knows."""
        self._database.record(Event("(unknown name)", Action.SIGN_IN_REFUSED))
        self.networks.failed(address)

    def _row(self, sql: str, values: dict[str, Any]) -> Row | None:
        with self._database.reading(ACCOUNTS) as reading:
            return reading.one(sql, values)


def _account(row: Row) -> Account:
    return Account(row["account_key"], row["username"], row["display_name"], Role(row["role"]), row["staff_key"])
