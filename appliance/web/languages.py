"""The languages of what families read: English in the templates, every other one as a catalogue beside them.

A catalogue is `templates/languages/CODE.po`, read as it is when the server starts; `make languages` brings its list of
sentences up to date. To open another language is to add its file. Staff pages are in English.
"""

import gettext
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po

from appliance.days import from_day_number
from appliance.settings import TEMPLATES

ENGLISH = "en"
CATALOGUES = TEMPLATES / "languages"


class Catalogue(gettext.NullTranslations):
    """The sentences of one language. One that is missing is said in English rather than not at all."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        with file.open("rb") as lines:
            catalogue = read_po(lines)
        self._said = {
            message.id: message.string for message in catalogue if message.id and message.string and not message.fuzzy
        }
        self._form: Callable[[int], int] = gettext.c2py(catalogue.plural_expr)

    def gettext(self, message: str) -> str:
        """The sentence, or the English one."""
        said = self._said.get(message, message)
        return said if isinstance(said, str) else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The sentence in the form that goes with a number, or the English one."""
        said = self._said.get((msgid1, msgid2))
        if isinstance(said, (tuple, list)) and said[self._form(n)]:
            return str(said[self._form(n)])
        return msgid1 if n == 1 else msgid2


@cache
def languages() -> dict[str, str]:
    """Every language that a family may choose, English first: its code, and what it calls itself."""
    codes = [ENGLISH, *sorted(file.stem for file in CATALOGUES.glob("*.po"))]
    return {code: _own_name(code) for code in codes}


@cache
def sentences(language: str) -> gettext.NullTranslations:
    """The catalogue of a language. English is its own."""
    return gettext.NullTranslations() if language == ENGLISH else Catalogue(CATALOGUES / f"{language}.po")


def day_in(language: str) -> Callable[[int], str]:
    """How that language writes a day number: November 23, 2026; 23 de noviembre de 2026."""
    return lambda day: _written(from_day_number(day), language)


def _written(day: date, language: str) -> str:
    return str(format_date(day, "long", locale=language))


def _own_name(code: str) -> str:
    name = str(Locale.parse(code).get_display_name(code))
    return name[:1].upper() + name[1:]
