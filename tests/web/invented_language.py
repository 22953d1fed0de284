"""A language that nobody speaks: each sentence of the catalogue in ⟦brackets⟧ and a third longer, under the code fr.

What stands on a family's page outside the brackets has been forgotten in the catalogue.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from appliance.settings import PACKAGE, TEMPLATES
from appliance.web import languages, rendering

CODE = "fr"
_FILES = [("**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS = {"Sentence": None, "_": None, "gettext": None, "ngettext": (1, 2)}
_SILENT = {"bdi", "code", "script", "style"}
_SPOKEN = ("aria-label", "title", "alt", "placeholder")
_EMPTY = {"meta", "link", "input", "br", "img", "path", "circle", "rect", "line"}
Message = str | tuple[str, ...]


def messages() -> set[Message]:
    """Every sentence that families may read: what the templates and the program say through a catalogue."""
    found = [
        message
        for folder in (TEMPLATES, PACKAGE)
        for _, _, message, _, _ in extract_from_dir(folder, _FILES, {"**.html": {"trimmed": "true"}}, _KEYWORDS)
    ]
    return {message if isinstance(message, str) else tuple(message) for message in found}


def _bracketed(english: str) -> str:
    return f"⟦{english}{' ainsi' * (len(english) // 18 + 1)}⟧"


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """While it lasts, families may choose the invented language besides English and Spanish."""
    catalogue = Catalog(locale=CODE)
    for message in messages():
        said = _bracketed(message) if isinstance(message, str) else tuple(map(_bracketed, message))
        catalogue.add(message, said)
    with (folder / f"{CODE}.po").open("wb") as file:
        write_po(file, catalogue)
    for file in languages.CATALOGUES.glob("*.po"):
        (folder / file.name).write_bytes(file.read_bytes())
    kept, languages.CATALOGUES = languages.CATALOGUES, folder
    _forget()
    try:
        yield
    finally:
        languages.CATALOGUES = kept
        _forget()


def _forget() -> None:
    languages.languages.cache_clear()
    languages.sentences.cache_clear()
    rendering._environment.cache_clear()


class _Reader(HTMLParser):
    """What is read or heard on a page in its own language, but for what is data and says so with <bdi>."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_silent = tag in _SILENT or given.get("lang", CODE) != CODE
        if not is_silent and not any(silent for _, silent in self._open):
            self.heard += [str(given[name]) for name in _SPOKEN if given.get(name)]
        if tag not in _EMPTY:
            self._open.append((tag, is_silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(silent for _, silent in self._open):
            self.heard.append(data)


def forgotten(page: str) -> list[str]:
    """Words on a page that went through no catalogue."""
    reader = _Reader()
    reader.feed(page)
    text = " ".join(reader.heard)
    while "⟦" in text and (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    dates = {part for words in _date_words() for part in words.casefold().split()}
    found = re.findall(r"[^\W\d_]{2,}", text)
    return [word for word in found if word.casefold() not in dates and word != "Schoolhouse"]


def _date_words() -> list[str]:
    locale = Locale.parse(CODE)
    return [
        name.strip(".")
        for kinds in (locale.months, locale.days, locale.day_periods)
        for widths in kinds.values()
        for names in widths.values()
        for name in names.values()
    ]
