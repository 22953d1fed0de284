"""What I can see: whose pages open for this reader, and why."""

from dataclasses import dataclass
from typing import ClassVar

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Redirect

from appliance.actions import RIGHTS, Action, Role
from appliance.roles import Scope
from appliance.student_level.records.scope import Reason, reasons
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class MyScopePage:
    """The reader's role, rights, and how many students they may see for which reason."""

    template: ClassVar[str] = "pages/my_scope.html"
    frame: Frame
    role: Role
    in_roster: bool
    sees_students: bool
    reasons: tuple[Reason, ...]
    rights: tuple[Action, ...]


@get("/what-i-can-see", action=Action.SEE_MY_SCOPE, sync_to_thread=True)
def see_my_scope(visit: NamedDependency[Visit]) -> Response[str] | Redirect:
    """Counts and reasons, no name. A family reads what is kept instead."""
    if visit.role is Role.GUARDIAN:  # for whom a page of its own says so in their language
        return Redirect("/what-we-keep", status_code=303)
    sees_students = visit.role.terms.scope not in (Scope.NOBODY, Scope.ONE_BY_NAME)
    with visit.reading() as reading:
        page = MyScopePage(
            frame=visit.frame(reading),
            role=visit.role,
            in_roster=visit.person.staff_key is not None,
            sees_students=sees_students,
            reasons=tuple(reasons(reading)) if sees_students else (),
            rights=tuple(action for action in Action if action in RIGHTS[visit.role]),
        )
    return show(page)
