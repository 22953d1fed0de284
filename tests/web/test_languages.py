"""What families read, in every language that they may choose."""

import re
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from appliance.actions import Role, may
from appliance.days import day_number
from appliance.errors import Sentence, Trouble
from appliance.settings import Settings
from appliance.web.guards import OPEN_TO_ANYBODY
from appliance.web.languages import CATALOGUES, ENGLISH, languages, preferred, said_in, sentences, written_in
from tests import everyone, maplewood
from tests.conftest import app_for, sign_in
from tests.web import invented_language
from tests.web.matrix import doors

OTHERS = [code for code in languages() if code != ENGLISH]
_HOLE = re.compile(r"%\((\w+)\)s|</?\w+>")
FOR_STAFF = ("/manual", "/static", "/healthz")
"""What anybody may open and no family is led to, and what is no page."""


def catalogue(code: str) -> Catalog:
    return read_po(BytesIO((CATALOGUES / f"{code}.po").read_bytes()))


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory):
    """A server on which Rosa Lovell reads about Ada, and the invented language is spoken."""
    database = maplewood.build(tmp_path_factory.mktemp("families") / "home")
    everyone.move_in(database)
    with invented_language.spoken(tmp_path_factory.mktemp("catalogues")):
        yield app_for(database, settings=Settings(family_pages=True, letter_contact="Elm School, (555) 010-0142"))
    database.close()


def test_spanish_is_there_from_the_first_day_and_calls_itself_by_its_own_name() -> None:
    assert languages()["es"] == "Español"
    assert next(iter(languages())) == ENGLISH


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_for_families_is_in_the_catalogue_and_none_is_left_over(code: str) -> None:
    said = {
        message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue(code) if message.id
    }
    assert said == invented_language.messages()
    assert len(said) > 200


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
            assert sorted(set(_HOLE.findall(string))) == sorted(set(_HOLE.findall(originals[0]))), message.id


def test_spanish_says_usted() -> None:
    familiar = re.compile(r"\b(tú|tu|tus|te|contigo|puedes|tienes|quieres|sabes|vosotros|vuestr[oa]s?)\b", re.I)
    for message in catalogue("es"):
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert not any(familiar.search(string) for string in strings), message.id


def test_a_sentence_that_nobody_has_translated_yet_is_said_in_english() -> None:
    spanish = sentences("es")
    assert spanish.gettext("nobody said this yet") == "nobody said this yet"
    assert spanish.ngettext("%(n)s cow", "%(n)s cows", 2) == "%(n)s cows"
    assert spanish.ngettext("%(n)s day missed", "%(n)s days missed", 1) == "Faltó %(n)s día"


def test_days_and_moments_are_written_as_the_language_writes_them() -> None:
    today, spanish = day_number(maplewood.TODAY), written_in("es")
    assert written_in("en")["day"](today) == "November 23, 2026"
    assert spanish["day"](today) == "23 de noviembre de 2026"
    assert spanish["long_day"](today) == "lunes, 23 de noviembre de 2026"
    assert spanish["short_day"](today) == "23 nov"
    assert spanish["moment"]("2026-11-23T07:50:00").startswith("lunes, 23 de noviembre de 2026, 7:50")


def test_a_trouble_keeps_the_sentence_that_a_catalogue_needs() -> None:
    sentence = Sentence("No such %(thing)s", thing=Sentence("file"))
    assert str(Trouble(sentence)) == "No such file"
    assert said_in("es")(str(Trouble(sentence))) == "No se encontró: archivo"
    assert said_in("es")("Ada Lovell") == "Ada Lovell"


def test_what_somebody_chose_goes_before_what_the_browser_asks_for() -> None:
    assert preferred("", "es-MX,es;q=0.9,en;q=0.8") == "es"
    assert preferred("en", "es-MX,es;q=0.9") == "en"
    assert preferred("tlh", "tlh, *;q=0.1") == "en"
    assert preferred("", "") == "en"


def test_a_mother_switches_to_spanish_by_a_link_and_staff_pages_stay_english(families) -> None:
    rosa, okafor = sign_in(families, "rosa"), sign_in(families, "okafor")
    assert '<html lang="en"' in rosa.get("/my-children").text
    switch = re.search(r'href="(/language[^"]+)" lang="es"', rosa.get("/my-children").text)
    assert switch
    answer = rosa.get(switch[1].replace("&amp;", "&"))
    assert answer.headers["location"] == "/my-children"
    page = rosa.get("/my-children").text
    assert '<html lang="es"' in page
    assert "Mis hijos" in page
    assert 'lang="en" hreflang="en">English' in page
    assert "consejería" in rosa.get("/what-we-keep").text
    okafor.get("/language?code=es")
    assert '<html lang="en"' in okafor.get("/this-week").text
    assert (
        "Nombre de usuario" in sign_in(families, None).browser.get("/sign-in", headers={"Accept-Language": "es"}).text
    )


def test_the_switch_leads_to_no_other_server(families) -> None:
    assert sign_in(families, None).get("/language?code=es&next=//evil.example").headers["location"] == "/"


def test_a_family_reads_nothing_that_went_past_the_catalogue(families) -> None:
    rosa, nobody = sign_in(families, "rosa"), sign_in(families, None)
    for person in (rosa, nobody):
        person.browser.cookies.set("language", invented_language.CODE)
    opened = 0
    for door in doors(families):
        if door.method != "GET" or "{" in door.path or door.path.startswith(FOR_STAFF):
            continue
        for person in (rosa, nobody):
            page = person.browser.get(door.path, headers={"Host": "localhost"} if "passkey" in door.path else {})
            if (
                page.headers["content-type"].startswith("text/html")
                and f'<html lang="{invented_language.CODE}"' in page.text
            ):
                opened += may(Role.GUARDIAN, door.action) or door.action in OPEN_TO_ANYBODY
                assert invented_language.forgotten(page.text) == [], door.path
    assert opened > 12
    wrong = {"username": "rosa", "password": "x" * 20, "again": "x" * 20, "code": "1-2-3", "next": "", "csrf": "x"}
    for address, fields in {
        "/sign-in": ("username", "password"), "/sign-in/code": ("username", "code", "password", "again"),
        "/my-sign-in/password": ("csrf",), "/nowhere": ("csrf",), "/healthz": ("csrf",),
    }.items():  # fmt: skip
        for person in (rosa, nobody):
            page = person.post(address, {name: wrong[name] for name in fields})
            if page.status_code != 303:
                assert invented_language.forgotten(page.text) == [], address


def test_papers_for_families_are_in_their_language_to_the_last_word(families) -> None:
    okafor = sign_in(families, "okafor")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    for paper in ("letter", "profile"):
        page = okafor.get(f"{ada}/{paper}?language={invented_language.CODE}").text
        assert invented_language.forgotten(page) == [], paper
        spanish = okafor.get(f"{ada}/{paper}?language=es").text
        assert '<html lang="es"' in spanish
        assert f'<a href="{ada}/{paper}?language=en" lang="en">English</a>' in spanish


def test_a_page_that_forgets_the_catalogue_is_caught() -> None:
    assert invented_language.forgotten('<html lang="fr"><p>⟦Days ainsi⟧ missed <bdi>Ada</bdi> 3') == ["missed"]
    assert invented_language.forgotten('<html lang="fr"><a title="Help" lang="fr"></a>') == ["Help"]
    assert invented_language.forgotten('<html lang="fr"><a lang="en">Help</a> 3 nov. 2026') == []
