"""An invented thing as rows of the files: the only place that knows the order of the columns."""

from collections.abc import Iterable
from datetime import date, timedelta

from appliance.sample.assessments import SPAN, Growth, TestResult, growth_of, tests_of
from appliance.sample.attendance import exceptions_by_class, exceptions_of
from appliance.sample.courses import catalogue, levels
from appliance.sample.files import Files
from appliance.sample.for_totals import (
    Leaver,
    actions_of,
    credential_this_year,
    details_of,
    ninth_grade_year,
    reason_for_leaving,
)
from appliance.sample.learning import ASSIGNMENT_CATEGORY, GRADE_CATEGORY, LineItem, line_items, scores
from appliance.sample.people import Attends, Stay, Student
from appliance.sample.schools import DISTRICT_ID, DISTRICT_KEY, DISTRICT_NAME, School
from appliance.sample.staff import Staff
from appliance.sample.standards import level_of, standard_of, standards
from appliance.sample.stories import Story
from appliance.sample.timetable import Section
from appliance.sample.transcripts import Taken, record_of
from appliance.sample.year import SchoolYear

_DAY = timedelta(days=1)
_EMAIL_DOMAIN = "schoolhouse.example"


def write_frame(files: Files, schools: Iterable[School], year: SchoolYear) -> None:
    """What does not depend on people: schools, sessions, courses, categories, calendar."""
    files.record("orgs", DISTRICT_KEY, DISTRICT_NAME, "district", DISTRICT_ID, "")
    for school in schools:
        files.record("orgs", school.key, school.name, "school", school.identifier, DISTRICT_KEY)
    write_sessions(files, year)
    for course in catalogue():
        files.record(
            "courses", course.key, _year_key(year), course.title, course.code, ",".join(course.grades), DISTRICT_KEY,
            course.subject, "",
        )  # fmt: skip
    files.record("categories", GRADE_CATEGORY, "Grading period grade", 100)
    files.record("categories", ASSIGNMENT_CATEGORY, "Assignment", 0)
    files.export("course_levels", levels())
    files.export("standards", standards())
    files.export("calendar", year.calendar())


def write_sessions(files: Files, year: SchoolYear) -> None:
    """The year, its semesters and its quarters."""
    for session in year.sessions:
        files.record(
            "academicSessions", session.key, session.title, session.type, session.begin, session.end, session.parent,
            year.ends_in,
        )  # fmt: skip


def write_staff(files: Files, staff: Staff) -> None:
    """A member of staff, with a role row for each role; the first is the primary one."""
    email = f"{staff.username}@{_EMAIL_DOMAIN}"
    _write_user(files, staff.key, staff.username, staff.name, staff.staff_id, email, "", staff.org_key, enabled=True)
    for place, role in enumerate(staff.roles):
        _write_role(files, staff.key, role, staff.org_key, primary=place == 0)


def write_student(files: Files, stay: Stay, year: SchoolYear, seed: int) -> None:
    """What is written once for a student, by the school that has the student first."""
    student = stay.student
    _write_person(files, stay, year, seed, gone=False)
    _write_credential(files, stay, credential_this_year(student, year, seed), year)
    if (ninth := ninth_grade_year(student, year, seed)) is not None:
        files.export("cohorts", [(student.student_id, ninth)])
    files.export("transcripts", [_transcript_row(student, taken) for taken in record_of(student, year, seed)])
    tests = write_tests(files, student, year, seed)
    files.export("test_growth", [_growth_row(student, *gained) for gained in growth_of(student, tests, seed)])


def write_tests(files: Files, student: Student, year: SchoolYear, seed: int) -> list[TestResult]:
    """What a student took by the fall of a year."""
    tests = list(tests_of(student, year, seed))
    files.export("tests", [_test_row(student, test) for test in tests])
    return tests


