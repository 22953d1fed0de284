"""Signing in at the district's own provider (Entra, Google, any OpenID Connect): there, and back with a code."""

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.doorkeeper.asking import DirectoryRefused, DirectoryTrouble
from appliance.errors import Sentence
from appliance.jobs.accounts import AccountTrouble
from appliance.jobs.directory_people import NotInRoster
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
from appliance.web.keepsakes import KEPT_SECONDS
from appliance.web.pages.sign_in import LOCKED, explain
from appliance.web.pages.trouble import TroublePage
from appliance.web.rendering import show

_TITLE = Sentence("Signing in did not work")
_REFUSED = Sentence(
    "The provider’s answer could not be believed, or it was for another sign-in. Begin again from the sign-in page."
)


@get("/sign-in/provider", action=Action.SIGN_IN, sync_to_thread=True)
def go_to_provider(request: AnyRequest, next: FromQuery[str] = "") -> Response[str] | Redirect:  # noqa: A002
    """Send the browser to the provider, and remember in a cookie which browser it was."""
    ways = ways_in(request)
    if ways.provider is None:
        return Redirect("/sign-in", status_code=303)
    try:
        errand = ways.provider.begin(f"{place(request).origin}/sign-in/provider/return")
    except (DirectoryTrouble, DirectoryRefused) as trouble:
        return _trouble(request, str(trouble), 503)
    token = ways.errands.keep((errand, knock(request, going_on=safe_next(next))))
    redirect = Redirect(errand.address, status_code=303)
    house = house_of(request)
    redirect.cookies.append(
        Cookie(_cookie(request), value=token, path="/", httponly=True, secure=house.secure_cookies, samesite="lax",
               max_age=KEPT_SECONDS)
    )  # fmt: skip
    return redirect


@get("/sign-in/provider/return", action=Action.SIGN_IN, sync_to_thread=True)
def come_back(request: AnyRequest) -> Response[str] | Redirect:
    """Take the provider's code, once, from the browser that was sent; a session, the second factor, or an explanation.

    A GET that signs in, because the provider sends people back by an address: `state` and the cookie stand in for the
    form's token.
    """
    ways = ways_in(request)
    found = ways.errands.take(request.cookies.get(_cookie(request), ""))
    if ways.provider is None or found is None:
        return _trouble(request, _REFUSED, 403)
    errand, arriving = found
    code, state, issuer = (request.query_params.get(name, "") for name in ("code", "state", "iss"))
    try:
        person = ways.provider.finish(errand, code=code, state=state, issuer=issuer)
        outcome = admissions_of(request).vouched(person, arriving)
    except DirectoryTrouble as trouble:
        return _trouble(request, str(trouble), 503)
    except (DirectoryRefused, SignInRefused):
        admissions_of(request).note_stranger(arriving.address)
        return _trouble(request, _REFUSED, 403)
    except LockedDown:
        return _trouble(request, LOCKED, 403)
    except NotInRoster as stranger:
        return explain(request, stranger)
    except AccountTrouble as trouble:
        return _trouble(request, str(trouble), 403)
    answer = go_on(request, outcome, arriving.going_on)
    answer.delete_cookie(_cookie(request), path="/")
    return answer


def _cookie(request: AnyRequest) -> str:
    return f"{house_of(request).cookie}-errand"


def _trouble(request: AnyRequest, sentence: str, status_code: int) -> Response[str]:
    return show(TroublePage(frame_of(request), _TITLE, sentence), status_code=status_code)
