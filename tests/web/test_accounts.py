"""Accounts: how they are made, and how a password is checked."""

import time

import pytest

from appliance.actions import Role
from appliance.jobs.accounts import ACCOUNTS, AccountTrouble, make_account
from appliance.jobs.passwords import BadPassword, check_password
from appliance.storage.database import Database
from tests import maplewood


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
