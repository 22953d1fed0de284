"""The administrator's page: who has an account; codes, roles, shutting, ending sign-ins; the switch for the house."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action, Role
from appliance.errors import NotAllowed
from appliance.jobs import accounts, lock_down, one_time_codes
from appliance.web.forms import FromForm
from appliance.web.rendering import show
from appliance.web.visit import Frame, Visit

HERE = "/accounts"


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """Some who can sign in. `typed`: what to find. `locked`: who locked the house and why; empty when it is open."""

    template: ClassVar[str] = "pages/accounts.html"
    frame: Frame
    found: accounts.AccountsFound
    typed: str
    roles: tuple[Role, ...]
    locked: str


@dataclass(frozen=True, slots=True)
class NewCodePage:
    """A one-time code, shown this once."""

    template: ClassVar[str] = "pages/new_code.html"
    frame: Frame
    username: str
    code: str
    hours: int


class WhoseForm(msgspec.Struct, forbid_unknown_fields=True):
    """Whose account it is about."""

    csrf: str
    username: Annotated[str, msgspec.Meta(max_length=200)]


class CodeForForm(msgspec.Struct, forbid_unknown_fields=True):
    """Who gets a code, and whether it takes their second factors away."""

    csrf: str
    username: Annotated[str, msgspec.Meta(max_length=200)]
    factors: Annotated[str, msgspec.Meta(max_length=3)] = ""


class RoleForm(msgspec.Struct, forbid_unknown_fields=True):
    """Who gets which role."""

    csrf: str
    username: Annotated[str, msgspec.Meta(max_length=200)]
    role: Role


class WhyForm(msgspec.Struct, forbid_unknown_fields=True):
    """Why the house is locked."""

    csrf: str
    reason: Annotated[str, msgspec.Meta(max_length=lock_down.LONGEST_REASON)]


class OnlyToken(msgspec.Struct, forbid_unknown_fields=True):
    """What a form without a field sends."""

    csrf: str


class FindForm(msgspec.Struct, forbid_unknown_fields=True):
    """A part of a user name or a name, sent in the form's body: it stands in no address."""

    csrf: str
    name: Annotated[str, msgspec.Meta(max_length=100)]


@get(HERE, action=Action.SEE_ACCOUNTS, sync_to_thread=True)
def see_accounts(visit: NamedDependency[Visit], page: FromQuery[int] = 0) -> Response[str]:
    """The list, a page at a time."""
    return _shown(visit, "", page)


@post(f"{HERE}/find", action=Action.SEE_ACCOUNTS, sync_to_thread=True, status_code=200)
def find_account(visit: NamedDependency[Visit], data: FromForm[FindForm]) -> Response[str]:
    """The first of those whose names hold what was typed."""
    return _shown(visit, " ".join(data.name.split()), 0)


def _shown(visit: Visit, typed: str, page: int) -> Response[str]:
    database = visit.house.database
    found = accounts.find_accounts(database, typed, page)
    return show(AccountsPage(visit.bare_frame(), found, typed, tuple(Role), lock_down.why_locked(database) or ""))


@post(f"{HERE}/code", action=Action.GIVE_CODE, step_up=True, step_up_from=HERE, sync_to_thread=True)
def give_code(visit: NamedDependency[Visit], data: FromForm[CodeForForm]) -> Response[str]:
    """A one-time code for somebody, who then chooses a password that nobody else sees."""
    code = one_time_codes.give_code(
        visit.house.database, data.username, by=_me(visit), forgets_factors=bool(data.factors), now=visit.house.clock()
    )
    hours = one_time_codes.RESET_MINUTES // 60
    return show(NewCodePage(visit.bare_frame(), data.username, code, hours))


@post(f"{HERE}/shut", action=Action.SHUT_ACCOUNT, step_up=True, step_up_from=HERE, sync_to_thread=True)
def shut(visit: NamedDependency[Visit], data: FromForm[WhoseForm]) -> Redirect:
    """Shut an account; its sign-ins end at once. Not one's own: somebody has to open it again."""
    if data.username.lower() == _me(visit).lower():
        raise NotAllowed("You cannot shut your own account. Another administrator can.")
    accounts.set_disabled(visit.house.database, data.username, disabled=True, by=_me(visit))
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/open", action=Action.OPEN_ACCOUNT, step_up=True, step_up_from=HERE, sync_to_thread=True)
def open_again(visit: NamedDependency[Visit], data: FromForm[WhoseForm]) -> Redirect:
    """Open an account again."""
    accounts.set_disabled(visit.house.database, data.username, disabled=False, by=_me(visit))
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/role", action=Action.CHANGE_ROLE, step_up=True, step_up_from=HERE, sync_to_thread=True)
def give_role(visit: NamedDependency[Visit], data: FromForm[RoleForm]) -> Redirect:
    """Give somebody another role; their sign-ins end at once. Nobody gives one to themselves."""
    if data.username.lower() == _me(visit).lower():
        raise NotAllowed("Nobody gives a role to themselves. Another administrator can.")
    accounts.change_role(visit.house.database, data.username, data.role, by=_me(visit))
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/end-sign-ins", action=Action.END_SESSIONS, sync_to_thread=True)
def end_sign_ins(visit: NamedDependency[Visit], data: FromForm[WhoseForm]) -> Redirect:
    """End every sign-in of somebody."""
    accounts.end_sessions(visit.house.database, data.username, by=_me(visit))
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/lock-down", action=Action.LOCK_DOWN, sync_to_thread=True)
def lock(visit: NamedDependency[Visit], data: FromForm[WhyForm]) -> Redirect:
    """End every sign-in, the administrator's own too, and let nobody but administrators in. No step before it: it is
    an emergency, and it takes nothing away that lifting it does not bring back.
    """
    lock_down.lock_down(visit.house.database, data.reason, by=_me(visit))
    return Redirect("/sign-in", status_code=303)


@post(f"{HERE}/lift", action=Action.LIFT_LOCK_DOWN, step_up=True, step_up_from=HERE, sync_to_thread=True)
def lift(visit: NamedDependency[Visit], data: FromForm[OnlyToken]) -> Redirect:
    """Open the house again."""
    lock_down.lift(visit.house.database, by=_me(visit))
    return Redirect(HERE, status_code=303)


ACCOUNT_PAGES = [see_accounts, find_account, give_code, shut, open_again, give_role, end_sign_ins, lock, lift]


def _me(visit: Visit) -> str:
    return visit.session.account.username
