"""Grand Bend from its own Ed-Fi XML is the Grand Bend that its OneRoster package describes."""

import re
import zipfile

import pytest

from appliance.jobs.compute_metrics import refresh
from appliance.jobs.import_files import check_files, import_files
from appliance.jobs.status import totals
from appliance.storage.database import Database
from tests import grandbend
from tests.sensitive_fields import keep

STUDENT = """SELECT identity.source_id, given_name, middle_name, family_name, birth_day, sex, race
               FROM student JOIN identity ON identity.key = student_key
              WHERE entity = 'student' AND system = 'district'"""
SECTION = """SELECT state_id, course.code, begin_day, end_day, period, room, section.title
               FROM section JOIN organization ON organization_key = school_key JOIN course USING (course_key)"""
PLACE = """(SELECT source_id FROM identity WHERE entity = 'student' AND system = 'district' AND key = student_key),
           (SELECT state_id || course.code || section.begin_day || period || room
              FROM section JOIN organization ON organization_key = school_key JOIN course USING (course_key)
             WHERE section.section_key = place.section_key)"""
QUESTIONS = {
    "students": STUDENT,
    "sections": SECTION,
    "enrollments": f"SELECT {PLACE}, begin_day, end_day FROM section_enrollment AS place",
    "grades": f"""SELECT {PLACE}, begin_day, score, score_text, coalesce(scored_day, due_day)
                   FROM grade JOIN line_item AS place USING (line_item_key)
                   JOIN academic_session USING (session_key)""",
    "absences by class": f"SELECT {PLACE}, day, category FROM attendance_section AS place",
    "teaching": """SELECT identity.source_id, state_id, course.code, section.begin_day, period, room, is_primary
                     FROM teaching JOIN section USING (section_key) JOIN course USING (course_key)
                     JOIN organization ON organization_key = school_key
                     JOIN identity ON entity = 'staff' AND system = 'district' AND key = staff_key""",
    "school enrollment": """SELECT identity.source_id, state_id, begin_day, end_day, grade_level FROM school_enrollment
                     JOIN organization ON organization_key = school_key
                     JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key""",
    "programs": """SELECT identity.source_id, program, begin_day, end_day FROM program_membership
                     JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key""",
    "school days": "SELECT state_id, day FROM school_day JOIN organization ON organization_key = school_key",
    "test scores": """SELECT identity.source_id, subject, kind, day, raw_score, scale_score, level, meets
                     FROM test_result JOIN test USING (test_key)
                     JOIN identity ON identity.entity = 'student' AND system = 'district' AND key = student_key""",
    "transcripts": """SELECT identity.source_id, transcript_course.school_year, term, course_code, result, course.title,
                          (SELECT min(state_id) FROM section JOIN organization ON organization_key = school_key
                            WHERE section.course_key = transcript_course.course_key),
                          credits_attempted, credits_earned, score, score_text
                     FROM transcript_course LEFT JOIN course USING (course_key)
                     JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key""",
    "days missed": """SELECT identity.source_id, state_id, school_year, days_enrolled, days_missed, days_excused,
                          days_late
                     FROM student_attendance JOIN organization ON organization_key = school_key
                     JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key""",
}  # fmt: skip


def ask(database, sql):
    return database._writer.execute(sql).fetchall()


def answers(database, name):
    return sorted(ask(database, QUESTIONS[name]), key=repr)


def loaded(folder, *batches):
    database = Database.create(folder / "home")
    keep(database)
    reports = [import_files(database, batch) for batch in batches]
    refresh(database)
    return database, reports


@pytest.fixture(scope="module")
def from_edfi(tmp_path_factory):
    database, (report,) = loaded(tmp_path_factory.mktemp("edfi"), [grandbend.ED_FI])
    yield database, report
    database.close()


@pytest.fixture(scope="module")
def from_oneroster(tmp_path_factory):
    files = [grandbend.ROSTER_1P2, *grandbend.SIS, grandbend.ATTRIBUTES]
    database, _ = loaded(tmp_path_factory.mktemp("oneroster"), files)
    yield database
    database.close()


@pytest.fixture(scope="module")
def from_both(tmp_path_factory):
    both = [grandbend.ROSTER_1P2, *grandbend.SIS[:5]], [grandbend.ED_FI], [grandbend.ROSTER_1P2]
    database, reports = loaded(tmp_path_factory.mktemp("both"), *both)
    yield database, reports
    database.close()


