"""Releases: what has left the district, what is on its way, and a draft of the next."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from appliance.actions import Action, may
from appliance.days import from_day_number
from appliance.errors import Trouble
from appliance.jobs.make_release import draft
from appliance.jobs.release_record import listed
from appliance.jobs.release_states import LEFT
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class ReleasesPage:
    """The releases, newest first. Who does not make them reads those that left."""

    template: ClassVar[str] = "pages/releases.html"
    frame: Frame
    drafts: bool
    makes: bool
    today: str
    releases: tuple[dict[str, Any], ...]

    @property
    def left(self) -> tuple[dict[str, Any], ...]:
        """Those that a new release can amend."""
        return tuple(one for one in self.releases if one["status"] in LEFT)


def may_see(visit: Visit, release: dict[str, Any]) -> bool:
    """Whoever makes releases sees all of them; everybody else those that left, which are public."""
    return may(visit.role, Action.APPROVE_RELEASE) or release["status"] in LEFT


@get("/releases", action=Action.SEE_RELEASES, sync_to_thread=True)
def see_releases(visit: NamedDependency[Visit]) -> Response[str]:
    """What leaves, or has left, the district. Totals only; no student stands on this page."""
    with visit.reading() as reading:
        frame = visit.frame(reading)
    return show(
        ReleasesPage(
            frame=frame,
            drafts=may(visit.role, Action.DRAFT_RELEASE),
            makes=may(visit.role, Action.APPROVE_RELEASE),
            today=from_day_number(visit.today).isoformat(),
            releases=tuple(one for one in listed(visit.house.database) if may_see(visit, one)),
        )
    )


class DraftForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends. `amends`: the number of the release that this one replaces, or nothing."""

    csrf: str
    snapshot: Annotated[str, msgspec.Meta(max_length=10)]
    amends: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,9}$")] = ""
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


@post("/releases/draft", action=Action.DRAFT_RELEASE, sync_to_thread=True)
def draft_release(visit: NamedDependency[Visit], data: FromForm[DraftForm]) -> Redirect:
    """Count a day, protect it together with what left before, attack it, and keep the draft."""
    try:
        snapshot = date.fromisoformat(data.snapshot)
    except ValueError:
        raise Trouble("The day is not written like 2026-10-01.") from None
    made = draft(
        visit.house.database,
        snapshot,
        visit.house.settings,
        by=visit.session.account.username,
        amends=int(data.amends) if data.amends else None,
        reason=data.reason,
    )
    return Redirect(f"/releases/{made['release_key']}", status_code=303)
