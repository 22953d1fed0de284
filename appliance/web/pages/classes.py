"""A teacher's classes, and the roster of one; a counselor's caseload."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from appliance.actions import Action, Role
from appliance.errors import Trouble
from appliance.storage.database import Reading
from appliance.student_level.records.roster import RosterLine, caseload, class_roster
from appliance.student_level.records.rule_book import since
from appliance.student_level.records.sections import Section, sections_of
from appliance.web.addresses import Kind
from appliance.web.class_table import ClassTable, class_table
from appliance.web.grids import StandardsChart, standards_chart
from appliance.web.languages import languages
from appliance.web.rendering import show
from appliance.web.rules_beside import level_rule
from appliance.web.visit import Frame, NoSuch, Visit

LINES_A_PAGE = 60
STALE_DAYS = 7
"""Attendance that is older says so on the page: a long weekend is no reason."""
Order = Literal["name", "missed", "missing", "check-in"]
ORDERS: dict[str, Callable[[RosterLine], Any]] = {
    "name": lambda line: line.name.sorted.casefold(),
    "missed": lambda line: -(line.days.days_missed if line.days else -1),
    "missing": lambda line: 1 if line.missing is None else -line.missing,
    "check-in": lambda line: line.check_in.day if line.check_in else 0,
}
"""How a caseload can be sorted; equal ones stay in the order of their names."""


@dataclass(frozen=True, slots=True)
class ClassesPage:
    """The list of a teacher's classes."""

    template: ClassVar[str] = "pages/classes.html"
    frame: Frame
    classes: tuple[tuple[str, Section], ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """The roster of one class."""

    template: ClassVar[str] = "pages/class.html"
    languages: ClassVar[dict[str, str]] = languages()
    frame: Frame
    address: str
    table: ClassTable
    lines: tuple[tuple[str, RosterLine], ...]
    by_standard: StandardsChart | None
    stale_since: int | None
    others: tuple[tuple[str, Section], ...]
    today: int


@dataclass(frozen=True, slots=True)
class CaseloadPage:
    """The roster of a counselor, so many at a time. `page` counts from 0."""

    template: ClassVar[str] = "pages/caseload.html"
    frame: Frame
    address: str
    lines: tuple[tuple[str, RosterLine], ...]
    total: int
    page: int
    order: str

    @property
    def first(self) -> int:
        """How many come before the first line shown."""
        return self.page * LINES_A_PAGE

    @property
    def left(self) -> int:
        """How many come after the last."""
        return self.total - self.first - len(self.lines)


@get("/classes", action=Action.SEE_SECTION, sync_to_thread=True)
def see_classes(visit: NamedDependency[Visit]) -> Response[str]:
    """The classes that the reader teaches."""
    with visit.reading() as reading:
        return show(ClassesPage(visit.frame(reading), _classes(visit, reading)))


@get("/classes/{address:str}", action=Action.SEE_SECTION, sync_to_thread=True)
def see_class(address: FromPath[str], visit: NamedDependency[Visit], sort: FromQuery[str] = "name") -> Response[str]:
    """One class. The log keeps whom the list showed."""
    key = visit.key(Kind.SECTION, address)
    with visit.reading() as reading:
        table = table_of(visit, reading, key, sort)
        page = ClassPage(
            frame=visit.frame(reading),
            address=visit.section_address(key),
            table=table,
            lines=tuple((visit.student_address(line.student_key), line) for line in table.lines),
            by_standard=standards_chart(table.about.standards, [line.student_key for line in table.lines]),
            stale_since=_stale_since(table, visit.today),
            others=_classes(visit, reading),
            today=visit.today,
        )
    seen = tuple(line.student_key for line in table.lines)
    visit.saw(Action.SEE_SECTION, students=seen, subject=table.about.title)
    return show(page)


def _stale_since(table: ClassTable, today: int) -> int | None:
    """The last day with attendance of a running class, where that is more than a week ago."""
    until = table.about.attendance_until
    return until if until is not None and min(today, table.about.end_day) - until > STALE_DAYS else None


def table_of(visit: Visit, reading: Reading, section_key: int, order: str) -> ClassTable:
    """One of the reader's classes, in an order. Raises NoSuch for another class, Trouble for no order of it."""
    book = visit.rules(reading)
    found = class_roster(reading, section_key, today=visit.today, school_year=visit.school_year, book=book)
    if found is None:
        raise NoSuch("class")
    began = since(reading, visit.today, lambda book: book.levels)
    table = class_table(found, order, level_rule(book.levels, began))
    if table is None:
        raise Trouble("A class stands in no such order. Choose the heading of one of its columns.")
    return table


@get("/caseload", action=Action.SEE_THIS_WEEK, sync_to_thread=True)
def see_caseload(
    visit: NamedDependency[Visit], sort: FromQuery[Order] = "name", page: FromQuery[int] = 0
) -> Response[str] | Redirect:
    """The students of a counselor or a teacher; a principal's are on the school's page. The log keeps whom it shows."""
    if visit.role is Role.PRINCIPAL:
        return Redirect("/school", status_code=303)
    with visit.reading() as reading:
        lines = caseload(reading, today=visit.today, school_year=visit.school_year)
        page = min(max(page, 0), max(len(lines) - 1, 0) // LINES_A_PAGE)
        shown = sorted(lines, key=ORDERS[sort])[page * LINES_A_PAGE : (page + 1) * LINES_A_PAGE]
        addressed = tuple((visit.student_address(line.student_key), line) for line in shown)
        caseload_page = CaseloadPage(visit.frame(reading), "/caseload", addressed, len(lines), page, sort)
    visit.saw(Action.SEE_SECTION, students=tuple(line.student_key for line in shown), subject="caseload")
    return show(caseload_page)


def _classes(visit: Visit, reading: Any) -> tuple[tuple[str, Section], ...]:
    staff_key = visit.person.staff_key
    found = sections_of(reading, staff_key, visit.today) if staff_key is not None else []
    return tuple((visit.section_address(section.section_key), section) for section in found)
