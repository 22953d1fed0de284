"""The release desk in a browser: Kim drafts, Dr. Hall approves, Mr. Ruiz reads what left about his school."""

import hashlib
from collections.abc import Callable, Iterator

import pytest

from appliance.jobs.release_states import STEPS, possible
from appliance.state_office import verify
from appliance.storage.database import Database
from tests.conftest import Person, app_for, sign_in
from tests.signed_rules import sign_rules
from tests.web.matrix import drafted

DAY = "2026-11-20"
Desk = Callable[[str], Person]


@pytest.fixture
def desk(own_town: Database) -> Iterator[Desk]:
    sign_rules(own_town, proposer="kim", signer="hall")
    app = app_for(own_town)
    people: dict[str, Person] = {}

    def at(username: str) -> Person:
        return people.setdefault(username, sign_in(app, username))

    yield at
    app.state["drafting"].close()


def drafts(person: Person, **form: str) -> str:
    """Ask for a draft, and wait until it is made; where its page leads then, or what it says."""
    assert do(person, "/releases/draft", **form) == "/releases/drafting"
    drafted(person.browser.app)
    answer = person.get("/releases/drafting")
    return answer.headers["location"] if answer.status_code == 303 else answer.text


def do(person: Person, address: str, on: str = "/releases", **form: str) -> str:
    """Send a form; where it leads, or what the page says when it was refused."""
    answer = person.post(address, {"csrf": person.csrf(on), **form})
    return answer.headers["location"] if answer.status_code == 303 else answer.text


def test_a_release_goes_through_two_pairs_of_hands_and_is_read_at_the_school(desk: Desk, own_town: Database) -> None:
    kim, hall, ruiz = desk("kim"), desk("hall"), desk("ruiz")
    assert drafts(kim, snapshot=DAY) == "/releases/1"
    page = kim.get("/releases/1").text
    assert "You drafted it, so somebody else has to approve it." in page
    assert "By these rules: Schoolhouse&#39;s own rules, version 1, sha256 <code>" in page
    assert '<th scope="row">Membership by program</th>' in page
    assert "All tables together" in page
    assert "<dt>Assessment participation: left out</dt>" in page
    assert "Who approves it answers for it" in hall.get("/releases/1").text
    assert "Approve release 1" not in page
    assert "so another person has to approve it" in do(kim, "/releases/1/approve", "/releases/1")

    assert "Nothing has left the district yet." in ruiz.get("/releases").text
    assert ruiz.get("/releases/1").status_code == 404
    assert ruiz.get("/releases/1/files/membership.csv").status_code == 404

    preview = hall.get("/releases/1/files/membership.csv?raw=true").content
    assert hashlib.sha256(preview).hexdigest() in hall.get("/releases/1").text
    assert do(hall, "/releases/1/approve", "/releases/1") == "/releases/1"
    report = hall.get("/releases/1/files/report.txt?raw=true").content
    assert do(hall, "/releases/1/build", "/releases/1") == "/releases/1"

    (built,) = (own_town.home / "outbox").glob("*.zip")
    assert verify(built).accepted
    assert ruiz.get("/releases/1/files/package.zip?raw=true").content == built.read_bytes()
    assert ruiz.get("/releases/1/files/membership.csv?raw=true").content == preview
    left = ruiz.get("/releases/1/files/report.txt?raw=true").content
    assert left.startswith(report)
    assert left.removeprefix(report).startswith(b"Approved by hall on 20"), "that, and nothing else, is added"
    assert "Withdraw" not in ruiz.get("/releases/1").text

    assert "takes a reason" in do(hall, "/releases/1/withdraw", "/releases/1", reason=" ")
    assert do(hall, "/releases/1/withdraw", "/releases/1", reason="A calendar was wrong.") == "/releases/1"
    assert not built.exists()
    page = ruiz.get("/releases/1").text
    assert "was withdrawn" in page
    assert "Reason: A calendar was wrong." in page


def test_a_release_that_an_earlier_program_drafted_can_still_be_read(desk: Desk, own_town: Database) -> None:
    kim = desk("kim")
    drafts(kim, snapshot=DAY)
    own_town._writer.execute("UPDATE release SET report = json_remove(report, '$.cut_down')")
    own_town._writer.commit()
    page = kim.get("/releases/1")
    assert page.status_code == 200
    assert "promises about small and telling numbers" in page.text


def test_a_draft_is_held_against_what_left_before_it(desk: Desk) -> None:
    kim, hall = desk("kim"), desk("hall")
    drafts(kim, snapshot=DAY)
    assert "It is the first release of its school year." in kim.get("/releases/1").text
    do(hall, "/releases/1/approve", "/releases/1")
    do(hall, "/releases/1/build", "/releases/1")
    assert drafts(kim, snapshot=DAY, amends="1", reason="A calendar was wrong.") == "/releases/2"
    page = kim.get("/releases/2").text
    assert "Held against the release as of Nov 20, 2026:" in page
    assert '<th scope="row">Membership</th><td class="num">0</td>' in page, "all of it keeps its value"
    assert "hidden, 0 or more of" in page


def test_a_teacher_has_no_business_at_the_release_desk(desk: Desk) -> None:
    assert desk("okafor").get("/releases").status_code == 403
    assert desk("okafor").get("/releases/1").status_code == 403


def test_a_day_that_is_no_day_and_a_release_that_is_not_there_are_told(desk: Desk) -> None:
    kim = desk("kim")
    assert "is not written like 2026-10-01" in do(kim, "/releases/draft", snapshot="soon")
    assert kim.get("/releases/7").status_code == 404


def test_each_state_has_the_steps_of_the_table_and_every_one_is_reached() -> None:
    after = {step.after for step in STEPS}
    assert {step.before for step in STEPS} <= after | {"nothing"}
    assert [step.deed for step in possible("drafted")] == ["approve", "discard"]
    assert possible("withdrawn") == possible("discarded") == ()
    assert [step.deed for step in STEPS if step.another] == ["approve"]
    assert all(step.roles for step in STEPS)


def test_the_manual_shows_every_step_of_a_release(desk: Desk) -> None:
    page = desk("kim").get("/manual/what-leaves").text
    for step in STEPS:
        assert f"<td>{step.before}</td><td>{step.deed}</td>" in page
