"""Steps go forward, each whole or not at all, and an older home catches up when it is opened."""

import json

import pytest
from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations

from appliance.storage.connection import Encrypted, open_writer
from appliance.storage.database import Database, DatabaseError
from appliance.storage.keys import make_keys
from appliance.storage.migrations import _step, desk_steps, steps
from appliance.student_level.staging.journal import take_back


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


def test_attendance_keeps_its_words_and_its_rows_when_it_is_written_smaller(bare):
    """Step m024, on a home that has each kind of day, and notes from before and after rows were traced."""
    _, connection = bare
    steps.apply(Tables(connection), stop_before="m024_attendance_in_small")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (1, 'Ada', 'Lovell')")
    connection.execute("INSERT INTO organization VALUES (1, 'Elm', 'school', '1', NULL, 1)")
    connection.execute("INSERT INTO course VALUES (1, 'M', 'Math', '')")
    connection.execute("INSERT INTO section VALUES (1, 1, 1, 'M-1', 'Math', '', '', 20000, 20300, 1)")
    kinds = [(category, basis) for category in ("unexcused", "excused", "tardy") for basis in ("daily", "sections")]
    days = [(1, 20000 + n, *kind, 7, 40 + n) for n, kind in enumerate(kinds)]
    classes = [(1, 20000 + n, 1, kinds[2 * n][0], None, None) for n in range(3)]
    connection.executemany("INSERT INTO attendance_day VALUES (?, ?, ?, ?, ?, ?)", days)
    connection.executemany("INSERT INTO attendance_section VALUES (?, ?, ?, ?, ?, ?)", classes)
    connection.execute(
        "INSERT INTO batch (batch_key, loaded_at, loaded_by, status, seconds) VALUES (1, '', '', 'loaded', 1)"
    )
    notes = [("attendance_day", "update", list(day)) for day in days]
    notes += [("attendance_day", "delete", [1, 20100, "tardy", "daily"]), ("attendance_day", "insert", [1, 20005])]
    notes += [("attendance_section", "delete", [1, 20100, 1, "excused", 7, 9])]
    connection.executemany(
        "INSERT INTO batch_undo VALUES (1, ?, ?, ?, ?)",
        [(place, table, deed, json.dumps(row)) for place, (table, deed, row) in enumerate(notes, 1)],
    )
    tables = Tables(connection)
    steps.apply(tables)
    as_they_were = "SELECT student_key, day, category, basis, file_key, file_row FROM attendance_day"
    assert tables.execute(as_they_were).fetchall() == days
    as_they_were = "SELECT student_key, day, section_key, category, file_key, file_row FROM attendance_section"
    assert tables.execute(as_they_were).fetchall() == classes
    take_back(tables, 1)
    connection.execute("COMMIT")
    again = tables.execute("SELECT day, category, basis, file_row FROM attendance_day").fetchall()
    assert again[:-1] == [(day, category, basis, row) for _, day, category, basis, _, row in days[:-1]]
    assert again[-1] == (20100, "tardy", "daily", None)
    sql = "SELECT category, file_row FROM attendance_section WHERE day = 20100"
    assert tables.execute(sql).fetchall() == [("excused", 9)]
