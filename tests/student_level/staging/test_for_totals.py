"""Discipline, leaving, diplomas and details of programs: counted or reduced as they are read, and off until wanted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.jobs.choose_fields import choices, turn_off
from appliance.jobs.import_files import undo_batch
from appliance.student_level.sensitive import TABLES
from appliance.student_level.staging.load_discipline import _Actions
from tests.elm_and_oak import day, problems
from tests.sensitive_fields import keep

ACTIONS = """
    student_id,school_id,incident_id,date,location,behavior,action,action_days,action_date
    501,101,77,2026-09-08,Gymnasium,THREW A STAPLER,ISS,1,2026-09-08
    501,101,78,2026-10-08,Bus 14,THREW A STAPLER,ISS,0.5,2026-10-09
    501,101,78,2026-10-08,Bus 14,THREW A STAPLER,Parent conference,,2026-10-09
    502,101,79,2026-09-30,Library,SET FIRE TO A BIN,OSS,3,2026-10-01
    502,101,80,2026-06-02,Library,SET FIRE TO A BIN,OSS,,2026-06-02
    503,102,81,2026-11-02,Hallway,WITNESS ONLY,,,2026-11-02
"""
COUNTED = """SELECT source_id, state_id, school_year, action, times, days FROM discipline
               JOIN organization ON organization_key = school_key
               JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key ORDER BY 1, 3, 4"""
LEAVING = """
    student_id,school_id,entry_date,grade_level,exit_date,exit_reason
    501,101,2026-08-17,08,2026-10-01,01927
    502,101,2026-08-17,08,2026-10-01,Transferred
    503,102,2026-08-17,09,,
"""
PROGRAMS = """
    student_id,program,begin_date,end_date,primary_disability,educational_environment,home_language,english_learner_since,night_residence,unaccompanied_youth
    501,Special education,2026-08-17,,Specific learning disability,RC80,Spanish,,Shelters,yes
    502,English learner,2026-08-17,,,,es,2024-09-01,,
    503,Homeless,2026-08-17,,,,,,Doubled-up,no
