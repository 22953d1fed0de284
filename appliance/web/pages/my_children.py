"""A guardian's page: the own children's days at school, and who opened their records."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency

from appliance.actions import Action
from appliance.storage.database import Reading
from appliance.student_level.records import students
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.enrollments import Name, enrollments, find_by_name
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class Child:
    """One child, as the family sees them."""

    name: Name
    grade_level: str
    days: DaysSoFar | None
    openings: tuple[students.Opening, ...]


@dataclass(frozen=True, slots=True)
class MyChildrenPage:
    """The children of one guardian. `is_open`: whether the district lets families in at all."""

    template: ClassVar[str] = "pages/my_children.html"
    frame: Frame
    is_open: bool
    children: tuple[Child, ...]


@get("/my-children", action=Action.SEE_OWN_CHILDREN, sync_to_thread=True)
def see_my_children(visit: NamedDependency[Visit]) -> Response[str]:
    """Days missed, and everybody who looked in the last 30 days."""
    with visit.reading() as reading:
        found, _ = find_by_name(reading, "")
        children = tuple(_child(visit, reading, key, name) for key, name in found.items())
        page = MyChildrenPage(visit.frame(reading), visit.house.settings.family_pages, children)
    if found:
        visit.saw(Action.SEE_OWN_CHILDREN, students=tuple(found))
    return show(page)


def _child(visit: Visit, reading: Reading, key: int, name: Name) -> Child:
    place = enrollments(reading, visit.today).get(key)
    days = students.days_of(reading, key, place.school_key, visit.school_year)[0] if place else None
    opened = students.openings_of(reading, key, Action.SEE_STUDENT, visit.house.wall_day)
    return Child(name, place.grade_level if place else "", days, tuple(opened))
