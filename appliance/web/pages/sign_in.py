"""Signing in with a password, and out."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.doorkeeper.asking import DirectoryTrouble
from appliance.errors import Sentence
from appliance.jobs.directory_people import NotInRoster
from appliance.web.admission import LockedDown, SignInRefused
from appliance.web.arriving import AnyRequest, frame_of, go_on, house_of, knock, place, safe_next, ways_in
from appliance.web.forms import FromForm
from appliance.web.front_desk import DeskIsFull
from appliance.web.pages.trouble import TroublePage
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

LOCKED = Sentence("Schoolhouse is locked for now. The district’s administrator can say why, and until when.")


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form, the other ways in, and what went wrong the last time."""

    template: ClassVar[str] = "pages/sign_in.html"
    frame: Frame
    next: str
    takes_passkeys: bool
    provider_name: str
    trouble: str = ""


class SignInForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends. A box that is not ticked is not sent."""

    username: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    next: Annotated[str, msgspec.Meta(max_length=500)] = ""
    shared: Annotated[str, msgspec.Meta(max_length=3)] = ""


@get("/sign-in", action=Action.SIGN_IN, sync_to_thread=False)
def sign_in_page(request: AnyRequest, next: FromQuery[str] = "") -> Response[str]:  # noqa: A002
    """The form."""
    return _form(request, safe_next(next))


@post("/sign-in", action=Action.SIGN_IN)
async def sign_in(request: AnyRequest, data: FromForm[SignInForm]) -> Response[str] | Redirect:
    """Check name and password; a new session, the second factor, or the form again with the reason."""
    going_on = safe_next(data.next)
    arriving = knock(request, going_on=going_on, is_shared=bool(data.shared))
    try:
        outcome = await house_of(request).front_desk.sign_in(data.username, data.password, arriving)
    except DeskIsFull as full:
        trouble = Sentence("Many people are signing in at this moment. Wait a few seconds and try again.")
        response = _form(request, going_on, trouble, 503)
        response.headers["Retry-After"] = str(full.retry_after_seconds)
        return response
    except SignInRefused as refused:
        trouble = Sentence("That name and password do not belong together.")
        if refused.wait_seconds:
            trouble = Sentence(
                "That name and password do not belong together. Wait %(seconds)s seconds before you try again.",
                seconds=refused.wait_seconds,
            )
        return _form(request, going_on, trouble, 401)
    except LockedDown:
        return _form(request, going_on, LOCKED, 403)
    except DirectoryTrouble as trouble:
        return _form(request, going_on, str(trouble), 503)
    except NotInRoster as stranger:
        return explain(request, stranger)
    return go_on(request, outcome, going_on)


@post("/sign-out", action=Action.SIGN_OUT, sync_to_thread=True)
def sign_out(visit: NamedDependency[Visit]) -> Redirect:
    """End the session on the server, and ask the browser to forget what it kept."""
    visit.house.sessions.end(visit.session)
    redirect = Redirect("/sign-in", status_code=303, headers={"Clear-Site-Data": '"cache", "storage"'})
    redirect.delete_cookie(visit.house.cookie, path="/")
    return redirect


def explain(request: AnyRequest, stranger: NotInRoster) -> Response[str]:
    """The page for somebody whom the directory knows and the roster does not: no session, and no data."""
    page = TroublePage(frame_of(request), Sentence("Schoolhouse has nothing to show you yet"), str(stranger))
    return show(page, status_code=403)


def _form(request: AnyRequest, going_on: str, trouble: str = "", status_code: int = 200) -> Response[str]:
    ways = ways_in(request)
    provider_name = ways.provider_name if ways.provider else ""
    page = SignInPage(frame_of(request), going_on, place(request).takes_passkeys, provider_name, trouble)
    return show(page, status_code=status_code)
