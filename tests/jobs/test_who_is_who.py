"""Who is who: twins, a new surname, a number given twice, a second system, and what a person decides about them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.jobs import who_is_who
from appliance.jobs.import_files import retry_quarantine, undo_batch
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.student_level.records.kept import Kept
from appliance.student_level.records.student_parts import mark_of, parts_of
from appliance.student_level.records.who_is_who import (
    known_student,
    namesakes,
    of_id,
    questions,
    reading_questions,
    reading_students,
)
from appliance.student_level.staging.linking import merging
from tests.elm_and_oak import ROSTER, ElmAndOak, csv_text, day
from tests.sensitive_fields import keep

HEADER = "sourcedId,givenName,familyName,middleName,identifier,role,orgSourcedIds"
BIRTHS = csv_text(ROSTER["demographics"])
WHO = {"reason": "I looked at the papers", "by": "kim", "settings": Settings()}


def users(*lines: str, without: str = "") -> str:
    """The roster's people, less one, and some more: `u-dee,Dee,Drum,,504,student,e`."""
    kept = [line for line in csv_text(ROSTER["users"]).splitlines() if not (without and line.startswith(without))]
    return "\n".join([*kept, *lines]) + "\n"


def births(*lines: str) -> str:
    return BIRTHS + "".join(f"{line},,,,\n" for line in lines)


def instead(old: str, new: str) -> dict[str, str]:
    """Every file of the roster with one id in the place of another."""
    return {member: text.replace(old, new) for member, text in ROSTER.items()}


def open_questions(place: ElmAndOak):
    with reading_questions(place.database) as reading:
        return questions(reading)


def names(place: ElmAndOak) -> list[object]:
    return [name for (name,) in place.ask("SELECT given_name || ' ' || family_name FROM student ORDER BY student_key")]


def key(place: ElmAndOak, given_name: str) -> int:
    return place.one("SELECT student_key FROM student WHERE given_name = :name AND is_active", name=given_name)


def linked(report, file: str) -> dict[str, int]:
    return next(read.linked for read in report.files if read.name.endswith(file))


def rows_of(place: ElmAndOak) -> dict[str, list[tuple[object, ...]]]:
    """Everything, but for sums that are computed anew and what was written about the batches."""
    return place.all_that_is_stored()


# Found by an id


def test_ids_say_from_when_they_are_in_use_and_the_report_says_by_which_each_row_was_found(two_schools):
    first = two_schools.load(two_schools.package())
    assert linked(first, "users.csv") == {"new": 3}
    assert linked(first, "results.csv") == {"roster id": 2}
    again = two_schools.load(two_schools.package("again.zip", users=users().replace("Ada,Abara", "Adah,Abara")))
    assert linked(again, "users.csv") == {"roster id": 3}
    assert "again.zip/users.csv: 100.0% of 3 rows linked (3 by roster id)" in list(again.lines())
    ids = two_schools.ask("SELECT system, source_id, gone_day FROM identity WHERE entity = 'student' AND key = 1")
    assert ids == [("district", "501", None), ("oneroster", "u-ada", None)]
    without = "SELECT count(*) FROM identity WHERE entity IN ('student', 'staff') AND since_day IS NULL"
    assert two_schools.one(without) == 0


def test_a_transfer_with_a_new_roster_id_is_found_by_the_local_id_and_the_old_id_is_over(two_schools):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.package(**instead("u-ada", "x-77")))
    assert report.problems == []
    assert linked(report, "users.csv") == {"roster id": 2, "local id": 1}
    assert two_schools.one("SELECT count(*) FROM student") == 3
    ids = two_schools.ask("SELECT source_id, gone_day IS NULL FROM identity WHERE entity = 'student' AND key = 1")
    assert ids == [("501", 1), ("u-ada", 0), ("x-77", 1)]


def test_a_teacher_with_a_new_roster_id_is_found_by_the_local_id(two_schools):
    two_schools.load(two_schools.package())
    two_schools.load(two_schools.package(**instead("u-okafor", "t-1")))
    assert two_schools.one("SELECT count(*) FROM staff") == 2
    assert two_schools.ask("SELECT source_id FROM identity WHERE entity = 'staff' AND gone_day IS NOT NULL") == [
        ("u-okafor",)
    ]


