"""The data steward at the keyboard gives reach for a time, and takes it back."""

from datetime import date, timedelta

import pytest

from appliance.actions import Role
from appliance.days import day_number
from appliance.jobs.accounts import make_account
from appliance.storage.database import Database
from tests import everyone, maplewood
from tests.cli.conftest import typing

NEXT_WEEK = (date.today() + timedelta(days=7)).isoformat()


@pytest.fixture(scope="module")
def at_maplewood(tmp_path_factory):
    """Type a command for Maplewood, where Ms. Cruz coaches and Rosa is a mother."""
    home = tmp_path_factory.mktemp("maplewood") / "home"
    database: Database = maplewood.build(home)
    for username in ("cruz", "rosa"):
        role, _, name = everyone.MORE[username]
        make_account(
            database, username=username, password=maplewood.PASSWORD, role=role, staff_key=None, display_name=name,
            by="kim",
        )  # fmt: skip
    for entity, given_id, key in (("student", "S-101", 101), ("staff", "T-11", maplewood.OKAFOR)):
        sql = "INSERT INTO identity (entity, system, source_id, key) VALUES (?, 'district', ?, ?)"
        everyone.change(database, sql, entity, given_id, key)
    # The commands work on the day that it is, on which Maplewood's classes may have ended.
    today = day_number(date.today())
    everyone.change(database, "UPDATE section SET begin_day = ?, end_day = ?", today - 30, today + 30)
    everyone.change(database, "UPDATE teaching SET begin_day = ?", today - 30)
    database.close()
    return typing(home)


def test_a_class_is_opened_to_a_coach_listed_without_names_and_ended(at_maplewood):
    done = at_maplewood("grant", "coach", "cruz", "--section", "SCI-7-3", "--until", NEXT_WEEK, "--reason", "labs")
    assert done.code == 0, done.talk
    done = at_maplewood("grant", "coach", "cruz", "--student-id", "S-101", "--until", NEXT_WEEK, "--reason", "labs")
    assert done.code == 0, done.talk
    listed = at_maplewood("grant", "list")
    assert f"cruz: Science 7, until {NEXT_WEEK}" in listed.out
    assert f"cruz: one student, until {NEXT_WEEK}" in listed.out
    assert "Lovell" not in listed.out
    for one in at_maplewood("grant", "list", "--json").data["grants"]:
        assert at_maplewood("grant", "end", one["coach_grant_key"]).code == 0
    assert at_maplewood("grant", "list", "--json").data["grants"] == []


def test_nobody_is_given_anything_by_a_wrong_name_and_the_id_is_not_repeated(at_maplewood):
    more = ("--until", NEXT_WEEK, "--reason", "labs")
    for words, says in (
        (("grant", "coach", "okafor", "--section", "SCI-7-3", *more), "Nobody signs in as okafor with the role coach"),
        (("grant", "coach", "cruz", "--section", "SCI-9", *more), "no classes with the code SCI-9"),
        (("grant", "coach", "cruz", "--student-id", "S-999", *more), "no student with that id"),
        (("grant", "coach", "cruz", *more), "either a class or one student"),
        (("grant", "family", "cruz", "--student-id", "S-101"), "with the role guardian"),
    ):
        done = at_maplewood(*words)
        assert done.code == 1
        assert says in done.talk
        assert "S-999" not in done.talk + done.out
    assert at_maplewood("grant", "family", "rosa").code == 2


def test_a_family_is_tied_to_its_child_and_untied(at_maplewood):
    assert at_maplewood("grant", "family", "rosa", "--student-id", "S-101").code == 0
    assert "Ended: 1" in at_maplewood("grant", "family", "rosa", "--end").talk


def test_a_day_code_is_printed_once_or_refused_after_six(at_maplewood):
    done = at_maplewood("grant", "day-code", "--staff-id", "T-11")
    assert ("user name  substitute-" in done.out) if done.code == 0 else ("past six" in done.talk)
    assert "Nobody broke the glass" in at_maplewood("broken-glass").talk


def test_every_role_of_the_table_can_be_given_an_account():
    from appliance.cli.people import user_add

    (role,) = [one for one in user_add.params if one.name == "role"]
    assert set(role.type.choices) == {one.value for one in Role}
