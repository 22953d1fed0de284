"""Accounts: how they are made, and how a password is checked."""

import time

import pytest

from appliance.actions import Action, Role
from appliance.jobs.accounts import ACCOUNTS, AccountTrouble, make_account
from appliance.jobs.passwords import BadPassword, check_password
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.conftest import app_for, sign_in


def make(database: Database, username: str = "nina", password: str = "four plain words here", **more: object) -> int:
    chosen = {"role": Role.TEACHER, "staff_key": None, "display_name": "Nina", "by": "kim"} | more
    return make_account(database, username=username, password=password, **chosen)  # type: ignore[arg-type]


def stored_hash(database: Database, username: str) -> str:
    with database.reading(ACCOUNTS) as reading:
        row = reading.one("SELECT password_hash FROM account WHERE username = :name", {"name": username})
    assert row
    return str(row["password_hash"])


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "15 to 128 characters"),
        ("x" * 129, "15 to 128 characters"),
        ("aaaaaaaaaaaaaaaaaaaa", "easy to guess"),
        ("nina nina nina nina", "easy to guess"),
    ],
)
def test_v6_2_1_a_weak_password_is_refused_with_a_sentence(own_town: Database, password: str, why: str) -> None:
    with pytest.raises(BadPassword, match=why):
        make(own_town, password=password)


def test_v11_4_2_a_password_is_kept_as_argon2id_with_the_measured_cost(own_town: Database) -> None:
    make(own_town)
    assert stored_hash(own_town, "nina").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "four plain" not in stored_hash(own_town, "nina")


def test_a_name_is_taken_once_whatever_its_letters_size_and_must_be_in_the_roster(own_town: Database) -> None:
    make(own_town)
    with pytest.raises(AccountTrouble, match="taken"):
        make(own_town, username="NINA")
    with pytest.raises(AccountTrouble, match="roster has no person"):
        make(own_town, username="ned", staff_key=999)
    with pytest.raises(AccountTrouble, match="needs a user name"):
        make(own_town, username=" ")


def test_v6_3_8_checking_nobodys_password_says_no_and_costs_the_same(town: Database) -> None:
    kept = stored_hash(town, "okafor")
    assert check_password(kept, maplewood.PASSWORD)
    assert not check_password(kept, maplewood.PASSWORD + "!")
    assert not check_password(None, "the password of an account that does not exist")

    # Processor time, in turn: the machine may be busy with other things.
    costs: dict[str | None, list[float]] = {kept: [], None: []}
    for stored in [kept, None] * 7:
        begun = time.process_time()
        check_password(stored, "wrong password entirely")
        costs[stored].append(time.process_time() - begun)
    assert 0.5 < min(costs[None]) / min(costs[kept]) < 2


def test_thousands_of_accounts_stand_on_pages_of_twenty_and_are_found_by_a_part_of_a_name(own_town: Database) -> None:
    rows = [(f"t.{number:03}", "", "teacher", f"Ms. Number {number:03}") for number in range(100)]
    with own_town.desk.changing(Event("test", Action.MAKE_ACCOUNT)) as tables:
        sql = "INSERT INTO account (username, password_hash, role, display_name) VALUES (?, ?, ?, ?)"
        tables.conn.executemany(sql, rows)
        tables.execute("UPDATE account SET role = 'district_admin' WHERE username = 'kim'")
    kim = sign_in(app_for(own_town), "kim")
    first = kim.get("/accounts").text
    assert f"{len(rows) + len(maplewood.ACCOUNTS)} people can sign in" in first
    assert first.count("<summary>Change") == 20
    assert 'page 1 of 6 · <a href="/accounts?page=1">Next</a>' in first
    assert "t.099" in kim.get("/accounts?page=99").text
    found = kim.post("/accounts/find", {"csrf": kim.csrf("/accounts"), "name": " number  04 "}).text
    assert "10 accounts with “<bdi>number 04</bdi>” in the name" in found
    assert (found.count("<summary>Change"), "t.047" in found, "t.050" in found) == (10, True, False)
    cut = kim.post("/accounts/find", {"csrf": kim.csrf("/accounts"), "name": "T.0"}).text
    assert "100 accounts with “<bdi>T.0</bdi>” in the name; the first 20 stand here" in cut
