"""A real district's export loads with the counts that its publisher's own files give."""

import pytest

from appliance.errors import BadFile
from appliance.jobs.choose_fields import turn_off
from appliance.jobs.import_files import check_files, import_files
from appliance.jobs.status import last_batches, totals
from appliance.storage.database import Database
from tests import grandbend
from tests.sensitive_fields import keep


def ask(database, sql):
    return database._writer.execute(sql).fetchall()


@pytest.mark.parametrize("roster", [grandbend.ROSTER_1P1, grandbend.ROSTER_1P2], ids=["1.1", "1.2"])
def test_grand_bend_loads_with_its_known_counts_and_no_row_refused(tmp_path, roster):
    database = Database.create(tmp_path / "home")
    keep(database)
    checked = check_files(database, [roster, *grandbend.SIS])
    assert totals(database) == dict.fromkeys(grandbend.COUNTS, 0)
    report = import_files(database, [roster, *grandbend.SIS])
    assert totals(database) == grandbend.COUNTS
    assert report.problems == []
    assert {name: count.added for name, count in checked.counts.items()} == {
        name: count.added for name, count in report.counts.items()
    }
    assert ask(database, "SELECT count(*), count(DISTINCT student_key) FROM attendance_day") == [
        (grandbend.STUDENT_DAYS, 192)
    ]
    assert ask(database, "SELECT count(*) FROM (SELECT DISTINCT student_key, day FROM attendance_section)") == [
        (grandbend.STUDENT_DAYS,)
    ]
    assert ask(database, "SELECT count(*) FROM school_enrollment WHERE end_day IS NULL") == [(960,)]
    assert ask(database, "PRAGMA foreign_key_check") == []
    database.close()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    database = Database.create(tmp_path_factory.mktemp("grandbend") / "home")
    keep(database)
    import_files(database, [grandbend.ROSTER_1P1, *grandbend.SIS])
    yield database
    database.close()


@pytest.mark.parametrize(
    "files",
    [
        [grandbend.ROSTER_1P1, *grandbend.SIS],
        [grandbend.ROSTER_1P1],
        [grandbend.ROSTER_1P2, *grandbend.SIS],
        [*reversed(grandbend.SIS)],
    ],
    ids=["the same again", "the roster alone", "1.2 after 1.1", "the other files in another order"],
)
def test_what_is_loaded_already_changes_nothing_and_the_report_says_so(loaded, files):
    everything = "SELECT * FROM {} ORDER BY 1, 2"
    tables = ("student", "section_enrollment", "grade", "attendance_day", "attendance_section", "attendance_taken",
              "test_result", "identity", "staff_role", "teaching")  # fmt: skip
    before = {table: ask(loaded, everything.format(table)) for table in tables}
    report = import_files(loaded, files)
    assert not report.changed_anything
    assert sum(count.unchanged for count in report.counts.values()) > 900
    assert last_batches(loaded)[0]["status"] == "unchanged"
    assert {table: ask(loaded, everything.format(table)) for table in tables} == before


def test_a_file_about_a_field_that_is_off_is_left_out_and_the_report_says_why(loaded):
    turn_off(loaded, "discipline", by="the steward")
    report = import_files(loaded, [grandbend.FOLDER / "discipline.csv"])
    (read,) = report.files
    assert read.note == "left out, since the district has this switched off: discipline"
    assert not report.changed_anything


def test_one_file_named_twice_is_refused(loaded, tmp_path):
    copy = tmp_path / "copy.csv"
    copy.write_bytes((grandbend.FOLDER / "calendar.csv").read_bytes())
    with pytest.raises(BadFile, match="are the same file"):
        import_files(loaded, [grandbend.FOLDER / "calendar.csv", copy])


def test_two_packages_of_one_district_in_one_batch_are_refused(loaded):
    before = totals(loaded)
    with pytest.raises(BadFile, match="Name it once"):
        import_files(loaded, [grandbend.ROSTER_1P1, grandbend.ROSTER_1P2])
    assert totals(loaded) == before
