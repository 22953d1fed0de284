"""A student by standard: for each course what the student's own marks show, by the rule of the class's page."""

from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.records.levels import Levels
from appliance.student_level.records.standards import Standard, Standing, standards_grids
from appliance.student_level.sources.district_csv import NO_SUBJECT, subject_of

_CLASSES = """
    SELECT section.section_key, section.title, course.subject, course.title AS course
      FROM visible_section_enrollment AS seat JOIN section USING (section_key) JOIN course USING (course_key)
     WHERE seat.student_key = :student AND section.kind = 'scheduled' AND seat.begin_day <= :today
       AND coalesce(seat.end_day, section.end_day) > :today
     GROUP BY section.section_key ORDER BY section.title, section.section_key
"""


@dataclass(frozen=True, slots=True)
class CourseStandards:
    """The standards of one course. `left_out`: those that are not shown, because others were marked later."""

    title: str
    standards: tuple[tuple[Standard, Standing], ...]
    left_out: int


def student_standards(reading: Reading, student_key: int, today: int, levels: Levels) -> tuple[CourseStandards, ...]:
    """The student's present courses that name standards, by title."""
    classes = reading.query(_CLASSES, {"student": student_key, "today": today})
    subjects = {row["section_key"]: _subject(row["subject"], row["course"]) for row in classes}
    grids = standards_grids(reading, subjects, [student_key], today, levels) if classes else {}
    return tuple(
        CourseStandards(row["title"], tuple(zip(grid.standards, grid.of(student_key), strict=True)), grid.left_out)
        for row in classes
        if (grid := grids[row["section_key"]]).standards
    )


def _subject(*said: str) -> str:
    """A test of no subject in particular belongs to no course."""
    subject = subject_of(*said)
    return "" if subject == NO_SUBJECT else subject
