"""The languages of what families read: English in the templates, every other one as a catalogue beside them.

A catalogue is `templates/languages/CODE.po`, read as it is when the server starts; `make languages` brings its list of
sentences up to date. To open another language is to add its file. Staff pages are in English.
"""

import gettext
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from appliance.days import from_day_number
from appliance.errors import Sentence
from appliance.settings import TEMPLATES
from appliance.student_level.records.students import DayGrid
from appliance.web import words
from appliance.web.known_words import theirs

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


def preferred(chosen: str, accepted: str) -> str:
    """The language that somebody chose, else the first that their browser asks for (Accept-Language), else English."""
    if chosen in languages():
        return chosen
    wanted = [part.partition(";")[0].strip() for part in accepted[:200].split(",")]
    return negotiate_locale([code for code in wanted if code], [*languages()], sep="-") or ENGLISH


def said_in(language: str) -> Callable[[str], str]:
    """Says a sentence in a language: one that is in no catalogue, and anybody's name, as it stands."""
    catalogue = sentences(language)

    def said(text: str) -> str:
        if not isinstance(text, Sentence):
            return text
        found = catalogue.gettext(text.english)
        return found % {name: said(str(one)) for name, one in text.values.items()} if text.values else found

    return said


def written_in(language: str) -> Mapping[str, Callable[..., Any]]:
    """How that language writes days, moments and numbers: the filters of a template, by name."""
    locale = _as_here(language)
    days: dict[str, Callable[..., Any]] = {
        "day": lambda day: format_date(from_day_number(day), "long", locale=locale),
        "said": said_in(language),
        "months": lambda grid: _months(grid, locale),
        "by_month": lambda grid: _by_month(grid, locale),
        "theirs": lambda text: theirs(text, said_in(language), is_english=language == ENGLISH),
        "figure": lambda number: format_decimal(number, locale=locale, group_separator=False),
        "moment": words.moment,
    }
    if language == ENGLISH:
        return days
    return days | {
        "long_day": lambda day: format_date(from_day_number(day), "full", locale=locale),
        "day_and_year": lambda day: format_date(from_day_number(day), "medium", locale=locale),
        "short_day": lambda day: format_skeleton("MMMd", from_day_number(day), locale=locale),
        "month_day": lambda day: format_skeleton("MMMMd", from_day_number(day), locale=locale),
        "moment": lambda text: _moment(text, "full", locale),
        "short_moment": lambda text: _moment(text, "medium", locale),
        "day_of": lambda text: format_skeleton("MMMd", datetime.fromisoformat(text).astimezone(), locale=locale),
    }


def _moment(text: str, form: str, locale: Locale) -> str:
    at = datetime.fromisoformat(text).astimezone()
    return f"{format_date(at, form, locale=locale)}, {format_time(at, 'short', locale=locale)}"


def _months(grid: DayGrid, locale: Locale) -> list[tuple[int, str]]:
    return [
        (column, format_date(from_day_number(grid.first_day + 7 * column), "LLL", locale=locale))
        for column, _ in grid.months
    ]


def _by_month(grid: DayGrid, locale: Locale) -> list[tuple[str | int, ...]]:
    return [(format_date(from_day_number(day), "LLLL", locale=locale), *counts) for day, *counts in grid.by_month]


def _as_here(language: str) -> Locale:
    """The language as it is written in the United States, where it is written there in a way of its own."""
    try:
        return Locale.parse(f"{language}_US")
    except UnknownLocaleError:
        return Locale.parse(language)


def _own_name(code: str) -> str:
    name = str(Locale.parse(code).get_display_name(code))
    return name[:1].upper() + name[1:]
