"""Courses, their grades by grading period, and the work that is missing."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.storage.database import Reading
from appliance.student_level.records.little_line import height_of, points_of
from appliance.student_level.records.marks import PLACEHOLDER_DAYS, Letters, Mark
from appliance.student_level.records.rule_book import in_force
from appliance.student_level.records.rules import CourseNow

_SMALL_CHANGE = 5
"""Points: when only changes are asked for, smaller ones are left out."""

# From the students' seats to the few course grades of their sections, and never through the assignments, which are
# twenty times as many.
_LAST_TWO = """
    WITH seat AS MATERIALIZED (
        SELECT DISTINCT visible_section_enrollment.student_key, section.section_key, section.title
          FROM {some}visible_section_enrollment{their} CROSS JOIN section USING (section_key)
         WHERE visible_section_enrollment.begin_day <= :today
           AND coalesce(visible_section_enrollment.end_day, section.end_day) > :today
           AND (:only_own = 0 OR section.section_key IN (SELECT section_key FROM visible_section))
    ), item AS MATERIALIZED (
        SELECT line_item.section_key, line_item_key, due_day, highest, academic_session.title AS period,
               academic_session.begin_day, academic_session.end_day
          FROM (SELECT DISTINCT section_key FROM seat) AS taken
               CROSS JOIN line_item ON line_item.section_key = taken.section_key AND line_item.kind = 'course_grade'
               CROSS JOIN academic_session USING (session_key)
         WHERE academic_session.begin_day <= :today
    ), graded AS (
        SELECT seat.student_key, seat.section_key, seat.title, item.period, item.highest,
               coalesce(visible_grade.scored_day, min(item.end_day, :today)) AS day, score, score_text,
               row_number() OVER (PARTITION BY seat.student_key, seat.section_key ORDER BY item.begin_day DESC) AS place
          FROM seat CROSS JOIN item ON item.section_key = seat.section_key
               CROSS JOIN visible_grade ON visible_grade.student_key = seat.student_key
                                       AND visible_grade.line_item_key = item.line_item_key
         WHERE (score IS NOT NULL OR score_text IS NOT NULL)
           AND NOT (score = 0 AND coalesce(item.due_day, visible_grade.scored_day, :today) > :today - :placeholder_days)
    )
    SELECT now.student_key, now.section_key, now.title, now.day, now.score, now.score_text, now.highest,
           before.period AS before_period, before.score AS before_score, before.score_text AS before_text,
           before.highest AS before_highest
      FROM graded AS now
           LEFT JOIN graded AS before ON before.student_key = now.student_key
                                     AND before.section_key = now.section_key AND before.place = 2
     WHERE now.place = 1
       AND (:only_changes = 0 OR abs(now.score - before.score) * 100 >= :small * coalesce(now.highest, 100)
            OR (now.score IS NULL AND now.score_text <> before.score_text))
"""
_MISSING = """
    SELECT visible_grade.student_key, line_item.section_key, section.title, count(*) AS missing,
           max(coalesce(line_item.due_day, visible_grade.scored_day, section.begin_day)) AS day
      FROM {some}visible_grade{their} CROSS JOIN line_item USING (line_item_key) CROSS JOIN section USING (section_key)
     WHERE visible_grade.is_missing = 1 AND line_item.kind = 'assignment'
       AND coalesce(coalesce(line_item.due_day, visible_grade.scored_day) + :placeholder_days, section.begin_day)
           <= :today
       AND section.end_day > :today
       AND (:only_own = 0 OR section.section_key IN (SELECT section_key FROM visible_section))
     GROUP BY visible_grade.student_key, line_item.section_key
    HAVING missing >= :least
"""
_SOME = "(SELECT DISTINCT value AS student_key FROM json_each(:students)) AS some CROSS JOIN "
"""Some students, whose rows are then looked up, not found among those of everybody in scope."""
_HAS_GRADES = """
    SELECT 1 AS found
      FROM visible_section_enrollment AS seat CROSS JOIN line_item USING (section_key)
           CROSS JOIN visible_grade ON visible_grade.student_key = seat.student_key
                                   AND visible_grade.line_item_key = line_item.line_item_key
     WHERE line_item.kind = 'course_grade' LIMIT 1
"""
_OF_STUDENT = """
    SELECT section.section_key, section.title, section.kind,
           (SELECT group_concat(given_name || ' ' || family_name, ', ')
              FROM teaching JOIN staff USING (staff_key)
             WHERE teaching.section_key = section.section_key AND is_primary = 1) AS teacher
      FROM visible_section_enrollment JOIN section USING (section_key)
     WHERE student_key = :student AND visible_section_enrollment.begin_day <= :today
       AND coalesce(visible_section_enrollment.end_day, section.end_day) > :today - 14
     GROUP BY section.section_key
     ORDER BY section.title
"""
_WITH_ASSIGNMENTS = """
    SELECT value AS section_key FROM json_each(:sections)
     WHERE EXISTS (SELECT 1 FROM line_item WHERE line_item.section_key = value AND kind = 'assignment')
"""
_MEETINGS_MISSED = """
    SELECT section_key, count(*) AS missed FROM visible_attendance_section
     WHERE student_key = :student AND day <= :today AND category <> 'tardy' GROUP BY section_key
"""
_PERIOD_GRADES = """
    SELECT line_item.section_key, academic_session.title AS period, academic_session.begin_day,
           score, score_text, highest
      FROM visible_grade JOIN line_item USING (line_item_key) JOIN academic_session USING (session_key)
     WHERE student_key = :student AND line_item.kind = 'course_grade' AND academic_session.begin_day <= :today
     ORDER BY academic_session.begin_day
