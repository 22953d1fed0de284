"""Rows that came too early or were wrong: they wait, are tried again, and never become a record that nobody sent."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import BadFile, Trouble
from appliance.jobs.import_files import import_files, retry_quarantine, undo_batch
from appliance.jobs.quarantine import drop_batch, what_waits
from appliance.storage.database import Database
from appliance.student_level.staging import quarantine
from tests.access_log import lines
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, ElmAndOak, csv_text, day, problems

PROGRAMS = """
    student_id,program,begin_date,end_date
    501,Gifted and talented,2026-08-17,
    777,Gifted and talented,2026-08-17,
"""
SECRET = "123-45-6789"
WITHOUT_ELM = """
    sourcedId,name,type,identifier,parentSourcedId
    d,Maplewood,district,100,
    o,Oak School,school,102,d
"""


def waiting(two_schools: ElmAndOak) -> int:
    return two_schools.one("SELECT count(*) FROM quarantine")


def every_cell(two_schools: ElmAndOak) -> str:
    """All that stands in any table of the database, decrypted."""
    tables = two_schools.ask("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return repr([two_schools.ask(f"SELECT * FROM {table}") for (table,) in tables])


def test_rows_that_come_before_the_roster_wait_and_are_loaded_with_it(two_schools):
    first = two_schools.load(two_schools.file("school_enrollment.csv", SCHOOL_ENROLLMENT))
    assert (first.refused, first.quarantined, waiting(two_schools)) == (3, 3, 3)
    second = two_schools.load(two_schools.package())
    assert (second.left_quarantine, second.counts["school_enrollment"].added, waiting(two_schools)) == (3, 3, 0)
    assert "3 rows that earlier imports refused were tried again, and are loaded now." in list(second.lines())
    assert two_schools.ask("SELECT begin_day, end_day, grade_level FROM school_enrollment ORDER BY student_key") == [
        (day("2026-08-17"), None, "08"), (day("2026-08-17"), None, "08"), (day("2026-08-17"), None, "09"),
    ]  # fmt: skip


def test_taking_the_roster_back_puts_the_rows_back_into_quarantine(two_schools):
    two_schools.load(two_schools.file("school_enrollment.csv", SCHOOL_ENROLLMENT))
    before = two_schools.all_that_is_stored()
    report = two_schools.load(two_schools.package())
    undo_batch(two_schools.database, report.batch, reason="too early")
    assert two_schools.all_that_is_stored() == before
    assert waiting(two_schools) == 3


def test_taking_a_batch_back_takes_its_refused_rows_out_of_quarantine(two_schools):
    two_schools.begin()
    before = two_schools.all_that_is_stored()
    report = two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    assert waiting(two_schools) == 1
    undo_batch(two_schools.database, report.batch, reason="a trial")
    assert two_schools.all_that_is_stored() == before
    assert waiting(two_schools) == 0


def test_a_school_nobody_sent_is_one_cause_with_everybody_folded_under_it(two_schools):
    report = two_schools.load(two_schools.package(orgs=WITHOUT_ELM))
    causes, (batch,) = what_waits(two_schools.database)
    first = causes[0]
    assert (first.missing, first.code) == ("school", "unknown_reference")
    assert {kind.removeprefix("OneRoster ") for kind in first.by_kind} == {
        "classes", "users", "enrollments", "lineItems", "results",
    }  # fmt: skip
    assert first.rows == report.refused == batch.waiting
    assert len(causes) == 1
    assert first.who == "the sender of the file"


def test_when_the_school_comes_with_the_next_package_all_of_it_is_loaded_and_nothing_waits(two_schools):
    two_schools.load(two_schools.package(orgs=WITHOUT_ELM))
    two_schools.load(two_schools.package())
    assert waiting(two_schools) == 0
    assert two_schools.one("SELECT count(*) FROM section_enrollment") == 4
    assert two_schools.one("SELECT count(*) FROM student") == 3


def test_children_of_one_unknown_school_stand_together_and_those_of_another_apart(two_schools):
    two_schools.begin()
    rows = "".join(f"501,{school},2026-08-17,08,\n" for school in ("888", "888", "999"))
    two_schools.load(two_schools.file("more.csv", f"student_id,school_id,entry_date,grade_level,exit_date\n{rows}"))
    causes, _ = what_waits(two_schools.database)
    assert sorted((cause.missing, cause.rows) for cause in causes) == [("school", 1), ("school", 2)]


def test_what_waits_says_where_and_who_and_shows_no_value(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    (cause,), _ = what_waits(two_schools.database)
    said = str(cause)
    assert said == (
        "1 row waits (1 of programs): a student that is not loaded. Send the file that lists it, from the same export. "
        "First in programs.csv, row 3, student_id. For: the sender of the file."
    )
    assert "777" not in repr(cause)


def test_a_row_that_waited_never_changes_what_came_after_it(two_schools):
    late = "student_id,school_id,entry_date,grade_level,exit_date\n504,101,2026-08-17,07,2026-10-01\n"
    two_schools.begin()
    two_schools.load(two_schools.file("old.csv", late))
    users = csv_text(ROSTER["users"]) + "u-dee,Dee,Drum,,504,student,e\n"
    newer = "student_id,school_id,entry_date,grade_level,exit_date\n504,101,2026-08-17,08,\n"
    report = two_schools.load(two_schools.package(users=users), two_schools.file("new.csv", newer))
    assert report.left_quarantine == 1
    assert waiting(two_schools) == 0
    assert two_schools.ask(
        "SELECT grade_level, end_day FROM school_enrollment JOIN student USING (student_key) WHERE given_name = 'Dee'"
    ) == [("08", None)]


def test_trying_again_in_vain_leaves_no_phantom_and_the_rows_wait_on(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    before = two_schools.all_that_is_stored()
    report = retry_quarantine(two_schools.database, by="the test")
    assert (report.left_quarantine, report.changed_anything) == (0, False)
    assert two_schools.all_that_is_stored() == before


def test_the_second_of_two_same_rows_waits_for_a_person_and_is_never_tried_again(two_schools):
    two_schools.begin()
    twice = csv_text(SCHOOL_ENROLLMENT) + "501,101,2026-08-17,09,\n"
    two_schools.load(two_schools.file("twice.csv", twice))
    assert retry_quarantine(two_schools.database).left_quarantine == 0
    (cause,), _ = what_waits(two_schools.database)
    assert (cause.code, cause.who) == ("duplicate", "the school office")


def test_trying_again_ends_nobody(two_schools):
    two_schools.begin()
    enrollments = csv_text(ROSTER["enrollments"]) + "9,o-new,u-cy,student,,,\n"
    two_schools.load(two_schools.package(enrollments=enrollments))
    before = two_schools.ask("SELECT * FROM section_enrollment")
    classes = "sourcedId,status,dateLastModified,title,courseSourcedId,classCode,schoolSourcedId,termSourcedIds\n"
    manifest = "propertyName,value\noneroster.version,1.1\nfile.classes,delta\n"
    delta = dict.fromkeys(ROSTER) | {
        "classes": f"{classes}o-new,active,2026-11-20,New,alg,N,o,sy\n", "manifest": manifest,
    }  # fmt: skip
    report = two_schools.load(two_schools.package("delta.zip", **delta))
    assert report.left_quarantine == 1
    after = two_schools.ask("SELECT * FROM section_enrollment")
    assert set(before) < set(after)
    assert len(after) == len(before) + 1
    assert two_schools.one("SELECT count(*) FROM student WHERE is_active") == 3


def test_the_same_bad_file_twice_leaves_its_rows_once(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    assert two_schools.ask("SELECT batch_key FROM quarantine") == [(3,)]


def test_a_held_batch_leaves_nothing_in_quarantine(two_schools):
    users = csv_text(ROSTER["users"]) + "".join(f"u-{n},Kim{n},Lee,,{600 + n},student,o\n" for n in range(30))
    two_schools.load(two_schools.package(users=users))
    bad = csv_text(ROSTER["users"]) + "u-x,,Nobody,,999,student,e\n"
    report = two_schools.load(two_schools.package(users=bad))
    assert report.held
    assert (report.quarantined, waiting(two_schools)) == (0, 0)


def test_rows_are_forgotten_after_their_last_day(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    two_schools.database._writer.execute("UPDATE quarantine SET until_day = ?", [day(str(date.today() - timedelta(1)))])
    two_schools.load(two_schools.file("enrollment.csv", SCHOOL_ENROLLMENT))
    assert waiting(two_schools) == 0


def test_a_steward_lets_go_of_a_batchs_rows_and_the_log_says_why(two_schools):
    two_schools.begin()
    report = two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    assert drop_batch(two_schools.database, report.batch, reason="the pupil moved", by="kim") == 1
    assert lines(two_schools.database, "who", "subject", "reason")[-1:] == [("kim", "batch 2", "the pupil moved")]
    with pytest.raises(Trouble, match="Batch 2 has no row in quarantine"):
        drop_batch(two_schools.database, report.batch, reason="again", by="kim")


def test_more_rows_than_are_kept_are_counted(two_schools, monkeypatch):
    two_schools.begin()
    monkeypatch.setattr(quarantine, "MOST_KEPT", 5)
    rows = "".join(f"{700 + n},Gifted and talented,2026-08-17,\n" for n in range(12))
    two_schools.load(two_schools.file("programs.csv", f"student_id,program,begin_date,end_date\n{rows}"))
    _, (batch,) = what_waits(two_schools.database)
    assert (batch.waiting, batch.kept, batch.beyond + batch.withheld) == (5, 5, 7)


MAPPING = """
version = 1
name = "Elm's attendance"
fingerprint = ["PUPIL", "WHEN", "WHAT"]
dates = ["MM/DD/YYYY"]
[[table]]
layout = "daily attendance"
[table.columns]
student_id = "PUPIL"
date = "WHEN"
category = { from = "WHAT", codes = "marks" }
[codes.marks]
U = "Unexcused"
"""


def test_an_unknown_code_waits_until_the_mapping_knows_it(two_schools):
    two_schools.begin()
    shelf = two_schools.database.home / "mappings"
    shelf.mkdir()
    (shelf / "elm.toml").write_text(MAPPING.replace("Elm's", "Elm"))
    report = two_schools.load(two_schools.file("att.csv", "PUPIL,WHEN,WHAT\n501,09/08/2026,U\n502,09/08/2026,ZZ\n"))
    assert problems(report) == [("att.csv", 3, "WHAT", "not_in_list")]
    (cause,), _ = what_waits(two_schools.database)
    assert cause.who == "the data steward"
    (shelf / "elm.toml").write_text(MAPPING.replace("Elm's", "Elm") + 'ZZ = "Excused"\n')
    assert retry_quarantine(two_schools.database).left_quarantine == 1
    assert two_schools.ask("SELECT category FROM attendance_day ORDER BY student_key") == [("unexcused",), ("excused",)]


def test_a_row_with_a_social_security_number_anywhere_is_not_kept(two_schools):
    two_schools.begin()
    users = csv_text(ROSTER["users"]) + f"u-x,,Mole,{SECRET},505,student,e\nu-y,,Vole,123456789,506,student,e\n"
    report = two_schools.load(two_schools.package(users=users))
    assert (report.refused, report.quarantined) == (2, 0)
    assert two_schools.one("SELECT withheld FROM quarantine_batch") == 2
    assert SECRET not in every_cell(two_schools)
    assert "123456789" not in every_cell(two_schools)


def test_a_row_whose_fields_cannot_be_told_apart_is_not_kept(two_schools):
    two_schools.begin()
    report = two_schools.load(two_schools.file("programs.csv", "student_id,program,begin_date\n501,Gifted\n"))
    assert (report.refused, report.quarantined) == (1, 0)


CELL = st.sampled_from(
    [
        SECRET,
        "１２３–４５–６７８９",
        f"x {SECRET}",
        "SSN 123456789",
        "{SSN:123456789}",
        "Ada",
        "501",
        "e",
        "student",
        "",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*[CELL] * 4), min_size=1, max_size=6))
def test_whatever_a_roster_holds_no_such_number_is_in_any_table_problem_or_line_of_the_home(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("home")
    database = Database.create(folder / "home")
    town = ElmAndOak(folder, database)
    try:
        more = "".join(f"u-{n},{a},{b},{c},{d},student,e\n" for n, (a, b, c, d) in enumerate(rows))
        try:
            report = import_files(database, [town.package(users=csv_text(ROSTER["users"]) + more)], by="the test")
        except BadFile as error:
            told = str(error)
        else:
            told = " ".join([*report.lines(), str(report.as_json()), *map(str, what_waits(database)[0])])
        for sign in (SECRET, "123456789", "６７８９"):
            assert sign not in told
            assert sign not in every_cell(town)
            assert not any(
                sign.encode() in file.read_bytes() for file in (folder / "home").rglob("*") if file.is_file()
            )
    finally:
        database.close()
