"""A list of students with their days, their last eight weeks, missing work, and the last check-in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.records import attendance, check_ins, enrollments
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.check_ins import CheckIn
from appliance.student_level.records.enrollments import Enrollment, Name
from appliance.student_level.records.growth import GrowthColumn, growth_of_class
from appliance.student_level.records.little_line import height_of, points_of
from appliance.student_level.records.marks import PLACEHOLDER_DAYS, Mark
from appliance.student_level.records.rule_book import RuleBook, in_force
from appliance.student_level.records.standards import Grid, standards_grid
from appliance.student_level.sources.district_csv import subject_of

_CLASS = """
    SELECT visible_section.title, visible_section.period, visible_section.room, organization.name AS school,
           visible_section.end_day, visible_section.school_key, visible_section.kind, course.subject,
           course.title AS course
      FROM visible_section JOIN organization ON organization_key = visible_section.school_key
           JOIN course USING (course_key)
     WHERE section_key = :section
"""
_UNTIL = "SELECT max(day) AS day FROM attendance_taken WHERE school_key = :school AND day <= :today"
_SEATS = """
    SELECT DISTINCT seat.student_key
      FROM visible_section JOIN visible_section_enrollment AS seat USING (section_key)
     WHERE section_key = :section AND seat.begin_day <= :today
       AND coalesce(seat.end_day, visible_section.end_day) > min(:today, visible_section.end_day - 1)
"""
_GRADES = """
    SELECT student_key, score, score_text, highest, period FROM (
        SELECT visible_grade.student_key, score, score_text, line_item.highest, academic_session.title AS period,
               row_number() OVER (
                   PARTITION BY visible_grade.student_key ORDER BY academic_session.begin_day DESC
               ) AS place
          FROM line_item CROSS JOIN academic_session USING (session_key) CROSS JOIN visible_grade USING (line_item_key)
         WHERE line_item.section_key = :section AND line_item.kind = 'course_grade'
           AND visible_grade.student_key IN (SELECT value FROM json_each(:students))
           AND academic_session.begin_day <= :today AND (score IS NOT NULL OR score_text IS NOT NULL)
           AND NOT (score = 0 AND coalesce(due_day, scored_day, :today) > :today - :placeholder_days)
    ) WHERE place = 1
"""
_MISSING_IN_SECTION = """
    SELECT student_key, count(*) AS missing
      FROM visible_grade CROSS JOIN line_item USING (line_item_key)
     WHERE student_key IN (SELECT value FROM json_each(:students)) AND is_missing = 1
       AND line_item.section_key = :section AND line_item.kind = 'assignment'
       AND coalesce(coalesce(line_item.due_day, visible_grade.scored_day) + :placeholder_days, :today) <= :today
     GROUP BY student_key
"""
_MISSING = """
    SELECT student_key, count(*) AS missing
      FROM json_each(:students) AS wanted
           CROSS JOIN visible_grade ON visible_grade.student_key = wanted.value AND is_missing = 1
           CROSS JOIN line_item USING (line_item_key) CROSS JOIN section USING (section_key)
     WHERE line_item.kind = 'assignment' AND section.end_day > :today
       AND coalesce(coalesce(line_item.due_day, visible_grade.scored_day) + :placeholder_days, :today) <= :today
     GROUP BY student_key
"""
_WITH_GRADEBOOK = """
    SELECT DISTINCT seat.student_key
      FROM json_each(:students) AS wanted
           CROSS JOIN visible_section_enrollment AS seat ON seat.student_key = wanted.value
           CROSS JOIN section USING (section_key)
     WHERE seat.begin_day <= :today AND coalesce(seat.end_day, section.end_day) > :today AND section.end_day > :today
       AND EXISTS (
           SELECT 1 FROM line_item WHERE line_item.section_key = seat.section_key AND line_item.kind = 'assignment'
       )
"""


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One student in a list. `days` is None when no attendance is loaded: show that, never a zero.

    `weeks`: percent attended, oldest first; none in the first days of school, when one day is a large share.
    `missing`: None where no gradebook of the student's classes is loaded, which is not the same as nothing missing.
    """

    student_key: int
    name: Name
    grade_level: str
    days: DaysSoFar | None
    weeks: tuple[int, ...]
    missing: int | None
    mark: str
    points: float
    check_in: CheckIn | None

    @property
    def sparkline(self) -> str:
        """The points of the little line of the weeks."""
        return points_of(self.weeks)

    @property
    def last_point(self) -> float:
        """Where the little line ends, from the top."""
        return height_of(self.weeks[-1])


@dataclass(frozen=True, slots=True)
class Class:
    """A class and its present students. `period_of_marks` names the latest grading period with a grade."""

    title: str
    period: str
    room: str
    school: str
    end_day: int
    period_of_marks: str
    has_assignments: bool
    lines: tuple[RosterLine, ...]
    standards: Grid
    growth: tuple[GrowthColumn, ...]
    attendance_until: int | None


