"""What put a student into a measure's number, or left them outside it: days, classes, courses, credits or a result.

Asked as the metric's own SQL is, through `access.counting_as` and over the same prepared tables: one question.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from appliance.storage.database import Reading
from appliance.student_level.metrics.catalogue import with_prepared
from appliance.student_level.metrics.counting import values_for
from appliance.student_level.records.marks import Letters, Mark
from appliance.student_level.records.rule_book import RuleBook

_DAYS_MISSED = "SELECT student_key, days_missed AS count, days_enrolled AS out_of FROM reporting_days"
_DAYS_LATE = """
    SELECT student_key, days_late AS count, days_enrolled AS out_of FROM visible_student_attendance
     WHERE school_key = :school AND school_year = :school_year
"""
_MEETINGS = """
    SELECT student_key, sum(meetings_missed) AS count, sum(meetings) AS out_of FROM reporting_meetings
     WHERE school_key = :school GROUP BY student_key
"""
_CLASSES = """
    SELECT student_key, section.title AS what, meetings_missed AS count, meetings AS out_of, 'meetings' AS unit
      FROM reporting_meetings JOIN section USING (section_key)
     WHERE reporting_meetings.school_key = :school AND meetings >= :least_days_enrolled
       AND meetings_missed * 10 >= meetings
"""
_MARKS = """
    SELECT student_key, section.title AS what, points, letter
      FROM reporting_marks JOIN section USING (section_key)
     WHERE reporting_marks.school_key = :school AND place_in_time = 1
"""
# A detail that is no subject holds the departments of one teacher each; see `course_grades.sql`.
_LOW = f"""{_MARKS} AND is_below_c AND (subject = :detail OR :detail = '' OR (
           :detail NOT IN (SELECT subject FROM reporting_marks) AND subject IN (
               SELECT subject FROM reporting_marks AS given JOIN teaching USING (section_key)
                WHERE given.school_key = :school GROUP BY subject HAVING count(DISTINCT staff_key) = 1)))
"""  # noqa: S608 our own words
_FELL = """
    SELECT student_key, section.title AS what, now.points, now.letter,
           before.points AS points_before, before.letter AS letter_before
      FROM reporting_marks AS now JOIN reporting_marks AS before USING (student_key, section_key)
      JOIN section USING (section_key)
     WHERE now.school_key = :school AND now.place_in_time = 1 AND before.place_in_time = 2
       AND now.points <= before.points - :points_fallen
"""
_UNEARNED = """
    SELECT student_key, max(coalesce(nullif(course_title, ''), course_code)) AS what, max(credits_earned) AS count,
           max(credits_attempted) AS out_of, 'credits' AS unit
      FROM transcript_course AS told
     WHERE credits_attempted > 0
       AND school_year = (SELECT max(school_year) FROM transcript_course AS other
                           WHERE other.student_key = told.student_key AND credits_attempted > 0
                             AND other.school_year BETWEEN :school_year - 1 AND :school_year)
     GROUP BY student_key, course_code HAVING max(credits_earned) < max(credits_attempted)
"""
_CREDITS = """
    WITH asked AS (
        SELECT key AS grade, value AS credits FROM json_each(:credits_by_grade)
    ), earned AS (
        SELECT student_key, round(sum(credits_earned), 3) AS credits, max(grade_level) AS grade_then
          FROM transcript_course WHERE school_year < :school_year GROUP BY student_key
    )
    SELECT student_key, earned.credits AS count, asked.credits AS out_of
      FROM reporting_student AS here JOIN earned USING (student_key)
      JOIN asked ON asked.grade = CASE WHEN earned.grade_then = here.grade THEN here.grade
                                       ELSE printf('%02d', here.grade - 1) END
     WHERE here.place_key = :school
"""
_NOT_PASSED = """
    SELECT student_key, coalesce(nullif(course_title, ''), course.title) AS what, 'not passed' AS mark
      FROM transcript_course JOIN course USING (course_key)
     WHERE course.advanced IN ('ap', 'ib', 'dual') AND result = 'failed'
       AND school_year BETWEEN :school_year - 1 AND :school_year
"""
_RESULT = """
    SELECT student_key, title AS what, coalesce(level, 'no level') AS mark, day FROM (
        SELECT student_key, title, level, day,
               row_number() OVER (PARTITION BY student_key ORDER BY day DESC, occurrence DESC, test_key) AS nth
          FROM test_result JOIN test USING (test_key)
         WHERE test.subject = :detail AND test.kind = {kind} AND meets IS NOT NULL {whole}
           AND day > :snapshot - 365 AND day <= :snapshot
    ) WHERE nth = 1
"""
_WHOLE = "AND test.part_of = ''"
_CAUSES = {
    "chronic_absence": _DAYS_MISSED,
    "attendance_rate": _DAYS_MISSED,
    "late_arrivals": _DAYS_LATE,
    "class_absence": _CLASSES,
    "class_meetings_missed": _MEETINGS,
    "course_grades": _LOW,
    "failing_grades": f"{_MARKS} AND is_f",
    "grades_dropping": _FELL,
    "credit_accumulation": _UNEARNED,
    "on_track": _CREDITS,
    "advanced_passed": _NOT_PASSED,
    "assessment_performance": _RESULT.format(kind="'state'", whole=""),
    "further_state_tests": _RESULT.format(kind="'state'", whole=_WHOLE),
    "benchmark_mastery": _RESULT.format(kind="'benchmark'", whole=_WHOLE),
}
"""By the measure's name. `advanced_courses` has none: whoever is outside it takes none."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing of it: `what` names a class, a course or a test; where it is empty, `count` of `out_of` says it all.

    `mark` is a grade or a level as it was given, `before` the grade before it, `day` that of a test.
    """

    what: str = ""
    count: float = 0
    out_of: float = 0
    unit: str = ""
    mark: str = ""
    before: str = ""
    day: int | None = None


def causes(
    counting: Reading, name: str, detail: str, school_key: int, day: int, book: RuleBook
) -> dict[int, tuple[Cause, ...]]:
    """For each student of a school what is behind their part of a measure, by the name of class or course.

    Ask through `access.counting_as`. Students who are on the measure's other side may be in it, too.
    """
    asked = _CAUSES.get(name)
    if asked is None:
        return {}
    rows = counting.query(
        with_prepared(asked) + asked, {**values_for(day, book), "school": school_key, "detail": detail}
    )
    found: dict[int, list[Cause]] = defaultdict(list)
    for row in rows:
        found[row["student_key"]].append(_cause(row, book.letters))
    return {student: tuple(sorted(some, key=lambda one: one.what)) for student, some in found.items()}


def _cause(row: dict[str, Any], letters: Letters) -> Cause:
    def given(points: str, letter: str) -> str:
        if row.get(points) is None and row.get(letter) is None:
            return ""
        return Mark(row[points], row[letter], 100, letters).shown

    return Cause(
        what=row.get("what", ""),
        count=row.get("count") or 0,
        out_of=row.get("out_of") or 0,
        unit=row.get("unit", ""),
        mark=row.get("mark") or given("points", "letter"),
        before=given("points_before", "letter_before"),
        day=row.get("day"),
    )