def test_a_child_who_leaves_and_comes_back_has_the_same_ids_again(two_schools):
    two_schools.load(two_schools.package())
    two_schools.load(two_schools.package(users=users(without="u-ben")))
    gone = "SELECT source_id FROM identity WHERE gone_day IS NOT NULL ORDER BY source_id"
    assert two_schools.ask(gone) == [("502",), ("u-ben",)]
    two_schools.load(two_schools.package())
    assert two_schools.ask(gone) == []


def test_a_row_of_changes_that_ends_a_child_ends_the_childs_ids(two_schools):
    two_schools.load(two_schools.package())
    header = "sourcedId,status,dateLastModified,givenName,familyName,role,orgSourcedIds"
    delta = dict.fromkeys(ROSTER) | {
        "users": f"{header}\nu-ben,tobedeleted,2026-11-20,,,,\n",
        "manifest": "propertyName,value\noneroster.version,1.1\nfile.users,delta\n",
    }
    two_schools.load(two_schools.package("delta.zip", **delta))
    gone = "SELECT source_id FROM identity WHERE gone_day IS NOT NULL ORDER BY source_id"
    assert two_schools.ask(gone) == [("502",), ("u-ben",)]


def test_a_slip_in_a_childs_row_leaves_the_childs_ids_in_use(two_schools):
    two_schools.load(two_schools.package())
    two_schools.load(two_schools.package(users=users().replace("502,student,e", "502,stoodent,e")))
    assert two_schools.one("SELECT count(*) FROM identity WHERE gone_day IS NOT NULL") == 0


WITH_STATE_IDS = """
    sourcedId,givenName,familyName,middleName,identifier,stateId,role,orgSourcedIds
    u-ada,Ada,Abara,,501,99501,student,e
    u-ben,Ben,Brook,,502,99502,student,e
    u-cy,Cy,Cole,,503,99503,student,o
    u-okafor,Ngozi,Okafor,,901,,teacher,e
    u-ruiz,Luis,Ruiz,,902,,principal,e
"""
TESTS = (
    "student_id,state_id,assessment_id,administration_date,source_file,scale_score,given_name,family_name,birth_date"
)


def test_a_vendors_file_with_state_ids_finds_the_students_and_makes_no_twin(two_schools):
    two_schools.load(two_schools.package(users=WITH_STATE_IDS))
    vendor = f"{TESTS}\n99501,99501,MATH,2026-10-01,Vendor,200,,,\n99503,99503,MATH,2026-10-01,Vendor,210,,,\n"
    report = two_schools.load(two_schools.file("tests.csv", vendor))
    assert report.problems == []
    assert linked(report, "tests.csv") == {"state id": 2}
    assert two_schools.one("SELECT count(*) FROM student") == 3
    assert two_schools.one("SELECT count(*) FROM test_result") == 2


def test_a_state_id_is_never_taken_for_the_local_id_of_another_child(two_schools):
    cys_state_id_is_bens_local_id = WITH_STATE_IDS.replace("99503", "502")
    two_schools.load(two_schools.package(users=cys_state_id_is_bens_local_id))
    two_schools.load(two_schools.file("tests.csv", f"{TESTS}\n502,502,MATH,2026-10-01,Vendor,210,,,\n"))
    assert two_schools.ask("SELECT given_name FROM test_result JOIN student USING (student_key)") == [("Cy",)]


def test_a_district_that_tells_no_state_ids_may_use_them_as_its_own(two_schools):
    two_schools.load(two_schools.package())
    report = two_schools.load(two_schools.file("tests.csv", f"{TESTS}\n502,502,MATH,2026-10-01,Vendor,210,,,\n"))
    assert linked(report, "tests.csv") == {"local id": 1}


