"""From a page, which is a frozen dataclass, to HTML. A template knows `page` and nothing else."""

import hashlib
import inspect
from functools import cache
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response
from markupsafe import Markup, escape

from appliance.settings import PACKAGE, TEMPLATES
from appliance.web import words
from appliance.web.languages import ENGLISH, languages, sentences, written_in
from appliance.wording import plain

STATIC = PACKAGE / "web" / "static"


class Page(Protocol):
    """What can be shown: a frozen dataclass that names its template."""

    @property
    def template(self) -> str:
        """Its path under templates/."""


def static_address(name: str) -> str:
    """The address of a file that the browser may keep for a year: it changes when the file does."""
    return f"/static/{name}?v={_fingerprint(STATIC / name)}"


def _fingerprint(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["stylesheet"] = static_address("schoolhouse.css")
    environment.globals["paper"] = static_address("paper.css")
    environment.globals["htmx"] = static_address("htmx-4.0.1.min.js")
    environment.globals["icon"] = static_address("schoolhouse.svg")
    environment.filters.update({name: word for name, word in vars(words).items() if inspect.isfunction(word)})
    environment.filters.update(written_in(language))
    environment.filters["as_sent"] = as_sent
    environment.filters["isolated"] = isolated
    environment.globals["language"] = language
    environment.globals["languages"] = languages()
    # What jinja's extension adds is not in its type.
    environment.install_gettext_translations(sentences(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def as_sent(text: str) -> Markup:
    """A text that a form has to hand back with the signs that turn its direction, which no page shows."""
    return Markup().join(escape(sign) if plain(sign) else Markup("&#{};").format(ord(sign)) for sign in text)


def isolated(text: str) -> Markup:
    """A text whose letters may run from right to left, and turn nothing that stands beside them."""
    return Markup("<bdi>{}</bdi>").format(text)


def html_of(page: Page, language: str = "") -> str:
    """The page as text, in one of the languages of `languages.py`: in its frame's, where none is given."""
    language = language or getattr(getattr(page, "frame", None), "language", ENGLISH)
    return plain(_environment(language).get_template(page.template).render(page=page))


def show(page: Page, status_code: int = 200, language: str = "") -> Response[str]:
    """The page as a response."""
    return Response(html_of(page, language), media_type=MediaType.HTML, status_code=status_code)
