"""Measures of a school and of the district: one row a measure, and behind each its students, or its schools."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.storage.database import Reading
from appliance.student_level.access import counting_as
from appliance.student_level.metrics.catalogue import metrics
from appliance.student_level.records import schools
from appliance.student_level.records.behind_measures import Behind, behind
from appliance.student_level.records.enrollments import Name, names
from appliance.student_level.records.measures import Line, Measures, by_school, of_district, of_school
from appliance.student_level.records.rule_book import RuleBook
from appliance.web.addresses import Kind
from appliance.web.measure_table import (
    EACH_ONCE,
    Column,
    MeasureTable,
    Said,
    measure_table,
    now_said,
    schools_columns,
    share_said,
    students_columns,
    subject_of,
)
from appliance.web.pages.district import SCHOOLS_A_PAGE, last_page_of
from appliance.web.rendering import show
from appliance.web.rules_beside import rules_beside
from appliance.web.visit import Frame, NoSuch, Visit

LINES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class MeasuresPage:
    """All measures of a place. `at` is the school's address, empty for the district."""

    template: ClassVar[str] = "pages/measures.html"
    frame: Frame
    rules: RuleBook
    place: str
    at: str
    others: tuple[tuple[str, schools.School], ...]
    table: MeasureTable


@get("/school/measures", action=Action.SEE_SCHOOL, sync_to_thread=True)
def see_school_measures(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[str]:
    """The measures of a school that the reader leads. Nothing on this page is about one student."""
    page = measures_of_school(visit, at)
    visit.saw(Action.SEE_SCHOOL, students=(), subject=page.place)
    return show(page)


def measures_of_school(visit: Visit, at: str) -> MeasuresPage:
    """The page of one of the reader's schools, not yet in the log. Raises NoSuch for any other."""
    with visit.reading() as reading:
        led = schools.schools_led(reading)
        school = _chosen(visit, led, at)
        rules = visit.rules(reading)
        found = of_school(reading, school.school_key, visit.school_year, rules)
        return MeasuresPage(
            visit.frame(reading),
            rules,
            school.name,
            visit.addresses.of(Kind.SCHOOL, school.school_key),
            tuple((visit.addresses.of(Kind.SCHOOL, one.school_key), one) for one in led if one != school),
            measure_table(found, rules.first_days),
        )


def _chosen(visit: Visit, led: Sequence[schools.School], at: str) -> schools.School:
    key = visit.key(Kind.SCHOOL, at) if at else led[0].school_key if led else None
    school = next((one for one in led if one.school_key == key), None)
    if school is None:
        raise NoSuch("school")
    return school


@dataclass(frozen=True, slots=True)
class StudentsBehind:
    """The students behind one measure of a school: those in the number, or outside it where more is better.

    By how much, then by name.
    """

    school: schools.School
    line: Line
    lines: tuple[tuple[int, Name, Behind], ...]
    rules: tuple[str, ...]

    @property
    def of_others(self) -> int:
        """How many of the number are not here, because they left since; only where students are counted."""
        now = self.line.now
        if self.line.measure.unit != "students" or now.kind not in ("shown", "first days"):
            return 0
        in_it = now.out_of - now.count if self.line.measure.more_is_better else now.count
        return max(0, in_it - len(self.lines))


@dataclass(frozen=True, slots=True)
class MeasureStudentsPage:
    """So many of the students behind one measure. `lines`: their address, name and part."""

    template: ClassVar[str] = "pages/measure_students.html"
    frame: Frame
    told: StudentsBehind
    at: str
    lines: tuple[tuple[str, Name, Behind], ...]
    page: int

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the page and its files have."""
        return students_columns(self.told.line.measure)

    @property
    def subject(self) -> str:
        """Of which subject the measure is."""
        return subject_of(self.told.line)

    @property
    def total(self) -> int:
        """How many there are on all pages."""
        return len(self.told.lines)

    @property
    def last_page(self) -> int:
        """The number of the last page, from 0."""
        return max(self.total - 1, 0) // LINES_A_PAGE


@get("/school/measures/students", action=Action.SEE_SCHOOL, sync_to_thread=True)
def see_measure_students(
    visit: NamedDependency[Visit], at: FromQuery[str], measure: FromQuery[str], detail: FromQuery[str] = "",
    page: FromQuery[int] = 0,
) -> Response[str] | Redirect:  # fmt: skip
    """Who is behind a measure's number, at a school that the reader leads. The log keeps whom the page named."""
    with visit.reading() as reading:
        told = students_behind(visit, reading, at, measure, detail)
        if told is None:
            return Redirect(f"/school/measures?at={at}", status_code=303)
        page = min(max(page, 0), max(len(told.lines) - 1, 0) // LINES_A_PAGE)
        shown = told.lines[page * LINES_A_PAGE : (page + 1) * LINES_A_PAGE]
        lines = tuple((visit.student_address(key), name, one) for key, name, one in shown)
        answer = MeasureStudentsPage(visit.frame(reading), told, at, lines, page)
    visit.saw(Action.SEE_SCHOOL, students=tuple(key for key, _, _ in shown), subject=told.school.name)
    return show(answer)


def students_behind(visit: Visit, reading: Reading, at: str, measure: str, detail: str) -> StudentsBehind | None:
    """The students behind a measure; None where nothing has been counted, and in the first days of school for who is
    in it by a share of days. Raises NoSuch for what is none.
    """
    school = _chosen(visit, schools.schools_led(reading), at)
    rules = visit.rules(reading)
    found = of_school(reading, school.school_key, visit.school_year, rules)
    if found is None:
        return None
    line = _line(found, measure, detail)
    if line.is_by_early_share:
        return None
    asked = ("behind", school.school_key, measure, line.detail, line.now.day)
    lines = visit.keeping(reading, asked, lambda: _in_it(visit, reading, school, line, rules))
    return StudentsBehind(school, line, lines, _rules(line, rules))


def _in_it(
    visit: Visit, reading: Reading, school: schools.School, line: Line, rules: RuleBook
) -> tuple[tuple[int, Name, Behind], ...]:
    """Those in the number, or outside it where more is better: with the most first, then by name."""
    with counting_as(visit.house.database, visit.viewer) as counting:
        told = behind(counting, line.measure.name, line.detail, school.school_key, line.now.day, rules)
    more = line.measure.more_is_better
    meant = {one.student_key: one for one in told if (one.count < one.out_of if more else one.count)}
    called = names(reading, list(meant))
    order = sorted(called, key=lambda key: (-_weight(meant[key], more=more), called[key].sorted.casefold()))
    return tuple((key, called[key], meant[key]) for key in order)


def _line(found: Measures, measure: str, detail: str) -> Line:
    for line in found.lines:
        if (line.measure.name, line.detail) == (measure, detail):
            return line
    raise NoSuch("measure")


def _rules(line: Line, book: RuleBook) -> tuple[str, ...]:
    """The rules in force that the number stands on, as sentences beside it."""
    return rules_beside(next(one for one in metrics() if one.name == line.measure.name), book)


def _weight(one: Behind, *, more: bool) -> int:
    return one.out_of - one.count if more else one.count


@get("/district/measures", action=Action.SEE_DISTRICT, sync_to_thread=True)
def see_district_measures(visit: NamedDependency[Visit]) -> Response[str]:
    """The district's measures: totals only."""
    page = measures_of_district(visit)
    visit.saw(Action.SEE_DISTRICT, students=())
    return show(page)


def measures_of_district(visit: Visit) -> MeasuresPage:
    """The district's page, not yet in the log."""
    with visit.reading() as reading, visit.house.database.counts_only() as shelf:
        rules = visit.rules(reading)
        found = of_district(shelf, reading, visit.school_year, rules)
        return MeasuresPage(visit.frame(reading), rules, "The district", "", (), measure_table(found, rules.first_days))


@dataclass(frozen=True, slots=True)
class MeasureSchoolsPage:
    """One measure, a line a school, by name."""

    template: ClassVar[str] = "pages/measure_schools.html"
    frame: Frame
    line: Line
    schools: tuple[schools.Share, ...]
    district: Said
    rules: tuple[str, ...]
    page: int
    each_once: ClassVar[str] = EACH_ONCE

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that the page and its files have."""
        return schools_columns(self.line)

    @property
    def subject(self) -> str:
        """Of which subject the measure is."""
        return subject_of(self.line)

    @property
    def lines(self) -> tuple[tuple[str, Said], ...]:
        """Each school, and how the measure stands there."""
        return tuple((one.name, share_said(one, self.line)) for one in self.schools)

    @property
    def shown(self) -> tuple[tuple[str, Said], ...]:
        """The lines of this page."""
        return self.lines[self.page * SCHOOLS_A_PAGE : (self.page + 1) * SCHOOLS_A_PAGE]

    @property
    def last_page(self) -> int:
        """The number of the last page, from 0."""
        return last_page_of(self.schools)


@get("/district/measures/schools", action=Action.SEE_DISTRICT, sync_to_thread=True)
def see_measure_schools(
    visit: NamedDependency[Visit], measure: FromQuery[str], detail: FromQuery[str] = "", page: FromQuery[int] = 0
) -> Response[str] | Redirect:
    """One measure school by school, totals only."""
    shown = schools_of_measure(visit, measure, detail, page)
    if shown is None:
        return Redirect("/district/measures", status_code=303)
    visit.saw(Action.SEE_DISTRICT, students=())
    return show(shown)


def schools_of_measure(visit: Visit, measure: str, detail: str, page: int = 0) -> MeasureSchoolsPage | None:
    """A page of one measure by school, not yet in the log; None where nothing has been counted. Raises NoSuch."""
    with visit.reading() as reading, visit.house.database.counts_only() as shelf:
        rules = visit.rules(reading)
        found = of_district(shelf, reading, visit.school_year, rules)
        if found is None:
            return None
        line = _line(found, measure, detail)
        told = by_school(shelf, reading, line)
        page = min(max(page, 0), last_page_of(told))
        said = now_said(line, rules.first_days)
        return MeasureSchoolsPage(visit.frame(reading), line, told, said, _rules(line, rules), page)


MEASURE_PAGES = (see_school_measures, see_measure_students, see_district_measures, see_measure_schools)
