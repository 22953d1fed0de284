"""Signing in with a passkey: no name, no password; and the script by which the browser asks the device."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.errors import Sentence
from appliance.jobs import passkeys
from appliance.web.admission import LockedDown, SignInRefused
from appliance.web.arriving import (
    AnyRequest,
    admissions_of,
    frame_of,
    go_on,
    house_of,
    knock,
    place,
    safe_next,
    ways_in,
)
from appliance.web.forms import FromForm
from appliance.web.pages.sign_in import LOCKED
from appliance.web.rendering import show, static_address
from appliance.web.visit import Frame

SCRIPT = static_address("passkey.js")
SHUT = Sentence("This account is shut. Ask the district’s administrator.")


@dataclass(frozen=True, slots=True)
class PasskeyPage:
    """What the browser asks the device, and where its answer goes. `kind`: "use" or "add"."""

    template: ClassVar[str] = "pages/passkey.html"
    frame: Frame
    next: str
    address: str
    kind: str
    options: str
    ticket: str
    trouble: str = ""
    script: str = SCRIPT


class PasskeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends: the device's answer, and the ticket of the challenge that it answers."""

    answer: Annotated[str, msgspec.Meta(max_length=10_000)]
    ticket: Annotated[str, msgspec.Meta(max_length=100)]
    next: Annotated[str, msgspec.Meta(max_length=500)] = ""
    shared: Annotated[str, msgspec.Meta(max_length=3)] = ""


@get("/sign-in/passkey", action=Action.SIGN_IN, runs_script=True, sync_to_thread=False)
def passkey_page(request: AnyRequest, next: FromQuery[str] = "") -> Response[str]:  # noqa: A002
    """Ask the browser for a passkey of ours, whichever it has."""
    return _page(request, safe_next(next))


@post("/sign-in/passkey", action=Action.SIGN_IN, runs_script=True, sync_to_thread=True)
def use_passkey(request: AnyRequest, data: FromForm[PasskeyForm]) -> Response[str] | Redirect:
    """Check the device's answer; a session, or the page again."""
    going_on, challenge = safe_next(data.next), ways_in(request).challenges.take(data.ticket)
    where, arriving = place(request), knock(request, going_on=safe_next(data.next), is_shared=bool(data.shared))
    try:
        if challenge is None:
            raise passkeys.PasskeyRefused(Sentence("This page was open for too long. Try again."))
        account_key = passkeys.owner(house_of(request).database, data.answer)
        session = admissions_of(request).admit(
            account_key,
            "passkey",
            arriving,
            lambda tables: passkeys.spend(tables, where, answer=data.answer, challenge=challenge) == account_key,
        )
    except (passkeys.PasskeyRefused, SignInRefused) as refused:
        admissions_of(request).note_stranger(arriving.address)
        return _page(request, going_on, str(refused) or SHUT, 401)
    except LockedDown:
        return _page(request, going_on, LOCKED, 403)
    return go_on(request, session, going_on)


def new_challenge(request: AnyRequest) -> tuple[str, bytes]:
    """(ticket, challenge): what the device will sign, and by what the form finds it again. It is good once."""
    challenge = passkeys.new_challenge()
    return ways_in(request).challenges.keep(challenge), challenge


def _page(request: AnyRequest, going_on: str, trouble: str = "", status_code: int = 200) -> Response[str]:
    ticket, challenge = new_challenge(request)
    options = passkeys.to_sign_in(place(request), challenge)
    page = PasskeyPage(frame_of(request), going_on, "/sign-in/passkey", "use", options, ticket, trouble)
    return show(page, status_code=status_code)
