"""Measures of a school and of the district: one row a measure, and behind each its students, or its schools."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.student_level.access import counting_as
from appliance.student_level.metrics.catalogue import Measure
from appliance.student_level.records import schools
from appliance.student_level.records.behind_measures import Behind, behind
from appliance.student_level.records.enrollments import Name, names
from appliance.student_level.records.measures import Line, Measures, by_school, of_district, of_school
from appliance.student_level.records.rule_book import RuleBook
from appliance.web.addresses import Kind
from appliance.web.history_lines import HistoryLine, by_month, history_line, month_word, months
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

LINES_A_PAGE = 50
SUBJECTS = {
    "MATH": "mathematics", "RLA": "reading and language arts", "SCI": "science", "SOC": "social studies",
    "ELP": "English language proficiency", "OTHER": "other subjects",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One measure on the page, and the drawing of its months."""

    line: Line
    chart: HistoryLine | None

    @property
    def subject(self) -> str:
        """Of which subject it is; empty for a measure that has none."""
        return SUBJECTS.get(self.line.detail, self.line.detail)


@dataclass(frozen=True, slots=True)
class MeasuresPage:
    """All measures of a place. `at` is the school's address, empty for the district."""

    template: ClassVar[str] = "pages/measures.html"
    frame: Frame
    rules: RuleBook
    place: str
    at: str
    others: tuple[tuple[str, schools.School], ...]
    day: int | None
    families: tuple[tuple[str, tuple[Row, ...]], ...]

    @property
    def head(self) -> list[str]:
        """The first row of the table of numbers: the months that any measure has."""
        return ["Measure", *map(month_word, self._months)]

    @property
    def numbers(self) -> list[tuple[str, ...]]:
        """Every number that the little lines are drawn from."""
        shown = self._months
        return [
            (
                f"{row.line.measure.called}{': ' if row.subject else ''}{row.subject}",
                *(told.get(key, "") for key in shown),
            )
            for _, rows in self.families
            for row in rows
            if (told := by_month(row.line.history))
        ]

    @property
    def _months(self) -> list[str]:
        return months([row.line.history for _, rows in self.families for row in rows])


def _families(found: Measures | None) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    if found is None:
        return ()
    return tuple(
        (family, tuple(Row(line, history_line(line.history, found.day)) for line in lines))
        for family, lines in groupby(found.lines, key=lambda line: line.measure.family)
    )