def test_grand_bend_loads_from_its_own_xml_with_its_known_counts_and_no_row_refused(from_edfi):
    database, report = from_edfi
    assert totals(database) == grandbend.COUNTS
    assert report.problems == []
    assert ask(database, "SELECT count(*), count(DISTINCT student_key) FROM attendance_day") == [
        (grandbend.STUDENT_DAYS, 192)
    ]
    assert ask(database, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("question", [name for name in QUESTIONS if name != "test scores"])
def test_both_formats_give_the_same(from_edfi, from_oneroster, question):
    found = answers(from_edfi[0], question)
    assert len(found) > 50
    assert found == answers(from_oneroster, question)


def test_both_formats_give_the_languages_of_those_who_learn_english_and_of_nobody_else(from_edfi, from_oneroster):
    languages = """SELECT source_id, home_language FROM english_learner_detail
                     JOIN identity ON entity = 'student' AND system = 'district' AND key = student_key ORDER BY 1"""
    found = ask(from_edfi[0], languages)
    assert len(found) == 27
    assert found == ask(from_oneroster, languages)


def test_a_section_is_a_homeroom_where_students_are_said_to_have_it_as_one(from_edfi):
    kinds = dict(ask(from_edfi[0], "SELECT kind, count(*) FROM section GROUP BY kind"))
    assert 0 < kinds["homeroom"] < kinds["scheduled"]


def test_both_formats_give_the_same_test_scores_subjects_aside(from_edfi, from_oneroster):
    """The CSV files name tests by XML ids, from which their subjects can only be guessed."""
    scores = [
        [(student, *rest) for student, _subject, _kind, *rest in answers(database, "test scores")]
        for database in (from_edfi[0], from_oneroster)
    ]
    assert sorted(scores[0], key=repr) == sorted(scores[1], key=repr)
    assert len(scores[0]) == 6_934


def test_edfi_on_top_of_oneroster_finds_everybody_and_every_class_again(from_both, from_oneroster):
    database, (first, second, third) = from_both
    assert totals(database) == grandbend.COUNTS
    assert second.counts["course"].added == 0
    assert second.problems == []
    for entity in ("student", "staff", "section", "section_enrollment", "teaching", "grade", "attendance_event"):
        assert second.counts[entity].added == second.counts[entity].ended == 0, entity
    assert second.counts["test_result"].added == 0
    (tests,) = [read for read in second.files if read.kind == "Ed-Fi tests"]
    assert tests.note.startswith("6,934 of its results came in another file already")
    for question in ("students", "sections", "enrollments", "grades", "days missed", "teaching", "test scores"):
        assert answers(database, question) == answers(from_oneroster, question), question
    assert first.counts["student"].added == 960
    assert first.held == second.held == []
    assert not third.changed_anything  # The system that came first leads, so the two do not fight each night.


def test_what_is_left_out_is_said_with_its_reason(from_edfi):
    _, report = from_edfi
    notes = {read.name: read.note for read in report.files if read.note}
    assert "4 rows left out" in notes["edfi_1p0.zip/StudentDiscipline.xml (discipline)"]
    assert "not kept" in notes["edfi_1p0.zip/StudentParent.xml (families)"]
    assert "never opened" in notes["edfi_1p0.zip/TeacherSchool.zip"]


def test_the_package_inside_it_sent_alone_agrees_with_its_own_control_file_and_names_a_school_nobody_knows(
    from_edfi, tmp_path
):
    with zipfile.ZipFile(grandbend.ED_FI) as package:
        (tmp_path / "TeacherSchool.zip").write_bytes(package.read("Sample Data/TeacherSchool.zip"))
    report = check_files(from_edfi[0], [tmp_path / "TeacherSchool.zip"])
    (problem,) = report.problems
    assert (problem.row, problem.code) == (26, "unknown_reference")
    assert not report.changed_anything


def everything_in(database, home):
    """Every value of every table as text, and every byte of every file of the home."""
    for (table,) in ask(database, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
        for row in ask(database, f'SELECT * FROM "{table}"'):
            yield from (str(value) for value in row if value is not None)
    for file in home.rglob("*"):
        if file.is_file():
            yield file.read_bytes().decode("latin-1")


def test_no_social_security_number_of_the_xml_is_in_any_row_file_report_or_log_of_the_home(from_edfi, caplog, capfd):
    database, report = from_edfi
    with zipfile.ZipFile(grandbend.ED_FI) as package:
        xml = package.read("Sample Data/StudentParent.xml").decode()
    numbers = set(re.findall(r'"SSN">\s*<IdentificationCode>([^<]+)<', xml))
    own = set(re.findall(r"<StudentUniqueStateId>([^<]+)<", xml))
    assert len(numbers) == len(own) == 960
    assert not numbers & own
    home = database.home
    values = set(everything_in(database, home))
    assert own <= values, "the search must be able to find what is there"
    assert not numbers & values
    pattern = re.compile("|".join(map(re.escape, sorted(numbers))))
    said = [*report.lines(), str(report.as_json()), caplog.text, *capfd.readouterr()]
    assert not [text for text in (*values, *said) if pattern.search(text)]
