"""What goes onto paper: letters home, a sheet for a conference, a list for calls; each as a page and as a PDF.

The log holds that it was printed before it is sent, and the paper carries the number of that line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.student_level.records import attendance, schools, students
from appliance.student_level.records.bands import EVERYBODY, band_chosen
from appliance.student_level.records.cares_about import CaresAbout, cares_about
from appliance.student_level.records.courses import CourseLine, student_courses
from appliance.student_level.records.enrollments import Name, enrollments
from appliance.student_level.records.going_well import going_well
from appliance.student_level.records.learned import learned
from appliance.student_level.records.letters import HomeCount, away_without_reason, home_counts
from appliance.student_level.records.roster import RosterLine, class_roster, roster_lines
from appliance.student_level.records.this_week import situation_of
from appliance.web import words
from appliance.web.addresses import Kind
from appliance.web.class_table import ClassTable
from appliance.web.languages import ENGLISH, languages
from appliance.web.pages.classes import table_of
from appliance.web.pages.school import chosen_students, school_of
from appliance.web.pdf import pdf_of
from appliance.web.rendering import html_of, show
from appliance.web.visit import NoSuch, Visit


class TooEarly(Trouble):
    """Too few days of anybody are loaded to write home about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What every paper carries: who printed it and when, its line of the log, and where its page leads."""

    languages: ClassVar[dict[str, str]] = {}
    today: int
    signed: str
    number: int
    printed: str = ""
    here: str = ""
    back: str = ""
    pdf: str = ""
    is_pdf: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Paper):
    """A letter home about one student's own days, in one language."""

    template: ClassVar[str] = "paper/letter.html"
    languages: ClassVar[dict[str, str]] = languages()
    about: HomeCount
    contact: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a conference talks about, on one page."""

    name: Name
    grade_level: str
    school: str
    cares_about: CaresAbout | None
    going_well: tuple[str, ...]
    days: attendance.DaysSoFar | None
    grid: students.DayGrid | None
    periods: tuple[str, ...]
    courses: tuple[CourseLine, ...]
    tests: tuple[students.TestLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Paper):
    """A profile as a sheet of paper."""

    template: ClassVar[str] = "paper/profile.html"
    languages: ClassVar[dict[str, str]] = languages()
    about: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class CallList(Paper):
    """Whom to call about one day."""

    template: ClassVar[str] = "paper/call_list.html"
    school: str
    day: int
    lines: tuple[RosterLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassList(Paper):
    """A class as its page shows it, with room to write."""

    template: ClassVar[str] = "paper/class_list.html"
    table: ClassTable


@get("/students/{address:str}/letter", action=Action.PRINT_STUDENT, sync_to_thread=True)
def see_letter(
    address: FromPath[str], visit: NamedDependency[Visit], language: FromQuery[str] = ENGLISH
) -> Response[str]:
    """A letter home, to be read before it is printed."""
    [letter] = _letters(visit, Action.PRINT_STUDENT, [visit.key(Kind.STUDENT, address)], "one letter")
    return show(_on_screen(visit, letter, address, "letter", f"?language={language}"), language=_known(language))


@get("/students/{address:str}/letter/pdf", action=Action.PRINT_STUDENT, sync_to_thread=True)
def letter_as_pdf(
    address: FromPath[str], visit: NamedDependency[Visit], language: FromQuery[str] = ENGLISH
) -> Response[bytes]:
    """The same letter as a PDF."""
    letters = _letters(visit, Action.PRINT_STUDENT, [visit.key(Kind.STUDENT, address)], "one letter")
    return as_pdf("letter", [html_of(replace(one, is_pdf=True), _known(language)) for one in letters])


@get("/classes/{address:str}/letters/pdf", action=Action.PRINT_SECTION, sync_to_thread=True)
def letters_of_a_class(
    address: FromPath[str], visit: NamedDependency[Visit], language: FromQuery[str] = ENGLISH
) -> Response[bytes]:
    """A letter for each student of a class of whom enough days are loaded."""
    key = visit.key(Kind.SECTION, address)
    with visit.reading() as reading:
        found = class_roster(reading, key, today=visit.today, school_year=visit.school_year, book=visit.rules(reading))
    if found is None:
        raise NoSuch("class")
    letters = _letters(visit, Action.PRINT_SECTION, [line.student_key for line in found.lines], found.title)
    return as_pdf("letters", [html_of(replace(one, is_pdf=True), _known(language)) for one in letters])


@get("/school/letters/pdf", action=Action.PRINT_SCHOOL, step_up=True, sync_to_thread=True)
def letters_of_a_school(
    visit: NamedDependency[Visit],
    at: FromQuery[str] = "",
    grade: FromQuery[str] = "",
    missed: FromQuery[str] = EVERYBODY,
    language: FromQuery[str] = ENGLISH,
) -> Response[bytes]:
    """A letter for each of those whom the filter of the school's page chose, if enough of their days are loaded."""
    with visit.reading() as reading:
        school = school_of(visit, reading, at)
        here = enrollments(reading, visit.today, school.school_key)
        days = schools.attendance_sums(reading, here, visit.school_year)
        keys = chosen_students(reading, here, days, grade, band_chosen(visit.rules(reading), missed, days), "name")
    letters = _letters(visit, Action.PRINT_SCHOOL, keys, school.name)
    return as_pdf("letters", [html_of(replace(one, is_pdf=True), _known(language)) for one in letters])


