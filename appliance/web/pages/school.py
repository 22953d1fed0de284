"""The principal's page: three facts, the few names, the year by week, by grade and by group, and every student."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from appliance.actions import Action
from appliance.storage.database import Reading
from appliance.student_level.records import school_totals, schools
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.bands import EVERYBODY, Band, band_chosen, bands
from appliance.student_level.records.check_ins import KINDS, LONGEST_NOTE
from appliance.student_level.records.enrollments import Enrollment, enrollments, names
from appliance.student_level.records.roster import RosterLine, roster_lines
from appliance.student_level.records.rule_book import RuleBook, Version, version_in_force
from appliance.student_level.records.this_week import ThisWeek
from appliance.web.addresses import Kind
from appliance.web.languages import languages
from appliance.web.rendering import show
from appliance.web.school_numbers import SchoolNumbers, school_numbers
from appliance.web.visit import Frame, NoSuch, Visit
from appliance.web.weeks import keeping, rules_of_week, week_of

LINES_A_PAGE = 20
MOST_CAME = 10
"""So many of those who came stand on the page with their names; the others are a number."""
Order = Literal["missed", "name", "grade"]


@dataclass(frozen=True, slots=True)
class Roster:
    """One page of the school's students, and the filter that chose them."""

    lines: tuple[tuple[str, RosterLine], ...]
    total: int
    page: int
    grade: str
    missed: str
    order: str
    grades: tuple[str, ...]

    @property
    def first(self) -> int:
        """The number of the first line shown, from 1; 0 when none is."""
        return self.page * LINES_A_PAGE + 1 if self.lines else 0

    @property
    def last(self) -> int:
        """The number of the last line shown."""
        return self.page * LINES_A_PAGE + len(self.lines)


@dataclass(frozen=True, slots=True)
class SchoolWeek:
    """What a school's page and its meeting sheet both tell, so that neither shows what the other hides."""

    rules: RuleBook
    at: str
    school: schools.School
    today: int
    week: ThisWeek
    week_rules: Version
    last_weeks: tuple[schools.Week, ...]
    week_last_year: schools.Week | None
    numbers: SchoolNumbers
    changes: school_totals.Changes | None


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """Everything on the page, in the order in which it is read."""

    template: ClassVar[str] = "pages/school.html"
    kinds: ClassVar[dict[str, str]] = KINDS
    longest_note: ClassVar[int] = LONGEST_NOTE
    languages: ClassVar[dict[str, str]] = languages()
    frame: Frame
    told: SchoolWeek
    others: tuple[tuple[str, schools.School], ...]
    student_addresses: Mapping[int, str]
    most_came: ClassVar[int] = MOST_CAME
    roster: Roster
    is_done: bool

    @property
    def today(self) -> int:
        """The day the page is about."""
        return self.told.today

    @property
    def bands(self) -> dict[str, str]:
        """What the list can be filtered by, and how it is said; nothing in the first days of school."""
        return (
            {}
            if self.told.numbers.is_early
            else {EVERYBODY: "Any"} | {band.name: band.text for band in bands(self.told.rules)}
        )

    @property
    def filter_address(self) -> str:
        """The address of this roster, in whatever order."""
        return f"/school?at={self.told.at}&grade={self.roster.grade}&missed={self.roster.missed}"

    @property
    def roster_address(self) -> str:
        """The address of this roster in its order, whatever page."""
        return f"{self.filter_address}&sort={self.roster.order}"


@dataclass(frozen=True, slots=True)
class NoSchoolPage:
    """For a principal whom the roster ties to no school."""

    template: ClassVar[str] = "pages/no_school.html"
    frame: Frame


@get("/school", action=Action.SEE_SCHOOL, sync_to_thread=True)
def see_school(
    visit: NamedDependency[Visit],
    at: FromQuery[str] = "",
    grade: FromQuery[str] = "",
    missed: FromQuery[str] = EVERYBODY,
    sort: FromQuery[Order] = "missed",
    page: FromQuery[int] = 0,
    done: FromQuery[bool] = False,
) -> Response[str]:
    """The school that the reader leads; `at` chooses among several. The log keeps whom the page named."""
    with visit.reading() as reading:
        led = schools.schools_led(reading)
        if not led:
            return show(NoSchoolPage(visit.frame(reading)))
        chosen = visit.key(Kind.SCHOOL, at) if at else led[0].school_key
        school = next((one for one in led if one.school_key == chosen), None)
        if school is None:
            raise NoSuch("school")
        shown = _page(visit, reading, school, led, (grade, missed, sort, max(page, 0)), done)
    students = {*shown.student_addresses, *(line.student_key for _, line in shown.roster.lines)}
    keeps = keeping(visit, shown.told.week, school.school_key)
    visit.saw(Action.SEE_SCHOOL, students=tuple(students), subject=school.name, also=keeps)
    return show(shown)


