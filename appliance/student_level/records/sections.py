"""Classes: those of a teacher, those taught at a school, and the names in those for whom somebody stands in."""

from dataclasses import dataclass
from itertools import groupby

from appliance.storage.database import Reading

_SECTIONS = """
    SELECT visible_section.section_key, visible_section.title, visible_section.period, visible_section.room,
           course.title AS course, organization.name AS school, visible_section.end_day,
           (SELECT count(DISTINCT student_key) FROM visible_section_enrollment AS seat
             WHERE seat.section_key = visible_section.section_key AND seat.begin_day <= :today
               AND coalesce(seat.end_day, visible_section.end_day) > :today) AS students
      FROM visible_section
           JOIN teaching USING (section_key)
           JOIN course USING (course_key)
           JOIN organization ON organization.organization_key = visible_section.school_key
     WHERE teaching.staff_key = :staff AND visible_section.begin_day <= :today
     GROUP BY visible_section.section_key
     ORDER BY visible_section.period, visible_section.title
"""
_AT_SCHOOL = """
    SELECT section_key, section.title, section.period,
           coalesce(group_concat(DISTINCT staff.family_name), '') AS teacher
      FROM section LEFT JOIN teaching USING (section_key) LEFT JOIN staff USING (staff_key)
     WHERE section.school_key = :school AND section.is_active
       AND section.begin_day <= :today AND section.end_day > :today
     GROUP BY section_key ORDER BY section.title, section.period, section_key
"""
_TEACHERS = """
    SELECT staff_key, staff.given_name || ' ' || staff.family_name AS name, count(DISTINCT section_key) AS sections
      FROM section JOIN teaching USING (section_key) JOIN staff USING (staff_key)
     WHERE section.school_key = :school AND section.is_active AND teaching.begin_day <= :today
       AND :today < coalesce(teaching.end_day, section.end_day)
     GROUP BY staff_key ORDER BY staff.family_name, staff.given_name, staff_key
"""
_STAFF = """
    SELECT staff_key FROM teaching JOIN section USING (section_key) WHERE school_key = :school
     UNION
    SELECT staff_key FROM staff_role WHERE organization_key = :school
"""
_COVERED = """
    SELECT section_key, section.title, section.period, section.room, student_key,
           trim(visible_student.given_name || ' ' || visible_student.family_name) AS name
      FROM visible_section AS section
      JOIN visible_section_enrollment AS seat USING (section_key)
      JOIN visible_student USING (student_key)
     WHERE seat.begin_day <= :today AND coalesce(seat.end_day, section.end_day) > :today
     GROUP BY section_key, student_key
     ORDER BY section.period, section.title, section_key, visible_student.family_name, visible_student.given_name
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A class as its teacher knows it. `students`: how many are in it today."""

    section_key: int
    title: str
    period: str
    room: str
    course: str
    school: str
    end_day: int
    students: int


def sections_of(reading: Reading, staff_key: int, today: int) -> list[Section]:
    """The classes that a teacher has now, or had until two weeks ago."""
    return [Section(**row) for row in reading.query(_SECTIONS, {"staff": staff_key, "today": today})]


@dataclass(frozen=True, slots=True)
class TaughtSection:
    """A class as a school's office knows it. `teacher`: family names, joined by commas."""

    section_key: int
    title: str
    period: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who teaches at a school today, and how many classes."""

    staff_key: int
    name: str
    sections: int


@dataclass(frozen=True, slots=True)
class CoveredClass:
    """A class for whose teacher somebody stands in: the names, and nothing else of the students."""

    title: str
    period: str
    room: str
    student_keys: tuple[int, ...]
    names: tuple[str, ...]


def taught_at(reading: Reading, school_key: int, today: int) -> list[TaughtSection]:
    """The classes that run at a school today."""
    return [TaughtSection(**row) for row in reading.query(_AT_SCHOOL, {"school": school_key, "today": today})]


def teachers_at(reading: Reading, school_key: int, today: int) -> list[Teacher]:
    """Everybody who teaches a class at a school today, by name."""
    return [Teacher(**row) for row in reading.query(_TEACHERS, {"school": school_key, "today": today})]


def staff_at(reading: Reading, school_key: int) -> set[int]:
    """The staff keys of everybody whom the roster ties to a school."""
    return {row["staff_key"] for row in reading.query(_STAFF, {"school": school_key})}


def covered_classes(reading: Reading, today: int) -> list[CoveredClass]:
    """The classes in reach, each with the names of those who sit in it today."""
    found: list[CoveredClass] = []
    for _, group in groupby(reading.query(_COVERED, {"today": today}), key=lambda row: row["section_key"]):
        rows = list(group)
        about = (rows[0]["title"], rows[0]["period"], rows[0]["room"])
        found.append(
            CoveredClass(*about, tuple(row["student_key"] for row in rows), tuple(row["name"] for row in rows))
        )
    return found
