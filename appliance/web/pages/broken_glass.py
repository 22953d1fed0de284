"""Breaking the glass: one student, for an hour, with a reason; and the weekly report of who did."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from appliance.actions import Action
from appliance.jobs import broken_glass
from appliance.student_level.records.enrollments import Name, find_by_name
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class BreakGlassPage:
    """The form, and what is open to the reader at this moment."""

    template: ClassVar[str] = "pages/break_glass.html"
    longest_reason: ClassVar[int] = broken_glass.LONGEST_REASON
    shortest_reason: ClassVar[int] = broken_glass.SHORTEST_REASON
    frame: Frame
    open_now: tuple[tuple[str, Name], ...]


@dataclass(frozen=True, slots=True)
class BrokenGlassPage:
    """The week so far, and the week before; then how many there were in the weeks that were reported."""

    template: ClassVar[str] = "pages/broken_glass.html"
    frame: Frame
    this_week: tuple[broken_glass.Breaking, ...]
    last_week: tuple[broken_glass.Breaking, ...]
    reports: tuple[broken_glass.WeekReport, ...]


class BreakForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends."""

    csrf: str
    student: Annotated[str, msgspec.Meta(max_length=100)]
    reason: Annotated[str, msgspec.Meta(max_length=broken_glass.LONGEST_REASON)]


@get("/break-glass", action=Action.BREAK_GLASS, step_up=True, sync_to_thread=True)
def see_break_glass(visit: NamedDependency[Visit]) -> Response[str]:
    """What it means to break the glass, before anybody does."""
    with visit.reading() as reading:
        found, _ = find_by_name(reading, "")
        lines = tuple((visit.student_address(key), name) for key, name in found.items())
        page = BreakGlassPage(visit.frame(reading), lines)
    if found:
        visit.saw(Action.BREAK_GLASS, students=tuple(found), reason="opened by breaking the glass", subject="list")
    return show(page)


@post("/break-glass/open", action=Action.BREAK_GLASS, step_up=True, step_up_from="/break-glass", sync_to_thread=True)
def break_glass(visit: NamedDependency[Visit], data: FromForm[BreakForm]) -> Redirect:
    """Write down who opens whom and why; then go to the student's page."""
    key = broken_glass.break_glass(visit.house.database, visit.viewer, data.student, data.reason)
    return Redirect(visit.student_address(key), status_code=303)


@get("/broken-glass", action=Action.SEE_BROKEN_GLASS, sync_to_thread=True)
def see_broken_glass(visit: NamedDependency[Visit]) -> Response[str]:
    """Who broke the glass, when, why, and at which school the student is. No student is named here."""
    database, monday = visit.house.database, broken_glass.monday_of(visit.house.clock())
    with visit.reading() as reading:
        frame = visit.frame(reading)
    page = BrokenGlassPage(
        frame,
        tuple(broken_glass.breakings(database, monday)),
        tuple(broken_glass.breakings(database, monday - 7)),
        tuple(broken_glass.reports(database)),
    )
    return show(page)