def test_another_systems_roster_with_the_same_state_ids_makes_no_twin(two_schools):
    two_schools.load(two_schools.package(users=WITH_STATE_IDS))
    other = csv_text(WITH_STATE_IDS)
    for old, new in (("u-", "b-"), (",501,", ",,"), (",502,", ",,"), (",503,", ",,")):
        other = other.replace(old, new)
    report = two_schools.load(two_schools.package(users=other))
    assert linked(report, "users.csv") == {"state id": 3}
    assert two_schools.one("SELECT count(*) FROM student") == 3


# Alike without a common id


def newcomer(place: ElmAndOak, line: str, born: str = "", without: str = ""):
    """A second roster in which somebody is new."""
    return place.load(place.package("second.zip", users=users(line, without=without), demographics=births(born)))


def test_twins_born_the_same_day_at_one_school_are_two_and_nobody_is_asked(two_schools):
    two_schools.begin()
    report = newcomer(two_schools, "u-eve,Eve,Abara,,504,student,e", "u-eve,2012-03-04,female")
    assert report.problems == []
    assert open_questions(two_schools) == []
    assert names(two_schools)[3] == "Eve Abara"


def test_a_girl_who_changed_her_surname_and_has_new_ids_waits_for_a_person_and_no_phantom_is_made(two_schools):
    two_schools.begin()
    report = newcomer(two_schools, "n-1,Ada,Zeller,,777,student,e", "n-1,2012-03-04,female", without="u-ada")
    assert linked(report, "users.csv") == {"roster id": 2, "waiting": 1}
    assert [(p.code, p.file) for p in report.problems] == [("who_is_who", "second.zip/users.csv")]
    assert names(two_schools) == ["Ada Abara", "Ben Brook", "Cy Cole"]
    (question,) = open_questions(two_schools)
    assert (question.why, question.student_key, question.rows_waiting) == ("alike", 1, 1)
    assert [(line.what, line.agrees) for line in question.lines if line.agrees is not None] == [
        ("Given name", True), ("Family name", False), ("Born", True), ("School", True),
    ]  # fmt: skip
    assert 'steward decides on the page "Who is who"' in " ".join(report.lines())


def with_rows_of_hers(place: ElmAndOak):
    """The girl comes under new ids, with a class and a mark of her own."""
    enrollments = csv_text(ROSTER["enrollments"]) + "20,e-art,n-1,student,,2026-11-02,\n"
    results = csv_text(ROSTER["results"]) + "r9,li-hw,n-1,15,2026-11-03\n"
    return place.load(place.package(
        "second.zip", users=users("n-1,Ada,Zeller,,777,student,e", without="u-ada"),
        demographics=births("n-1,2012-03-04,female"), enrollments=enrollments, results=results,
    ))  # fmt: skip


def test_when_she_is_the_same_her_rows_are_loaded_to_her_and_nobody_is_asked_again(two_schools):
    two_schools.begin()
    with_rows_of_hers(two_schools)
    (question,) = open_questions(two_schools)
    assert question.rows_waiting == 3
    done = who_is_who.decide(two_schools.database, question.case_key, "same", **WHO)
    assert done.rows == 3
    assert open_questions(two_schools) == []
    assert names(two_schools) == ["Ada Abara", "Ben Brook", "Cy Cole"]
    seats = "SELECT student_key FROM section_enrollment WHERE begin_day = :day"
    assert two_schools.ask(seats, day=day("2026-11-02")) == [(1,)]
    again = with_rows_of_hers(two_schools)
    assert linked(again, "users.csv") == {"roster id": 2, "decision": 1}
    assert names(two_schools)[0] == "Ada Zeller"
    assert open_questions(two_schools) == []


def test_while_it_is_not_decided_nobody_who_may_be_meant_leaves_the_school(two_schools):
    two_schools.begin()
    seats = two_schools.ask("SELECT section_key, begin_day, end_day FROM section_enrollment WHERE student_key = 1")
    renamed = instead("u-ada", "n-1") | {"users": users("n-1,Ada,Zeller,,777,student,e", without="u-ada")}
    two_schools.load(two_schools.package("second.zip", **renamed))
    (question,) = open_questions(two_schools)
    assert two_schools.one("SELECT is_active FROM student WHERE student_key = 1") == 1
    who_is_who.decide(two_schools.database, question.case_key, "same", **WHO)
    mine = "SELECT section_key, begin_day, end_day FROM section_enrollment WHERE student_key = 1"
    assert two_schools.ask(mine) == seats


