"""Credits: what a transcript adds, what a corrected one takes away, and which courses are advanced."""

import pytest

from appliance.jobs.import_files import undo_batch
from appliance.student_level.sources.terms import semester, term
from tests.elm_and_oak import ROSTER, csv_text

HEADER = "student_id,school_year,semester,course_code,credits_attempted,credits_earned,final_letter,result,grade_level"
ROWS = (
    "501,2026,1,ALG,0.5,0.5,B,Pass,07",
    "501,2026,2,ALG,0.5,0,F,Fail,07",
    "501,2026,2,ART,0.5,0.5,A,Pass,07",
    "502,2026,1,ALG,0.5,0.5,C,Pass,07",
)
LEVELS = """
    course_code,course_level,credits
    ALG,AP,1
    ART,,0.5
"""


def transcript(district, *rows, name="transcripts.csv", header=HEADER):
    return district.file(name, "\n".join((header, *rows)))


def earned(district):
    """Name -> the credits earned so far."""
    question = (
        "SELECT given_name, sum(credits_earned) FROM transcript_course JOIN student USING (student_key) GROUP BY 1"
    )
    return dict(district.ask(question))


@pytest.fixture
def school(two_schools):
    two_schools.begin()
    two_schools.load(transcript(two_schools, *ROWS))
    return two_schools


def test_credits_add_up_course_by_course_and_a_failed_one_stays_a_row(school):
    assert earned(school) == {"Ada": 1.0, "Ben": 0.5}
    assert school.ask(
        "SELECT term, course.title, result, score_text, transcript_course.grade_level FROM transcript_course"
        " JOIN course USING (course_key) JOIN student USING (student_key) WHERE given_name = 'Ada' ORDER BY 1, 2"
    ) == [
        ("semester 1", "Algebra", "passed", "B", "07"),
        ("semester 2", "Algebra", "failed", "F", "07"),
        ("semester 2", "Art", "passed", "A", "07"),
    ]


def test_the_same_transcripts_again_change_nothing_and_each_row_knows_its_line(school):
    before = school.all_that_is_stored()
    again = school.load(transcript(school, *ROWS, name="again.csv"))
    assert not again.changed_anything
    assert again.counts["transcript_course"].unchanged == 4
    assert school.all_that_is_stored() == before
    assert school.ask("SELECT name, file_row FROM transcript_course JOIN batch_file USING (file_key) ORDER BY 2") == [
        ("transcripts.csv", row) for row in (2, 3, 4, 5)
    ]


def test_a_course_made_good_in_the_same_term_is_a_second_row(school):
    report = school.load(transcript(school, *ROWS, "501,2026,2,ALG,0.5,0.5,C,Pass,07"))
    assert report.counts["transcript_course"].added == 1
    assert earned(school)["Ada"] == 1.5


def test_a_course_that_a_term_no_longer_has_goes_and_other_terms_stay(school):
    report = school.load(transcript(school, "501,2026,2,ART,0.5,0.5,A,Pass,07"))
    count = report.counts["transcript_course"]
    assert (count.ended, count.unchanged) == (1, 1)
    assert earned(school) == {"Ada": 1.0, "Ben": 0.5}
    undo_batch(school.database, report.batch, reason="wrong file")
    assert school.one("SELECT count(*) FROM transcript_course") == 4


def test_an_export_that_lost_its_credits_waits_for_a_person(two_schools):
    two_schools.begin()
    rows = [f"501,2026,{half},C{nth},0.5,0.5,B,Pass,07" for half in (1, 2) for nth in range(6)]
    two_schools.load(transcript(two_schools, *rows))
    report = two_schools.load(transcript(two_schools, *(row.replace("0.5,0.5", "0.5,0") for row in rows)))
    assert report.held == ["12 of 12 courses in transcripts would change."]
    assert earned(two_schools) == {"Ada": 6.0}


def test_a_student_with_a_slip_in_one_row_loses_no_course(school):
    report = school.load(transcript(school, "501,2026,2,ART,0.5,half,A,Pass,07", "501,2026,2,MUS,0.5,0.5,A,Pass,07"))
    assert [problem.code for problem in report.problems] == ["not_a_number"]
    assert report.counts["transcript_course"].ended == 0
    assert earned(school)["Ada"] == 1.5


def test_two_rows_of_one_attempt_count_once_and_the_second_is_named(two_schools):
    two_schools.begin()
    report = two_schools.load(transcript(two_schools, ROWS[0], ROWS[0]))
    assert earned(two_schools) == {"Ada": 0.5}
    assert [(problem.row, problem.code) for problem in report.problems] == [(3, "duplicate")]