def _page(
    visit: Visit,
    reading: Reading,
    school: schools.School,
    led: list[schools.School],
    wanted: tuple[str, str, Order, int],
    done: bool,
) -> SchoolPage:
    here = enrollments(reading, visit.today, school.school_key)
    days = schools.attendance_sums(reading, here, visit.school_year)
    told = week_at(visit, reading, school, here, days)
    came = told.changes.came[:MOST_CAME] if told.changes else ()
    return SchoolPage(
        frame=visit.frame(reading),
        told=told,
        others=tuple((visit.school_address(one.school_key), one) for one in led if one != school),
        student_addresses={
            key: visit.student_address(key)
            for key in (*told.week.student_keys, *(place.student_key for place, _ in came))
        },
        roster=_roster(visit, reading, here, days, school.school_key, told.rules, wanted),
        is_done=done,
    )


def week_at(
    visit: Visit, reading: Reading, school: schools.School, here: dict[int, Enrollment], days: dict[int, DaysSoFar]
) -> SchoolWeek:
    """A school this week, but for its roster. `here` and `days`: its students, and the days of each."""
    today, book = visit.today, visit.rules(reading)
    begin = visit.first_day_of_school_year
    numbers = numbers_of(visit, reading, school, here, days)
    weeks = numbers.weeks
    return SchoolWeek(
        rules=book,
        at=visit.addresses.of(Kind.SCHOOL, school.school_key),
        school=school,
        today=today,
        week=week_of(visit, reading, school.school_key),
        week_rules=rules_of_week(visit, reading),
        last_weeks=weeks[-2:],
        week_last_year=next(
            (one for one in numbers.weeks_before if weeks and one.monday == schools.last_year(weeks[-1].monday)), None
        ),
        numbers=numbers,
        changes=school_totals.changes(reading, here, school.school_key, begin=begin, today=today),
    )


def school_of(visit: Visit, reading: Reading, at: str) -> schools.School:
    """The school that an address names, or the first that the reader leads. Raises NoSuch for any other."""
    led = schools.schools_led(reading)
    wanted = visit.key(Kind.SCHOOL, at) if at else led[0].school_key if led else None
    school = next((one for one in led if one.school_key == wanted), None)
    if school is None:
        raise NoSuch("school")
    return school


def numbers_of(
    visit: Visit, reading: Reading, school: schools.School, here: dict[int, Enrollment], days: dict[int, DaysSoFar]
) -> SchoolNumbers:
    """The school without a name: what its page, its paper and its files print."""
    rules, today = version_in_force(reading, visit.today), visit.today
    key, year, begin = school.school_key, visit.school_year, visit.first_day_of_school_year
    return visit.keeping(
        reading,
        ("numbers", key),
        lambda: school_numbers(reading, key, here, days, rules=rules, today=today, school_year=year, begin=begin),
    )


def _grades(here: Mapping[int, Enrollment]) -> tuple[str, ...]:
    found = {place.grade_level for place in here.values()}
    return tuple(sorted(found, key=lambda code: (code not in ("PK", "KG"), code)))


def chosen_students(
    reading: Reading,
    here: Mapping[int, Enrollment],
    days: Mapping[int, DaysSoFar],
    grade: str,
    band: Band | None,
    order: Order,
) -> list[int]:
    """The students whom the page's filter lets through, in the page's order. An unknown grade is no filter, nor is no
    band.
    """
    grades = _grades(here)
    chosen = [
        key
        for key, place in here.items()
        if (grade not in grades or place.grade_level == grade) and (band is None or band.holds(days.get(key)))
    ]
    called = names(reading, chosen)
    by_name = sorted(chosen, key=lambda key: called[key].sorted.casefold())
    if order == "missed":
        by_name.sort(key=lambda key: -days[key].days_missed if key in days else 1)
    elif order == "grade":
        by_name.sort(key=lambda key: grades.index(here[key].grade_level))
    return by_name


def _roster(
    visit: Visit,
    reading: Reading,
    here: dict[int, Enrollment],
    days: dict[int, DaysSoFar],
    at: int,
    book: RuleBook,
    wanted: tuple[str, str, Order, int],
) -> Roster:
    grade, missed, order, page = wanted
    band = band_chosen(book, missed, days)
    grades = _grades(here)
    by_name = visit.keeping(
        reading,
        ("roster", at, grade if grade in grades else "", band, order),
        lambda: chosen_students(reading, here, days, grade, band, order),
    )
    page = min(page, max(len(by_name) - 1, 0) // LINES_A_PAGE)
    shown = by_name[page * LINES_A_PAGE : (page + 1) * LINES_A_PAGE]
    lines = {
        line.student_key: line
        for line in roster_lines(reading, shown, today=visit.today, school_year=visit.school_year, here=here)
    }
    return Roster(
        lines=tuple((visit.student_address(key), lines[key]) for key in shown),
        total=len(by_name),
        page=page,
        grade=grade if grade in grades else "",
        missed=band.name if band else EVERYBODY,
        order=order,
        grades=grades,
    )