def test_when_she_is_another_girl_a_student_is_made_with_her_birth_day_and_nobody_is_asked_again(two_schools):
    two_schools.begin()
    with_rows_of_hers(two_schools)
    (question,) = open_questions(two_schools)
    done = who_is_who.decide(two_schools.database, question.case_key, "different", **WHO)
    assert done.rows == 3
    assert names(two_schools)[3] == "Ada Zeller"
    assert two_schools.one("SELECT birth_day FROM student WHERE student_key = 4") == day("2012-03-04")
    assert two_schools.one("SELECT told FROM who_case") == "{}"
    again = with_rows_of_hers(two_schools)
    assert linked(again, "users.csv") == {"roster id": 2, "decision": 1}
    assert open_questions(two_schools) == []


def test_not_yet_keeps_the_question_with_its_reason_and_the_rows_wait_on(two_schools):
    two_schools.begin()
    with_rows_of_hers(two_schools)
    (question,) = open_questions(two_schools)
    later = WHO | {"reason": "the school calls back"}
    answer = who_is_who.decide(two_schools.database, question.case_key, "not yet", **later)
    assert answer.batch is None
    (same,) = open_questions(two_schools)
    assert (same.is_not_yet, same.reason, same.rows_waiting) == (True, "the school calls back", 3)
    assert retry_quarantine(two_schools.database).left_quarantine == 0
    assert len(names(two_schools)) == 3


def test_a_decision_can_be_taken_back_exactly_and_the_question_stands_again(two_schools):
    two_schools.begin()
    with_rows_of_hers(two_schools)
    before = rows_of(two_schools)
    (question,) = open_questions(two_schools)
    done = who_is_who.decide(two_schools.database, question.case_key, "same", **WHO)
    assert rows_of(two_schools) != before
    who_is_who.undo(two_schools.database, done.batch, **WHO)
    assert rows_of(two_schools) == before
    assert len(open_questions(two_schools)) == 1


def test_a_question_needs_a_reason_and_is_answered_once(two_schools):
    two_schools.begin()
    with_rows_of_hers(two_schools)
    (question,) = open_questions(two_schools)
    with pytest.raises(Trouble, match="A reason is needed"):
        who_is_who.decide(two_schools.database, question.case_key, "same", reason=" ", by="kim", settings=Settings())
    who_is_who.decide(two_schools.database, question.case_key, "same", **WHO)
    with pytest.raises(Trouble, match="There is no open question"):
        who_is_who.decide(two_schools.database, question.case_key, "different", **WHO)


def test_two_of_one_name_and_birth_day_in_different_schools_are_asked_about_although_the_file_names_both(two_schools):
    two_schools.begin()
    newcomer(two_schools, "u-ada2,Ada,Abara,,505,student,o", "u-ada2,2012-03-04,female")
    (question,) = open_questions(two_schools)
    assert [line.agrees for line in question.lines if line.what == "School"] == [False]
    who_is_who.decide(two_schools.database, question.case_key, "different", **WHO)
    assert names(two_schools)[3] == "Ada Abara"
    with reading_questions(two_schools.database) as reading:
        (pair,) = namesakes(reading)
    who_is_who.keep_apart(two_schools.database, pair.first.student_key, pair.second.student_key, reason="two", by="kim")
    with reading_questions(two_schools.database) as reading:
        assert namesakes(reading) == []


class Interrupted(Kept):
    """Somebody decides between the moment in which two were found alike and the moment in which they are shown."""

    def __init__(self, decision):
        super().__init__()
        self.decision = decision

    def of(self, reading, whose, work_out):
        found = super().of(reading, whose, work_out)
        self.decision()
        return found


