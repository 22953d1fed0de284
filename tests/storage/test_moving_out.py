"""A home from before the desk had a file of its own is brought over by opening it, and loses nothing."""

import shutil
import signal
import subprocess
import sys

import pytest
from sqlite_utils import Database as Tables

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage import audit
from appliance.storage.connection import Encrypted, open_writer
from appliance.storage.database import Database, Event
from appliance.storage.keys import make_keys, read_data_key
from appliance.storage.migrations import steps
from tests.access_log import at_desk, lines

MOVED = {
    "account": "account_key, username, password_hash, role, staff_key, display_name, is_disabled, failures, not_before",
    "access_log": "sequence, at, boot, who, action, subject, reason, students_sha256, previous, sha256",
    "access_log_student": "student_key, sequence",
}
"""What has to be the same afterwards. Sessions move too; a later step of the desk ends them."""
SOMEBODY = """
INSERT INTO staff (staff_key, given_name, family_name, is_active) VALUES (5, 'Nora', 'Okafor', 1);
INSERT INTO student (student_key, given_name, family_name) VALUES (1, 'Ada', 'Lovell');
INSERT INTO account VALUES (3, 'okafor', 'a hash', 'teacher', 5, 'Ms. Okafor', 0, 2, 17.5);
INSERT INTO web_session VALUES (zeroblob(32), 3, 'a token', 1.0, 2.0);
INSERT INTO check_in VALUES (9, 1, 3, 20000, 'talked', 'likes the new seat')
"""


def write_lines(connection, number):
    """Lines as the log was kept then: sealed without what two files brought."""
    previous = audit.BEFORE_THE_FIRST
    for sequence in range(1, number + 1):
        line = audit.Line(sequence, "2026-11-20T08:00:00.000+00:00", "boot", "okafor", "see a student", "", "class",
                          audit.students_sha256([1]))  # fmt: skip
        sha256 = audit.seal(previous, line)
        row = (sequence, line.at, line.boot, line.who, line.action, "", "class", line.students_sha256, previous, sha256)
        connection.execute("INSERT INTO access_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO access_log_student VALUES (1, ?)", (sequence,))
        previous = sha256
    return previous


@pytest.fixture
def old_home(tmp_path):
    """A home of one file, as the version before kept it."""
    home = tmp_path / "old"
    home.mkdir()
    file = Encrypted(home / "district.db", make_keys(home))
    file.make()
    connection = open_writer(file)
    steps.apply(Tables(connection), stop_before="m011_people_who_look_move_out")
    for statement in SOMEBODY.split(";\n"):
        connection.execute(statement)
    write_lines(connection, 12)
    connection.close()
    return home


def rows_of(connection, table):
    return connection.execute(f"SELECT {MOVED[table]} FROM {table} ORDER BY 1, 2").fetchall()


def old_rows(home):
    connection = open_writer(Encrypted(home / "district.db", read_data_key(home)))
    found = {table: rows_of(connection, table) for table in MOVED}
    connection.close()
    return found


def tables_in(connection):
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_everything_about_the_people_who_look_arrives_and_nothing_of_it_stays(old_home):
    before = old_rows(old_home)
    assert {len(rows) for rows in before.values()} == {1, 12}
    database = Database(old_home)
    assert {table: rows_of(database.desk._writer, table) for table in MOVED} == before
    assert not tables_in(database._writer) & {*MOVED, "web_session"}
    check_in = "SELECT check_in_key, student_key, account_key, day, kind, note FROM check_in"
    assert database._writer.execute(check_in).fetchall() == [(9, 1, 3, 20000, "talked", "likes the new seat")]
    assert database._writer.execute("PRAGMA foreign_key_check").fetchall() == []
    assert sorted(path.name for path in old_home.glob("desk*") if "-" not in path.name) == ["desk.db"]
    database.close()


def test_the_chain_goes_on_where_it_was(old_home):
    database = Database(old_home)
    database.record(Event("okafor", Action.SEE_STUDENT, students=(1,)))
    finding = database.verify_log(old_home / "no witness")
    assert (finding.sound, finding.lines) == (True, 13)
    database.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from appliance.storage import moving_out
from appliance.storage.database import Database

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

real, copy = moving_out._put_in_place, moving_out._copy
if sys.argv[2] == "in the middle of the copy":
    moving_out._copy = lambda records, desk, table, columns: (copy(records, desk, table, columns), die())
if sys.argv[2] == "before it is in place":
    moving_out._put_in_place = die
if sys.argv[2] == "when it is in place":
    moving_out._put_in_place = lambda part, final: (real(part, final), die())
Database(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", ["in the middle of the copy", "before it is in place", "when it is in place"])
def test_kill_9_during_the_move_leaves_the_old_home_and_the_next_opening_ends_it(old_home, moment):
    before = old_rows(old_home)
    killed = subprocess.run([sys.executable, "-c", KILLED, old_home, moment], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert old_rows(old_home) == before
    database = Database(old_home)
    assert {table: rows_of(database.desk._writer, table) for table in MOVED} == before
    database.close()
    assert not list(old_home.glob("*.part*"))


def test_two_commands_that_open_an_old_home_at_one_time_bring_it_over_once(old_home):
    before = old_rows(old_home)
    opening = "import sys; from pathlib import Path; from appliance.storage.database import Database; "
    command = [sys.executable, "-c", opening + "Database(Path(sys.argv[1])).close()", old_home]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    database = Database(old_home)
    assert {table: rows_of(database.desk._writer, table) for table in MOVED} == before
    database.close()


def test_a_line_that_the_old_version_still_wrote_after_a_killed_move_is_not_lost(old_home):
    subprocess.run([sys.executable, "-c", KILLED, old_home, "when it is in place"], timeout=60)
    connection = open_writer(Encrypted(old_home / "district.db", read_data_key(old_home)))
    connection.execute("DROP TRIGGER access_log_is_kept")
    connection.execute("DROP TRIGGER access_log_student_is_kept")
    connection.execute("DELETE FROM access_log_student")
    connection.execute("DELETE FROM access_log")
    write_lines(connection, 13)
    connection.close()
    database = Database(old_home)
    assert len(lines(database, "sequence")) == 13
    assert database.verify_log(old_home / "no witness").sound
    database.close()


def test_a_copy_from_before_the_move_is_not_taken_for_the_truth_beside_a_desk_that_knows_more(old_home, tmp_path):
    shutil.copy(old_home / "district.db", tmp_path)
    database = Database(old_home)
    database.record(Event("okafor", Action.SEE_STUDENT, students=(1,)))
    database.close()
    shutil.copy(tmp_path / "district.db", old_home)
    with pytest.raises(HomeTrouble, match="an older copy was put back"):
        Database(old_home)
    (old_home / "desk.db").rename(tmp_path / "moved away")
    database = Database(old_home)
    assert len(at_desk(database, "SELECT 1 FROM access_log")) == 12
    database.close()


def test_a_desk_that_is_missing_is_not_made_anew(home):
    (home / "desk.db").unlink()
    with pytest.raises(HomeTrouble, match=r"desk.db is missing. Restore it from a backup"):
        Database(home)
    assert not (home / "desk.db").exists()


def test_an_empty_desk_is_not_taken_for_a_new_one(home):
    (home / "desk.db").write_bytes(b"")
    with pytest.raises(HomeTrouble, match="what it held is lost"):
        Database(home)


def test_one_file_cannot_stand_in_for_the_other(home):
    (home / "desk.db").write_bytes((home / "district.db").read_bytes())
    with pytest.raises(HomeTrouble, match="cannot be read with this home's key"):
        Database(home)
