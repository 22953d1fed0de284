"""Measures of a school and of the district: one row a measure, and behind each of the district its schools."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.student_level.metrics.catalogue import metrics
from appliance.student_level.records import schools
from appliance.student_level.records.measures import Line, Measures, by_school, of_district, of_school
from appliance.student_level.records.rule_book import RuleBook, Version, version_in_force
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
    subject_of,
)
from appliance.web.pages.district import SCHOOLS_A_PAGE, last_page_of
from appliance.web.pages.school import school_of
from appliance.web.rendering import show
from appliance.web.rules_beside import rule_of, rules_beside, version_said
from appliance.web.visit import Frame, NoSuch, Visit


@dataclass(frozen=True, slots=True)
class MeasuresPage:
    """All measures of a place. `at` is the school's address, empty for the district."""

    template: ClassVar[str] = "pages/measures.html"
    frame: Frame
    version: Version
    place: str
    at: str
    others: tuple[tuple[str, schools.School], ...]
    table: MeasureTable

    @property
    def rules(self) -> RuleBook:
        """The numbers in force."""
        return self.version.book

    @property
    def rule_of_days(self) -> str:
        """By which rules days are counted, and which version says so."""
        return rule_of("chronic_absence", self.version)


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
        school = school_of(visit, reading, at)
        rules = version_in_force(reading, visit.today)
        found = of_school(reading, school.school_key, visit.school_year, rules.book)
        return MeasuresPage(
            visit.frame(reading),
            rules,
            school.name,
            visit.addresses.of(Kind.SCHOOL, school.school_key),
            tuple((visit.addresses.of(Kind.SCHOOL, one.school_key), one) for one in led if one != school),
            measure_table(found, rules.book.first_days),
        )


def line_of(found: Measures, measure: str, detail: str) -> Line:
    """One line of a place. Raises NoSuch."""
    for line in found.lines:
        if (line.measure.name, line.detail) == (measure, detail):
            return line
    raise NoSuch("measure")


def rules_of(line: Line, rules: Version) -> tuple[str, ...]:
    """The rules in force that the number stands on, as sentences beside it, and their version."""
    metric = next(one for one in metrics() if one.name == line.measure.name)
    return *rules_beside(metric, rules.book), version_said(rules)


@get("/district/measures", action=Action.SEE_DISTRICT, sync_to_thread=True)
def see_district_measures(visit: NamedDependency[Visit]) -> Response[str]:
    """The district's measures: totals only."""
    page = measures_of_district(visit)
    visit.saw(Action.SEE_DISTRICT, students=())
    return show(page)


def measures_of_district(visit: Visit) -> MeasuresPage:
    """The district's page, not yet in the log."""
    with visit.reading() as reading, visit.house.database.counts_only() as shelf:
        rules = version_in_force(reading, visit.today)
        found = of_district(shelf, reading, visit.school_year, rules.book)
        return MeasuresPage(
            visit.frame(reading), rules, "The district", "", (), measure_table(found, rules.book.first_days)
        )


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
        rules = version_in_force(reading, visit.today)
        found = of_district(shelf, reading, visit.school_year, rules.book)
        if found is None:
            return None
        line = line_of(found, measure, detail)
        told = by_school(shelf, reading, line)
        page = min(max(page, 0), last_page_of(told))
        said = now_said(line, rules.book.first_days)
        return MeasureSchoolsPage(visit.frame(reading), line, told, said, rules_of(line, rules), page)


MEASURE_PAGES = (see_school_measures, see_district_measures, see_measure_schools)
