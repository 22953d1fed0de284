"""What the pages of signing in share: from where somebody comes, and with what they leave."""

from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from appliance.doorkeeper.asking import Errand, OidcDoor
from appliance.jobs.passkeys import Place
from appliance.web.admission import Admissions, Halfway, Knock
from appliance.web.guards import host_name, language_asked
from appliance.web.keepsakes import KEPT_SECONDS, Keepsakes
from appliance.web.sessions import Session
from appliance.web.visit import Frame, House

AnyRequest = Request[Any, Any, Any]
_Answer = TypeVar("_Answer", bound=Response[Any])


@dataclass(frozen=True, slots=True)
class WaysIn:
    """What is under way outside: challenges that devices were given, and errands to the district's own provider."""

    provider: OidcDoor | None
    provider_name: str
    challenges: Keepsakes[bytes]
    errands: Keepsakes[tuple[Errand, Knock]]


def ways_in(request: AnyRequest) -> WaysIn:
    """The ways in, besides the password."""
    found: WaysIn = request.app.state["ways_in"]
    return found


def house_of(request: AnyRequest) -> House:
    """The house that is knocked at."""
    house: House = request.app.state["house"]
    return house


def admissions_of(request: AnyRequest) -> Admissions:
    """Who lets people in."""
    return house_of(request).front_desk.admissions


def frame_of(request: AnyRequest) -> Frame:
    """What stands around a page for somebody who has not signed in."""
    house = house_of(request)
    day = None if house.as_of is None else house.today
    return Frame(rehearsal_day=day, language=language_asked(request), here=request.scope["path"])


def safe_next(address: str) -> str:
    """A place on this server to go on to, or the front page: never another server (`//evil`, `\\evil`)."""
    is_local = address.startswith("/") and not address.startswith("//")
    return address if is_local and address.isprintable() and not set(address) & set("\\\t\r\n :@") else "/"


def knock(request: AnyRequest, *, going_on: str = "/", is_shared: bool = True) -> Knock:
    """From where this request comes."""
    address = request.client.host if request.client else ""
    old_token = request.cookies.get(house_of(request).cookie, "")
    return Knock(address, old_token, is_shared, safe_next(going_on))


def place(request: AnyRequest) -> Place:
    """Where the browser believes to be, as passkeys are bound to it."""
    host = request.headers.get("host", "").lower()
    scheme = "https" if house_of(request).secure_cookies else "http"
    return Place(host_name(host), f"{scheme}://{host}")


def step_token(request: AnyRequest) -> str:
    """The token of somebody who is halfway in."""
    return request.cookies.get(_step_cookie(house_of(request)), "")


def go_on(request: AnyRequest, outcome: Session | Halfway, going_on: str) -> Redirect:
    """On to the page that was wanted, or to the second factor on the way there."""
    if isinstance(outcome, Session):
        return with_session(request, Redirect(going_on, status_code=303), outcome)
    where = "/sign-in/second" if outcome.has_factor else "/sign-in/app"
    redirect = Redirect(f"{where}?next={quote(going_on)}", status_code=303)
    redirect.cookies.append(_cookie(request, _step_cookie(house_of(request)), outcome.token, KEPT_SECONDS))
    return redirect


def with_session(request: AnyRequest, answer: _Answer, session: Session) -> _Answer:
    """The answer with the session's cookie; on a shared computer the cookie goes when the browser closes."""
    house = house_of(request)
    longest = None if session.is_shared else house.sessions.longest_seconds(session.account.role)
    answer.cookies.append(_cookie(request, house.cookie, session.token, longest))
    if step_token(request):
        answer.delete_cookie(_step_cookie(house), path="/")
    return answer


def _cookie(request: AnyRequest, name: str, value: str, max_age: int | None) -> Cookie:
    secure = house_of(request).secure_cookies
    return Cookie(name, value=value, path="/", httponly=True, secure=secure, samesite="lax", max_age=max_age)


def _step_cookie(house: House) -> str:
    return f"{house.cookie}-step"
