"""Each record says from which row of which file it came, and taking a batch back takes that back too."""

import pytest

from appliance.jobs.import_files import import_files, retry_quarantine, undo_batch
from appliance.settings import Settings
from appliance.storage.database import Database
from tests import grandbend
from tests.elm_and_oak import ROSTER, csv_text

TRACED = (
    "student school_enrollment section_enrollment program_membership grade test_result attendance_day "
    "attendance_section"
).split()
WHERE = "SELECT batch_key, name, file_row FROM {} JOIN batch_file USING (file_key)"
DAYS = "student_id,date,category\n501,2026-09-01,Absent\n502,2026-09-02,Tardy\n"


def origins(district):
    return {table: district.ask(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in TRACED}


def test_a_day_missed_names_the_row_that_said_so(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("attendance.csv", DAYS))
    assert two_schools.ask(WHERE.format("attendance_day") + " ORDER BY day") == [
        (2, "attendance.csv", 2), (2, "attendance.csv", 3),
    ]  # fmt: skip
    assert {name for _, name, _ in two_schools.ask(WHERE.format("student"))} == {"roster.zip/users.csv"}


def test_the_same_again_keeps_the_row_that_came_first_and_a_correction_names_its_own(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("attendance.csv", DAYS))
    two_schools.load(two_schools.file("again.csv", "date,student_id,category\n2026-09-02,502,Excused\n"
                                                   "2026-09-01,501,Absent\n"))  # fmt: skip
    assert two_schools.ask(WHERE.format("attendance_day") + " ORDER BY day") == [
        (2, "attendance.csv", 2), (3, "again.csv", 2),
    ]  # fmt: skip


def test_a_batch_taken_back_leaves_no_record_that_names_it(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("attendance.csv", DAYS))
    before = origins(two_schools)
    report = two_schools.load(two_schools.file("again.csv", DAYS.replace("Tardy", "Excused")))
    assert origins(two_schools) != before
    undo_batch(two_schools.database, report.batch, reason="wrong day")
    assert origins(two_schools) == before
    for table in TRACED:
        undone = f"SELECT 1 FROM {table} JOIN batch_file USING (file_key) JOIN batch USING (batch_key)"
        assert two_schools.ask(undone + " WHERE status = 'undone'") == []


def test_a_file_that_comes_after_one_that_was_taken_back_has_a_number_of_its_own(two_schools):
    two_schools.begin()
    report = two_schools.load(two_schools.file("attendance.csv", DAYS))
    undo_batch(two_schools.database, report.batch, reason="wrong day")
    two_schools.load(two_schools.file("attendance.csv", DAYS))
    assert {batch for batch, _, _ in two_schools.ask(WHERE.format("attendance_day"))} == {report.batch + 1}


def test_a_row_that_waited_in_quarantine_still_names_the_file_in_which_it_came(two_schools):
    two_schools.load(two_schools.file("attendance.csv", DAYS))
    two_schools.begin()
    assert two_schools.ask(WHERE.format("attendance_day") + " ORDER BY day") == [
        (1, "attendance.csv", 2), (1, "attendance.csv", 3),
    ]  # fmt: skip
    assert retry_quarantine(two_schools.database).left_quarantine == 0


def test_a_batch_noted_before_origins_were_kept_can_still_be_taken_back(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("attendance.csv", DAYS))
    report = two_schools.load(two_schools.file("again.csv", DAYS.replace("Tardy", "Excused")))
    with two_schools.database._writing:
        two_schools.database._writer.execute(
            "UPDATE batch_undo SET row = json_remove(row, '$[4]', '$[3]') WHERE table_name = 'attendance_day'"
        )
    undo_batch(two_schools.database, report.batch, reason="wrong day")
    assert two_schools.ask("SELECT category, file_key FROM attendance_day WHERE category = 'tardy'") == [
        ("tardy", None)
    ]


@pytest.mark.parametrize("files", [[grandbend.ROSTER_1P2, *grandbend.SIS], [grandbend.ED_FI]], ids=["csv", "xml"])
def test_every_record_of_grand_bend_names_a_row_that_its_file_has(tmp_path, files):
    database = Database.create(tmp_path / "home")
    import_files(database, files)
    for table in TRACED:
        derived = " WHERE basis = 'daily'" if table == "attendance_day" else ""
        without, beyond = database._writer.execute(
            f"SELECT count(*) FILTER (WHERE file_key IS NULL), count(*) FILTER (WHERE file_row < 1)"
            f"  FROM {table} LEFT JOIN batch_file USING (file_key){derived}"
        ).fetchone()
        assert (without, beyond) == (0, 0), table
    database.close()


def test_the_files_of_a_held_batch_have_no_number_since_no_record_came_from_them(two_schools):
    two_schools.begin()
    one_student = two_schools.package(users="\n".join(csv_text(ROSTER["users"]).splitlines()[:2]))
    report = import_files(two_schools.database, [one_student], Settings(hold_rows=0, hold_share=0.0))
    assert report.held
    held = "SELECT count(*), count(file_key) FROM batch_file WHERE batch_key = :batch"
    assert two_schools.ask(held, batch=report.batch) == [(10, 0)]