@get("/students/{address:str}/profile", action=Action.PRINT_STUDENT, sync_to_thread=True)
def see_profile(
    address: FromPath[str], visit: NamedDependency[Visit], language: FromQuery[str] = ENGLISH
) -> Response[str]:
    """A sheet for a conference, in the family's language."""
    sheet = _profile(visit, visit.key(Kind.STUDENT, address))
    return show(_on_screen(visit, sheet, address, "profile", f"?language={language}"), language=_known(language))


@get("/students/{address:str}/profile/pdf", action=Action.PRINT_STUDENT, sync_to_thread=True)
def profile_as_pdf(
    address: FromPath[str], visit: NamedDependency[Visit], language: FromQuery[str] = ENGLISH
) -> Response[bytes]:
    """The same sheet as a PDF."""
    sheet = _profile(visit, visit.key(Kind.STUDENT, address))
    return as_pdf("conference", [html_of(replace(sheet, is_pdf=True), _known(language))])


@get("/school/calls", action=Action.PRINT_SCHOOL, sync_to_thread=True)
def see_calls(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[str]:
    """Whom to call about the last day with attendance."""
    page = _calls(visit, at)
    return show(replace(page, here="/school/calls", back=f"/school?at={at}", pdf=f"/school/calls/pdf?at={at}"))


@get("/school/calls/pdf", action=Action.PRINT_SCHOOL, sync_to_thread=True)
def calls_as_pdf(visit: NamedDependency[Visit], at: FromQuery[str] = "") -> Response[bytes]:
    """The same list as a PDF."""
    return as_pdf("calls", [html_of(replace(_calls(visit, at), is_pdf=True))])


@get("/classes/{address:str}/list", action=Action.PRINT_SECTION, sync_to_thread=True)
def see_class_list(
    address: FromPath[str], visit: NamedDependency[Visit], sort: FromQuery[str] = "name"
) -> Response[str]:
    """A class for print, in the order of the page."""
    page = _class_list(visit, address, sort)
    back = f"/classes/{address}"
    return show(replace(page, here=f"{back}/list", back=f"{back}?sort={sort}", pdf=f"{back}/list/pdf?sort={sort}"))


@get("/classes/{address:str}/list/pdf", action=Action.PRINT_SECTION, sync_to_thread=True)
def class_list_as_pdf(
    address: FromPath[str], visit: NamedDependency[Visit], sort: FromQuery[str] = "name"
) -> Response[bytes]:
    """The same list as a PDF."""
    return as_pdf("class", [html_of(replace(_class_list(visit, address, sort), is_pdf=True))])


def _class_list(visit: Visit, address: str, order: str) -> ClassList:
    with visit.reading() as reading:
        table = table_of(visit, reading, visit.key(Kind.SECTION, address), order)
    listed = [line.student_key for line in table.lines]
    number = _printed(visit, Action.PRINT_SECTION, listed, f"class list: {table.about.title}")
    frame = visit.bare_frame()
    return ClassList(table=table, today=visit.today, signed=frame.display_name, printed=frame.printed, number=number)


def _letters(visit: Visit, action: Action, keys: Sequence[int], subject: str) -> list[Letter]:
    with visit.reading() as reading:
        first, least = visit.first_day_of_school_year, visit.rules(reading).first_days
        about = home_counts(reading, keys, today=visit.today, school_year=visit.school_year, first_day=first)
    if not about:
        raise NoSuch("student")
    told = [one for one in about if one.days and one.days.days_enrolled > least]
    if not told:
        raise TooEarly(
            f"No letter home is printed yet: it tells of days at school, and is written once more than "
            f"{words.plural(least, 'school day')} of a student are loaded. Before that one absence looks like a habit."
        )
    number = _printed(visit, action, [one.student_key for one in told], f"letters: {subject}")
    contact, signed = visit.house.settings.letter_contact, visit.session.account.display_name
    return [Letter(about=one, today=visit.today, signed=signed, contact=contact, number=number) for one in told]


def _profile(visit: Visit, key: int) -> Sheet:
    today, year = visit.today, visit.school_year
    with visit.reading() as reading:
        record = students.student(reading, key, today)
        if record is None:
            raise NoSuch("student")
        days, grid, seen = None, None, None
        if record.place:
            days, _ = students.days_of(reading, key, record.place.school_key, year)
            grid = students.day_grid(reading, record.place, key, today, visit.first_day_of_school_year)
            seen = situation_of(reading, record.place, today=today, school_year=year)
        shown = learned(reading, [key], today, visit.rules(reading).levels)[key]
        periods, courses = student_courses(reading, key, today)
        about = Profile(
            name=record.name,
            grade_level=record.place.grade_level if record.place else "",
            school=record.school,
            cares_about=cares_about(reading, key),
            going_well=tuple(going_well(seen, shown)) if seen else (),
            days=days,
            grid=grid,
            periods=periods,
            courses=tuple(courses),
            tests=tuple(students.tests_of(reading, key, today)),
        )
    number = _printed(visit, Action.PRINT_STUDENT, [key], "conference sheet", reason=record.name.reason)
    frame = visit.bare_frame()
    return Sheet(about=about, today=today, signed=frame.display_name, printed=frame.printed, number=number)


def _calls(visit: Visit, at: str) -> CallList:
    with visit.reading() as reading:
        school = school_of(visit, reading, at)
        here = enrollments(reading, visit.today, school.school_key)
        since = visit.first_day_of_school_year
        taken = attendance.days_taken(reading, [school.school_key], since, visit.today).get(school.school_key, [])
        if not taken:
            raise Trouble("No attendance of this school year is loaded for this school, so there is nobody to call.")
        away = away_without_reason(reading, here, taken[-1])
        lines = roster_lines(reading, away, today=visit.today, school_year=visit.school_year, here=here)
    number = _printed(visit, Action.PRINT_SCHOOL, away, f"call list: {school.name}")
    frame = visit.bare_frame()
    return CallList(
        school=school.name,
        day=taken[-1],
        lines=tuple(lines),
        today=visit.today,
        signed=frame.display_name,
        printed=frame.printed,
        number=number,
    )


def _printed(visit: Visit, action: Action, keys: Sequence[int], subject: str, reason: str = "") -> int:
    return visit.saw(action, students=tuple(keys), subject=subject, reason=reason)


def _on_screen(visit: Visit, page: Letter | Sheet, address: str, kind: str, more: str = "") -> Letter | Sheet:
    student = f"/students/{address}"
    return replace(page, here=f"{student}/{kind}", back=student, pdf=f"{student}/{kind}/pdf{more}")


def _known(language: str) -> str:
    if language not in languages():
        raise NoSuch("language")
    return language


def as_pdf(name: str, sheets: list[str]) -> Response[bytes]:
    """Sheets of paper as one PDF that no browser opens in place."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(pdf_of(sheets), media_type="application/pdf", headers=headers)


PAPER = [
    see_letter, letter_as_pdf, letters_of_a_class, letters_of_a_school, see_profile, profile_as_pdf, see_calls,
    calls_as_pdf, see_class_list, class_list_as_pdf,
]  # fmt: skip
