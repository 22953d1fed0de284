"""One request of a signed-in person: who it is, what day the pages are about, and how they read and write."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from litestar import Request
from litestar.exceptions import NotFoundException

from appliance.actions import Action, Role
from appliance.days import day_number, from_day_number, school_year
from appliance.errors import Sentence
from appliance.jobs.people import Person
from appliance.jobs.student_budget import OPENS, budgets, spend
from appliance.roles import Scope
from appliance.settings import Settings
from appliance.storage.database import Database, Event, Reading, Tables
from appliance.student_level.access import Viewer, reading_as
from appliance.student_level.records.freshness import (
    AttendanceUntil,
    Freshness,
    attendance_until,
    attendance_until_here,
    freshness,
    workplace,
)
from appliance.student_level.records.kept import Kept
from appliance.student_level.records.rule_book import RuleBook, in_force
from appliance.web.addresses import Addresses, Kind
from appliance.web.front_desk import FrontDesk
from appliance.web.languages import ENGLISH, written_in
from appliance.web.sessions import Account, Session, Sessions
from appliance.web.shoulder import Shoulder

PATIENCE_SECONDS = 0.5
"""A page that changes something waits so long for its turn: while files are loaded it says so, and holds up nobody."""
_REASONS_FOR_LISTS = {
    Scope.OWN_CLASSES: "are in the reader's own classes",
    Scope.CASELOAD: "are on the reader's own caseload",
    Scope.GRANTED: "were opened for the reader for a time",
    Scope.COVERED_CLASSES: "are in a class for which the reader stands in",
    Scope.SCHOOL: "are students of the school that the reader leads",
    Scope.OWN_CHILDREN: "are the reader's own children",
}
"""Why, for a page that names many. A student's own page keeps the student's own reason."""
_THINGS = {
    Kind.STUDENT: "student", Kind.SECTION: "class", Kind.SCHOOL: "school", Kind.STAFF: "person",
    Kind.ACCOUNT: "person", Kind.GRANT: "grant",
}  # fmt: skip
_Worked = TypeVar("_Worked")
_LED = {Role.PRINCIPAL, Role.ASSISTANT_PRINCIPAL}
_NAVIGATION = (
    ("/this-week", "This week", {Role.TEACHER, Role.COUNSELOR, Role.COACH}),
    ("/school", "This week", _LED),
    ("/classes", "My classes", {Role.TEACHER}),
    ("/caseload", "My caseload", {Role.COUNSELOR, Role.COACH}),
    ("/covered", "Today’s classes", {Role.SUBSTITUTE}),
    ("/my-children", Sentence("My children"), {Role.GUARDIAN}),
    ("/what-we-keep", Sentence("What we keep, and what you may ask"), {Role.GUARDIAN}),
    ("/data", "Data", {Role.DATA_STEWARD}),
    ("/grants", "Opened for a time", _LED | {Role.DATA_STEWARD}),
    ("/look-as", "Look as", _LED),
    ("/district", "This week", {Role.SUPERINTENDENT, Role.ANALYST}),
    ("/releases", "Releases", _LED | {Role.DATA_STEWARD, Role.SUPERINTENDENT, Role.ANALYST, Role.AUDITOR}),
    ("/break-glass", "One student", {Role.SUPERINTENDENT, Role.ANALYST}),
    ("/who-may-see", "Who may see a student", {Role.DATA_STEWARD, Role.AUDITOR}),
    ("/audit", "Who looked", {Role.DATA_STEWARD, Role.AUDITOR}),
    ("/broken-glass", "Broken glass", {Role.SUPERINTENDENT, Role.DATA_STEWARD, Role.AUDITOR}),
    ("/accounts", "Accounts", {Role.DISTRICT_ADMIN}),
    ("/manual", "Help", set(Role) - {Role.GUARDIAN}),
)


@dataclass(frozen=True, slots=True)
class House:
    """What every request of one server shares."""

    database: Database
    settings: Settings
    sessions: Sessions
    front_desk: FrontDesk
    clock: Callable[[], float]
    as_of: date | None
    secure_cookies: bool
    shoulder: Shoulder
    kept: Kept
    """What was worked out for each reader, until the records change."""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie. `__Host-` makes the browser refuse it without TLS, or from a neighbour."""
        return "__Host-sh" if self.secure_cookies else "sh"

    @property
    def today(self) -> int:
        """The day the pages are about, as a day number."""
        return day_number(self.as_of) if self.as_of else self.wall_day

    @property
    def wall_day(self) -> int:
        """The day it really is here, also in a rehearsal."""
        return day_number(datetime.fromtimestamp(self.clock()).astimezone().date())


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the navigation."""

    address: str
    text: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the access log, and whether it names students."""

    number: int
    names_students: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page: who reads it, where they can go, how old the data is."""

    navigation: tuple[Link, ...] = ()
    display_name: str = ""
    role: str = ""
    place: str = ""
    csrf_token: str = ""
    rehearsal_day: int | None = None
    freshness: Freshness | None = None
    is_empty: bool = False
    """Known to have no data at all; a frame made without the database does not know."""
    printed: str = ""
    looks_as: str = ""
    """Over whose shoulder the reader looks; empty in their own right."""
    language: str = ENGLISH
    here: str = ""
    """Where a page for families is found again in another language; empty where there is only one."""
    written: Sequence[Written] = ()
    """What its request has written into the access log, the newest last: a printed page carries that line's number."""