@pytest.fixture
def another_ada(two_schools):
    """Two loaded students of one name and birth day, about whom somebody said that the row was another person's."""
    two_schools.begin()
    newcomer(two_schools, "u-ada2,Ada,Abara,,505,student,o", "u-ada2,2012-03-04,female")
    (question,) = open_questions(two_schools)
    who_is_who.decide(two_schools.database, question.case_key, "different", **WHO)
    return two_schools


def alike(place, kept):
    with reading_questions(place.database, kept) as reading:
        return [(pair.first.student_key, pair.second.student_key) for pair in namesakes(reading)]


def test_who_is_alike_is_kept_and_what_changes_it_is_seen_at_once(another_ada):
    kept = Kept()
    assert alike(another_ada, kept) == alike(another_ada, kept) == [(1, 4)]
    with another_ada.database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE student SET given_name = 'Adah' WHERE student_key = 4")
    assert alike(another_ada, kept) == []
    with another_ada.database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE student SET given_name = 'Ada' WHERE student_key = 4")
    assert alike(another_ada, kept) == [(1, 4)]
    who_is_who.keep_apart(another_ada.database, 1, 4, reason="two", by="kim")
    assert alike(another_ada, kept) == []


def test_two_who_become_one_while_the_page_is_made_are_not_on_it(another_ada):
    kept = Interrupted(lambda: who_is_who.merge(another_ada.database, 4, 1, **WHO))
    assert alike(another_ada, kept) == []


# One id, two people


REUSED = "u-ada,Zed,Quist,,501,student,e"


def reused(place: ElmAndOak):
    """The number of a girl who left was given to a boy born in another year."""
    demographics = BIRTHS.replace("u-ada,2012-03-04,female", "u-ada,2014-09-09,male")
    return place.load(place.package("second.zip", users=users(REUSED, without="u-ada"), demographics=demographics))


def test_a_number_given_to_another_child_is_not_followed_and_nobodys_record_changes(two_schools):
    two_schools.begin()
    ada = "SELECT given_name, family_name, birth_day, sex, is_active FROM student WHERE student_key = 1"
    seats = "SELECT * FROM section_enrollment WHERE student_key = 1"
    before = two_schools.ask(ada), two_schools.ask(seats), two_schools.ask("SELECT * FROM grade")
    report = reused(two_schools)
    assert {p.code for p in report.problems if p.file.endswith("users.csv")} == {"who_is_who"}
    assert (two_schools.ask(ada), two_schools.ask(seats), two_schools.ask("SELECT * FROM grade")) == before
    (question,) = open_questions(two_schools)
    assert (question.why, question.student_key) == ("not alike", 1)


def test_while_nobody_knows_whose_number_it_is_a_later_file_is_not_loaded_to_either(two_schools):
    two_schools.begin()
    reused(two_schools)
    attendance = "student_id,date,category\n501,2026-09-08,Unexcused\n502,2026-09-08,Unexcused\n"
    report = two_schools.load(two_schools.file("attendance.csv", attendance))
    assert [(p.row, p.code) for p in report.problems] == [(2, "unknown_reference")]
    assert two_schools.ask("SELECT student_key FROM attendance_day") == [(2,)]


def test_a_reused_number_becomes_the_new_childs_and_the_old_one_is_remembered(two_schools):
    two_schools.begin()
    reused(two_schools)
    (question,) = open_questions(two_schools)
    who_is_who.decide(two_schools.database, question.case_key, "different", **WHO)
    assert names(two_schools)[3] == "Zed Quist"
    ids = two_schools.ask("SELECT system, source_id, key FROM former_identity ORDER BY 1")
    assert ids == [("district", "501", 1), ("oneroster", "u-ada", 1)]
    assert of_id(two_schools.database, "501") == [4]
    with reading_students(two_schools.database, 1) as reading:
        assert [one.is_former for one in known_student(reading, 1).ids] == [True, True]
    again = reused(two_schools)
    assert not [p for p in again.problems if p.file.endswith("users.csv")]
    assert two_schools.ask("SELECT given_name, birth_day FROM student WHERE student_key = 4") == [
        ("Zed", day("2014-09-09"))
    ]


