"""The page for what went wrong: what happened, and what to do."""

import secrets
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import HomeTrouble, NotAllowed, Sentence, Trouble
from appliance.jobs.student_budget import OverBudget
from appliance.storage.database import Event
from appliance.web.arriving import frame_of, house_of
from appliance.web.guards import ProveAgain, recognize
from appliance.web.headers import log
from appliance.web.rendering import show
from appliance.web.visit import Frame, NoSuch, Visit

_SENTENCES = {
    400: (
        Sentence("That form could not be read"),
        Sentence("One of its fields is missing, too long or not one that Schoolhouse knows."),
    ),
    404: (Sentence("No such page"), Sentence("The address may be mistyped, or the page may have moved.")),
    405: (Sentence("That does not work here"), Sentence("This address does not take that kind of request.")),
    413: (Sentence("That was too large"), Sentence("Schoolhouse did not read it.")),
}


@dataclass(frozen=True, slots=True)
class TroublePage:
    """What happened, what to do, and where to go on."""

    template: ClassVar[str] = "pages/trouble.html"
    frame: Frame
    title: str
    sentence: str
    incident: str = ""
    going_on: str = ""
    """Where the person says once more who they are, if that is what is asked of them."""


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[str] | Redirect:
    """An answer for what the framework or a guard refused. Nothing of what was sent is repeated."""
    if isinstance(error, ProveAgain):
        return Redirect(f"/prove?next={quote(error.going_on)}", status_code=303)
    if isinstance(error, NotAuthorizedException):
        going_on = f"?next={quote(request.scope['path'])}" if request.method == "GET" else ""
        return Redirect(f"/sign-in{going_on}", status_code=303)
    status = error.status_code
    if status in (404, 405) and "user" not in request.scope:
        # An address that leads nowhere has no guard, so nobody has looked yet who it is that went astray.
        with suppress(HomeTrouble):
            recognize(request, house_of(request))
    if status in (403, 404):
        _note_refusal(request, error)
    if isinstance(error, NoSuch):
        sentence = Sentence(
            "Either there is no such %(thing)s, or not one that you may see. An address works only in the sign-in in "
            "which it was made: open the page again from your own lists.",
            thing=error.thing,
        )
        page = _page(request, Sentence("No such %(thing)s", thing=error.thing), sentence)
    elif status == 403:
        page = _page(request, Sentence("This is not open to you"), error.detail)
    else:
        title, sentence = _SENTENCES.get(status, (Sentence("That did not work"), Sentence("Go back and try again.")))
        page = _page(request, title, sentence)
    response = show(page, status_code=status)
    if status == 405 and error.headers:
        response.headers.update(error.headers)
    return response


def answer_over_budget(request: Request[Any, Any, Any], error: OverBudget) -> Response[str]:
    """An answer for somebody who has opened as many students as their role does. The alarm is raised by now."""
    page = TroublePage(_frame(request), Sentence("More students than usual"), str(error), going_on="/prove?next=/")
    return show(page, status_code=429)


def answer_trouble(request: Request[Any, Any, Any], error: Trouble) -> Response[str]:
    """An answer for what a person can mend: the error's own sentence."""
    status = 403 if isinstance(error, NotAllowed) else 503 if isinstance(error, HomeTrouble) else 400
    return show(_page(request, Sentence("That did not work"), str(error)), status_code=status)


def answer_fault(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    """An answer for a fault of ours: a number to ask about. The log gets the place, never a value."""
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(sys.exc_info()[2] or error.__traceback__)
    log.error(
        "fault",
        incident=incident,
        route=request.scope.get("path_template", "(none)"),
        error=type(error).__name__,
        at=[f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    )
    sentence = Sentence(
        "Nothing was changed by it. If it happens again, give this number to the person who looks after Schoolhouse."
    )
    return show(_page(request, Sentence("Something went wrong here"), sentence, incident), status_code=500)


def _note_refusal(request: Request[Any, Any, Any], error: HTTPException) -> None:
    """Keep in the log that somebody who is signed in was refused. About whom, nobody can say: perhaps about nobody."""
    visit = request.scope.get("user")
    if not isinstance(visit, Visit) or (error.status_code == 404 and not isinstance(error, NoSuch)):
        return
    what = error.thing if isinstance(error, NoSuch) else "a page"
    route = request.scope.get("path_template", "")
    with suppress(HomeTrouble):  # The refusal stands, and shows nobody, even if it cannot be written down.
        visit.house.database.record(Event(visit.session.account.username, Action.REFUSED, what, route))


def _page(request: Request[Any, Any, Any], title: str, sentence: str, incident: str = "") -> TroublePage:
    return TroublePage(_frame(request), title, sentence, incident)


def _frame(request: Request[Any, Any, Any]) -> Frame:
    """As much frame as can be had without the database, which may be what failed."""
    visit = request.scope.get("user")
    return visit.bare_frame() if isinstance(visit, Visit) else frame_of(request)