_HAS_ASSIGNMENTS = "SELECT 1 AS found FROM line_item WHERE section_key = :section AND kind = 'assignment' LIMIT 1"


def class_roster(reading: Reading, section_key: int, *, today: int, school_year: int, book: RuleBook) -> Class | None:
    """A class with a line for each student, by name; None for one that does not exist or is not the reader's.

    Of a class that has ended, the students of its last day.
    """
    values: dict[str, object] = {"section": section_key, "today": today, "placeholder_days": PLACEHOLDER_DAYS}
    about = reading.one(_CLASS, values)
    if about is None:
        return None
    students = students_of_class(reading, section_key, today)
    values["students"] = json.dumps(students)
    grades = reading.query(_GRADES, values)
    marks = {row["student_key"]: Mark(row["score"], row["score_text"], row["highest"], book.letters) for row in grades}
    missing = {row["student_key"]: row["missing"] for row in reading.query(_MISSING_IN_SECTION, values)}
    lines = roster_lines(reading, students, today=today, school_year=school_year, missing=missing, marks=marks)
    subject, is_homeroom = subject_of(about["subject"], about["course"]), about["kind"] == "homeroom"
    return Class(
        title=about["title"],
        period=about["period"],
        room=about["room"],
        school=about["school"],
        end_day=about["end_day"],
        period_of_marks=max((row["period"] for row in grades), default=""),
        has_assignments=reading.one(_HAS_ASSIGNMENTS, values) is not None,
        lines=tuple(lines),
        standards=standards_grid(reading, section_key, students, subject, today, book.levels),
        attendance_until=row["day"]
        if (row := reading.one(_UNTIL, {**values, "school": about["school_key"]}))
        else None,
        growth=growth_of_class(reading, students, "" if is_homeroom else subject, today),
    )


def students_of_class(reading: Reading, section_key: int, today: int) -> list[int]:
    """Who sits in a class of the reader today; of a class that has ended, who did on its last day."""
    return [row["student_key"] for row in reading.query(_SEATS, {"section": section_key, "today": today})]


def roster_lines(
    reading: Reading,
    students: Sequence[int],
    *,
    today: int,
    school_year: int,
    here: Mapping[int, Enrollment] | None = None,
    missing: Mapping[int, int] | None = None,
    marks: Mapping[int, Mark] | None = None,
) -> list[RosterLine]:
    """A line for each of some visible students, by name. `missing` of None: missing work of every class that has
    assignments; otherwise who is not in it misses none.
    """
    here = here or enrollments.enrollments(reading, today)
    called = enrollments.names(reading, students)
    since = today - attendance.WINDOW_DAYS
    taken = attendance.days_taken(reading, {here[key].school_key for key in students if key in here}, since, today)
    away = attendance.exceptions(reading, since, today, students)
    sums = attendance.days_so_far(reading, school_year, students)
    talked = check_ins.last_check_ins(reading, today, since=today - 366, students=students)
    if missing is None:
        values = {"students": json.dumps(list(students)), "today": today, "placeholder_days": PLACEHOLDER_DAYS}
        with_gradebook = [row["student_key"] for row in reading.query(_WITH_GRADEBOOK, values)]
        missing = dict.fromkeys(with_gradebook, 0)
        missing |= {row["student_key"]: row["missing"] for row in reading.query(_MISSING, values)}
    else:
        missing = dict.fromkeys(students, 0) | dict(missing)
    book = in_force(reading, today)
    lines = []
    for key in students:
        place, mark = here.get(key), (marks or {}).get(key)
        days = taken.get(place.school_key, []) if place else []
        so_far = sums.get((key, place.school_key)) if place else None
        is_early = so_far is not None and book.is_early(so_far.days_enrolled)
        lines.append(
            RosterLine(
                student_key=key,
                name=called[key],
                grade_level=place.grade_level if place else "",
                days=so_far,
                weeks=attendance.weekly_shares(days, place.begin_day, away.get(key, attendance.NONE).missed)
                if place and not is_early
                else (),
                missing=missing.get(key),
                mark=mark.shown if mark else "",
                points=(mark.points or 0.0) if mark else -1.0,
                check_in=talked.get(key),
            )
        )
    return sorted(lines, key=lambda line: line.name.sorted.casefold())


_CASELOAD = "SELECT student_key FROM visible_student"


def caseload(reading: Reading, *, today: int, school_year: int) -> list[RosterLine]:
    """Every student on a counselor's caseload, by name."""
    students = [row["student_key"] for row in reading.query(_CASELOAD)]
    return roster_lines(reading, students, today=today, school_year=school_year)
