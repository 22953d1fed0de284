"""Finding a student as people type: in either order, without accents, with whatever apostrophe the keyboard has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.actions import Action
from appliance.storage.database import Database, Event
from appliance.student_level.records.enrollments import Name, answers_to
from tests import maplewood
from tests.conftest import app_for, sign_in

_WORDS = st.text(st.characters(categories=("Lu", "Ll")), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("given_name", "family_name", "typed"),
    [
        ("Sid", "Sigurðsson", "sigurdsson, sid"),
        ("Sid", "Sigurðsson", "Sid SIGURDSSON"),
        ("Astrid", "Ekström", "ekstrom"),
        ("Astrid", "Ekstro\u0308m", "Ekström"),
        ("Maeve", "O’Connell", "o'connell"),
        ("Maeve", "O'Connell", "O’Connell, Maeve"),
        ("Maeve", "O'Connell", "oconnell"),
        ("Łucja", "Sørensen-Vance", "sorensen vance lucja"),
        ("Mary Ann", "De la Cruz", "delacruz maryann"),
        ("Zoë", "Strauß", "strauss zoe"),
    ],
)
def test_a_student_is_found_as_people_type(given_name: str, family_name: str, typed: str) -> None:
    assert answers_to(Name(given_name, family_name, ""), typed)


@pytest.mark.parametrize("typed", ["vance", "lovell vance", "%", "’", "ada x"])
def test_ada_lovell_does_not_answer_to_somebody_elses_name(typed: str) -> None:
    assert not answers_to(Name("Ada", "Lovell", ""), typed)


@given(given_name=_WORDS, family_name=_WORDS)
def test_whoever_types_a_name_as_a_list_prints_it_finds_it(given_name: str, family_name: str) -> None:
    name = Name(given_name, family_name, "")
    assert answers_to(name, name.full)
    assert answers_to(name, name.sorted)
    assert answers_to(name, name.full.upper().lower())


def test_ms_okafor_finds_ada_from_her_first_page_and_from_her_classes(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE student SET family_name = 'O’Lovéll' WHERE student_key = ?", (maplewood.KEY["ada"],))
    okafor = sign_in(app_for(own_town), "okafor")
    for page in ("/this-week", "/classes"):
        assert 'role="search"' in okafor.get(page).text
        found = okafor.post("/find", {"csrf": okafor.csrf(page), "name": "o'lovell, ada"}).text
        assert "1 student found" in found
        assert "O’Lovéll, Ada" in found
