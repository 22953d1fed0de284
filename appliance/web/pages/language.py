"""The switch of language on pages for families. It works without a script, and is kept in the browser alone."""

from litestar import get
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect

from appliance.actions import Action
from appliance.web.arriving import AnyRequest, house_of, safe_next
from appliance.web.guards import LANGUAGE_COOKIE
from appliance.web.languages import languages

_YEAR = 31_536_000


@get("/language", action=Action.SEE_OPEN_PAGE, sync_to_thread=False)
def choose_language(request: AnyRequest, code: FromQuery[str] = "", next: FromQuery[str] = "/") -> Redirect:  # noqa: A002
    """Keep the choice for a year, and go back to where the reader was. It says nothing about who they are."""
    redirect = Redirect(safe_next(next), status_code=303)
    if code in languages():
        secure = house_of(request).secure_cookies
        redirect.cookies.append(
            Cookie(LANGUAGE_COOKIE, value=code, path="/", httponly=True, secure=secure, samesite="lax", max_age=_YEAR)
        )
    return redirect
