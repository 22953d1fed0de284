"""Saying once more who one is, before a grave step: an export, a deletion, somebody's role, a key."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.doorkeeper.asking import DirectoryTrouble
from appliance.errors import Sentence
from appliance.jobs import passkeys
from appliance.web.addresses import Addresses
from appliance.web.admission import SignInRefused, WrongCode
from appliance.web.arriving import AnyRequest, admissions_of, go_on, place, safe_next, ways_in
from appliance.web.forms import FromForm
from appliance.web.front_desk import DeskIsFull
from appliance.web.pages.passkeys import PasskeyPage, new_challenge
from appliance.web.pages.second_factor import WRONG
from appliance.web.rendering import show
from appliance.web.sessions import PROOF_SECONDS, Session
from appliance.web.visit import Frame, Visit


@dataclass(frozen=True, slots=True)
class ProvePage:
    """Where the password goes, or the code of the app for those who have one."""

    template: ClassVar[str] = "pages/prove.html"
    frame: Frame
    next: str
    has_app: bool
    takes_passkeys: bool
    trouble: str = ""
    minutes: int = PROOF_SECONDS // 60


class ProveForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends: `proof` is a password, or a code of the app."""

    csrf: str
    proof: Annotated[str, msgspec.Meta(max_length=1000)]
    next: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ProveByPasskeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends after the device answered."""

    csrf: str
    answer: Annotated[str, msgspec.Meta(max_length=10_000)]
    ticket: Annotated[str, msgspec.Meta(max_length=100)]
    next: Annotated[str, msgspec.Meta(max_length=500)] = ""


# Not sync_to_thread: a GET whose path a POST shares is wrapped twice by the framework, and then answers a coroutine.
@get("/prove", action=Action.PROVE_AGAIN)
async def prove_page(request: AnyRequest, visit: NamedDependency[Visit], next: FromQuery[str] = "") -> Response[str]:  # noqa: A002
    """The form."""
    return await sync_to_thread(_form, request, visit, safe_next(next))


@post("/prove", action=Action.PROVE_AGAIN)
async def prove(
    request: AnyRequest, visit: NamedDependency[Visit], data: FromForm[ProveForm]
) -> Response[str] | Redirect:
    """The same session under a new id, and on to where one was going; or the form again."""
    going_on, desk = safe_next(data.next), visit.house.front_desk
    has_app = await sync_to_thread(desk.admissions.has_app, visit.session.account)
    try:
        if has_app:
            fresh = await sync_to_thread(desk.admissions.prove_by_code, visit.session, data.proof)
        else:
            fresh = await desk.prove(visit.session, data.proof)
    except WrongCode:
        return _form(request, visit, going_on, WRONG, 401)
    except SignInRefused as refused:
        told = Sentence("That is not your password.")
        if refused.wait_seconds:
            told = Sentence(
                "That is not your password. Wait %(seconds)s seconds before you try again.",
                seconds=refused.wait_seconds,
            )
        return _form(request, visit, going_on, told, 401)
    except (DeskIsFull, DirectoryTrouble) as trouble:
        return _form(request, visit, going_on, str(trouble) or Sentence("Wait a few seconds and try again."), 503)
    return _on(request, visit, fresh, going_on)


@get("/prove/passkey", action=Action.PROVE_AGAIN, runs_script=True)
async def prove_by_passkey_page(
    request: AnyRequest, visit: NamedDependency[Visit], next: FromQuery[str] = ""  # noqa: A002
) -> Response[str]:  # fmt: skip
    """Ask the device."""
    ticket, challenge = new_challenge(request)
    options = passkeys.to_sign_in(place(request), challenge)
    return show(PasskeyPage(visit.bare_frame(), safe_next(next), "/prove/passkey", "use", options, ticket))


@post("/prove/passkey", action=Action.PROVE_AGAIN, sync_to_thread=True)
def prove_by_passkey(
    request: AnyRequest, visit: NamedDependency[Visit], data: FromForm[ProveByPasskeyForm]
) -> Response[str] | Redirect:
    """The same session under a new id when the device is the person's own."""
    challenge, where = ways_in(request).challenges.take(data.ticket), place(request)
    mine = visit.session.account.account_key
    if challenge is None:
        return Redirect("/prove", status_code=303)
    try:
        fresh = admissions_of(request).prove_by(
            visit.session,
            "passkey",
            lambda tables: passkeys.spend(tables, where, answer=data.answer, challenge=challenge) == mine,
        )
    except (passkeys.PasskeyRefused, WrongCode):
        return _form(request, visit, safe_next(data.next), Sentence("That passkey is not one of yours."), 401)
    return _on(request, visit, fresh, safe_next(data.next))


def _on(request: AnyRequest, visit: Visit, fresh: Session, going_on: str) -> Redirect:
    # Addresses on pages belong to the session's id, which is another now.
    return go_on(request, fresh, visit.addresses.rewritten(going_on, Addresses(fresh.token)))


def _form(request: AnyRequest, visit: Visit, going_on: str, trouble: str = "", status_code: int = 200) -> Response[str]:
    has_app = admissions_of(request).has_app(visit.session.account)
    page = ProvePage(visit.bare_frame(), going_on, has_app, place(request).takes_passkeys, trouble)
    return show(page, status_code=status_code)
