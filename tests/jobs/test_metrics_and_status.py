"""From what is loaded to the counts shelf, and what `status` says of it."""

from datetime import date

import pytest

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import count_snapshot, refresh
from appliance.jobs.import_files import retry_quarantine
from appliance.jobs.roster_lookup import find_staff
from appliance.jobs.status import last_batches, totals
from appliance.storage.connection import PastTheGate
from appliance.storage.database import Event
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.staging.attendance_codes import DAILY

CALENDAR = "date,event\n" + "".join(f"2026-09-{day:02},Instructional day\n" for day in range(1, 23))
ABSENCES = "student_id,date,category\n501,2026-09-08,Absent\n501,2026-09-09,Excused\n503,2026-09-20,Tardy\n"


@pytest.fixture
def loaded(two_schools):
    two_schools.begin()
    two_schools.load(
        two_schools.file("calendar.csv", CALENDAR.encode()), two_schools.file("attendance.csv", ABSENCES.encode())
    )
    return two_schools


def taken(database, metric, snapshot):
    with database.counts_only() as shelf:
        tabulation = counts.take(shelf, metric, snapshot)
    assert tabulation is not None
    return {(c.school_id, c.category): (c.count, c.out_of) for c in tabulation.cells if c.dimension == "all"}


def test_after_an_import_the_counts_stand_at_the_newest_day_with_attendance(loaded):
    assert refresh(loaded.database) == date(2026, 9, 20)
    assert taken(loaded.database, "days_missed", "2026-09-20") == {
        ("", "all"): (2, 60), ("101", "all"): (2, 40), ("102", "all"): (0, 20),
    }  # fmt: skip
    assert taken(loaded.database, "chronic_absence", "2026-09-20")["101", "all"] == (1, 2)
    assert loaded.ask("SELECT days_enrolled, days_missed, days_excused, days_late FROM student_attendance") == [
        (20, 2, 1, 0), (20, 0, 0, 0), (20, 0, 0, 1),
    ]  # fmt: skip
    assert loaded.ask("SELECT enrolled, missed FROM school_attendance_day WHERE day = 20704 ORDER BY 1") == [
        (1, 0),
        (2, 1),
    ]


def choose(district, book):
    put_in_force(district.database, book, from_day=day_number(date(2026, 8, 1)), by="kim", reason="our state's rule")


def test_the_minimum_of_days_is_the_districts_choice(loaded):
    choose(loaded, RuleBook(least_days_enrolled=21))
    count_snapshot(loaded.database, date(2026, 9, 20))
    assert taken(loaded.database, "chronic_absence", "2026-09-20") == {}


def test_a_state_may_leave_out_who_never_came(loaded):
    before = counted(loaded)
    with loaded.database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM attendance_day WHERE student_key = 1")
        tables.execute(
            "INSERT INTO attendance_day (student_key, day, code) SELECT DISTINCT 1, day, ? FROM attendance_taken",
            [DAILY["unexcused"]],
        )
    assert counted(loaded) == before
    choose(loaded, RuleBook(least_days_attended=1))
    assert counted(loaded) == before - 1


def counted(district):
    count_snapshot(district.database, date(2026, 9, 20))
    return taken(district.database, "chronic_absence", "2026-09-20")["", "all"][1]


def test_counting_a_snapshot_again_replaces_it_and_old_ones_go(loaded):
    count_snapshot(loaded.database, date(2026, 9, 10))
    cells = loaded.one("SELECT count(*) FROM count_cell")
    assert count_snapshot(loaded.database, date(2026, 9, 10)) == cells
    assert loaded.one("SELECT count(*) FROM count_cell") == cells
    refresh(loaded.database)
    assert loaded.ask("SELECT DISTINCT snapshot FROM count_table") == [("2026-09-20",)]


def test_without_attendance_nothing_is_counted(two_schools):
    assert refresh(two_schools.database) is None
    two_schools.begin()
    assert refresh(two_schools.database) is None


@pytest.mark.parametrize("day", [date(2020, 9, 20), date(2025, 6, 1)])
def test_a_snapshot_of_a_day_when_nobody_was_enrolled_is_refused_and_leaves_nothing(loaded, day):
    with pytest.raises(Trouble, match="No student is enrolled on"):
        count_snapshot(loaded.database, day)
    assert loaded.one("SELECT count(*) FROM count_table") == 0


def test_the_shelf_gives_back_what_was_put_on_it(loaded):
    cells = (
        Cell(DISTRICT, "all", "all", 3, 9, "MATH"),
        Cell("101", "all", "all", 0, 0),
        Cell("101", "sex", "MISSING", 1, 1),
    )
    tabulation = Tabulation("test_levels", "2026-2027", "2026-09-20", cells)
    with loaded.database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        assert counts.put(tables, [tabulation]) == 3
    with loaded.database.counts_only() as shelf:
        assert counts.take(shelf, "test_levels", "2026-09-20") == tabulation
        assert counts.take(shelf, "test_levels", "2026-09-21") is None
        assert counts.take(shelf, "membership", "2026-09-20") is None
        with pytest.raises(PastTheGate):
            shelf.query("SELECT * FROM student")


def test_status_counts_what_is_loaded_and_active(loaded):
    assert totals(loaded.database) == {
        "school": 2, "student": 3, "staff": 2, "section": 3, "section_enrollment": 4, "school_enrollment": 3,
        "grade": 2, "transcript_course": 0, "attendance_event": 3, "test_result": 0, "program": 0,
    }  # fmt: skip


def test_status_names_the_files_as_they_were_sent_newest_batch_first(loaded):
    newest, first = last_batches(loaded.database)
    assert sorted(newest["files"].split(", ")) == ["attendance.csv", "calendar.csv"]
    assert sorted(first["files"].split(", ")) == ["roster.zip", "school_enrollment.csv"]
    assert (newest["status"], newest["refused"]) == ("loaded", 0)
    assert len(last_batches(loaded.database, 1)) == 1


def test_a_batch_without_files_says_what_it_was(loaded):
    loaded.load(loaded.file("programs.csv", "student_id,program,begin_date\n504,Bilingual,2026-09-01\n"))
    assert retry_quarantine(loaded.database).left_quarantine == 0
    assert last_batches(loaded.database, 1)[0]["files"] == "rows that had waited"


def test_a_teacher_is_found_by_the_districts_id(loaded):
    key, name = find_staff(loaded.database, "901")
    assert name == "Ngozi Okafor"
    assert loaded.one("SELECT family_name FROM staff WHERE staff_key = :key", key=key) == "Okafor"
    with pytest.raises(Trouble, match="no member of staff with the id 999"):
        find_staff(loaded.database, "999")