def write_leaver(files: Files, leaver: Leaver, before: SchoolYear, seed: int) -> None:
    """Somebody who was here in the year before and is no longer: the roster says so, and the year before is over."""
    student = leaver.stay.student
    _write_person(files, leaver.stay, before, seed, gone=True)
    _write_credential(files, leaver.stay, leaver.credential, before)
    if leaver.ninth_grade_year is not None:
        files.export("cohorts", [(student.student_id, leaver.ninth_grade_year)])
    write_stay(files, leaver.stay, None, before, seed + 1, reason=leaver.reason)


def _write_credential(files: Files, stay: Stay, credential: str, year: SchoolYear) -> None:
    if credential:
        given = (stay.student.student_id, stay.school.identifier, year.days[-1], credential)
        files.export("diplomas", [given])


def _write_person(files: Files, stay: Stay, year: SchoolYear, seed: int, *, gone: bool) -> None:
    student = stay.student
    school = stay.goes_to or stay.school
    enabled = not gone and (bool(stay.goes_to) or not stay.has_left(year))
    username = f"s{student.student_id}"
    _write_user(
        files, student.key, username, student.name, student.student_id, "", student.grade, school.key, enabled=enabled,
        gone=gone,
    )  # fmt: skip
    _write_role(files, student.key, "student", school.key, primary=True)
    races = ["true" if place in student.races else "false" for place in range(5)]
    two = "true" if len(student.races) > 1 else "false"
    hispanic = "true" if student.hispanic else "false"
    files.record("demographics", student.key, student.birth_day, student.sex, *races, two, hispanic, "", "", "", "")
    files.export(
        "programs",
        [
            (student.student_id, program.name, program.begin, program.end or "", *details_of(student, program, seed))
            for program in student.programs
        ],
    )


def write_stay(files: Files, stay: Stay, story: Story | None, year: SchoolYear, seed: int, *, reason: str = "") -> None:
    """A student's enrollment at a school and the days that went otherwise than planned there. `reason`: why it ended,
    of one that is over for certain.
    """
    student, school = stay.student, stay.school
    reason = reason or (reason_for_leaving(stay, seed) if stay.has_left(year) else "")
    exit_date = year.days[stay.stop - 1] + _DAY if reason else ""
    entry = (student.student_id, school.identifier, year.days[stay.first], student.grade, exit_date, reason)
    files.export("school_enrollment", [entry])
    if stay.attends is Attends.ONE_ELECTIVE:
        _write_role(files, student.key, "student", school.key, primary=False)
        return
    files.export(
        "attendance",
        [
            (student.student_id, school.identifier, year.days[mark.day], mark.category, mark.reason)
            for mark in exceptions_of(stay, story, year, seed)
        ],
    )
    actions = actions_of(stay, year, seed)
    files.export("discipline", [(student.student_id, school.identifier, *action) for action in actions])


def write_class_attendance(
    files: Files, stay: Stay, story: Story | None, classes: list[Section], year: SchoolYear, seed: int
) -> None:
    """The same days as each class saw them, where attendance is taken class by class."""
    files.export(
        "class_attendance",
        [
            (stay.student.student_id, section.code, year.days[mark.day], mark.category)
            for section, mark in exceptions_by_class(stay, story, classes, year, seed)
        ],
    )


def write_section(
    files: Files, section: Section, teacher: Staff, stories: dict[str, Story], year: SchoolYear, seed: int
) -> None:
    """A class, who is in it, and its gradebook."""
    _write_class(files, section, teacher, year)
    _write_gradebook(files, section, line_items(section, year), stories, year, seed)


def write_past_section(
    files: Files, section: Section, teacher: Staff, year: SchoolYear, then: SchoolYear, seed: int
) -> None:
    """A class of a year that is over, with a grade for each quarter: those that were known on a day of it stay as they
    were posted by then (`then` is the year as seen on that day), those after are as they became.
    """
    _write_class(files, section, teacher, year)
    known, all_year = (
        [item for item in line_items(section, seen) if item.category == GRADE_CATEGORY] for seen in (then, year)
    )
    _write_gradebook(files, section, known, {}, then, seed)
    _write_gradebook(files, section, all_year[len(known) :], {}, year, seed)


