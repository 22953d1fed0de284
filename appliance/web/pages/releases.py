"""Releases: what has left the district, what is on its way, and where the next is drafted."""

from dataclasses import dataclass
from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency

from appliance.actions import Action, may
from appliance.days import from_day_number
from appliance.jobs.drafting import Draft
from appliance.jobs.policy import last_signed, waiting
from appliance.jobs.release_record import listed
from appliance.jobs.release_states import LEFT
from appliance.web.pages.drafting import drafting
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
    has_rules: bool
    """Whether two people have signed the rules; nothing is drafted before."""
    proposed: int
    """How many proposals of rules wait for a signature."""
    releases: tuple[dict[str, Any], ...]
    in_hand: Draft | None
    """What is being drafted, for those who draft; its form waits until that is over."""

    @property
    def left(self) -> tuple[dict[str, Any], ...]:
        """Those that a new release can amend."""
        return tuple(one for one in self.releases if one["status"] in LEFT)


def may_see(visit: Visit, release: dict[str, Any]) -> bool:
    """Whoever makes releases sees all of them; everybody else those that left, which are public."""
    return may(visit.role, Action.APPROVE_RELEASE) or release["status"] in LEFT


@get("/releases", action=Action.SEE_RELEASES, sync_to_thread=True)
def see_releases(request: Request[Any, Any, Any], visit: NamedDependency[Visit]) -> Response[str]:
    """What leaves, or has left, the district. Totals only; no student stands on this page."""
    drafts = may(visit.role, Action.DRAFT_RELEASE)
    last = drafting(request).last if drafts else None
    with visit.reading() as reading:
        frame = visit.frame(reading)
    return show(
        ReleasesPage(
            frame=frame,
            drafts=drafts,
            makes=may(visit.role, Action.APPROVE_RELEASE),
            today=from_day_number(visit.today).isoformat(),
            has_rules=last_signed(visit.house.database) is not None,
            proposed=len(waiting(visit.house.database)),
            releases=tuple(one for one in listed(visit.house.database) if may_see(visit, one)),
            in_hand=last if last and last.is_busy else None,
        )
    )