"""


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One course on a student's page: grades by grading period, oldest first, in the order of the page's `periods`.

    `missing` is None where no assignment of the course is loaded: show that, never a zero. `meetings_missed` counts
    what class attendance records, if it is taken; 0 may mean either.
    """

    title: str
    teacher: str
    marks: tuple[str, ...]
    trend: str
    missing: int | None
    meetings_missed: int = 0
    points: tuple[float, ...] = ()
    """The grades out of a hundred, oldest first, of those that are numbers."""

    @property
    def sparkline(self) -> str:
        """The points of the little line of the grades."""
        return points_of(self.points)

    @property
    def last_point(self) -> float:
        """Where the little line ends, from the top."""
        return height_of(self.points[-1])


def courses_now(
    reading: Reading,
    today: int,
    *,
    only_own: bool,
    students: Sequence[int] | None = None,
    missing_from: int = 1,
    letters: Letters | None = None,
) -> dict[int, list[CourseNow]]:
    """For each visible student the present courses with the last two grades. `only_own`: the reader's sections.

    Without `students` it is about everybody in scope, and only what changed is told: grades that moved by five points
    or more, and sections with at least `missing_from` assignments missing. `letters`: a scale that is tried; without
    one, the scale in force.
    """
    values = {
        "today": today,
        "placeholder_days": PLACEHOLDER_DAYS,
        "only_own": int(only_own),
        "students": json.dumps(list(students or ())),
        "only_changes": int(students is None),
        "small": _SMALL_CHANGE,
        "least": missing_from,
    }
    graded, missing = (
        {(row["student_key"], row["section_key"]): row for row in reading.query(_of(question, students), values)}
        for question in (_LAST_TWO, _MISSING)
    )
    letters = letters or in_force(reading, today).letters
    found: dict[int, list[CourseNow]] = defaultdict(list)
    for pair in sorted(graded.keys() | missing.keys()):
        found[pair[0]].append(_course_now(graded.get(pair), missing.get(pair), letters))
    return found


def _of(question: str, students: Sequence[int] | None) -> str:
    if students is None:
        return question.format(some="", their="")
    return question.format(some=_SOME, their=" USING (student_key)")


def has_grades(reading: Reading) -> bool:
    """Whether any class of the visible students has course grades at all."""
    return reading.one(_HAS_GRADES) is not None


def _course_now(graded: dict[str, Any] | None, missing: dict[str, Any] | None, letters: Letters) -> CourseNow:
    before = None
    if graded and graded["before_period"] is not None:
        before = Mark(graded["before_score"], graded["before_text"], graded["before_highest"], letters)
    return CourseNow(
        title=(graded or missing or {})["title"],
        now=_mark(graded, letters) if graded else None,
        before=before,
        before_period=graded["before_period"] if graded and before else "",
        graded_day=graded["day"] if graded else 0,
        missing=missing["missing"] if missing else 0,
        missing_day=missing["day"] if missing else 0,
    )


def _mark(row: dict[str, Any], letters: Letters) -> Mark:
    return Mark(row["score"], row["score_text"], row["highest"], letters)


def student_courses(reading: Reading, student_key: int, today: int) -> tuple[tuple[str, ...], list[CourseLine]]:
    """The grading periods of this year's courses, oldest first, and a line for each course.

    A homeroom is one where something is graded in it.
    """
    values = {"student": student_key, "today": today, "placeholder_days": PLACEHOLDER_DAYS}
    sections = reading.query(_OF_STUDENT, values)
    wanted = {row["section_key"] for row in sections}
    grades = [row for row in reading.query(_PERIOD_GRADES, values) if row["section_key"] in wanted]
    periods = tuple(dict.fromkeys(row["period"] for row in grades))
    missing = {
        row["section_key"]: row["missing"]
        for row in reading.query(
            _of(_MISSING, [student_key]), {**values, "only_own": 0, "students": json.dumps([student_key]), "least": 1}
        )
    }
    assigned = {
        row["section_key"] for row in reading.query(_WITH_ASSIGNMENTS, {"sections": json.dumps(sorted(wanted))})
    }
    missed = {row["section_key"]: row["missed"] for row in reading.query(_MEETINGS_MISSED, values)}
    letters = in_force(reading, today).letters
    by_section: dict[int, dict[str, Mark]] = defaultdict(dict)
    for row in grades:
        by_section[row["section_key"]][row["period"]] = _mark(row, letters)
    return periods, [
        CourseLine(
            title=row["title"],
            teacher=row["teacher"] or "",
            marks=tuple(mark.shown if (mark := by_section[row["section_key"]].get(p)) else "" for p in periods),
            trend=_trend(by_section[row["section_key"]].values()),
            missing=missing.get(row["section_key"], 0) if row["section_key"] in assigned else None,
            meetings_missed=missed.get(row["section_key"], 0),
            points=_points(by_section[row["section_key"]].values()),
        )
        for row in sections
        if row["kind"] != "homeroom" or row["section_key"] in by_section or row["section_key"] in missing
    ]


def _trend(marks: Iterable[Mark]) -> str:
    points = _points(marks)
    if len(points) < 2:
        return ""
    change = round(points[-1] - points[-2])
    return f"up {change}" if change > 0 else f"down {-change}" if change < 0 else "the same"


def _points(marks: Iterable[Mark]) -> tuple[float, ...]:
    return tuple(mark.points for mark in marks if mark.points is not None)