@get("/school/measures", action=Action.SEE_SCHOOL, sync_to_thread=True)
def see_school_measures(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[str]:
    """The measures of a school that the reader leads. Nothing on this page is about one student."""
    with visit.reading() as reading:
        led = schools.schools_led(reading)
        school = _chosen(visit, led, at)
        rules = visit.rules(reading)
        found = of_school(reading, school.school_key, visit.school_year, rules)
        page = MeasuresPage(
            visit.frame(reading),
            rules,
            school.name,
            visit.addresses.of(Kind.SCHOOL, school.school_key),
            tuple((visit.addresses.of(Kind.SCHOOL, one.school_key), one) for one in led if one != school),
            found.day if found else None,
            _families(found),
        )
    visit.saw(Action.SEE_SCHOOL, students=(), subject=school.name)
    return show(page)


def _chosen(visit: Visit, led: Sequence[schools.School], at: str) -> schools.School:
    key = visit.key(Kind.SCHOOL, at) if at else led[0].school_key if led else None
    school = next((one for one in led if one.school_key == key), None)
    if school is None:
        raise NoSuch("school")
    return school


@dataclass(frozen=True, slots=True)
class MeasureStudentsPage:
    """The students behind one measure. `lines`: those in the number, or outside it where more is better."""

    template: ClassVar[str] = "pages/measure_students.html"
    frame: Frame
    school: schools.School
    at: str
    measure: Measure
    subject: str
    detail: str
    day: int
    lines: tuple[tuple[str, Name, Behind], ...]
    total: int
    of_others: int
    page: int

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
        school = _chosen(visit, schools.schools_led(reading), at)
        rules = visit.rules(reading)
        found = of_school(reading, school.school_key, visit.school_year, rules)
        if found is None:
            return Redirect(f"/school/measures?at={at}", status_code=303)
        line = _line(found, measure, detail)
        with counting_as(visit.house.database, visit.viewer) as counting:
            told = behind(counting, measure, line.detail, school.school_key, line.now.day, rules)
        more = line.measure.more_is_better
        meant = {one.student_key: one for one in told if (one.count < one.out_of if more else one.count)}
        called = names(reading, list(meant))
        order = sorted(called, key=lambda key: (-_weight(meant[key], more=more), called[key].sorted.casefold()))
        page = min(max(page, 0), max(len(order) - 1, 0) // LINES_A_PAGE)
        shown = order[page * LINES_A_PAGE : (page + 1) * LINES_A_PAGE]
        answer = MeasureStudentsPage(
            frame=visit.frame(reading),
            school=school,
            at=at,
            measure=line.measure,
            subject=SUBJECTS.get(line.detail, line.detail),
            detail=line.detail,
            day=line.now.day,
            lines=tuple((visit.student_address(key), called[key], meant[key]) for key in shown),
            total=len(order),
            of_others=_of_others(line, len(order)),
            page=page,
        )
    visit.saw(Action.SEE_SCHOOL, students=tuple(shown), subject=school.name)
    return show(answer)


def _line(found: Measures, measure: str, detail: str) -> Line:
    for line in found.lines:
        if (line.measure.name, line.detail) == (measure, detail):
            return line
    raise NoSuch("measure")


def _weight(one: Behind, *, more: bool) -> int:
    return one.out_of - one.count if more else one.count


def _of_others(line: Line, listed: int) -> int:
    """How many students of the number are not listed, because they left since; only where students are counted."""
    if line.measure.unit != "students" or line.now.kind not in ("shown", "first days"):
        return 0
    in_it = line.now.out_of - line.now.count if line.measure.more_is_better else line.now.count
    return max(0, in_it - listed)


@get("/district/measures", action=Action.SEE_DISTRICT, sync_to_thread=True)
def see_district_measures(visit: NamedDependency[Visit]) -> Response[str]:
    """The district's measures: totals only."""
    with visit.reading() as reading, visit.house.database.counts_only() as shelf:
        rules = visit.rules(reading)
        found = of_district(shelf, reading, visit.school_year, rules)
        day = found.day if found else None
        page = MeasuresPage(visit.frame(reading), rules, "The district", "", (), day, _families(found))
    visit.saw(Action.SEE_DISTRICT, students=())
    return show(page)


@dataclass(frozen=True, slots=True)
class MeasureSchoolsPage:
    """One measure, a line a school, by name."""

    template: ClassVar[str] = "pages/measure_schools.html"
    frame: Frame
    rules: RuleBook
    line: Line
    subject: str
    schools: tuple[schools.Share, ...]


@get("/district/measures/schools", action=Action.SEE_DISTRICT, sync_to_thread=True)
def see_measure_schools(
    visit: NamedDependency[Visit], measure: FromQuery[str], detail: FromQuery[str] = ""
) -> Response[str] | Redirect:
    """One measure school by school, totals only."""
    with visit.reading() as reading, visit.house.database.counts_only() as shelf:
        rules = visit.rules(reading)
        found = of_district(shelf, reading, visit.school_year, rules)
        if found is None:
            return Redirect("/district/measures", status_code=303)
        line = _line(found, measure, detail)
        subject, told = SUBJECTS.get(line.detail, line.detail), by_school(shelf, reading, line)
        page = MeasureSchoolsPage(visit.frame(reading), rules, line, subject, told)
    visit.saw(Action.SEE_DISTRICT, students=())
    return show(page)


MEASURE_PAGES = (see_school_measures, see_measure_students, see_district_measures, see_measure_schools)
