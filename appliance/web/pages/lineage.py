"""Behind the numbers: from a number to students and days, from a record to its file, from a reference to its row."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from appliance.actions import Action
from appliance.days import day_number, from_day_number
from appliance.errors import Trouble
from appliance.jobs.release_record import TITLES
from appliance.student_level.metrics.catalogue import Metric, released
from appliance.student_level.records import lineage, schools, students
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.enrollments import Name, names
from appliance.web.addresses import Kind
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

LINES_A_PAGE = 50
LONGEST_SPAN = 31
"""Days that one list may cover: a month is what a person can read."""


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """Where each number of a student's page comes from."""

    template: ClassVar[str] = "pages/sources.html"
    frame: Frame
    address: str
    student: students.Student
    days: DaysSoFar | None
    behind: lineage.Behind


@get("/students/{address:str}/sources", action=Action.SEE_STUDENT, sync_to_thread=True)
def see_sources(address: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """The records behind a student's page. It is logged as the page itself is."""
    key = visit.key(Kind.STUDENT, address)
    with visit.reading() as reading:
        record = students.student(reading, key, visit.today)
        if record is None:
            raise NoSuch("student")
        days = None
        if record.place:
            days, _ = students.days_of(reading, key, record.place.school_key, visit.school_year)
        page = SourcesPage(
            frame=visit.frame(reading),
            address=visit.student_address(key),
            student=record,
            days=days,
            behind=lineage.behind_student(reading, key, since=visit.first_day_of_school_year, today=visit.today),
        )
    visit.saw(Action.SEE_STUDENT, students=(key,), reason=record.name.reason, subject="sources")
    return show(page)


@dataclass(frozen=True, slots=True)
class DaysPage:
    """Who missed which days at a school: the students behind one point of a chart."""

    template: ClassVar[str] = "pages/school_days.html"
    frame: Frame
    school: schools.School
    at: str
    since: int
    until: int
    missed: lineage.Missed
    lines: tuple[tuple[str, Name, tuple[int, ...]], ...]
    total: int
    page: int

    @property
    def address(self) -> str:
        """The address of the list, whatever page of it."""
        since, until = from_day_number(self.since).isoformat(), from_day_number(self.until).isoformat()
        return f"/school/days?at={self.at}&since={since}&until={until}"

    @property
    def last_page(self) -> int:
        """The number of the last page, from 0."""
        return max(self.total - 1, 0) // LINES_A_PAGE


@get("/school/days", action=Action.SEE_SCHOOL, sync_to_thread=True)
def see_school_days(
    visit: NamedDependency[Visit], at: FromQuery[str], since: FromQuery[str], until: FromQuery[str],
    page: FromQuery[int] = 0,
) -> Response[str]:  # fmt: skip
    """The students who missed a day between two days, both included, at a school that the reader leads."""
    first, last = _day(since), _day(until)
    if not first <= last < first + LONGEST_SPAN:
        raise Trouble(f"A list covers one day to {LONGEST_SPAN} days. Choose other days.")
    with visit.reading() as reading:
        key = visit.key(Kind.SCHOOL, at)
        school = next((one for one in schools.schools_led(reading) if one.school_key == key), None)
        if school is None:
            raise NoSuch("school")
        missed = lineage.missed_at(reading, key, first, last)
        called = names(reading, list(missed.by_student))
        order = sorted(called, key=lambda one: (-len(missed.by_student[one]), called[one].sorted.casefold()))
        page = min(max(page, 0), max(len(order) - 1, 0) // LINES_A_PAGE)
        shown = order[page * LINES_A_PAGE : (page + 1) * LINES_A_PAGE]
        lines = tuple((visit.student_address(one), called[one], missed.by_student[one]) for one in shown)
        answer = DaysPage(visit.frame(reading), school, at, first, last, missed, lines, len(order), page)
    visit.saw(Action.SEE_SCHOOL, students=tuple(shown), subject=school.name)
    return show(answer)


def _day(text: str) -> int:
    try:
        return day_number(date.fromisoformat(text))
    except ValueError:
        raise Trouble("That is no day. Open the list from the school's page.") from None


@dataclass(frozen=True, slots=True)
class FilesPage:
    """The files that stand behind what is loaded, and what a reference stands for."""

    template: ClassVar[str] = "pages/files.html"
    frame: Frame
    files: tuple[lineage.FileInForce, ...]
    typed: str
    found: lineage.Found | None


@get("/data/files", action=Action.SEE_DATA, sync_to_thread=True)
def see_files(visit: NamedDependency[Visit], reference: FromQuery[str] = "") -> Response[str]:
    """Files in force with their records; and, for a reference that somebody quotes, its file, row and batch."""
    with visit.house.database.reading(lineage.SOURCES) as sources:
        files = tuple(lineage.files_in_force(sources))
        found = lineage.find(sources, reference) if reference else None
    with visit.reading() as reading:
        return show(FilesPage(visit.frame(reading), files, reference[:30], found))


@dataclass(frozen=True, slots=True)
class ReleaseSourcesPage:
    """What the totals of a release rest on: definitions, day, and batches."""

    template: ClassVar[str] = "pages/release_sources.html"
    titles: ClassVar[dict[str, str]] = TITLES
    frame: Frame
    release: int
    behind: lineage.BehindTotals
    metrics: tuple[Metric, ...]


@get("/releases/{release:int}/sources", action=Action.APPROVE_RELEASE, sync_to_thread=True)
def see_release_sources(release: FromPath[int], visit: NamedDependency[Visit]) -> Response[str]:
    """Which metrics a release counts, by whose rule, as of which day, from which batches. No student, no count."""
    with visit.house.database.reading(lineage.TOTALS) as totals:
        behind = lineage.behind_totals(totals, release)
    if behind is None:
        raise NoSuch("release")
    with visit.reading() as reading:
        return show(ReleaseSourcesPage(visit.frame(reading), release, behind, released()))


LINEAGE_PAGES = (see_sources, see_school_days, see_files, see_release_sources)