def test_a_result_that_nobody_knows_is_refused_and_not_guessed(school):
    report = school.load(transcript(school, "502,2026,2,ALG,0.5,0.5,C,Audit,07"))
    assert [(problem.column, problem.code) for problem in report.problems] == [("result", "not_in_list")]
    assert report.quarantined == 1


def test_transcripts_that_come_before_their_student_wait_for_the_roster(two_schools):
    two_schools.load(two_schools.package(users="\n".join(csv_text(ROSTER["users"]).splitlines()[:2])))
    waits = two_schools.load(transcript(two_schools, *ROWS))
    assert (waits.quarantined, earned(two_schools)) == (1, {"Ada": 1.0})
    assert two_schools.load(two_schools.package()).left_quarantine == 1
    assert earned(two_schools) == {"Ada": 1.0, "Ben": 0.5}


def test_without_a_school_year_there_must_be_only_one_that_can_be_meant(two_schools):
    two_schools.begin()
    short = "student_id,course_code,credits_earned"
    report = two_schools.load(transcript(two_schools, "501,ALG,1", header=short))
    assert "taken as 2027" in report.files[0].note
    assert two_schools.ask("SELECT school_year, term, result FROM transcript_course") == [(2027, "", "")]
    two_schools.load(two_schools.package(
        academicSessions=csv_text(ROSTER["academicSessions"]) + "old,2025-2026,schoolYear,2025-08-17,2026-06-05,,2026\n"
    ))  # fmt: skip
    report = two_schools.load(transcript(two_schools, "502,ALG,1", header=short))
    assert [(problem.column, problem.code) for problem in report.problems] == [("school_year", "missing")]


def test_what_a_file_has_no_column_for_stays_as_another_one_told_it(school):
    short = "student_id,school_year,semester,course_code,credits_earned,result"
    report = school.load(transcript(school, "502,2026,1,ALG,0.5,Pass", header=short))
    assert report.counts["transcript_course"].changed == 0
    assert (
        school.one("SELECT score_text FROM transcript_course JOIN student USING (student_key) WHERE given_name = 'Ben'")
        == "C"
    )


def test_a_code_that_two_schools_share_means_the_course_that_the_student_had_a_class_in(two_schools):
    courses = csv_text(ROSTER["courses"]) + "o-alg,Algebra at Oak,ALG,o,Mathematics\n"
    classes = csv_text(ROSTER["classes"]).replace("o-alg,Algebra 1,alg", "o-alg,Algebra 1,o-alg")
    two_schools.load(two_schools.package(courses=courses, classes=classes))
    two_schools.load(transcript(two_schools, ROWS[0], "503,2026,1,ALG,1,1,A,Pass,08", "503,2026,1,ART,1,1,A,Pass,08"))
    assert two_schools.ask(
        "SELECT given_name, course.title FROM transcript_course JOIN student USING (student_key)"
        " LEFT JOIN course USING (course_key) ORDER BY 1, 2"
    ) == [("Ada", "Algebra"), ("Cy", "Algebra at Oak"), ("Cy", "Art")]


def test_courses_are_advanced_by_the_districts_word_and_not_by_their_title(two_schools):
    two_schools.begin()
    two_schools.load(two_schools.package(courses=csv_text(ROSTER["courses"]).replace("Art,ART", "AP Art,ART")))
    question = "SELECT code, advanced, credits FROM course ORDER BY 1"
    assert two_schools.ask(question) == [("ALG", None, None), ("ART", None, None)]
    report = two_schools.load(two_schools.file("levels.csv", LEVELS))
    assert (report.counts["course_level"].added, report.problems) == (2, [])
    assert two_schools.ask(question) == [("ALG", "ap", 1.0), ("ART", None, 0.5)]
    two_schools.load(two_schools.package())  # A roster says nothing of levels.
    assert two_schools.ask(question)[0] == ("ALG", "ap", 1.0)
    changed = two_schools.load(two_schools.file("levels.csv", LEVELS.replace("AP", "Honors").replace("ART", "MUS")))
    assert changed.counts["course_level"].changed == 1
    assert [problem.code for problem in changed.problems] == ["unknown_reference"]
    assert two_schools.ask(question)[0] == ("ALG", "honors", 1.0)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Fall Semester", "semester 1"), ("2nd Semester", "semester 2"), ("S1", "semester 1"), ("Q4", "quarter 4"),
     ("Third Trimester", "trimester 3"), ("Full  Year", "year"), ("Summer School", "summer"), ("Block 3", "Block 3"),
     ("2", "2")],
)  # fmt: skip
def test_terms_that_are_named_otherwise_are_one_term(said, meant):
    assert term(said) == meant


def test_in_a_column_of_semesters_a_number_is_enough():
    assert [semester(said) for said in ("1", "2", "3", "Fall")] == ["semester 1", "semester 2", "3", "semester 1"]