def test_a_number_that_only_looks_reused_is_confirmed_once(two_schools):
    two_schools.begin()
    reused(two_schools)
    (question,) = open_questions(two_schools)
    who_is_who.decide(two_schools.database, question.case_key, "same", **WHO)
    again = reused(two_schools)
    assert [p for p in again.problems if p.code == "who_is_who"] == []
    assert two_schools.ask("SELECT given_name FROM student WHERE student_key = 1") == [("Zed",)]
    assert open_questions(two_schools) == []


def test_a_vendors_row_whose_id_is_another_childs_waits(two_schools):
    two_schools.begin()
    row = "501,,MATH,2026-10-01,Vendor,200,Zed,Quist,2014-09-09"
    report = two_schools.load(two_schools.file("tests.csv", f"{TESTS}\n{row}\n"))
    assert linked(report, "tests.csv") == {"waiting": 1}
    assert two_schools.one("SELECT count(*) FROM test_result") == 0
    attendance = "student_id,date,category\n501,2026-09-08,Unexcused\n"
    assert two_schools.load(two_schools.file("attendance.csv", attendance)).problems == []


def test_a_vendors_row_with_a_strange_id_and_a_known_name_is_loaded_when_a_person_says_so(two_schools):
    two_schools.begin()
    rows = "".join(f"V9,,{test},2026-10-01,Vendor,200,ADA,abara,2012-03-04\n" for test in ("MATH", "READ"))
    report = two_schools.load(two_schools.file("tests.csv", f"{TESTS}\n{rows}"))
    assert linked(report, "tests.csv") == {"waiting": 2}
    (question,) = open_questions(two_schools)
    assert (question.student_key, question.word, question.rows_waiting) == (1, "id of Vendor", 2)
    done = who_is_who.decide(two_schools.database, question.case_key, "same", **WHO)
    assert done.rows == 2
    assert two_schools.ask("SELECT student_key FROM test_result") == [(1,), (1,)]
    again = two_schools.load(two_schools.file("tests.csv", f"{TESTS}\n{rows}"))
    assert linked(again, "tests.csv") == {"decision": 2}


def test_taking_the_import_back_takes_its_questions_with_it(two_schools):
    two_schools.begin()
    before = rows_of(two_schools)
    people = users("n-1,Ada,Zeller,,777,student,e", "u-x,Xia,Xu,,600,student,e", without="u-ada")
    report = two_schools.load(
        two_schools.package("second.zip", users=people, demographics=births("n-1,2012-03-04,female"))
    )
    assert len(open_questions(two_schools)) == 1
    undo_batch(two_schools.database, report.batch, reason="a trial")
    assert open_questions(two_schools) == []
    assert rows_of(two_schools) == before


# One of two, two of one


def test_every_table_that_names_a_student_says_whether_its_rows_change_hands(two_schools):
    sql = """SELECT t.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
              WHERE t.type = 'table' AND c.name = 'student_key'"""
    assert {name for (name,) in two_schools.ask(sql)} == {*merging.MOVES, *merging.STAYS}


def two_adas(place: ElmAndOak) -> tuple[int, int]:
    """Ada is loaded twice, each time with an enrollment, marks and days missed."""
    place.begin()
    attendance = "student_id,date,category\n501,2026-09-08,Unexcused\n505,2026-09-09,Excused\n502,2026-09-09,Excused\n"
    second = {
        "users": users("u-2,Ada,Abara,Bea,505,student,o"), "demographics": births("u-2,,"),
        "enrollments": csv_text(ROSTER["enrollments"]) + "21,e-alg,u-2,student,,,\n22,o-alg,u-2,student,,,\n",
        "results": csv_text(ROSTER["results"]) + "r3,li-q1,u-2,77,2026-10-24\n",
    }  # fmt: skip
    school = "student_id,school_id,entry_date,grade_level,exit_date\n505,102,2026-08-17,08,\n"
    place.load(
        place.package("two.zip", **second), place.file("more.csv", school), place.file("attendance.csv", attendance)
    )
    return key(place, "Ada") if place.one("SELECT count(*) FROM student WHERE given_name = 'Ada'") == 1 else 1, 4