class NoSuch(NotFoundException):
    """There is no such thing, or this person may not see it: one answer for both."""

    def __init__(self, thing: str) -> None:
        super().__init__(detail=f"No such {thing}")
        self.thing = thing


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person."""

    house: House
    session: Session
    path: str
    looks_as: Person | None = None
    asks_for: str = ENGLISH
    """The language that the browser asks for. Staff pages are in English whatever it is."""
    addresses: Addresses = field(init=False)
    written: list[Written] = field(init=False, default_factory=list)
    """What this request has written into the access log."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "addresses", Addresses(self.session.token))

    @property
    def role(self) -> Role:
        """By which role the pages are made."""
        return self.person.role

    @property
    def person(self) -> Account | Person:
        """Whose pages these are: the reader's own, or those of somebody over whose shoulder the reader looks."""
        return self.looks_as or self.session.account

    def own(self) -> "Visit":
        """The same request in the reader's own right, whoever's shoulder they look over."""
        return Visit(self.house, self.session, self.path, asks_for=self.asks_for)

    @property
    def language(self) -> str:
        """The language of the pages of this request."""
        return self.asks_for if self.role is Role.GUARDIAN else ENGLISH

    @property
    def today(self) -> int:
        """The day the page is about, as a day number."""
        return self.house.today

    @property
    def school_year(self) -> int:
        """The school year of `today`."""
        return school_year(from_day_number(self.today))

    @property
    def first_day_of_school_year(self) -> int:
        """The first of July, as a day number."""
        return day_number(date(self.school_year - 1, 7, 1))

    @property
    def part_of_day(self) -> str:
        """A greeting by the clock on the wall."""
        hour = datetime.fromtimestamp(self.house.clock()).astimezone().hour
        return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"

    @property
    def viewer(self) -> Viewer:
        """The person, as the database's row scope knows them."""
        account = self.session.account
        return Viewer(
            account.account_key, account.username, account.display_name, account.role, account.staff_key, self.today,
            now=self.house.clock(), family_pages=self.house.settings.family_pages,
        )  # fmt: skip

    def reading(self, *, named: int | None = None, typed: str = "") -> AbstractContextManager[Reading]:
        """A handle that holds this person's students and nobody else's; over a shoulder, only those of both.

        `named` and `typed`: for a role that sees one student at a time, whom this request is about.
        """
        viewer = replace(self.viewer, named=named, typed=typed)
        if self.looks_as is None:
            return reading_as(self.house.database, viewer)
        return reading_as(self.house.database, self.looks_as.as_viewer(self.today, viewer.now), also=viewer)

    def rules(self, reading: Reading) -> RuleBook:
        """The numbers of the rules in force on the day of the page."""
        return in_force(reading, self.today)

    @property
    def reader(self) -> Hashable:
        """Through whose eyes the database is read."""
        return self.session.account.account_key, self.role, self.looks_as and self.looks_as.account_key

    def keeping(self, reading: Reading, what: Hashable, work_out: Callable[[], _Worked]) -> _Worked:
        """What this reader was told before about the same question and day, unless a record changed since."""
        return self.house.kept.of(reading, (what, self.reader, self.today), work_out)

    @contextmanager
    def changing(self, event: Event) -> Iterator[Tables]:
        """A writable handle to the records, in one transaction. It waits for an import for a moment only."""
        with self.house.database.changing(event, PATIENCE_SECONDS) as tables:
            yield tables

    def saw(
        self,
        action: Action,
        *,
        students: tuple[int, ...],
        reason: str = "",
        subject: str = "",
        also: Callable[[Tables], None] | None = None,
    ) -> int:
        """Write down who sees whom, and why they may. Durable when this returns, so call it before the page is sent.

        Returns the number of the line, which paper and files carry. `also`: what is written to the desk with it. Raises
        OverBudget when the person has opened as many students within the hour as their role does.
        """
        house, account = self.house, self.session.account
        if action in OPENS:
            proved = timedelta(seconds=house.sessions.proved_seconds_ago(self.session))
            spend(house.database, account.username, account.role, students, budgets(house.settings)[account.role],
                  proved=proved)  # fmt: skip
        why = reason or _REASONS_FOR_LISTS.get(self.role.terms.scope, "")
        if self.looks_as is not None:
            why = f"looks over the shoulder of {self.looks_as.username}, for whom: {why}"
        event = Event(account.username, action, subject, why, students)

        def write(desk: Tables) -> None:
            house.sessions.touch(desk, session=self.session)
            if also:
                also(desk)

        number = house.database.record(event, write)
        self.written.append(Written(number, bool(students)))
        return number

    def key(self, kind: Kind, address: str) -> int:
        """The row behind an address of this session. Raises NoSuch."""
        key = self.addresses.key(kind, address)
        if key is None:
            raise NoSuch(_THINGS[kind])
        return key

    def student_address(self, student_key: int) -> str:
        """Where this session finds a student's page."""
        return f"/students/{self.addresses.of(Kind.STUDENT, student_key)}"

    def section_address(self, section_key: int) -> str:
        """Where this session finds a class."""
        return f"/classes/{self.addresses.of(Kind.SECTION, section_key)}"

    def school_address(self, school_key: int) -> str:
        """Where this session finds a school."""
        return school_address(self.addresses.of(Kind.SCHOOL, school_key))

    def frame(self, reading: Reading) -> Frame:
        """What stands around the page."""
        staff_key = self.person.staff_key
        fresh = freshness(reading, self._attendance_until(reading))
        return replace(
            self.bare_frame(),
            place=workplace(reading, staff_key) if staff_key is not None else "",
            freshness=fresh,
            is_empty=fresh is None,
        )

    def _attendance_until(self, reading: Reading) -> AttendanceUntil:
        here = None
        if self.person.staff_key is not None or self.role is Role.GUARDIAN:
            here = attendance_until_here(reading, self.today, self.person.staff_key)
        everywhere = ("attendance until", self.today)  # The same for whoever reads: no student stands in it.
        return here or self.house.kept.of(reading, everywhere, lambda: attendance_until(reading, self.today))

    def bare_frame(self) -> Frame:
        """The frame without what only the database knows."""
        account = self.session.account
        now = datetime.fromtimestamp(self.house.clock()).astimezone()
        return Frame(
            navigation=tuple(
                Link(address, text, self.path == address or self.path.startswith(address + "/"))
                for address, text, roles in _NAVIGATION
                if self.role in roles
            ),
            display_name=account.display_name,
            role=account.role.terms.word,
            csrf_token=self.session.csrf_token,
            rehearsal_day=None if self.house.as_of is None else self.today,
            printed=written_in(self.language)["moment"](now.isoformat()),
            looks_as=self.looks_as.display_name if self.looks_as else "",
            language=self.language,
            here=self.path if self.role is Role.GUARDIAN else "",
            written=self.written,
        )


def school_address(address: str) -> str:
    """The page of one of several schools."""
    return f"/school?at={address}"


def first_page(role: Role) -> str:
    """Where somebody goes who opens the front door: the first place of their own navigation."""
    return next(address for address, _, roles in _NAVIGATION if role in roles)


def current_visit(request: Request) -> Visit:  # type: ignore[type-arg]
    """The visit that the guard let in."""
    visit = request.scope.get("user")
    assert isinstance(visit, Visit)
    return visit
