"""Courses, their grades by grading period, and the work that is missing."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.records.marks import Mark
from appliance.student_level.records.rules import CourseNow

# From the sections to their few course grades, and only then to the students: assignments are twenty times as many.
_LAST_TWO = """
    WITH item AS (
        SELECT line_item.section_key, line_item_key, highest, academic_session.title AS period, due_day,
               academic_session.begin_day, academic_session.end_day,
               dense_rank() OVER (PARTITION BY line_item.section_key ORDER BY academic_session.begin_day DESC) AS place
          FROM line_item JOIN academic_session USING (session_key)
         WHERE line_item.kind = 'course_grade' AND academic_session.begin_day <= :today
           AND academic_session.end_day > :today - 200
    )
    SELECT visible_section_enrollment.student_key, item.section_key, section.title, item.place, item.period,
           coalesce(visible_grade.scored_day, min(item.end_day, :today)) AS day,
           visible_grade.score, visible_grade.score_text, item.highest
      FROM visible_section_enrollment
           JOIN section USING (section_key)
           JOIN item ON item.section_key = section.section_key AND item.place <= 3
           JOIN visible_grade ON visible_grade.line_item_key = item.line_item_key
                             AND visible_grade.student_key = visible_section_enrollment.student_key
     WHERE visible_section_enrollment.begin_day <= :today
       AND coalesce(visible_section_enrollment.end_day, section.end_day) > :today
       AND (:only_own = 0 OR section.section_key IN (SELECT section_key FROM visible_section))
       AND (:students IS NULL OR visible_section_enrollment.student_key IN (SELECT value FROM json_each(:students)))
     ORDER BY item.place
"""
_MISSING = """
    SELECT visible_grade.student_key, line_item.section_key, section.title, count(*) AS missing,
           max(coalesce(line_item.due_day, visible_grade.scored_day, section.begin_day)) AS day
      FROM visible_grade JOIN line_item USING (line_item_key) JOIN section USING (section_key)
     WHERE visible_grade.is_missing = 1 AND line_item.kind = 'assignment'
       AND coalesce(line_item.due_day, section.begin_day) <= :today AND section.end_day > :today
       AND (:only_own = 0 OR section.section_key IN (SELECT section_key FROM visible_section))
       AND (:students IS NULL OR visible_grade.student_key IN (SELECT value FROM json_each(:students)))
     GROUP BY visible_grade.student_key, line_item.section_key
"""
_OF_STUDENT = """
    SELECT section.section_key, section.title, section.begin_day,
           (SELECT group_concat(given_name || ' ' || family_name, ', ')
              FROM teaching JOIN staff USING (staff_key)
             WHERE teaching.section_key = section.section_key AND is_primary = 1) AS teacher
      FROM visible_section_enrollment JOIN section USING (section_key)
     WHERE student_key = :student AND visible_section_enrollment.begin_day <= :today
       AND coalesce(visible_section_enrollment.end_day, section.end_day) > :today - 14
     GROUP BY section.section_key
     ORDER BY section.title
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
    """One course on a student's page: grades by grading period, oldest first, in the order of the page's `periods`."""

    title: str
    teacher: str
    marks: tuple[str, ...]
    trend: str
    missing: int


def courses_now(
    reading: Reading, today: int, *, only_own: bool, students: Sequence[int] | None = None
) -> dict[int, list[CourseNow]]:
    """For each visible student the present courses with the last two grades. `only_own`: the reader's sections."""
    values = {"today": today, "only_own": int(only_own), "students": None if students is None else json.dumps(students)}
    graded: dict[tuple[int, int], list[dict[str, object]]] = defaultdict(list)
    for row in reading.query(_LAST_TWO, values):
        if row["score"] is not None or row["score_text"]:
            graded[row["student_key"], row["section_key"]].append(row)
    missing = {(row["student_key"], row["section_key"]): row for row in reading.query(_MISSING, values)}
    found: dict[int, list[CourseNow]] = defaultdict(list)
    for pair in sorted(graded.keys() | missing.keys()):
        found[pair[0]].append(_course_now(graded.get(pair, []), missing.get(pair)))
    return found


def _course_now(newest_first: Sequence[dict], missing: dict | None) -> CourseNow:  # type: ignore[type-arg]
    now = newest_first[0] if newest_first else None
    before = newest_first[1] if len(newest_first) > 1 else None
    return CourseNow(
        title=(now or missing or {})["title"],
        now=_mark(now) if now else None,
        before=_mark(before) if before else None,
        before_period=before["period"] if before else "",
        graded_day=now["day"] if now else 0,
        missing=missing["missing"] if missing else 0,
        missing_day=missing["day"] if missing else 0,
    )


def _mark(row: dict) -> Mark:  # type: ignore[type-arg]
    return Mark(row["score"], row["score_text"], row["highest"])


def student_courses(reading: Reading, student_key: int, today: int) -> tuple[tuple[str, ...], list[CourseLine]]:
    """The grading periods of this year's courses, oldest first, and a line for each course."""
    values = {"student": student_key, "today": today}
    sections = reading.query(_OF_STUDENT, values)
    wanted = {row["section_key"] for row in sections}
    grades = [row for row in reading.query(_PERIOD_GRADES, values) if row["section_key"] in wanted]
    periods = tuple(dict.fromkeys(row["period"] for row in grades))
    missing = {
        row["section_key"]: row["missing"]
        for row in reading.query(_MISSING, {**values, "only_own": 0, "students": json.dumps([student_key])})
    }
    by_section: dict[int, dict[str, Mark]] = defaultdict(dict)
    for row in grades:
        by_section[row["section_key"]][row["period"]] = _mark(row)
    return periods, [
        CourseLine(
            title=row["title"],
            teacher=row["teacher"] or "",
            marks=tuple(mark.shown if (mark := by_section[row["section_key"]].get(p)) else "" for p in periods),
            trend=_trend(by_section[row["section_key"]].values()),
            missing=missing.get(row["section_key"], 0),
        )
        for row in sections
    ]


def _trend(marks: Iterable[Mark]) -> str:
    points = [mark.points for mark in marks if mark.points is not None]
    if len(points) < 2:
        return ""
    change = round(points[-1] - points[-2])
    return f"up {change}" if change > 0 else f"down {-change}" if change < 0 else "the same"
