"""How I sign in: my app, my passkeys, my paper codes, and where else I am signed in."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.response import Redirect

from appliance.actions import Action, Role
from appliance.errors import Sentence, Trouble
from appliance.jobs import my_factors, passkeys, second_factors
from appliance.jobs.accounts import shortest_password
from appliance.web.arriving import AnyRequest, place, ways_in
from appliance.web.forms import FromForm
from appliance.web.pages.passkeys import PasskeyPage, new_challenge
from appliance.web.pages.second_factor import WRONG, AppPage, PaperCodesPage
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

HERE = "/my-sign-in"
_TOO_LONG = Sentence("This page was open for too long. Open it again.")


@dataclass(frozen=True, slots=True)
class MySignInPage:
    """What the person has set up. `needs_factor`: the role demands one, so the last cannot be taken away."""

    template: ClassVar[str] = "pages/my_sign_in.html"
    frame: Frame
    factors: my_factors.Factors
    needs_factor: bool
    takes_passkeys: bool
    idle_minutes: int
    hours: int
    has_password: bool
    shortest: int


class OnlyToken(msgspec.Struct, forbid_unknown_fields=True):
    """What a form without a field sends."""

    csrf: str


class AppForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends that keeps an app."""

    csrf: str
    code: Annotated[str, msgspec.Meta(max_length=60)]
    ticket: Annotated[str, msgspec.Meta(max_length=100)]
    next: Annotated[str, msgspec.Meta(max_length=500)] = ""


class AddPasskeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the form sends after the device made a passkey."""

    csrf: str
    ticket: Annotated[str, msgspec.Meta(max_length=100)]
    answer: Annotated[str, msgspec.Meta(max_length=20_000)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class PasswordForm(msgspec.Struct, forbid_unknown_fields=True):
    """The new password, twice."""

    csrf: str
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    again: Annotated[str, msgspec.Meta(max_length=1000)]


class TakeAwayForm(msgspec.Struct, forbid_unknown_fields=True):
    """Which one: "app", or the number of a passkey."""

    csrf: str
    which: Annotated[str, msgspec.Meta(pattern=r"^(app|[0-9]{1,9})$")]


@get(HERE, action=Action.SEE_MY_SIGN_IN, sync_to_thread=True)
def see_my_sign_in(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    """What is set up, and what can be added."""
    account, sessions = visit.session.account, visit.house.sessions
    page = MySignInPage(
        visit.own().bare_frame(),
        my_factors.factors_of(visit.house.database, account.account_key),
        account.role.terms.needs_second_factor,
        place(request).takes_passkeys,
        sessions.idle_seconds(account.role) // 60,
        sessions.longest_seconds(account.role) // 3600,
        account.role is not Role.SUBSTITUTE and my_factors.has_password(visit.house.database, _owner(visit)),
        shortest_password(account.role),
    )
    return show(page)


@get(f"{HERE}/app", action=Action.CHANGE_MY_SIGN_IN, step_up=True)
async def add_app_page(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    """A new secret for an app, kept in memory until the app has proved itself."""
    return _app(request, visit, ways_in(request).challenges.keep(second_factors.new_secret().encode()))


@post(f"{HERE}/app", action=Action.CHANGE_MY_SIGN_IN, step_up=True, step_up_from=f"{HERE}/app", sync_to_thread=True)
def add_app(request: AnyRequest, visit: NamedDependency[Visit], data: FromForm[AppForm]) -> Response[str]:
    """Keep the app whose code it is, in place of an earlier one, and show new paper codes."""
    secret = ways_in(request).challenges.find(data.ticket)
    if secret is None:
        raise Trouble(_TOO_LONG)
    codes = my_factors.add_app(visit.house.database, _owner(visit), secret.decode(), data.code, visit.house.clock())
    if codes is None:
        return _app(request, visit, data.ticket, WRONG)
    ways_in(request).challenges.take(data.ticket)
    return show(PaperCodesPage(visit.bare_frame(), HERE, tuple(codes)))


@post(f"{HERE}/paper", action=Action.CHANGE_MY_SIGN_IN, step_up=True, step_up_from=HERE, sync_to_thread=True)
def new_paper_codes(visit: NamedDependency[Visit], data: FromForm[OnlyToken]) -> Response[str]:
    """Ten new paper codes; the old ones stop working."""
    codes = my_factors.new_paper_codes(visit.house.database, _owner(visit))
    return show(PaperCodesPage(visit.bare_frame(), HERE, tuple(codes)))


@get(f"{HERE}/passkey", action=Action.CHANGE_MY_SIGN_IN, step_up=True, runs_script=True)
async def add_passkey_page(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    """Ask the device to make a passkey."""
    account = visit.session.account
    factors = await sync_to_thread(my_factors.factors_of, visit.house.database, account.account_key)
    known = [key.credential_id for key in factors.passkeys]
    ticket, challenge = new_challenge(request)
    options = passkeys.to_add(
        place(request),
        account_key=account.account_key,
        username=account.username,
        challenge=challenge,
        known=known,
    )
    return show(PasskeyPage(visit.bare_frame(), HERE, f"{HERE}/passkey", "add", options, ticket))


@post(
    f"{HERE}/passkey",
    action=Action.CHANGE_MY_SIGN_IN,
    step_up=True,
    step_up_from=f"{HERE}/passkey",
    sync_to_thread=True,
)
def add_passkey(request: AnyRequest, visit: NamedDependency[Visit], data: FromForm[AddPasskeyForm]) -> Redirect:
    """Keep the passkey that the device made."""
    challenge = ways_in(request).challenges.take(data.ticket)
    if challenge is None:
        raise Trouble(_TOO_LONG)
    my_factors.add_passkey(
        visit.house.database, _owner(visit), place(request), name=data.name, answer=data.answer,
        challenge=challenge, now=visit.house.clock(),
    )  # fmt: skip
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/take-away", action=Action.CHANGE_MY_SIGN_IN, step_up=True, step_up_from=HERE, sync_to_thread=True)
def take_away(visit: NamedDependency[Visit], data: FromForm[TakeAwayForm]) -> Redirect:
    """Take an app or a passkey away."""
    my_factors.take_away(visit.house.database, _owner(visit), data.which)
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/password", action=Action.CHANGE_MY_SIGN_IN, step_up=True, step_up_from=HERE, sync_to_thread=True)
def change_password(visit: NamedDependency[Visit], data: FromForm[PasswordForm]) -> Redirect:
    """Keep another password; whoever is signed in elsewhere with the old one is not any more."""
    if data.password != data.again:
        raise Trouble(Sentence("The two passwords are not the same. Go back and type them again."))
    my_factors.change_password(visit.house.database, _owner(visit), data.password, keep=visit.session.token_hash)
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/end-others", action=Action.CHANGE_MY_SIGN_IN, sync_to_thread=True)
def end_others(visit: NamedDependency[Visit], data: FromForm[OnlyToken]) -> Redirect:
    """Sign out everywhere else."""
    visit.house.sessions.end_others(visit.session)
    return Redirect(HERE, status_code=303)


MY_SIGN_IN_PAGES = [
    *(
        see_my_sign_in,
        add_app_page,
        add_app,
        new_paper_codes,
        add_passkey_page,
        add_passkey,
        take_away,
        change_password,
    ),
    end_others,
]


def _owner(visit: Visit) -> my_factors.Owner:
    account = visit.session.account
    return my_factors.Owner(account.account_key, account.username, account.role)


def _app(request: AnyRequest, visit: Visit, ticket: str, trouble: str = "") -> Response[str]:
    secret = (ways_in(request).challenges.find(ticket) or b"").decode()
    address = second_factors.app_address(secret, visit.session.account.username, place(request).host)
    code = second_factors.qr_code(address)
    page = AppPage(visit.bare_frame(), HERE, f"{HERE}/app", code, secret, trouble, ticket)
    return show(page, status_code=400 if trouble else 200)
