"""Signing in and out."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.web.forms import FromForm
from appliance.web.front_desk import DeskIsFull, SignInRefused
from appliance.web.rendering import show
from appliance.web.visit import Frame, House, Visit


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form, and what went wrong the last time."""

    template: ClassVar[str] = "pages/sign_in.html"
    frame: Frame
    next: str
    trouble: str = ""


class SignInForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends."""

    username: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    next: Annotated[str, msgspec.Meta(max_length=500)] = ""


def safe_next(address: str) -> str:
    """A place on this server to go on to, or the front page: never another server (`//evil`, `\\evil`)."""
    is_local = address.startswith("/") and not address.startswith("//")
    return address if is_local and address.isprintable() and not set(address) & set("\\\t\r\n :@") else "/"


@get("/sign-in", action=Action.SIGN_IN, sync_to_thread=False)
def sign_in_page(request: Request, next: FromQuery[str] = "") -> Response[str]:  # type: ignore[type-arg]  # noqa: A002
    """The form."""
    return show(SignInPage(_frame(request), safe_next(next)))


@post("/sign-in", action=Action.SIGN_IN)
async def sign_in(
    request: Request,  # type: ignore[type-arg]
    data: FromForm[SignInForm],
) -> Response[str] | Redirect:
    """Check name and password; a new session, or the form again with the reason."""
    house: House = request.app.state["house"]
    going_on = safe_next(data.next)
    try:
        session = await house.front_desk.sign_in(
            data.username, data.password, old_token=request.cookies.get(house.cookie, "")
        )
    except DeskIsFull as full:
        trouble = "Many people are signing in at this moment. Wait a few seconds and try again."
        response = show(SignInPage(_frame(request), going_on, trouble), status_code=503)
        response.headers["Retry-After"] = str(full.retry_after_seconds)
        return response
    except SignInRefused as refused:
        trouble = "That name and password do not belong together."
        if refused.wait_seconds:
            trouble += f" Wait {refused.wait_seconds} seconds before you try again."
        return show(SignInPage(_frame(request), going_on, trouble), status_code=401)
    redirect = Redirect(going_on, status_code=303)
    redirect.cookies.append(
        Cookie(
            house.cookie,
            value=session.token,
            path="/",
            httponly=True,
            secure=house.secure_cookies,
            samesite="lax",
            max_age=house.sessions.longest_seconds,
        )
    )
    return redirect


@post("/sign-out", action=Action.SIGN_OUT, sync_to_thread=True)
def sign_out(visit: NamedDependency[Visit]) -> Redirect:
    """End the session on the server, and ask the browser to forget what it kept."""
    visit.house.sessions.end(visit.session)
    redirect = Redirect("/sign-in", status_code=303, headers={"Clear-Site-Data": '"cache", "storage"'})
    redirect.delete_cookie(visit.house.cookie, path="/")
    return redirect


def _frame(request: Request) -> Frame:  # type: ignore[type-arg]
    house: House = request.app.state["house"]
    return Frame(rehearsal_day=None if house.as_of is None else house.today)
