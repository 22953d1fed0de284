"""`schoolhouse who`: questions without a name, answers with a reason, and the way back."""

import json

import pytest

from appliance.storage.database import Database
from tests.elm_and_oak import ElmAndOak
from tests.web.test_who_is_who import ada_comes_again

WHY = ("--reason", "her mother brought the papers")


@pytest.fixture
def asked(at_home, tmp_path):
    """A home in which one question waits."""
    at_home("init", "--no-input")
    database = Database(tmp_path / "home")
    ada_comes_again(ElmAndOak(tmp_path, database))
    database.close()
    return at_home


def test_the_list_names_nobody_unless_asked_and_then_the_log_says_so(asked):
    told = asked("who", "list")
    assert told.code == 0
    assert "Given name: agrees. Middle name: not known. Family name: differs." in told.out
    assert "1 row waits" in told.out
    assert "Zeller" not in told.out + told.talk
    assert "Zeller" in asked("who", "list", "--show-people").out
    question = json.loads(asked("who", "list", "--json").out)["questions"][0]
    assert (question["question"], question["student"], question["why"], question["rows_waiting"]) == (1, 1, "alike", 1)
    assert "Zeller" not in json.dumps(question)


def test_an_answer_needs_a_reason_and_can_be_taken_back(asked):
    assert asked("who", "same", 1).code == 2
    said = json.loads(asked("who", "same", 1, *WHY, "--json").out)
    assert (said["student_key"], said["rows"]) == (1, 1)
    assert asked("who", "same", 1, *WHY).code == 1
    assert asked("who", "undo", said["batch"], *WHY).code == 0
    assert json.loads(asked("who", "list", "--json").out)["questions"]


def test_not_yet_and_different(asked):
    assert asked("who", "not-yet", 1, *WHY).code == 0
    assert json.loads(asked("who", "list", "--json").out)["questions"][0]["not_yet"] is True
    assert asked("who", "different", 1, *WHY).code == 0
    assert json.loads(asked("status", "--json").out)["entities"]["student"] == 4


def test_two_become_one_and_one_becomes_two(asked):
    assert asked("who", "merge", 3, 2, *WHY).code == 0
    parts = json.loads(asked("who", "show", 2, "--json").out)
    kinds = [part["kind"] for part in parts["parts"]]
    assert kinds.count("identity") == 4
    split = asked("who", "split", 2, "--list", parts["list"], "--part", 0, "--part", 2, *WHY, "--json")
    assert json.loads(split.out)["student_key"] == 4
    assert asked("who", "show", 99).code == 1
