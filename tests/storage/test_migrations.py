"""Steps go forward, each whole or not at all, and an older home catches up when it is opened."""

import pytest
from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations

from appliance.storage.connection import Encrypted, open_writer
from appliance.storage.database import Database, DatabaseError
from appliance.storage.keys import make_keys
from appliance.storage.migrations import _step, desk_steps, steps


@pytest.fixture
def bare(tmp_path):
    """An encrypted database before its first step."""
    home = tmp_path / "old"
    home.mkdir()
    key = make_keys(home)
    file = Encrypted(home / "district.db", key)
    file.make()
    return home, open_writer(file)


def names(connection):
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}


@pytest.mark.parametrize("each", [steps, desk_steps], ids=["records", "desk"])
def test_no_two_steps_share_a_number(each):
    numbers = [step.name[:4] for step in each.pending(Tables(memory=True))]
    assert numbers == sorted(set(numbers))


def test_an_older_home_catches_up_when_it_is_opened(bare):
    home, connection = bare
    steps.apply(Tables(connection), stop_before="m002_people")
    assert "organization" in names(connection)
    assert "student" not in names(connection)
    connection.close()
    database = Database(home)
    assert "signing_key" in names(database._writer)
    assert steps.pending(Tables(database._writer)) == []
    database.close()


def test_a_step_that_fails_leaves_nothing_of_itself(bare):
    _, connection = bare
    broken = Migrations("broken")
    broken(name="m001")(_step("CREATE TABLE one (x INTEGER) STRICT;\nINSERT INTO one VALUES ('not a number');\n"))
    with pytest.raises(DatabaseError):
        broken.apply(Tables(connection))
    assert "one" not in names(connection)
    assert [step.name for step in broken.pending(Tables(connection))] == ["m001"]
