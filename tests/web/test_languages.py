"""What families read, in every language that they may choose."""

import re
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from appliance.days import day_number
from appliance.settings import TEMPLATES
from appliance.web.languages import CATALOGUES, ENGLISH, day_in, languages, sentences
from tests import maplewood

OTHERS = [code for code in languages() if code != ENGLISH]
_HOLE = re.compile(r"%\((\w+)\)s")


def catalogue(code: str) -> Catalog:
    return read_po(BytesIO((CATALOGUES / f"{code}.po").read_bytes()))


def sentences_of_the_templates() -> set[str | tuple[str, ...]]:
    found = extract_from_dir(TEMPLATES, [("**.html", "jinja2")], {"**.html": {"trimmed": "true"}})
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def test_spanish_is_there_from_the_first_day_and_calls_itself_by_its_own_name() -> None:
    assert languages()["es"] == "Español"
    assert next(iter(languages())) == ENGLISH


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_for_families_is_in_the_catalogue_and_none_is_left_over(code: str) -> None:
    said = {
        message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue(code) if message.id
    }
    assert said == sentences_of_the_templates()
    assert len(said) > 10


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_is_empty_doubtful_or_loses_a_number(code: str) -> None:
    for message in catalogue(code):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        originals = [message.id] if isinstance(message.id, str) else message.id
        strings = [message.string] if isinstance(message.string, str) else message.string
        for string in strings:
            assert string, message.id
            assert set(_HOLE.findall(string)) == set(_HOLE.findall(originals[0])), message.id


def test_a_sentence_that_nobody_has_translated_yet_is_said_in_english() -> None:
    spanish = sentences("es")
    assert spanish.gettext("nobody said this yet") == "nobody said this yet"
    assert spanish.ngettext("%(n)s cow", "%(n)s cows", 2) == "%(n)s cows"
    assert spanish.ngettext("%(n)s day missed", "%(n)s days missed", 1) == "Faltó %(n)s día"


def test_a_day_is_written_as_the_language_writes_it() -> None:
    today = day_number(maplewood.TODAY)
    assert day_in("en")(today) == "November 23, 2026"
    assert day_in("es")(today) == "23 de noviembre de 2026"
