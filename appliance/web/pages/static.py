"""The stylesheet and the mark: read once, served with an address that changes when they do. And the sign of life."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from appliance.actions import Action
from appliance.errors import Sentence
from appliance.web.headers import KEEP_A_YEAR
from appliance.web.rendering import STATIC
from appliance.web.visit import NoSuch

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_FILES = {file.name: (file.read_bytes(), _TYPES[file.suffix]) for file in STATIC.iterdir() if file.suffix in _TYPES}


@get("/static/{name:str}", action=Action.SEE_OPEN_PAGE, sync_to_thread=False)
def static_file(name: FromPath[str]) -> Response[Any]:
    """One of our own files; no path outside the folder can be named."""
    if name not in _FILES:
        raise NoSuch(Sentence("file"))
    content, media_type = _FILES[name]
    return Response(content, media_type=media_type, headers={"Cache-Control": KEEP_A_YEAR})


@get("/healthz", action=Action.SEE_OPEN_PAGE, sync_to_thread=False, media_type="text/plain")
def healthz() -> str:
    """Says ok when the server answers."""
    return "ok"
