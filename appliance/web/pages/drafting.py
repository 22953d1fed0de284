"""Drafting a release: asked for at the desk, made behind the page, which says how far it is or why it was refused."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.jobs.drafting import Draft, Drafting
from appliance.jobs.make_release import STEPS
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

LOOK_AGAIN_SECONDS = 3
_HERE = "/releases/drafting"


@dataclass(frozen=True, slots=True)
class DraftingPage:
    """The draft in hand, or why the last one was refused. `draft`: None when this server has made none."""

    template: ClassVar[str] = "pages/drafting.html"
    steps: ClassVar[tuple[str, ...]] = STEPS
    frame: Frame
    draft: Draft | None


class DraftForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends. `amends`: the number of the release that this one replaces, or nothing."""

    csrf: str
    snapshot: Annotated[str, msgspec.Meta(max_length=10)]
    amends: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{0,9}$")] = ""
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


@post("/releases/draft", action=Action.DRAFT_RELEASE, sync_to_thread=True)
def draft_release(
    request: Request[Any, Any, Any], visit: NamedDependency[Visit], data: FromForm[DraftForm]
) -> Redirect:
    """Begin to count a day, protect it together with what left before, and attack it."""
    try:
        snapshot = date.fromisoformat(data.snapshot)
    except ValueError:
        raise Trouble("The day is not written like 2026-10-01.") from None
    amends = int(data.amends) if data.amends else None
    drafting(request).begin(snapshot, by=visit.session.account.username, amends=amends, reason=data.reason)
    return Redirect(_HERE, status_code=303)


@get(_HERE, action=Action.DRAFT_RELEASE, sync_to_thread=True)
def see_drafting(request: Request[Any, Any, Any], visit: NamedDependency[Visit]) -> Response[Any]:
    """How far the draft is. While it is made, the browser asks again by itself; then it is led to the draft."""
    one = drafting(request).last
    if one and one.state == "drafted":
        return Redirect(f"/releases/{one.release}", status_code=303)
    with visit.reading() as reading:
        answer = show(DraftingPage(visit.frame(reading), one))
    if one and one.is_busy:
        answer.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return answer


def drafting(request: Request[Any, Any, Any]) -> Drafting:
    """Where this server makes its drafts."""
    found = request.app.state["drafting"]
    assert isinstance(found, Drafting)
    return found


DRAFTING_PAGES = [draft_release, see_drafting]
