"""The classes of a teacher."""

from dataclasses import dataclass

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