def test_a_merge_brings_everything_together_and_the_survivors_rows_count(two_schools):
    _, former = two_adas(two_schools)
    done = who_is_who.merge(two_schools.database, former, 1, **WHO)
    assert done.dropped == 2  # the seat in Algebra and the mark of Quarter 1, which both had
    marks = "SELECT score FROM grade JOIN line_item USING (line_item_key) WHERE title = 'Quarter 1'"
    assert two_schools.ask(marks) == [(91.0,)]
    assert two_schools.one("SELECT count(*) FROM attendance_day WHERE student_key = 1") == 2
    assert two_schools.one("SELECT middle_name FROM student WHERE student_key = 1") == "Bea"
    assert of_id(two_schools.database, "505") == [1]
    assert two_schools.one("SELECT is_active FROM student WHERE student_key = 4") == 0
    with pytest.raises(Trouble, match="There is no student 4"):
        who_is_who.merge(two_schools.database, former, 1, **WHO)


def test_a_merge_and_its_undoing_stand_in_the_access_log_with_both_numbers_and_the_reason(two_schools):
    _, former = two_adas(two_schools)
    done = who_is_who.merge(two_schools.database, former, 1, **WHO)
    who_is_who.undo(two_schools.database, done.batch, **WHO)
    log = two_schools.database.desk._writer
    lines = log.execute("SELECT sequence, action, who, reason FROM access_log WHERE who = 'kim' ORDER BY sequence")
    (merged, *said), *_ = [line for line in lines.fetchall() if line[1] == "make one student of two"]
    assert said == ["make one student of two", "kim", "I looked at the papers"]
    named = log.execute(
        "SELECT student_key FROM access_log_student WHERE sequence = ? ORDER BY 1", (merged,)
    ).fetchall()
    assert named == [(1,), (4,)]
    assert log.execute("SELECT subject FROM access_log WHERE action = 'take back who is who'").fetchall() == [
        (f"batch {done.batch}",)
    ]


def test_after_a_merge_the_actions_of_both_are_counted_together_until_it_is_taken_back(two_schools):
    _, former = two_adas(two_schools)
    keep(two_schools.database, "discipline")
    two_schools.load(two_schools.file("actions.csv", """
        student_id,school_id,action,action_days,action_date
        501,101,ISS,1,2026-09-08
        505,101,ISS,2,2026-09-09
        505,102,OSS,3,2026-09-10
    """))  # fmt: skip
    told = "SELECT student_key, action, times, days FROM discipline ORDER BY 1, 2"
    before = two_schools.ask(told)
    done = who_is_who.merge(two_schools.database, former, 1, **WHO)
    assert two_schools.ask(told) == [(1, "in_school_suspension", 2, 3.0), (1, "out_of_school_suspension", 1, 3.0)]
    who_is_who.undo(two_schools.database, done.batch, **WHO)
    assert two_schools.ask(told) == before


def test_after_a_merge_a_roster_that_still_names_both_is_taken_without_a_word(two_schools):
    _, former = two_adas(two_schools)
    who_is_who.merge(two_schools.database, former, 1, **WHO)
    report = two_schools.load(two_schools.package("two-again.zip", users=users("u-2,Ada,Abara,Bea,505,student,o")))
    assert report.problems == []
    assert linked(report, "users.csv")["decision"] == 1
    assert two_schools.one("SELECT count(*) FROM student WHERE is_active") == 3


def test_a_new_student_after_a_merge_does_not_get_the_number_of_the_shell(two_schools):
    _, former = two_adas(two_schools)
    who_is_who.merge(two_schools.database, former, 1, **WHO)
    two_schools.load(two_schools.package("new.zip", users=users("u-x,Xia,Xu,,600,student,e")))
    assert key(two_schools, "Xia") == 5


