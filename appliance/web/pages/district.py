"""The superintendent's page: a line a school, totals only."""

from collections.abc import Mapping, Sized
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from appliance import counts
from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.database import Event, Reading
from appliance.student_level.records.district import District, SchoolLine, district, newest_snapshot
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.records.schools import all_schools
from appliance.student_level.records.schools_to_ask import KINDS, RULE, Asked, ToAsk, asked_this_week, record_asked
from appliance.student_level.records.schools_to_ask import schools_to_ask as to_ask_about
from appliance.student_level.records.this_week import monday_of
from appliance.web import words
from appliance.web.addresses import Kind
from appliance.web.charts import ALONE, LineChart, attendance_chart
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.sheets import Cell, Sheet
from appliance.web.visit import Frame, NoSuch, Visit

STALE_DAYS = 4
OLD_DAYS = 7
"""Attendance older than this is not that of last week, whatever holidays there were."""
SCHOOLS_A_PAGE = 150
"""As many as a page of the wanted size holds."""
COLUMNS = (
    "School", "Students", "Attended in the last week loaded", "Week of", "Same week last year",
    "Missed 10% or more of days", "Out of", "Attendance loaded until",
)  # fmt: skip
_SHARES = (2, 4, 5, 6)
"""Those of the columns that hold shares or stand on one."""


def last_page_of(schools: Sized) -> int:
    """The number of the last page of a list of schools, from 0."""
    return max(len(schools) - 1, 0) // SCHOOLS_A_PAGE


@dataclass(frozen=True, slots=True)
class DistrictWeek:
    """What the district's page and its meeting sheet both tell, so that neither shows what the other hides."""

    rules: RuleBook
    today: int
    district: District
    chart: LineChart | None
    counted_on: int | None
    to_ask: tuple[ToAsk, ...]
    waiting: int
    asked: tuple[Asked, ...]

    @property
    def is_early(self) -> bool:
        """Whether so few school days are over that a share of days says nothing: then the page shows counts."""
        return self.rules.is_early(self.district.days)

    @property
    def stale_until(self) -> int | None:
        """The last day with attendance anywhere, when it is so old that no figure here is of last week."""
        last = max((one.until for one in self.district.lines if one.until is not None), default=None)
        return last if last is not None and self.today - last > OLD_DAYS else None

    @property
    def behind(self) -> int:
        """Schools whose attendance is missing or older than a long weekend."""
        return sum(one.until is None or self.today - one.until > STALE_DAYS for one in self.district.lines)


@dataclass(frozen=True, slots=True)
class DistrictPage:
    """The page, in the order in which it is read."""

    template: ClassVar[str] = "pages/district.html"
    frame: Frame
    told: DistrictWeek
    addresses: Mapping[int, str]
    """Of the schools to ask about."""
    page: int
    is_done: bool
    rule: ClassVar[str] = RULE
    asked_kinds: ClassVar[dict[str, str]] = KINDS

    @property
    def lines(self) -> tuple[SchoolLine, ...]:
        """The schools of this page."""
        return self.told.district.lines[self.page * SCHOOLS_A_PAGE : (self.page + 1) * SCHOOLS_A_PAGE]

    @property
    def last_page(self) -> int:
        """The number of the last page, from 0."""
        return last_page_of(self.told.district.lines)


@get("/district", action=Action.SEE_DISTRICT, sync_to_thread=True)
def see_district(
    visit: NamedDependency[Visit], page: FromQuery[int] = 0, done: FromQuery[bool] = False
) -> Response[str]:
    """The district today. Nothing on this page is about one student, so the log names none."""
    with visit.reading() as reading:
        told = district_week(visit, reading)
        shown = DistrictPage(
            frame=visit.frame(reading),
            told=told,
            addresses={one.school_key: visit.addresses.of(Kind.SCHOOL, one.school_key) for one in told.to_ask},
            page=min(max(page, 0), last_page_of(told.district.lines)),
            is_done=done,
        )
    visit.saw(Action.SEE_DISTRICT, students=())
    return show(shown)


def district_week(visit: Visit, reading: Reading) -> DistrictWeek:
    """The district this week, all its schools."""
    found, snapshot = _district(visit, reading)
    monday, book = monday_of(visit.today), visit.rules(reading)
    asked = asked_this_week(visit.house.database, monday, found.lines)
    to_ask, waiting = (
        to_ask_about(found.lines, visit.today, monday, asked.keys()) if not book.is_early(found.days) else ((), 0)
    )
    return DistrictWeek(
        rules=book,
        today=visit.today,
        district=found,
        chart=_chart(book, found),
        counted_on=day_number(date.fromisoformat(snapshot)) if snapshot else None,
        to_ask=tuple(to_ask),
        waiting=waiting,
        asked=tuple(sorted(asked.values(), key=lambda one: one.school)),
    )


class AskedForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form beside a school sends."""

    csrf: str
    kind: Literal["asked", "not_needed"]


@post("/district/schools/{address:str}/asked", action=Action.ASK_SCHOOL, sync_to_thread=True)
def add_asked(address: FromPath[str], visit: NamedDependency[Visit], data: FromForm[AskedForm]) -> Redirect:
    """Keep until Monday that the principal was asked, or need not be; the school leaves the list."""
    key = visit.key(Kind.SCHOOL, address)
    with visit.reading() as reading:
        school = next((one for one in all_schools(reading) if one.school_key == key), None)
    if school is None:
        raise NoSuch("school")
    account = visit.session.account
    event = Event(account.username, Action.ASK_SCHOOL, school.name, KINDS[data.kind])
    record_asked(
        visit.house.database, event, school_key=key, account_key=account.account_key, kind=data.kind,
        today=visit.today, wall_day=visit.house.wall_day,
    )  # fmt: skip
    return Redirect("/district?done=true", status_code=303)


@get("/district/file/csv", action=Action.SEE_DISTRICT, sync_to_thread=True)
def district_as_csv(visit: NamedDependency[Visit]) -> Response[bytes]:
    """The lines as CSV: what is hidden on the page is hidden here."""
    return _sheet(visit).as_file("csv")


@get("/district/file/xlsx", action=Action.SEE_DISTRICT, sync_to_thread=True)
def district_as_xlsx(visit: NamedDependency[Visit]) -> Response[bytes]:
    """The same for Excel."""
    return _sheet(visit).as_file("xlsx")


@get("/district/weeks/file/{form:str}", action=Action.SEE_DISTRICT, sync_to_thread=True)
def take_weeks(form: FromPath[Literal["csv", "xlsx"]], visit: NamedDependency[Visit]) -> Response[bytes]:
    """The weeks of the chart, with the columns of its table; empty while the page shows no chart."""
    with visit.reading() as reading:
        found, _ = _district(visit, reading)
        chart = _chart(visit.rules(reading), found)
    rows = [(words.iso_day(monday), *shares) for monday, *shares in chart.cells] if chart else []
    head = chart.head if chart else ("Week of", "This year")
    return Sheet(f"weeks-{words.iso_day(visit.today)}", head, rows, _note(visit, "weeks, as a file")).as_file(form)


def _chart(book: RuleBook, found: District) -> LineChart | None:
    return None if book.is_early(found.days) else attendance_chart(found.weeks, found.before, width=ALONE)


def _note(visit: Visit, subject: str) -> str:
    number = visit.saw(Action.SEE_DISTRICT, students=(), subject=subject)
    frame = visit.bare_frame()
    return f"Totals. Taken out by {frame.display_name}, {frame.printed}; line {number} of the access log."


def _district(visit: Visit, reading: Reading) -> tuple[District, str | None]:
    return visit.keeping(reading, "district", lambda: _counted(visit, reading))


def _counted(visit: Visit, reading: Reading) -> tuple[District, str | None]:
    with visit.house.database.counts_only() as shelf:
        snapshot = newest_snapshot(shelf, "chronic_absence", visit.school_year)
        chronic, members = (
            counts.take(shelf, metric, snapshot, only_totals=True) if snapshot else None
            for metric in ("chronic_absence", "membership")
        )
    return district(reading, chronic, members, first_day=visit.first_day_of_school_year, today=visit.today), snapshot


def _sheet(visit: Visit) -> Sheet:
    with visit.reading() as reading:
        found, _ = _district(visit, reading)
        is_early = visit.rules(reading).is_early(found.days)
    rows = [_row(line, is_early=is_early) for line in found.lines]
    return Sheet(f"district-{words.iso_day(visit.today)}", COLUMNS, rows, _note(visit, "as a file"))


def _row(line: SchoolLine, *, is_early: bool) -> tuple[Cell, ...]:
    share = line.missed
    cells: tuple[Cell, ...] = (
        line.name,
        line.students,
        None if line.last_week is None else "not shown" if line.is_hidden else line.last_week.attended,
        words.iso_day(line.last_week.monday) if line.last_week else None,
        None if line.year_before is None else "not shown" if line.is_hidden else line.year_before.attended,
        None if share is None else "not shown" if share.hidden else share.count,
        None if share is None else "not shown" if share.hidden else share.out_of,
        words.iso_day(line.until) if line.until else None,
    )
    return tuple("first days" if is_early and place in _SHARES else cell for place, cell in enumerate(cells))


DISTRICT_PAGES = [see_district, add_asked, district_as_csv, district_as_xlsx, take_weeks]
