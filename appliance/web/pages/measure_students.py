"""The students behind one measure of a school: whoever is in the number, or outside it where more is better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.storage.database import Reading
from appliance.student_level.access import counting_as
from appliance.student_level.records import schools
from appliance.student_level.records.behind_causes import causes
from appliance.student_level.records.behind_measures import behind
from appliance.student_level.records.enrollments import enrollments, names
from appliance.student_level.records.measures import Line, of_school
from appliance.student_level.records.rule_book import RuleBook, version_in_force
from appliance.student_level.records.this_week import goes_well
from appliance.web.behind_table import BehindLine, BehindTable, behind_table, well_said
from appliance.web.measure_table import subject_of
from appliance.web.pages.measures import line_of, rules_of
from appliance.web.pages.school import school_of
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

LINES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class StudentsBehind:
    """The students behind one measure of a school, and the rules that its number stands on."""

    school: schools.School
    line: Line
    table: BehindTable
    rules: tuple[str, ...]

    @property
    def of_others(self) -> int:
        """How many of the number are not here, because they left since; only where students are counted."""
        now = self.line.now
        if self.line.measure.unit != "students" or now.kind not in ("shown", "first days"):
            return 0
        in_it = now.out_of - now.count if self.line.measure.more_is_better else now.count
        return max(0, in_it - len(self.table.lines))


@dataclass(frozen=True, slots=True)
class MeasureStudentsPage:
    """So many of the students behind one measure. `lines`: their address, their part, and what goes well."""

    template: ClassVar[str] = "pages/measure_students.html"
    frame: Frame
    told: StudentsBehind
    at: str
    lines: tuple[tuple[str, BehindLine, str], ...]
    page: int

    @property
    def subject(self) -> str:
        """Of which subject the measure is."""
        return subject_of(self.told.line)

    @property
    def total(self) -> int:
        """How many there are on all pages."""
        return len(self.told.table.lines)

    @property
    def last_page(self) -> int:
        """The number of the last page, from 0."""
        return max(self.total - 1, 0) // LINES_A_PAGE


@get("/school/measures/students", action=Action.SEE_SCHOOL, sync_to_thread=True)
def see_measure_students(
    visit: NamedDependency[Visit], at: FromQuery[str], measure: FromQuery[str], detail: FromQuery[str] = "",
    sort: FromQuery[str] = "", page: FromQuery[int] = 0,
) -> Response[str] | Redirect:  # fmt: skip
    """Who is behind a measure's number, at a school that the reader leads. The log keeps whom the page named."""
    with visit.reading() as reading:
        told = students_behind(visit, reading, at, measure, detail, sort)
        if told is None:
            return Redirect(f"/school/measures?at={at}", status_code=303)
        page = min(max(page, 0), max(len(told.table.lines) - 1, 0) // LINES_A_PAGE)
        shown = told.table.lines[page * LINES_A_PAGE : (page + 1) * LINES_A_PAGE]
        well = well_of(visit, reading, shown)
        lines = tuple((visit.student_address(one.student_key), one, well_said(well[one.student_key])) for one in shown)
        answer = MeasureStudentsPage(visit.frame(reading), told, at, lines, page)
    visit.saw(Action.SEE_SCHOOL, students=tuple(one.student_key for one in shown), subject=told.school.name)
    return show(answer)


def students_behind(
    visit: Visit, reading: Reading, at: str, measure: str, detail: str, order: str
) -> StudentsBehind | None:
    """The students behind a measure; None where its page shows no number to be behind of: nothing was counted, fewer
    than ten were, or these are the first days and it is one by the share of days. Raises NoSuch for what is none.
    """
    school = school_of(visit, reading, at)
    rules = version_in_force(reading, visit.today)
    found = of_school(reading, school.school_key, visit.school_year, rules.book)
    if found is None:
        return None
    line = line_of(found, measure, detail)
    if line.is_by_early_share or line.now.kind == "too few":
        return None
    asked = ("behind", school.school_key, measure, line.detail, line.now.day)
    lines = visit.keeping(reading, asked, lambda: _in_it(visit, reading, school.school_key, line, rules.book))
    return StudentsBehind(school, line, behind_table(line.measure, lines, order), rules_of(line, rules))


def well_of(visit: Visit, reading: Reading, lines: Sequence[BehindLine]) -> Mapping[int, tuple[str, ...]]:
    """What goes well for each student of some lines."""
    keys, book = tuple(one.student_key for one in lines), visit.rules(reading)
    return visit.keeping(
        reading,
        ("goes well", keys),
        lambda: goes_well(reading, keys, today=visit.today, school_year=visit.school_year, book=book),
    )


def _in_it(visit: Visit, reading: Reading, school_key: int, line: Line, book: RuleBook) -> tuple[BehindLine, ...]:
    """Those in the number, or outside it where more is better, in no order."""
    asked = (line.measure.name, line.detail, school_key, line.now.day, book)
    with counting_as(visit.house.database, visit.viewer) as counting:
        told, why = behind(counting, *asked), causes(counting, *asked)
    more = line.measure.more_is_better
    meant = [one.student_key for one in told if (one.count < one.out_of if more else one.count)]
    called, here = names(reading, meant), enrollments(reading, visit.today, school_key)
    return tuple(BehindLine(key, called[key], here[key].grade_level, why.get(key, ())) for key in meant)
