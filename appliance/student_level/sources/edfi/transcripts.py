"""Courses in students' records, and how advanced a course is, as rows of their layouts."""

from collections.abc import Iterator

from appliance.student_level.sources.district_csv import NOT_SAID
from appliance.student_level.sources.edfi import codes
from appliance.student_level.sources.edfi.keys import (
    ORGANIZATION,
    course_codes,
    first_text,
    key,
    school_year,
    student_of,
)
from appliance.student_level.sources.edfi.records import Group, Record, first
from appliance.student_level.sources.edfi.references import Package
from appliance.student_level.sources.edfi.schools import Row

_Kept = tuple[str, tuple[str, str]]
"""(student, (school year, term)) of an academic record."""
_OWNERS = tuple(name for name in ORGANIZATION if name != "ID")
"""In a reference to a course, an ID is the course's own."""
_CODES = ("UniqueCourseId", "ID", "CourseCode", "IdentificationCode")
_AVAILABLE = (
    "MaximumAvailableCredits", "MaximumAvailableCredit", "MinimumAvailableCredits", "MinimumAvailableCredit",
)  # fmt: skip
_LEVELS = ("CourseLevelCharacteristics", "CourseLevelCharacteristic")


def transcripts(package: Package) -> Iterator[Row]:
    """A row a course. Whose it is, and when it was taken, stands in the academic record that it names: by its natural
    key, or in 1.0 by an XML id, for which the records of one file are kept, one a student and term.
    """
    for one in package.holding("CourseTranscript"):
        of_file = Package((one,))
        sessions: dict[tuple[str, str], tuple[str, str]] = {}
        kept: dict[str, _Kept] = {}
        for record in of_file.records("StudentAcademicRecord"):
            if record.id:
                when = _when(package, record.file, _flat(record))
                kept[record.id] = student_of(record.group("StudentReference")), sessions.setdefault(when, when)
        for record in of_file.records("CourseTranscript"):
            yield record.line, _row(package, record, kept)


def _row(package: Package, record: Record, kept: dict[str, _Kept]) -> dict[str, str]:
    named = record.group("StudentAcademicRecordReference")
    student, (year, term) = kept.get(named.get("@ref", ""), ("", ("", "")))
    if not student:
        student, (year, term) = student_of(named), _when(package, record.file, named)
    reference = record.group("CourseReference")
    code, school = first(reference, *_CODES), first(reference, *_OWNERS)
    school = school or package.organization(record, "EducationOrganizationReference", "SchoolReference")
    course, _ = package.course(school, code)
    return {
        "student": student, "school_year": year, "term": term, "course": code, "course_id": course,
        "title": first_text(record, "CourseTitle", "AlternativeCourseTitle"),
        "credits_attempted": _credits(record, "CreditsAttempted", "AttemptedCredits"),
        "credits_earned": _credits(record, "CreditsEarned", "EarnedCredits"),
        "score": record.text("FinalNumericGradeEarned"), "score_text": record.text("FinalLetterGradeEarned"),
        "result": record.text("CourseAttemptResult"),
        "grade_level": codes.grade_level(first_text(record, "GradeLevelWhenTaken", "WhenTakenGradeLevel")),
    }  # fmt: skip


def _flat(record: Record) -> Group:
    """The texts by which an academic record says when it was, whatever its edition puts them under."""
    own = {name: record.text(name) for name in ("SchoolYear", "Term") if record.text(name)}
    return record.group("EducationOrganizationReference") | record.group("SessionReference") | own


def _when(package: Package, file: str, group: Group) -> tuple[str, str]:
    """(school year, term); inBloom's dialect names the session, and the calendar says which term that is."""
    year, term = school_year(first(group, "SchoolYear")), first(group, "Term")
    if term:
        return year, term
    session = package.session_named(file, group)
    return (year or session.year, session.term) if session else (year, first(group, "SessionName"))


def _credits(record: Record, *names: str) -> str:
    return first(record.group(*names), "Credit", "Credits")


def course_levels(package: Package) -> Iterator[Row]:
    """How advanced each course is, and its credits. A sender who says nothing of any course leaves them as they are."""
    is_told = any(record.groups(*_LEVELS) for record in package.records("Course"))
    for record in package.records("Course"):
        organization = package.organization(record, "EducationOrganizationReference", "SchoolReference")
        level = codes.course_level(word for group in record.groups(*_LEVELS) for word in group.values())
        gives = _credits(record, *_AVAILABLE)
        if is_told or gives:
            yield record.line, {
                "course": key("course", organization, (course_codes(record) or [""])[0]),
                "level": level if is_told else NOT_SAID, "credits": gives,
            }  # fmt: skip
