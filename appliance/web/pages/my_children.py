"""A guardian's pages: the own children's records and who opened them; what is kept, who sees it, what one may ask."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency

from appliance.actions import Action
from appliance.errors import Sentence
from appliance.roles import FieldGroup, Role, Scope
from appliance.storage.database import Reading
from appliance.storage.field_catalogue import FIELDS
from appliance.student_level.records import students
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.cares_about import CaresAbout, cares_about
from appliance.student_level.records.courses import CourseLine, student_courses
from appliance.student_level.records.enrollments import Name, enrollments, find_by_name
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody on the staff who opened the record: when last (ISO text), and as what."""

    display_name: str
    word: str
    at: str


@dataclass(frozen=True, slots=True)
class Child:
    """One child, as the family sees them."""

    name: Name
    grade_level: str
    school: str
    cares_about: CaresAbout | None
    days: DaysSoFar | None
    grid: students.DayGrid | None
    periods: tuple[str, ...]
    courses: tuple[CourseLine, ...]
    tests: tuple[students.TestLine, ...]
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class MyChildrenPage:
    """The children of one guardian. `is_open`: whether the district lets families in at all."""

    template: ClassVar[str] = "pages/my_children.html"
    frame: Frame
    is_open: bool
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of fact: what for, which roles see it beside a child's name, and until when it stays."""

    what: Sentence
    purpose: Sentence
    seen_by: tuple[str, ...]
    until: str


@dataclass(frozen=True, slots=True)
class WhatWeKeepPage:
    """What the school keeps, in a family's words. `contact`: how they reach the school."""

    template: ClassVar[str] = "pages/what_we_keep.html"
    frame: Frame
    facts: tuple[Kept, ...]
    contact: str


def _seen_by(group: FieldGroup) -> tuple[str, ...]:
    daily = set(Role) - {role for role in Role if role.terms.scope in (Scope.BROKEN_GLASS, Scope.OWN_CHILDREN)}
    return tuple(role.terms.word for role in Role if role in daily and group in role.terms.fields)


def _kept(table: str) -> str:
    return next(field.kept for field in FIELDS if field.table == table)


_FACTS = (
    Kept(
        Sentence("Name, grade and classes"), Sentence("Knowing who is in which class"), _seen_by(FieldGroup.NAMES),
        _kept("student"),
    ),
    Kept(
        Sentence("Days at school"), Sentence("Calling when a child is away, and planning help"),
        _seen_by(FieldGroup.ATTENDANCE), _kept("attendance_day"),
    ),
    Kept(
        Sentence("Grades, missing work and tests"), Sentence("Tutoring, and talking with you"),
        _seen_by(FieldGroup.LEARNING), _kept("grade"),
    ),
    Kept(
        Sentence("Notes of talks, and help that was given"), Sentence("Remembering what was agreed"),
        _seen_by(FieldGroup.CHECK_INS), _kept("check_in"),
    ),
    Kept(
        Sentence("English learner, bilingual, gifted and career programs"),
        Sentence("Giving the help that the program promises"), _seen_by(FieldGroup.PROGRAMS),
        _kept("program_membership"),
    ),
    Kept(
        Sentence("Special education and Section 504"), Sentence("Giving the help that was agreed"),
        _seen_by(FieldGroup.SPECIAL_EDUCATION), _kept("program_membership"),
    ),
    Kept(
        Sentence("Birth date, sex, race and ethnicity"),
        Sentence("Telling two children apart, and counting groups; no page shows them beside a name"), (),
        _kept("student"),
    ),
    Kept(
        Sentence("Who opened the record"), Sentence("Telling you, and finding misuse"),
        _seen_by(FieldGroup.OPENINGS), _kept("access_log"),
    ),
)  # fmt: skip


@get("/my-children", action=Action.SEE_OWN_CHILDREN, sync_to_thread=True)
def see_my_children(visit: NamedDependency[Visit]) -> Response[str]:
    """Days, courses and tests, and everybody who looked in the last 30 days."""
    with visit.reading() as reading:
        found, _ = find_by_name(reading, "")
        children = tuple(_child(visit, reading, key, name) for key, name in found.items())
        page = MyChildrenPage(visit.frame(reading), visit.house.settings.family_pages, children)
    if found:
        visit.saw(Action.SEE_OWN_CHILDREN, students=tuple(found))
    return show(page)


@get("/what-we-keep", action=Action.SEE_OWN_CHILDREN, sync_to_thread=True)
def see_what_we_keep(visit: NamedDependency[Visit]) -> Response[str]:
    """The same for every child, so it names none."""
    with visit.reading() as reading:
        return show(WhatWeKeepPage(visit.frame(reading), _FACTS, visit.house.settings.letter_contact))


def _child(visit: Visit, reading: Reading, key: int, name: Name) -> Child:
    record = students.student(reading, key, visit.today)
    place = enrollments(reading, visit.today).get(key)
    days = students.days_of(reading, key, place.school_key, visit.school_year)[0] if place else None
    first = visit.first_day_of_school_year
    periods, courses = student_courses(reading, key, visit.today)
    return Child(
        name=name,
        grade_level=place.grade_level if place else "",
        school=record.school if record else "",
        cares_about=cares_about(reading, key),
        days=days,
        grid=students.day_grid(reading, place, key, visit.today, first) if place and days else None,
        periods=periods,
        courses=tuple(courses),
        tests=tuple(students.tests_of(reading, key, visit.today)),
        openings=tuple(_openings(visit, reading, key)),
    )


def _openings(visit: Visit, reading: Reading, key: int) -> list[Opening]:
    found = students.openings_of(reading, key, Action.SEE_STUDENT, visit.house.wall_day)
    return [Opening(one.display_name, Role(one.role).terms.word if one.role else "", one.at) for one in found]


FAMILY_PAGES = [see_my_children, see_what_we_keep]
