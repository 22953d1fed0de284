"""Finding a student by name. The name that was typed stands in no address and in no log."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from appliance.actions import Action
from appliance.student_level.records.enrollments import Enrollment, Name, enrollments, find_by_name
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The students whose name holds what was typed."""

    template: ClassVar[str] = "pages/found.html"
    frame: Frame
    typed: str
    found: tuple[tuple[str, Name, Enrollment | None], ...]
    is_cut: bool


class FindForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends."""

    csrf: str
    name: Annotated[str, msgspec.Meta(max_length=100)]


@post("/find", action=Action.SEE_STUDENT, sync_to_thread=True, status_code=200)
def find_student(visit: NamedDependency[Visit], data: FromForm[FindForm]) -> Response[str]:
    """The reader's own students with such a name. The log keeps whom the list showed, not what was typed."""
    typed = " ".join(data.name.split())
    with visit.reading() as reading:
        found, is_cut = find_by_name(reading, typed) if typed else ({}, False)
        here = enrollments(reading, visit.today) if found else {}
        lines = tuple((visit.student_address(key), name, here.get(key)) for key, name in found.items())
        page = FoundPage(visit.frame(reading), typed, lines, is_cut)
    if found:
        visit.saw(Action.SEE_SECTION, students=tuple(found), subject="found by name")
    return show(page)
