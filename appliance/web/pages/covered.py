"""A substitute's page: the classes of the teacher who is away today, and the names in them. Nothing else."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency

from appliance.actions import Action
from appliance.student_level.records.sections import CoveredClass, covered_classes
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class CoveredPage:
    """Names by class."""

    template: ClassVar[str] = "pages/covered.html"
    frame: Frame
    today: int
    classes: tuple[CoveredClass, ...]


@get("/covered", action=Action.SEE_COVERED_CLASS, sync_to_thread=True)
def see_covered(visit: NamedDependency[Visit]) -> Response[str]:
    """Who sits in the room, until the day code ends."""
    with visit.reading() as reading:
        page = CoveredPage(visit.frame(reading), visit.today, tuple(covered_classes(reading, visit.today)))
    students = tuple(key for one in page.classes for key in one.student_keys)
    if students:
        visit.saw(Action.SEE_COVERED_CLASS, students=students)
    return show(page)