def _write_class(files: Files, section: Section, teacher: Staff, year: SchoolYear) -> None:
    school, course = section.school, section.course
    homeroom = course.subject == "Homeroom"
    files.record(
        "classes", section.key, section.title, section.grade or ",".join(school.students_by_grade), course.key,
        section.code, "homeroom" if homeroom else "scheduled", section.room, school.key,
        _year_key(year), course.subject, "", section.period or "",
    )  # fmt: skip
    _write_enrollment(files, section, teacher.key, "teacher", "true", year.begin, year.end)
    for stay in section.stays:
        end = year.days[stay.stop - 1] + _DAY if stay.has_left(year) else year.end
        _write_enrollment(files, section, stay.student.key, "student", "", year.days[stay.first], end)


def _write_gradebook(
    files: Files, section: Section, items: list[LineItem], stories: dict[str, Story], year: SchoolYear, seed: int
) -> None:
    school = section.school
    for item in items:
        first, last = year.days[item.days.start], year.days[item.days.stop - 1]
        files.record(
            "lineItems", item.key, item.title, "", first, last, section.key, item.category, item.session, 0, 100,
            school.key,
        )  # fmt: skip
        if standard := standard_of(section, item):
            files.record("lineItemLearningObjectiveIds", f"{item.key}-L", item.key, "unknown", standard)
    for item, stay, score in scores(section, items, stories, year, seed):
        missing = score.points is None
        status = "not submitted" if missing else "partially graded" if item.runs else "fully graded"
        files.record(
            "results", f"{item.key}-{stay.student.student_id}", item.key, stay.student.key, status,
            "" if missing else score.points, year.days[item.scored_on(year)], "",
            score.letter if item.category == GRADE_CATEGORY else "", section.key, "true" if item.runs else "false",
            "false", "true" if score.is_late else "false", "true" if missing else "false",
        )  # fmt: skip
        if (standard := standard_of(section, item)) and (level := level_of(item, score)):
            result = f"{item.key}-{stay.student.student_id}"
            files.record("resultLearningObjectiveIds", f"{result}-L", result, "unknown", standard, "", level)


def _write_user(
    files: Files,
    key: str,
    username: str,
    name: tuple[str, str, str],
    identifier: str,
    email: str,
    grade: str,
    org_key: str,
    *,
    enabled: bool,
    gone: bool = False,
) -> None:
    given, middle, family = name
    files.record(
        "users", key, "true" if enabled else "false", username, f"{{District:{identifier}}}", given, family, middle,
        identifier, email, "", "", "", grade, "", "", "", "", "", "", org_key, "", gone=gone,
    )  # fmt: skip


def _write_role(files: Files, user_key: str, role: str, org_key: str, *, primary: bool) -> None:
    kind = "primary" if primary else "secondary"
    files.record("roles", f"rol-{user_key}-{org_key}-{role}", user_key, kind, role, "", "", org_key, "")


def _write_enrollment(
    files: Files, section: Section, user_key: str, role: str, primary: str, begin: date, end: date
) -> None:
    key = f"enr-{section.code}-{user_key}"
    files.record("enrollments", key, section.key, section.school.key, user_key, role, primary, begin, end)


def _transcript_row(student: Student, taken: Taken) -> tuple[object, ...]:
    result = "Pass" if taken.is_passed else "Fail"
    return (student.student_id, taken.school_year, taken.term, taken.course.code, 1, int(taken.is_passed), taken.letter,
            taken.points, result, taken.grade)  # fmt: skip


def _test_row(student: Student, test: TestResult) -> tuple[object, ...]:
    return (
        student.student_id, test.source_file, test.assessment_id, test.title, test.subject, test.day, test.raw_score,
        test.scale_score, test.standard_error, test.level,
    )  # fmt: skip


def _growth_row(student: Student, test: TestResult, gained: Growth) -> tuple[object, ...]:
    return (
        student.student_id, test.source_file, test.assessment_id, test.day, SPAN, gained.observed, gained.typical,
        gained.standard_error,
    )  # fmt: skip


def _year_key(year: SchoolYear) -> str:
    return year.sessions[0].key
