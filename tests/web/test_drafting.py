"""While Kim's draft is made the page says how far it is, without a script; only who drafts sees it, one at a time."""

import re
import threading
from collections.abc import Iterator

import pytest

from appliance.aggregate.refusal import Refused
from appliance.jobs import drafting
from appliance.jobs.release_record import listed
from appliance.storage.database import Database
from tests.conftest import Person, app_for, sign_in
from tests.signed_rules import sign_rules
from tests.web.matrix import drafted
from tests.web.test_releases import DAY, do

PAGE = "/releases/drafting"


@pytest.fixture
def kim(own_town: Database) -> Iterator[Person]:
    sign_rules(own_town, proposer="kim", signer="hall")
    app = app_for(own_town)
    yield sign_in(app, "kim")
    app.state["drafting"].close()


class Held:
    """The real draft, which stands still at one step until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: tuple[str, int]) -> None:
        self.is_there, self.may_go_on = threading.Event(), threading.Event()
        real = drafting.draft

        def draft(*values, progress, **names):  # type: ignore[no-untyped-def]
            def follow(step: str, done: int, expected: int) -> None:
                progress(step, done, expected)
                if (step, done) == at:
                    self.is_there.set()
                    assert self.may_go_on.wait(60)
                    progress(step, done, expected)

            return real(*values, progress=follow, **names)

        monkeypatch.setattr(drafting, "draft", draft)


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (("Counting", 2), r"Schoolhouse counts the students of each table: 2 of \d+ done\."),
        (("Protecting", 1), r"Schoolhouse hides small groups, and what would give them away: 1 of \d+ done\."),
        (("Attacking", 1), r"where that succeeds: 1 question to the solver so far\."),
        (("Checking", 0), r"Schoolhouse checks of each hidden number that it could be another\."),
    ],
)
def test_the_page_names_the_step_and_what_of_it_is_done_and_then_leads_to_the_draft(
    kim: Person, monkeypatch: pytest.MonkeyPatch, at: tuple[str, int], sentence: str
) -> None:
    held = Held(monkeypatch, at)
    assert do(kim, "/releases/draft", snapshot=DAY) == PAGE
    assert held.is_there.wait(60)
    answer = kim.get(PAGE)
    assert answer.headers["refresh"] == "3"
    assert f"<h1>{at[0]}</h1>" in answer.text
    assert re.search(sentence, answer.text)
    assert f'aria-current="step">{at[0]}<' in answer.text
    assert "<script" not in answer.text
    held.may_go_on.set()
    drafted(kim.browser.app)
    assert kim.get(PAGE).headers["location"] == "/releases/1"
    assert "refresh" not in kim.get(PAGE).headers


def test_one_is_drafted_after_another_and_the_desk_says_whose(
    kim: Person, own_town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = kim.csrf("/releases")
    held = Held(monkeypatch, ("Protecting", 1))
    assert do(kim, "/releases/draft", snapshot=DAY) == PAGE
    assert held.is_there.wait(60)
    desk = kim.get("/releases").text
    assert f'kim is drafting a release as of Nov 20, 2026. <a href="{PAGE}">How far it is</a>' in desk
    assert 'action="/releases/draft"' not in desk
    again = kim.post("/releases/draft", {"csrf": token, "snapshot": DAY})
    assert again.status_code == 400
    assert f"kim is drafting a release of {DAY} at this moment." in again.text
    held.may_go_on.set()
    drafted(kim.browser.app)
    assert [one["release_key"] for one in listed(own_town)] == [1]
    assert 'action="/releases/draft"' in kim.get("/releases").text


def test_a_draft_that_is_refused_says_why_and_leaves_nothing(
    kim: Person, own_town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(kim, "/releases/draft", snapshot="2019-11-20")
    drafted(kim.browser.app)
    page = kim.get(PAGE)
    assert "<h1>Nothing was drafted</h1>" in page.text
    assert "No student is enrolled on Nov 20, 2019 in what is loaded." in page.text
    assert "refresh" not in page.headers

    do(kim, "/releases/draft", snapshot=DAY, amends="7", reason="A calendar was wrong.")
    drafted(kim.browser.app)
    page = kim.get(PAGE).text
    assert "to replace release 7" in page
    assert "Release 7 is not the last one of Nov 20, 2026 that left, so it cannot be amended." in page

    def doubtful(*_values: object, **_names: object) -> None:
        raise Refused("The attack gave no certain answer.")

    monkeypatch.setattr("appliance.jobs.make_release.protect", doubtful)
    do(kim, "/releases/draft", snapshot=DAY)
    drafted(kim.browser.app)
    assert "The attack gave no certain answer." in kim.get(PAGE).text
    assert listed(own_town) == []


def test_a_fault_of_our_own_is_told_without_its_text(
    kim: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_values: object, **_names: object) -> None:
        raise KeyError("Ada Lovell")

    monkeypatch.setattr(drafting, "draft", breaks)
    do(kim, "/releases/draft", snapshot=DAY)
    drafted(kim.browser.app)
    page = kim.get(PAGE).text
    assert "Schoolhouse failed by a fault of its own. Nothing was drafted." in page
    told = capsys.readouterr()
    assert "KeyError" in told.out + told.err
    assert "Lovell" not in page + told.out + told.err


def test_stopping_calls_the_draft_off_and_the_next_server_says_that_nothing_is_in_hand(
    kim: Person, own_town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch, ("Attacking", 1))
    do(kim, "/releases/draft", snapshot=DAY)
    assert held.is_there.wait(60)
    desk: drafting.Drafting = kim.browser.app.state["drafting"]
    desk._is_stopping = True
    held.may_go_on.set()
    desk.close()
    assert "Schoolhouse was stopped in the middle of it. Nothing was drafted." in kim.get(PAGE).text
    assert listed(own_town) == []
    after = app_for(own_town)
    page = sign_in(after, "kim").get(PAGE)
    assert "<h1>Nothing is being drafted</h1>" in page.text
    assert "A draft that was in hand when it stopped is gone" in page.text
    assert "refresh" not in page.headers


@pytest.mark.parametrize("username", ["hall", "ruiz", "okafor"])
def test_only_who_drafts_sees_how_far_it_is(kim: Person, username: str) -> None:
    assert sign_in(kim.browser.app, username).get(PAGE).status_code == 403