"""
DETAILS = {
    "special_education_detail": "SELECT source_id, disability, environment",
    "english_learner_detail": "SELECT source_id, home_language, learner_since_day",
    "homeless_detail": "SELECT source_id, night_residence, is_unaccompanied",
}


@pytest.fixture
def maplewood(two_schools):
    two_schools.begin()
    keep(two_schools.database)
    return two_schools


def reasons(town):
    return town.ask("SELECT source_id, reason FROM leaving JOIN identity ON entity = 'student' AND system = 'district'"
                    " AND key = student_key ORDER BY 1")  # fmt: skip


def details(town):
    rest = "JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key ORDER BY 1"
    return {table: town.ask(f"{sql} FROM {table} {rest}") for table, sql in DETAILS.items()}


def test_all_that_is_sensitive_is_off_in_a_new_home_and_then_nothing_of_it_is_stored(two_schools):
    two_schools.begin()
    assert {one.is_on for one in choices(two_schools.database)} == {0}
    report = two_schools.load(
        two_schools.file("actions.csv", ACTIONS), two_schools.file("left.csv", LEAVING),
        two_schools.file("programs.csv", PROGRAMS),
    )  # fmt: skip
    assert {table: two_schools.one(f"SELECT count(*) FROM {table}") for table in TABLES.values()} == dict.fromkeys(
        TABLES.values(), 0
    )
    notes = {read.name: read.note for read in report.files}
    assert notes["actions.csv"] == "left out, since the district has this switched off: discipline"
    assert notes["left.csv"] == "columns left out, since the district has them switched off: exit_reason"
    assert "educational_environment" in notes["programs.csv"]
    assert report.refused == 0
    assert two_schools.one("SELECT count(*) FROM school_enrollment WHERE end_day IS NOT NULL") == 2


def test_actions_are_counted_by_student_school_and_year_and_days_add_up(maplewood):
    report = maplewood.load(maplewood.file("actions.csv", ACTIONS))
    assert maplewood.ask(COUNTED) == [
        ("501", "101", 2027, "in_school_suspension", 2, 1.5),
        ("502", "101", 2026, "out_of_school_suspension", 1, None),
        ("502", "101", 2027, "out_of_school_suspension", 1, 3.0),
    ]
    assert report.files[0].note == "2 rows left out: they name no action, or one that no total counts"
    origin = "SELECT name, file_row FROM discipline JOIN batch_file USING (file_key) ORDER BY file_row"
    assert maplewood.ask(origin) == [("actions.csv", 2), ("actions.csv", 5), ("actions.csv", 6)]


def test_no_word_about_an_incident_and_not_its_day_is_found_anywhere_in_the_home(maplewood):
    bad = ACTIONS + "    503,102,99,2026-11-02,Gymnasium,THREW A STAPLER,Sent to Mr. Gray,1,2026-11-03\n"
    report = maplewood.load(maplewood.file("actions.csv", bad))
    assert (report.refused, report.quarantined) == (1, 0)
    stored = repr([maplewood.ask(f"SELECT * FROM {t}") for (t,) in maplewood.ask(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")])  # fmt: skip
    for word in ("STAPLER", "FIRE", "Gymnasium", "Bus 14", "Mr. Gray", "WITNESS", "2026-10-09", str(day("2026-10-09"))):
        assert not re.search(rf"\b{word}\b", stored), word  # a hash may hold any five digits in a row


def test_an_action_nobody_knows_is_refused_and_never_guessed(maplewood):
    report = maplewood.load(maplewood.file("actions.csv", ACTIONS.replace("OSS", "Cooling-off room")))
    assert problems(report) == [
        ("actions.csv", 5, "action", "not_in_list"),
        ("actions.csv", 6, "action", "not_in_list"),
    ]
    assert [row[3] for row in maplewood.ask(COUNTED)] == ["in_school_suspension"]


def test_a_file_stands_for_the_whole_of_a_schools_year_and_no_other(maplewood):
    maplewood.load(maplewood.file("actions.csv", ACTIONS))
    shorter = "student_id,school_id,action,action_days,action_date\n501,101,ISS,1,2026-09-08\n"
    report = maplewood.load(maplewood.file("later.csv", shorter))
    count = report.counts["discipline"]
    assert (count.added, count.changed, count.ended) == (0, 1, 1)
    assert [(row[0], row[2], row[4]) for row in maplewood.ask(COUNTED)] == [("501", 2027, 1), ("502", 2026, 1)]


def test_a_row_that_cannot_be_read_ends_nothing_of_its_student(maplewood):
    maplewood.load(maplewood.file("actions.csv", ACTIONS))
    maplewood.load(maplewood.file("later.csv", ACTIONS.replace("OSS,3,2026-10-01", "OSS,three,2026-10-01")))
    assert ("502", "101", 2027, "out_of_school_suspension", 1, 3.0) in maplewood.ask(COUNTED)


def test_two_files_of_one_batch_cannot_both_tell_a_schools_year(maplewood):
    before = maplewood.all_that_is_stored()
    with pytest.raises(BadFile, match=r"both hold discipline of one school in the school year 2026-2027"):
        maplewood.load(
            maplewood.file("a.csv", ACTIONS), maplewood.file("b.csv", ACTIONS + "    501,101,1,,,,OSS,1,2026-09-09\n")
        )
    assert maplewood.all_that_is_stored() == before


def test_taken_back_it_is_as_it_was(maplewood):
    maplewood.load(maplewood.file("actions.csv", ACTIONS), maplewood.file("left.csv", LEAVING),
                   maplewood.file("programs.csv", PROGRAMS))  # fmt: skip
    before = maplewood.all_that_is_stored()
    left = LEAVING.replace("01927", "01926").replace("17,09,,", "17,09,2026-11-01,01921")
    changed = maplewood.load(
        maplewood.file("actions.csv", ACTIONS.replace("ISS,1,", "ISS,2,")),
        maplewood.file("left.csv", left),
        maplewood.file("programs.csv", PROGRAMS.replace("RC80", "RC39").replace("es,2024", "ar,2025")),
    )  # fmt: skip
    assert maplewood.all_that_is_stored() != before
    undo_batch(maplewood.database, changed.batch, reason="wrong file")
    assert maplewood.all_that_is_stored() == before


def test_why_somebody_left_is_kept_in_a_few_words_for_all_there_are(maplewood):
    report = maplewood.load(maplewood.file("left.csv", LEAVING))
    assert reasons(maplewood) == [("501", "dropped_out"), ("502", "transfer_elsewhere")]
    assert report.counts["leaving_reason"].added == 2


def test_who_is_back_has_no_reason_for_leaving_any_more(maplewood):
    maplewood.load(maplewood.file("left.csv", LEAVING))
    report = maplewood.load(maplewood.file("back.csv", LEAVING.replace("2026-10-01,01927", ",01927")))
    assert reasons(maplewood) == [("502", "transfer_elsewhere")]
    assert report.counts["leaving_reason"].ended == 1


def test_a_reason_nobody_knows_costs_no_enrollment_and_waits_in_quarantine_until_the_field_is_off(maplewood):
    report = maplewood.load(maplewood.file("left.csv", LEAVING.replace("Transferred", "W-12")))
    assert problems(report) == [("left.csv", 3, "exit_reason", "not_in_list")]
    assert report.quarantined == 1
    assert maplewood.one("SELECT count(*) FROM school_enrollment WHERE end_day IS NOT NULL") == 2
    assert reasons(maplewood) == [("501", "dropped_out")]
    assert report.counts["school_enrollment"].refused == 0
    turn_off(maplewood.database, "leaving_reason", by="kim")
    assert "W-12" not in repr(maplewood.all_that_is_stored())


def test_details_belong_to_the_membership_they_are_about(maplewood):
    report = maplewood.load(maplewood.file("programs.csv", PROGRAMS))
    assert report.problems == []
    assert details(maplewood) == {
        "special_education_detail": [("501", "SLD", "RC80")],
        "english_learner_detail": [("502", "spa", day("2024-09-01"))],
        "homeless_detail": [("503", "D", 0)],
    }


def test_what_a_later_file_leaves_empty_stays_as_it_was_said(maplewood):
    maplewood.load(maplewood.file("programs.csv", PROGRAMS))
    maplewood.load(maplewood.file("programs.csv", PROGRAMS.replace("RC80", "").replace("es,2024-09-01", "Arabic,")))
    assert details(maplewood)["special_education_detail"] == [("501", "SLD", "RC80")]
    assert details(maplewood)["english_learner_detail"] == [("502", "ara", day("2024-09-01"))]


def test_attributes_of_a_student_go_to_the_programs_they_are_about_and_to_nobody_else(maplewood):
    attributes = """
        student_id,home_languages,disabilities,food_service_eligibility
        501,French,AUT,Free
        502,Vietnamese,AUT,
        503,Double Dutch,,
    """
    report = maplewood.load(maplewood.file("attributes.csv", attributes), maplewood.file("programs.csv", PROGRAMS))
    assert details(maplewood)["special_education_detail"] == [("501", "AUT", "RC80")]
    assert details(maplewood)["english_learner_detail"] == [("502", "vie", day("2024-09-01"))]
    assert problems(report) == [("attributes.csv", 4, "home_languages", "not_in_list")]
    assert "food_service_eligibility" in next(f for f in report.files if f.name == "attributes.csv").columns_left_out


def test_a_diploma_is_kept_with_its_day_and_the_school_that_gave_it(maplewood):
    diplomas = """
        student_id,diploma_date,diploma_type,school_id
        501,2026-10-30,Regular diploma,102
        502,2026-10-30,REGDIP,
        503,2026-08-01,GED,
        777,2026-10-30,REGDIP,101
    """
    report = maplewood.load(maplewood.file("diplomas.csv", diplomas))
    assert maplewood.ask("SELECT source_id, completion.kind, day, state_id FROM completion"
                         " JOIN organization ON organization_key = school_key"
                         " JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key"
                         " ORDER BY source_id") == [
        ("501", "REGDIP", day("2026-10-30"), "102"), ("502", "REGDIP", day("2026-10-30"), "101"),
    ]  # fmt: skip
    assert problems(report) == [
        ("diplomas.csv", 4, "school_id", "no_school"), ("diplomas.csv", 5, "student_id", "unknown_reference"),
    ]  # fmt: skip


def test_a_cohort_is_the_year_of_first_entering_grade_nine(maplewood):
    maplewood.load(maplewood.file("cohorts.csv", "student_id,ninth_grade_year\n501,2026-2027\n502,2024\n"))
    assert maplewood.ask("SELECT ninth_grade_year FROM graduation_cohort ORDER BY 1") == [(2024,), (2027,)]


def test_a_mapping_may_fill_discipline_through_its_own_codes(maplewood):
    folder = maplewood.database.home / "mappings"
    folder.mkdir(exist_ok=True)
    (folder / "actions.toml").write_text("""
        version = 1
        name = "Riverton discipline"
        fingerprint = ["PUPIL", "RES_CODE"]
        dates = ["MM/DD/YYYY"]
        [codes.actions]
        S1 = "in_school_suspension"
        S2 = "out_of_school_suspension"
        D = "-"
        [[table]]
        layout = "discipline"
        [table.columns]
        student_id = "PUPIL"
        school_id = "BLDG"
        action = { from = "RES_CODE", codes = "actions" }
        action_date = "RES_DT"
        action_days = "RES_LEN"
    """)  # fmt: skip
    rows = (
        "PUPIL,BLDG,RES_CODE,RES_DT,RES_LEN\n501,101,S1,09/08/2026,1\n502,101,D,09/08/2026,\n502,101,X9,09/08/2026,\n"
    )
    report = maplewood.load(maplewood.file("riverton.csv", rows))
    assert maplewood.ask(COUNTED) == [("501", "101", 2027, "in_school_suspension", 1, 1.0)]
    assert problems(report) == [("riverton.csv", 4, "RES_CODE", "not_in_list")]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["ISS", "OSS"]), st.none() | st.integers(0, 20)), max_size=30)
)
def test_counting_one_by_one_is_counting_all_at_once(actions):
    counted = _Actions()
    for row, (student, action, days) in enumerate(actions):
        counted.add((student, 1, 2027, action), days, row)
    for first, (student, _, _, action, times, days) in counted.records():
        same = [(row, length) for row, (who, what, length) in enumerate(actions) if (who, what) == (student, action)]
        lengths = [length for _, length in same]
        assert (first, times) == (same[0][0], len(same))
        assert days == (None if None in lengths else sum(lengths))
    assert sum(record[4] for _, record in counted.records()) == len(actions)
