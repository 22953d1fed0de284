"""The second factor on the way in: a code of the app or of paper, or setting the app up for the first time."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import Sentence
from appliance.jobs.second_factors import QrCode, app_address, qr_code
from appliance.web.admission import Halfway, LockedDown, SignInRefused, StartAgain, WrongCode
from appliance.web.arriving import (
    AnyRequest,
    admissions_of,
    frame_of,
    go_on,
    place,
    safe_next,
    step_token,
    with_session,
)
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame

WRONG = Sentence("That code is not right, or it was used already. An app shows a new one every half minute.")


@dataclass(frozen=True, slots=True)
class SecondFactorPage:
    """Where the code goes."""

    template: ClassVar[str] = "pages/second_factor.html"
    frame: Frame
    next: str
    takes_passkeys: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class AppPage:
    """The picture that the app reads, the same as letters, and where its first code goes. `address`: the form's."""

    template: ClassVar[str] = "pages/set_up_app.html"
    frame: Frame
    next: str
    address: str
    qr: QrCode
    secret: str
    trouble: str = ""
    ticket: str = ""

    @property
    def letters(self) -> str:
        """The secret in groups of four, to be typed."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


@dataclass(frozen=True, slots=True)
class PaperCodesPage:
    """The codes for the day when the phone is gone, shown this once."""

    template: ClassVar[str] = "pages/paper_codes.html"
    frame: Frame
    next: str
    codes: tuple[str, ...]


class CodeForm(msgspec.Struct, forbid_unknown_fields=True):
    """What a form with a code sends."""

    code: Annotated[str, msgspec.Meta(max_length=60)]
    next: Annotated[str, msgspec.Meta(max_length=500)] = ""


@get("/sign-in/second", action=Action.SIGN_IN, sync_to_thread=False)
def second_factor(request: AnyRequest, next: FromQuery[str] = "") -> Response[str] | Redirect:  # noqa: A002
    """Ask for the code."""
    person = _halfway(request)
    return _ask(request, safe_next(next)) if person and person.has_factor else _from_the_start()


@post("/sign-in/second", action=Action.SIGN_IN, sync_to_thread=True)
def bring_code(request: AnyRequest, data: FromForm[CodeForm]) -> Response[str] | Redirect:
    """Check the code; a session, or the form again."""
    going_on = safe_next(data.next)
    try:
        session = admissions_of(request).bring_code(step_token(request), data.code)
    except WrongCode:
        return _ask(request, going_on, WRONG)
    except (StartAgain, SignInRefused, LockedDown):
        return _from_the_start()
    return go_on(request, session, going_on)


@get("/sign-in/app", action=Action.SIGN_IN, sync_to_thread=False)
def set_up_app_page(request: AnyRequest, next: FromQuery[str] = "") -> Response[str] | Redirect:  # noqa: A002
    """How to set up an app, for somebody whose role needs one and who has none."""
    person = _halfway(request)
    return _show_app(request, person, safe_next(next)) if person and not person.has_factor else _from_the_start()


@post("/sign-in/app", action=Action.SIGN_IN, sync_to_thread=True)
def set_up_app(request: AnyRequest, data: FromForm[CodeForm]) -> Response[str] | Redirect:
    """Keep the app whose code it is; a session, and the paper codes."""
    going_on, person = safe_next(data.next), _halfway(request)
    try:
        session, codes = admissions_of(request).set_up_app(step_token(request), data.code)
    except WrongCode:
        return _show_app(request, person, going_on, WRONG) if person else _from_the_start()
    except (StartAgain, SignInRefused, LockedDown):
        return _from_the_start()
    return with_session(request, show(PaperCodesPage(frame_of(request), going_on, tuple(codes))), session)


def _halfway(request: AnyRequest) -> Halfway | None:
    try:
        return admissions_of(request).halfway(step_token(request))
    except StartAgain:
        return None


def _ask(request: AnyRequest, going_on: str, trouble: str = "") -> Response[str]:
    page = SecondFactorPage(frame_of(request), going_on, place(request).takes_passkeys, trouble)
    return show(page, status_code=401 if trouble else 200)


def _show_app(request: AnyRequest, person: Halfway, going_on: str, trouble: str = "") -> Response[str]:
    address = app_address(person.secret, person.account.username, place(request).host)
    page = AppPage(frame_of(request), going_on, "/sign-in/app", qr_code(address), person.secret, trouble)
    return show(page, status_code=401 if trouble else 200)


def _from_the_start() -> Redirect:
    return Redirect("/sign-in", status_code=303)
