"""The calendar, school enrollment, programs, caseloads, and attendance as exceptions.

Rules of attendance, stated here once:

- Only exceptions are kept. A file that names anybody present is *positive taking*: its days are the days it has rows
  for. Any other file is *negative taking*: it speaks for each instructional day of its schools, from the first of the
  school year to its last date.
- A file that reaches at least as far back and forward as what is loaded for its schools is *cumulative*: an exception
  that it no longer holds was corrected, and goes. A shorter file only adds and changes.
- Sections become days by *half or more*: a student is absent on a day when absent from at least half of the sections
  that the student is enrolled in on that day; unexcused when at least half of those absences are. Otherwise one tardy
  makes the day a tardy. What a daily file said about a day stands.
"""

from collections.abc import Iterator
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.load_roster import Rows
from appliance.student_level.staging.report import FileRead


def calendar(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which days are school days. Rows without a school speak for the district, and so for each of its schools."""
    known = batch.known("organization", "district")
    districts = [key for (key,) in batch.ask("SELECT organization_key FROM organization WHERE kind = 'district'")]

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            whose = [known[row.organization]] if row.organization in known else [] if row.organization else districts
            if not whose:
                batch.refuse_reference(layout, read, number, "school_id", "school")
            for organization in whose:
                yield organization, row.day, row.is_instructional

    batch.upsert(layout.entity, "calendar_day", "organization_key, day", "is_instructional", ready())
    # Attendance may have come before the calendar that says which of its days count.
    first, last = next(batch.ask("SELECT min(day), max(day) FROM attendance_day"))
    if first is not None:
        for (school,) in list(batch.ask(_SCHOOLS_WITHOUT_COVER)):
            batch.run(_NEGATIVE_COVER, {"school": school, "first": first, "last": last})


_SCHOOLS_WITHOUT_COVER = """
SELECT organization_key FROM organization
 WHERE kind = 'school' AND organization_key NOT IN (SELECT school_key FROM attendance_taken)
"""


def school_enrollments(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which school a student belongs to when, and in which grade. `exit_date` is the first day no longer enrolled."""
    students, schools = batch.known("student", "district"), batch.known("organization", "district")

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            if row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            elif row.school not in schools:
                batch.refuse_reference(layout, read, number, "school_id", "school")
            elif row.end_day is not None and row.end_day < row.begin_day:
                batch.refuse(
                    layout,
                    read,
                    number,
                    "exit_date",
                    "date_order",
                    "the exit comes before the entry. Correct the dates.",
                )
            else:
                yield students[row.student], schools[row.school], row.begin_day, row.end_day, row.grade_level

    columns = "end_day, grade_level"
    batch.upsert(layout.entity, "school_enrollment", "student_key, school_key, begin_day", columns, ready())


def programs(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Programs a student is in. Why a student left one is not kept."""
    students = batch.known("student", "district")

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            if row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            elif row.end_day is not None and row.end_day < row.begin_day:
                batch.refuse(
                    layout,
                    read,
                    number,
                    "end_date",
                    "date_order",
                    "the program ends before it begins. Correct the dates.",
                )
            else:
                yield students[row.student], row.program, row.begin_day, row.end_day

    batch.upsert(layout.entity, "program_membership", "student_key, program, begin_day", "end_day", ready())


def caseloads(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which counselor looks after which students."""
    students, staff = batch.known("student", "district"), batch.known("staff", "district")

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            if row.staff not in staff:
                batch.refuse_reference(layout, read, number, "staff_id", "staff member")
            elif row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            else:
                yield staff[row.staff], students[row.student], row.begin_day, row.end_day

    batch.upsert(layout.entity, "caseload", "staff_key, student_key, begin_day", "end_day", ready())


class _Cover:
    """Which schools and days an attendance file speaks for."""

    def __init__(self) -> None:
        self.first, self.last = 1 << 30, -(1 << 30)
        self.days_by_school: set[tuple[int | None, int]] = set()
        self.is_positive = False

    def note(self, school: int | None, day: int, category: str) -> None:
        self.first, self.last = min(self.first, day), max(self.last, day)
        self.days_by_school.add((school, day))
        self.is_positive = self.is_positive or category == "present"


def daily(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Daily attendance, negative or positive taking."""
    students, schools = batch.known("student", "district"), batch.known("organization", "district")
    cover = _Cover()
    batch.run("CREATE TEMP TABLE seen_day (student_key, day, PRIMARY KEY (student_key, day)) WITHOUT ROWID")
    came_back: list[tuple[int, int]] = []

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            student, school = students.get(row.student), schools.get(row.school)
            if student is None:
                batch.refuse_reference(layout, read, number, "student_id", "student")
                continue
            if row.school and school is None:
                batch.refuse_reference(layout, read, number, "school_id", "school")
                continue
            cover.note(school, row.day, row.category)
            if row.category == "present":
                came_back.append((student, row.day))
                if len(came_back) == 10_000:
                    _present(batch, layout, came_back)
                continue
            batch.run("INSERT OR IGNORE INTO temp.seen_day VALUES (?, ?)", (student, row.day))
            yield student, row.day, row.category, "daily"

    batch.upsert(layout.entity, "attendance_day", "student_key, day", "category, basis", ready())
    _present(batch, layout, came_back)
    _note_taken(batch, cover)
    if _is_cumulative(batch, cover, "SELECT min(day), max(day) FROM attendance_day WHERE basis = 'daily'"):
        batch.report.count(layout.entity).ended += batch.run(
            "DELETE FROM attendance_day WHERE basis = 'daily' AND (student_key, day) NOT IN (SELECT * FROM temp.seen_day)"
            " AND day BETWEEN ? AND ?",
            (cover.first, cover.last),
        )
    batch.run("DROP TABLE temp.seen_day")


def _present(batch: Batch, layout: Layout, students_and_days: list[tuple[int, int]]) -> None:
    removed = batch.run_many(
        "DELETE FROM attendance_day WHERE student_key = ? AND day = ? AND basis = 'daily'", students_and_days
    )
    batch.report.count(layout.entity).ended += removed
    students_and_days.clear()


def by_section(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Section attendance, turned into days by the rule at the head of this file."""
    students, section_keys = batch.known("student", "district"), batch.known("section", "district")
    school_of = dict(batch.ask("SELECT section_key, school_key FROM section"))
    cover = _Cover()

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            student, section = students.get(row.student), section_keys.get(row.section)
            if student is None:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            elif section is None:
                batch.refuse_reference(layout, read, number, "section_id", "class")
            else:
                cover.note(school_of[section], row.day, row.category)
                if row.category != "present":
                    yield student, row.day, section, row.category

    batch.upsert(layout.entity, "attendance_section", "student_key, day, section_key", "category", ready())
    _note_taken(batch, cover)
    batch.run(_SECTIONS_TO_DAYS, {"first": cover.first, "last": cover.last})


_SECTIONS_TO_DAYS = """
INSERT INTO attendance_day (student_key, day, category, basis)
SELECT student_key, day,
       CASE WHEN 2 * absences < scheduled THEN 'tardy'
            WHEN 2 * unexcused >= absences THEN 'unexcused'
            ELSE 'excused' END,
       'sections'
  FROM (SELECT event.student_key, event.day,
               sum(event.category <> 'tardy') AS absences,
               sum(event.category = 'unexcused') AS unexcused,
               sum(event.category = 'tardy') AS tardies,
               (SELECT count(*) FROM section_enrollment JOIN section USING (section_key)
                 WHERE section_enrollment.student_key = event.student_key
                   AND event.day >= section_enrollment.begin_day
                   AND event.day < coalesce(section_enrollment.end_day, section.end_day)) AS scheduled
          FROM attendance_section AS event
         WHERE event.day BETWEEN :first AND :last
         GROUP BY event.student_key, event.day)
 WHERE 2 * absences >= max(scheduled, 1) OR tardies > 0
ON CONFLICT (student_key, day) DO UPDATE SET category = excluded.category
 WHERE attendance_day.basis = 'sections' AND attendance_day.category IS NOT excluded.category
"""


def _note_taken(batch: Batch, cover: _Cover) -> None:
    """Remember for which school days attendance is loaded; days enrolled are counted among these only."""
    if not cover.days_by_school:
        return
    schools = {school for school, _ in cover.days_by_school}
    everyone = [key for (key,) in batch.ask("SELECT organization_key FROM organization WHERE kind = 'school'")]
    if cover.is_positive:
        taken = {
            (s, day) for school, day in cover.days_by_school for s in ([school] if school is not None else everyone)
        }
        batch.run_many("INSERT OR IGNORE INTO attendance_taken VALUES (?, ?)", sorted(taken))
        return
    for school in everyone if None in schools else sorted(s for s in schools if s is not None):
        batch.run(_NEGATIVE_COVER, {"school": school, "first": cover.first, "last": cover.last})


_NEGATIVE_COVER = """
INSERT OR IGNORE INTO attendance_taken (school_key, day)
SELECT :school, day FROM school_day
 WHERE school_key = :school AND day <= :last
   AND day >= (SELECT coalesce(max(begin_day), :first) FROM academic_session
                WHERE kind = 'school_year' AND begin_day <= :first AND end_day > :first)
"""


def _is_cumulative(batch: Batch, cover: _Cover, span: str) -> bool:
    first, last = next(batch.ask(span))
    return first is not None and cover.first <= first and cover.last >= last
