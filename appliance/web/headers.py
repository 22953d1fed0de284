"""Headers of every response, errors and redirects included, and one line of log for each.

The log names the route's template, never the address itself, whose parts lead to a student.
"""

import time
from typing import Any

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'"
)
_POLICY_WITH_SCRIPT = f"{_POLICY}; script-src 'self'"
"""For the few pages that ask the device for a passkey, which only a script can."""
_POLICY_WITH_HTMX = f"{_POLICY_WITH_SCRIPT}; connect-src 'self'"
"""For the pages that htmx brings up to date in place. None of them carries a student's name."""
_POLICY_OF_FILES = f"{_POLICY}; sandbox"
"""For downloads: a browser that shows one after all treats it as a stranger's page."""
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR = 31_536_000
KEEP_A_YEAR = f"public, max-age={_YEAR}, immutable"

log = structlog.get_logger("schoolhouse")


async def finish(message: Message, scope: Scope) -> None:
    """Put the headers on a response as it begins, and write its line."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in _ALWAYS.items():
        headers[name] = value
    promised = getattr(scope.get("route_handler"), "opt", {})
    if promised.get("runs_htmx"):
        headers["Content-Security-Policy"] = _POLICY_WITH_HTMX
    elif promised.get("runs_script"):
        headers["Content-Security-Policy"] = _POLICY_WITH_SCRIPT
    elif headers.get("Content-Disposition", "").startswith("attachment"):
        headers["Content-Security-Policy"] = _POLICY_OF_FILES
    headers.setdefault("Cache-Control", "no-store")
    app: Any = scope["litestar_app"]
    if app.state["house"].secure_cookies:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    begun = scope["state"].get("begun")
    log.info(
        "answered",
        method=scope.get("method"),
        route=scope.get("path_template", "(none)"),
        status=message["status"],
        milliseconds=None if begun is None else round((time.perf_counter() - begun) * 1000, 1),
    )
