"""To write, one says what one does: the log says it first, and says so when nothing came of it."""

import threading

import pytest

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage.database import Database, DatabaseError, Event, IntegrityError
from tests.access_log import at_desk, lines, what_happened

STEWARD = Event("lind", Action.IMPORT, "roster.zip")


def add_student(tables, key, name="Ada"):
    tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (?, ?, 'Okafor')", (key, name))


def students(database):
    return [name for (name,) in database._writer.execute("SELECT given_name FROM student ORDER BY student_key")]


def log(database):
    return lines(database, "who", "action", "subject")


def test_a_change_and_its_line_in_the_log_are_kept_together(database, home):
    with database.changing(STEWARD) as tables:
        add_student(tables, 1)
    database.close()
    again = Database(home)
    assert students(again) == ["Ada"]
    assert log(again) == [("lind", "import files", "roster.zip")]
    again.close()


class Stumble(BaseException):
    pass


@pytest.mark.parametrize("reason", [Stumble, ValueError, KeyboardInterrupt])
def test_whatever_goes_wrong_nothing_is_changed_and_the_log_says_so(database, reason):
    with pytest.raises(reason), database.changing(STEWARD) as tables:
        add_student(tables, 1)
        tables.execute("CREATE TEMP TABLE left_over (x)")
        raise reason
    assert students(database) == []
    assert what_happened(database, "action") == []
    assert log(database) == [("lind", "import files", "roster.zip"), ("schoolhouse", "did not happen", "line 1")]
    with database.changing(STEWARD) as tables:  # And the next change is not hindered.
        tables.execute("CREATE TEMP TABLE left_over (x)")


def test_a_broken_rule_takes_the_whole_change_back(database):
    with pytest.raises(IntegrityError), database.changing(STEWARD) as tables:
        add_student(tables, 1)
        tables.execute("INSERT INTO school_enrollment VALUES (1, 99, 0, NULL, '03', NULL, NULL)")
    assert students(database) == []


def test_an_event_names_each_student_once(database):
    with database.changing(STEWARD) as tables:
        add_student(tables, 1)
        add_student(tables, 2, "Ben")
    database.record(Event("okafor", Action.SEE_SECTION, "Algebra", "teaches it", students=(2, 1, 2)))
    assert at_desk(database, "SELECT * FROM access_log_student") == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM access_log",
        "DELETE FROM access_log WHERE sequence = 1",
        "UPDATE access_log SET who = 'nobody'",
        "UPDATE OR REPLACE access_log SET sequence = 5",
        "INSERT OR REPLACE INTO access_log SELECT * FROM access_log WHERE sequence = 1",
        "REPLACE INTO access_log SELECT * FROM access_log WHERE sequence = 1",
        "INSERT INTO access_log SELECT * FROM access_log WHERE true"
        " ON CONFLICT (sequence) DO UPDATE SET who = 'nobody'",
        "DELETE FROM access_log_student",
        "UPDATE access_log_student SET student_key = 2",
        "INSERT OR REPLACE INTO access_log_student VALUES (1, 1)",
    ],
)
def test_v16_4_2_the_access_log_is_only_ever_added_to(database, sql):
    database.record(Event("okafor", Action.SEE_STUDENT, students=(1,)))
    before = log(database)
    with pytest.raises(DatabaseError, match="append-only"), database.desk.changing(STEWARD) as tables:
        tables.execute(sql)
    assert log(database) == before
    assert at_desk(database, "SELECT * FROM access_log_student") == [(1, 1)]


def test_two_threads_write_one_after_the_other(database):
    def write(first):
        for key in range(first, first + 20):
            with database.changing(STEWARD) as tables:
                add_student(tables, key)

    threads = [threading.Thread(target=write, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(students(database)) == len(log(database)) == 60


def test_a_second_command_that_writes_at_the_same_time_is_told_to_wait(database, home):
    other = Database(home)
    with database.changing(STEWARD) as tables:
        add_student(tables, 1)
        with pytest.raises(HomeTrouble, match="still writing"), other.changing(STEWARD, patience_seconds=0.05):
            pass
        other.record(Event("okafor", Action.SEE_STUDENT, students=(1,)))  # To look, nobody has to wait.
    with other.changing(STEWARD):
        pass
    assert [action for _, action, _ in log(other)] == ["import files", "see a student", "import files"]
    other.close()


def test_a_full_disk_takes_the_change_back_and_says_so(database):
    pages = database._writer.execute("PRAGMA page_count").fetchone()[0]
    database._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(HomeTrouble, match="full or failing"), database.changing(STEWARD) as tables:
        for key in range(2000):
            add_student(tables, key + 1, "A" * 200)
    assert students(database) == []
    assert what_happened(database, "action") == []
    database._writer.execute("PRAGMA max_page_count = 1000000")
    with database.changing(STEWARD) as tables:
        add_student(tables, 1)


def test_whoever_writes_a_line_while_they_change_the_desk_fails_at_once_and_changes_nothing(database):
    with pytest.raises(DatabaseError, match="within a transaction"), database.desk.changing(STEWARD):
        database.record(STEWARD)
    assert log(database) == []
    database.record(STEWARD)
    assert len(log(database)) == 1
