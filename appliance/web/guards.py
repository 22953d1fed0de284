"""Deny by default: who gets past the door.

Every handler names its action. A handler that names none is shut, for everybody. A request that changes something must
come from a form of ours (its token belongs to the session) and from a page of ours (the browser says so).
"""

import hmac
from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection, Request
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from appliance.actions import Action, may
from appliance.errors import Sentence
from appliance.web.languages import preferred
from appliance.web.shoulder import STILL_OPEN
from appliance.web.visit import House, Visit

OPEN_TO_ANYBODY = frozenset({Action.SIGN_IN, Action.SEE_OPEN_PAGE})
_CHANGES_NOTHING = frozenset({"GET", "HEAD"})
_TOKEN = "csrf"  # noqa: S105 the name of the form's field
LANGUAGE_COOKIE = "language"
AnyConnection = ASGIConnection[Any, Any, Any, Any]


class ProveAgain(NotAuthorizedException):
    """A grave step: who takes it says once more who they are, and goes on to `going_on`.

    A route asks for it with `step_up=True`; one that takes a form says with `step_up_from` on which page the form is.
    """

    def __init__(self, going_on: str) -> None:
        super().__init__(detail="Please say once more who you are.")
        self.going_on = going_on


async def let_in(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """The one guard of the house: host, origin, session, right, form token, in this order."""
    house: House = connection.app.state["house"]
    if host_name(connection.headers.get("host", "")) not in house.settings.hosts:
        raise PermissionDeniedException(
            Sentence("This address is not one of Schoolhouse's own. The setting is called hosts.")
        )
    changes = connection.scope.get("method", "GET") not in _CHANGES_NOTHING
    if changes and not comes_from_our_page(connection, house):
        raise PermissionDeniedException(
            Sentence("This form did not come from a page of Schoolhouse. Open the page again.")
        )
    action = handler.opt.get("action")
    if not isinstance(action, Action):
        raise PermissionDeniedException("This address is shut.")
    visit = await sync_to_thread(recognize, connection, house)
    if action in OPEN_TO_ANYBODY:
        return
    if visit is None:
        raise NotAuthorizedException("Please sign in.")
    _check_right(visit, action, changes=changes)
    if handler.opt.get("step_up") and not house.sessions.proved_lately(visit.session):
        raise ProveAgain(handler.opt.get("step_up_from", "/") if changes else _whole_address(connection))
    # A handler whose body is too large to be read beforehand looks at the token itself, before it keeps anything.
    in_stream = handler.opt.get("token_in_stream", False)
    if changes and not in_stream and not await _has_token(connection, visit.session.csrf_token):
        raise PermissionDeniedException(
            Sentence("This form is out of date. Open the page again and send it once more.")
        )


def recognize(connection: AnyConnection, house: House) -> Visit | None:
    """Who asks, by the cookie of their session; kept in the request's scope. None for somebody who is not signed in."""
    token = connection.cookies.get(house.cookie)
    session = house.sessions.find(token) if token else None
    if session is None:
        return None
    visit = Visit(
        house, session, connection.scope["path"], house.shoulder.over_whose(session), language_asked(connection)
    )
    connection.scope["user"] = visit
    return visit


def _check_right(visit: Visit, action: Action, *, changes: bool) -> None:
    """Over a shoulder both people need the right, and nothing is changed."""
    if not may(visit.session.account.role, action):
        raise PermissionDeniedException(Sentence("This page belongs to another role."))
    if visit.looks_as is None or action in STILL_OPEN:
        return
    if changes:
        raise PermissionDeniedException("You look over somebody’s shoulder: nothing can be changed from here.")
    if not may(visit.looks_as.role, action):
        raise PermissionDeniedException("This page is not open to the person over whose shoulder you look.")


def _whole_address(connection: AnyConnection) -> str:
    query = connection.scope.get("query_string", b"").decode("latin-1")
    return connection.scope["path"] + (f"?{query}" if query else "")


def host_name(header: str) -> str:
    """The name in a Host header, small, without its port."""
    name = header.strip().lower()
    return name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]


def comes_from_our_page(connection: AnyConnection, house: House) -> bool:
    """Whether the browser vouches that one of our own pages sent this. Without any word of a browser: no."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    scheme = "https" if house.secure_cookies else "http"
    return connection.headers.get("origin", "").lower() == f"{scheme}://{connection.headers.get('host', '').lower()}"


def language_asked(connection: AnyConnection) -> str:
    """The language that somebody chose in this browser, or that the browser asks for."""
    return preferred(connection.cookies.get(LANGUAGE_COOKIE, ""), connection.headers.get("accept-language", ""))


async def _has_token(connection: AnyConnection, expected: str) -> bool:
    if not isinstance(connection, Request):
        return False
    sent = (await connection.form()).get(_TOKEN)
    return isinstance(sent, str) and is_token(sent.encode(), expected)


def is_token(sent: bytes, expected: str) -> bool:
    """Whether a form brought the session's own token."""
    return hmac.compare_digest(sent, expected.encode())
