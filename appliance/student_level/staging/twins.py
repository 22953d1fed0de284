"""Records that another system brought, found again by what they are: two systems share no ids for classes and grades.

Only a record that is unmistakable is taken for the same one, and only while this system has no name for it.
"""

from typing import Any

from appliance.student_level.staging.batch import Batch

_OTHERS = """
    SELECT identity.key FROM identity WHERE identity.entity = :entity AND identity.system NOT IN (:system, 'district')
    EXCEPT
    SELECT identity.key FROM identity WHERE identity.entity = :entity AND identity.system = :system
"""
_SECTIONS = f"""
    SELECT school_key, course.code, section.begin_day, section.period, section.room, min(section_key)
      FROM section JOIN course USING (course_key)
     WHERE section_key IN ({_OTHERS})
     GROUP BY school_key, course.code, section.begin_day, section.period, section.room HAVING count(*) = 1
"""  # noqa: S608 our own names
_COURSES = f"""
    SELECT code, title, min(course_key) FROM course WHERE course_key IN ({_OTHERS})
     GROUP BY code, title HAVING count(*) = 1
"""  # noqa: S608 our own names
_LINE_ITEMS = f"""
    SELECT section_key, academic_session.begin_day, min(line_item_key)
      FROM line_item JOIN academic_session USING (session_key)
     WHERE line_item.kind = 'course_grade' AND line_item_key IN ({_OTHERS})
     GROUP BY section_key, academic_session.begin_day HAVING count(*) = 1
"""  # noqa: S608 our own names


def courses(batch: Batch) -> dict[tuple[Any, ...], int]:
    """(code, title) -> the course."""
    return _twins(batch, "course", _COURSES)


def sections(batch: Batch) -> dict[tuple[Any, ...], int]:
    """(school, course code, first day, period, room) -> the section."""
    return _twins(batch, "section", _SECTIONS)


def course_grades(batch: Batch) -> dict[tuple[Any, ...], int]:
    """(section, first day of the grading period) -> the line item that holds that period's grades."""
    return _twins(batch, "line_item", _LINE_ITEMS)


def _twins(batch: Batch, entity: str, question: str) -> dict[tuple[Any, ...], int]:
    values = {"entity": entity, "system": batch.system}
    return {tuple(parts): key for *parts, key in batch.ask(question, values)}
