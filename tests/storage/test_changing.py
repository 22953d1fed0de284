"""To write, one says what one does: the change and the line in the access log are kept together, or neither is."""

import threading

import pytest

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage.database import Database, DatabaseError, Event, IntegrityError

STEWARD = Event("lind", Action.IMPORT, "roster.zip")


def add_student(tables, key, name="Ada"):
    tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (?, ?, 'Okafor')", (key, name))


def students(database):
    return [name for (name,) in database._writer.execute("SELECT given_name FROM student ORDER BY student_key")]


def log(database):
    return database._writer.execute("SELECT who, action, subject FROM access_log ORDER BY sequence").fetchall()


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
def test_whatever_goes_wrong_neither_is_kept(database, reason):
    with pytest.raises(reason), database.changing(STEWARD) as tables:
        add_student(tables, 1)
        tables.execute("CREATE TEMP TABLE left_over (x)")
        raise reason
    assert students(database) == []
    assert log(database) == []
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
    assert database._writer.execute("SELECT * FROM access_log_student").fetchall() == [(1, 2), (2, 2)]


def test_an_event_about_a_student_who_is_not_there_is_no_event(database):
    with pytest.raises(IntegrityError):
        database.record(Event("okafor", Action.SEE_STUDENT, students=(7,)))
    assert log(database) == []


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
def test_the_access_log_is_only_ever_added_to(database, sql):
    with database.changing(STEWARD) as tables:
        add_student(tables, 1)
        add_student(tables, 2, "Ben")
        tables.execute("INSERT INTO access_log_student VALUES (1, 1)")
    before = log(database)
    with pytest.raises(DatabaseError, match="append-only"), database.changing(STEWARD) as tables:
        tables.execute(sql)
    assert log(database) == before
    assert database._writer.execute("SELECT * FROM access_log_student").fetchall() == [(1, 1)]


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
    other._writer.execute("PRAGMA busy_timeout = 50")
    with database.changing(STEWARD) as tables:
        add_student(tables, 1)
        with pytest.raises(HomeTrouble, match="still writing"):
            other.record(STEWARD)
    other.record(STEWARD)
    assert len(log(other)) == 2
    other.close()


def test_a_full_disk_takes_the_change_back_and_says_so(database):
    pages = database._writer.execute("PRAGMA page_count").fetchone()[0]
    database._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(HomeTrouble, match="full or failing"), database.changing(STEWARD) as tables:
        for key in range(2000):
            add_student(tables, key + 1, "A" * 200)
    assert students(database) == []
    database._writer.execute("PRAGMA max_page_count = 1000000")
    database.record(STEWARD)
