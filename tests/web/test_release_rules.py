"""The rules of releases at the desk: Kim proposes, Dr. Hall signs, Mr. Ruiz reads; before that nothing is drafted."""

from collections.abc import Callable

import pytest

from appliance.jobs.policy import in_force
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.conftest import Person, app_for, sign_in
from tests.page_text import read

PAGE = "/releases/rules"
Desk = Callable[[str], Person]


@pytest.fixture
def desk(own_town: Database) -> Desk:
    app = app_for(own_town)
    people: dict[str, Person] = {}
    return lambda username: people.setdefault(username, sign_in(app, username))


def do(person: Person, address: str, **form: str) -> str:
    answer = person.post(address, {"csrf": person.csrf(PAGE), **form})
    return str(answer.headers["location"]) if answer.status_code == 303 else answer.text


def test_the_shipped_rules_take_one_press_of_each_of_two_people_and_then_a_draft_can_be_asked_for(
    desk: Desk, own_town: Database
) -> None:
    kim, hall = desk("kim"), desk("hall")
    assert "Nobody has signed the rules of releases yet" in kim.get("/releases").text
    assert 'action="/releases/draft"' not in kim.get("/releases").text
    assert "Propose the shipped ones below" in kim.get(PAGE).text
    assert do(kim, f"{PAGE}/propose", preset="schoolhouse", reason="They fit our schools.") == PAGE

    assert "You proposed it, so somebody else has to sign it." in kim.get(PAGE).text
    assert "another person has to sign it" in do(kim, f"{PAGE}/1/sign")
    assert "1 policy unsigned" in kim.get("/data").text
    seen = hall.get(PAGE).text
    assert "Reason: They fit our schools." in seen
    assert "A group of 1 to 9 students is never shown." in seen
    assert do(hall, f"{PAGE}/1/sign") == PAGE

    assert (in_force(own_town).policy.minimum_n, in_force(own_town).signed["signed_by"]) == (10, "hall")
    assert "signed by hall on" in kim.get(PAGE).text
    assert 'action="/releases/draft"' in kim.get("/releases").text
    assert "was signed by hall" in do(hall, f"{PAGE}/1/sign")


def test_a_draft_that_is_asked_for_before_is_refused_with_who_does_what(desk: Desk) -> None:
    kim = desk("kim")
    token = kim.csrf("/releases")
    assert kim.post("/releases/draft", {"csrf": token, "snapshot": "2026-11-20"}).status_code == 303
    kim.browser.app.state["drafting"].close()
    told = kim.get("/releases/drafting").text
    assert "Two people do it, each a data steward or a superintendent" in told


def test_a_principal_reads_the_rules_that_are_in_force_and_no_proposal(desk: Desk) -> None:
    kim, hall, ruiz = desk("kim"), desk("hall"), desk("ruiz")
    do(kim, f"{PAGE}/propose", preset="schoolhouse", reason="They fit our schools.")
    assert "They fit our schools." not in ruiz.get(PAGE).text
    do(hall, f"{PAGE}/1/sign")
    do(kim, f"{PAGE}/propose", preset="smallest", reason="The state asks for five.")
    seen = ruiz.get(PAGE).text
    assert "They fit our schools." in seen
    assert "The state asks for five." not in seen
    assert "<form" not in seen.partition("<main")[2].partition("</main>")[0]
    assert "1 proposal of others waiting for a signature" in hall.get("/releases").text
    assert ruiz.post(f"{PAGE}/2/sign", {"csrf": ruiz.csrf("/releases")}).status_code == 403
    assert desk("okafor").get(PAGE).status_code == 403


def test_the_minimum_of_the_settings_stands_in_the_proposal_and_changes_no_signed_rule(own_town: Database) -> None:
    app = app_for(own_town, settings=Settings(minimum_cell=20))
    kim, hall = sign_in(app, "kim"), sign_in(app, "hall")
    assert "(hides fewer than 20)" in kim.get(PAGE).text
    do(kim, f"{PAGE}/propose", preset="schoolhouse", reason="Many people know each other here.")
    do(hall, f"{PAGE}/1/sign")
    later = sign_in(app_for(own_town, settings=Settings(minimum_cell=5)), "kim")
    assert "A group of 1 to 19 students is never shown." in later.get(PAGE).text
    assert "config.toml says minimum_cell = 5. That changes nothing by itself" in read(later.get(PAGE).text)
    assert "fewer than 20 students is hidden" in later.get("/manual/what-leaves").text
