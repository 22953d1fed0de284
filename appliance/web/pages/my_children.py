"""A guardian's pages: the own children's records and who opened them; what is kept, who sees it, what one may ask."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency

from appliance.actions import Action
from appliance.storage.database import Reading
from appliance.student_level.records import students
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.cares_about import CaresAbout, cares_about
from appliance.student_level.records.courses import CourseLine, student_courses
from appliance.student_level.records.enrollments import Name, enrollments, find_by_name
from appliance.student_level.records.who_looked import Opening, openings_of
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit
from appliance.web.what_is_kept import Kept, kept_here


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
class WhatWeKeepPage:
    """What the school keeps, in a family's words. `contact`: how they reach the school."""

    template: ClassVar[str] = "pages/what_we_keep.html"
    frame: Frame
    facts: tuple[Kept, ...]
    contact: str


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
    facts = kept_here(visit.house.database)
    with visit.reading() as reading:
        return show(WhatWeKeepPage(visit.frame(reading), facts, visit.house.settings.letter_contact))


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
        openings=tuple(openings_of(reading, key, visit.house.wall_day)),
    )


FAMILY_PAGES = [see_my_children, see_what_we_keep]
