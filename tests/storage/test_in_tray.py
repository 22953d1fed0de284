"""A check-in is kept at once, waits for no import, and is neither lost nor doubled when the records take it in."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage import in_tray
from appliance.storage.database import Database, Event
from appliance.student_level.access import Viewer, reading_as
from appliance.student_level.records.check_ins import check_ins_of, record_check_in
from appliance.student_level.staging.linking.merging import merge
from tests import maplewood
from tests.storage.test_two_files import CHANGE, add_student

ADA, BEN = maplewood.KEY["ada"], maplewood.KEY["ben"]
TODAY = day_number(maplewood.TODAY)
IMPORT = Event("kim", Action.IMPORT)


def talks(database: Database, student: int = ADA, note: str = "likes the new seat") -> None:
    event = Event("okafor", Action.RECORD_CHECK_IN, "talked", "teaches the class", (student,))
    record_check_in(database, event, student_key=student, account_key=1, day=TODAY, kind="talked", note=note)


def read_by(database: Database, username: str, student: int = ADA) -> list[str]:
    role, staff_key, name = maplewood.ACCOUNTS[username]
    viewer = Viewer(1, username, name, role, staff_key, TODAY)
    with reading_as(database, viewer) as reading:
        return [one.note for one in check_ins_of(reading, student, TODAY)]


def in_records(database: Database) -> list[tuple[int, str]]:
    return database._writer.execute("SELECT student_key, note FROM check_in ORDER BY check_in_key").fetchall()


def test_ms_okafors_check_in_waits_for_no_import_and_is_read_at_once(own_town: Database) -> None:
    before = in_records(own_town)
    with own_town.changing(IMPORT):
        talks(own_town)
        assert read_by(own_town, "okafor")[0] == "likes the new seat"
        assert read_by(own_town, "ruiz")[0] == "likes the new seat"
        assert in_records(own_town) == before
    read_again = read_by(own_town, "okafor")
    with own_town.changing(IMPORT):
        pass
    assert in_records(own_town) == [*before, (ADA, "likes the new seat")]
    assert read_by(own_town, "okafor") == read_again
    assert own_town.desk._writer.execute("SELECT * FROM check_in_tray").fetchall() == []


def test_nobody_across_town_reads_what_lies_in_the_tray(own_town: Database) -> None:
    talks(own_town)
    assert read_by(own_town, "lind") == []


def test_an_import_that_is_given_up_takes_nothing_along(own_town: Database) -> None:
    talks(own_town)
    with pytest.raises(ZeroDivisionError), own_town.changing(IMPORT):
        raise ZeroDivisionError
    assert read_by(own_town, "okafor")[0] == "likes the new seat"
    with own_town.changing(IMPORT):
        pass
    assert in_records(own_town)[-1] == (ADA, "likes the new seat")


def test_a_power_cut_before_the_tray_was_cleared_makes_no_second_check_in(own_town: Database) -> None:
    talks(own_town)
    lying = own_town.desk._writer.execute("SELECT * FROM check_in_tray").fetchall()
    with own_town.changing(IMPORT):
        pass
    marks = ", ".join("?" * len(lying[0]))
    own_town.desk._writer.executemany(f"INSERT INTO check_in_tray VALUES ({marks})", lying)
    once = read_by(own_town, "okafor")
    assert once.count("likes the new seat") == 1
    with own_town.changing(IMPORT):
        pass
    assert read_by(own_town, "okafor") == once
    assert own_town.desk._writer.execute("SELECT * FROM check_in_tray").fetchall() == []


def test_a_check_in_with_a_student_who_is_merged_meanwhile_goes_to_the_one_who_remains(own_town: Database) -> None:
    with own_town.changing(Event("kim", Action.MERGE_STUDENTS)) as tables:
        talks(own_town, student=BEN, note="is Ada")
        merge(tables, BEN, ADA)
    assert "is Ada" in read_by(own_town, "okafor")
    with own_town.changing(IMPORT):
        pass
    assert in_records(own_town)[-1] == (ADA, "is Ada")


def test_a_check_in_of_nobody_who_is_there_stays_where_it_lies(own_town: Database) -> None:
    talks(own_town, student=999_999)
    with own_town.changing(IMPORT):
        pass
    assert [row[2] for row in own_town.desk._writer.execute("SELECT * FROM check_in_tray")] == [999_999]


def test_a_desk_put_back_from_an_older_copy_gives_no_number_again(own_town: Database) -> None:
    numbers = set()
    for _ in range(20):
        with own_town.desk.changing(IMPORT) as desk:
            in_tray.put(desk, ADA, 1, TODAY, "talked", "", None)
            numbers |= {key for (key,) in desk.execute("SELECT tray_key FROM check_in_tray")}
            desk.execute("DELETE FROM check_in_tray")
    assert len(numbers) == 20


@pytest.mark.parametrize("moment", ["before the line", "after the line", "inside the change", "after the commit"])
def test_kill_9_in_an_import_neither_loses_nor_doubles_a_check_in(home: Path, moment: str) -> None:
    database = Database(home)
    add_student(database, 1)
    with database.desk.changing(IMPORT) as desk:
        desk.execute("INSERT INTO account VALUES (1, 'okafor', '', 'teacher', NULL, 'Ms. Okafor', 0, 0, 0)")
    talks(database, student=1)
    database.close()
    killed = subprocess.run([sys.executable, "-c", CHANGE, home, moment], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    database = Database(home)
    add_student(database, 8)
    assert in_records(database) == [(1, "likes the new seat")]
    assert database.desk._writer.execute("SELECT * FROM check_in_tray").fetchall() == []
    database.close()