def test_a_merge_can_be_taken_back_although_an_import_came_after_it(two_schools):
    _, former = two_adas(two_schools)
    before = rows_of(two_schools)["grade"]
    done = who_is_who.merge(two_schools.database, former, 1, **WHO)
    two_schools.load(two_schools.file("later.csv", "student_id,date,category\n503,2026-09-10,Excused\n"))
    who_is_who.undo(two_schools.database, done.batch, **WHO)
    assert rows_of(two_schools)["grade"] == before
    assert two_schools.one("SELECT count(*) FROM attendance_day WHERE student_key = 3") == 1


def test_a_merge_is_not_taken_back_over_a_later_change_of_the_same_rows(two_schools):
    _, former = two_adas(two_schools)
    done = who_is_who.merge(two_schools.database, former, 1, **WHO)
    two_schools.load(two_schools.file("later.csv", "student_id,date,category\n501,2026-09-09,Unexcused\n"))
    with pytest.raises(Trouble, match="has since changed a record"):
        who_is_who.undo(two_schools.database, done.batch, **WHO)


def chosen(place: ElmAndOak, student: int, *tables: str) -> tuple[list[int], str]:
    with reading_students(place.database, student) as reading:
        parts = parts_of(reading, student)
    return [number for number, part in enumerate(parts) if part.table in tables], mark_of(parts)


def test_a_split_gives_the_chosen_classes_with_their_marks_to_a_new_student(two_schools):
    _, former = two_adas(two_schools)
    who_is_who.merge(two_schools.database, former, 1, **WHO)
    with reading_students(two_schools.database, 1) as reading:
        parts = parts_of(reading, 1)
    ids = ("505", "u-2")
    wanted = [n for n, one in enumerate(parts) if "Oak" in one.label or dict(one.where).get("source_id") in ids]
    done = who_is_who.split(two_schools.database, 1, wanted, mark_of(parts), **WHO)
    assert of_id(two_schools.database, "505") == [done.student_key]
    seats = "SELECT count(*) FROM section_enrollment WHERE student_key = :key"
    assert two_schools.one(seats, key=done.student_key) == 1
    assert two_schools.one(seats, key=1) == 2
    assert two_schools.one("SELECT count(*) FROM grade WHERE student_key = 1") == 2


def test_a_split_needs_something_and_not_everything_and_a_list_that_is_still_so(two_schools):
    two_adas(two_schools)
    everything, mark = chosen(two_schools, 1, *["identity", "school_enrollment", "section_enrollment"])
    for numbers in ([], everything, [99]):
        with pytest.raises(Trouble, match="something, and not everything"):
            who_is_who.split(two_schools.database, 1, numbers, mark, **WHO)
    with pytest.raises(Trouble, match="changed since you chose"):
        who_is_who.split(two_schools.database, 1, [0], "another", **WHO)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(merges=st.lists(st.permutations([1, 2, 3, 4]), min_size=1, max_size=3), data=st.data())
def test_merge_or_split_and_back_again_is_the_same_database(tmp_path_factory, merges, data):
    place = ElmAndOak(tmp_path_factory.mktemp("who"), Database.create(tmp_path_factory.mktemp("who") / "home"))
    two_adas(place)
    before, batches = rows_of(place), []
    for former, into, *_ in merges:
        if place.one("SELECT count(*) FROM merged_student WHERE former_key IN (:a, :b)", a=former, b=into):
            continue
        batches.append(who_is_who.merge(place.database, former, into, **WHO).batch)
    standing = "SELECT min(student_key) FROM student WHERE student_key NOT IN (SELECT former_key FROM merged_student)"
    student = place.one(standing)
    with reading_students(place.database, student) as reading:
        parts = parts_of(reading, student)
    picked = data.draw(st.sets(st.integers(0, len(parts) - 1), min_size=1, max_size=len(parts) - 1))
    batches.append(who_is_who.split(place.database, student, sorted(picked), mark_of(parts), **WHO).batch)
    assert rows_of(place) != before
    for batch in reversed(batches):
        who_is_who.undo(place.database, batch, **WHO)
    assert rows_of(place) == before
    place.database.close()
