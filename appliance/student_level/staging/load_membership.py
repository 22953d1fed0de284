"""The calendar, and what students belong to over time: schools, programs, caseloads."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.attendance_cover import mend_days_taken
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.first_rows import FirstRows, by_column
from appliance.student_level.staging.load_for_totals import Details, Leaving
from appliance.student_level.staging.load_roster import Rows
from appliance.student_level.staging.report import FileRead

_Ready = Iterator[tuple[int, tuple[Any, ...]]]


def calendar(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which days are school days. Rows without a school speak for the district, and so for each of its schools."""
    known = batch.known("organization", "district")
    districts = [key for (key,) in batch.ask("SELECT organization_key FROM organization WHERE kind = 'district'")]

    def ready() -> _Ready:
        for number, row in rows:
            whose = [known[row.organization]] if row.organization in known else [] if row.organization else districts
            if not whose:
                batch.refuse_reference(layout, read, number, "school_id", "school")
            for organization in whose:
                yield number, (organization, row.day, row.is_instructional)

    days = FirstRows(batch, layout, read, "calendar_day", "organization_key, day", "is_instructional")
    days.put(by_column(ready()))
    mend_days_taken(batch)


def school_enrollments(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which school a student belongs to when, and in which grade. `exit_date` is the first day no longer enrolled."""
    students, schools = batch.known("student", "district"), batch.known("organization", "district")
    leaving = Leaving(batch)

    def ready() -> _Ready:
        for number, row in rows:
            at = ("school_key", schools[row.school]) if row.school in schools else None
            if row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student", at)
            elif row.school not in schools:
                batch.refuse_reference(layout, read, number, "school_id", "school")
            elif row.end_day is not None and row.end_day < row.begin_day:
                sentence = "the exit comes before the entry. Correct the dates."
                batch.refuse(layout, read, number, "exit_date", "date_order", sentence, at=at)
            else:
                enrollment = students[row.student], schools[row.school], row.begin_day
                leaving.note(read, number, row, enrollment)
                yield number, (*enrollment, row.end_day, row.grade_level)

    key, columns = "student_key, school_key, begin_day", "end_day, grade_level, file_key, file_row"
    FirstRows(batch, layout, read, "school_enrollment", key, columns).put(by_column(ready()))
    leaving.put()


def programs(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Programs a student is in, but for those that the district does not keep. Why a student left one is not kept."""
    students = batch.known("student", "district")
    not_kept: Counter[str] = Counter()
    details = Details(batch)

    def ready() -> _Ready:
        for number, row in rows:
            if row.program in batch.off:
                not_kept[row.program] += 1
            elif row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            elif row.end_day is not None and row.end_day < row.begin_day:
                sentence = "the program ends before it begins. Correct the dates."
                batch.refuse(layout, read, number, "end_date", "date_order", sentence)
            else:
                details.note(read, number, row, students[row.student], row.program, row.begin_day)
                yield number, (students[row.student], row.program, row.begin_day, row.end_day)

    key, columns = "student_key, program, begin_day", "end_day, file_key, file_row"
    FirstRows(batch, layout, read, "program_membership", key, columns).put(by_column(ready()))
    details.put()
    if not_kept:
        listed = ", ".join(f"{rows:,} of {name.replace('_', ' ')}" for name, rows in sorted(not_kept.items()))
        left_out = f"rows left out, since the district has these fields switched off: {listed}"
        read.note = "; ".join(filter(None, (read.note, left_out)))


def caseloads(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which counselor looks after which students. A child who is no longer in the file is off the caseload at once."""
    students, staff = batch.known("student", "district"), batch.known("staff", "district")

    def ready() -> _Ready:
        for number, row in rows:
            if row.staff not in staff:
                batch.refuse_reference(layout, read, number, "staff_id", "staff member")
            elif row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            else:
                yield number, (staff[row.staff], students[row.student], row.begin_day, row.end_day)

    key = "staff_key, student_key, begin_day"
    FirstRows(batch, layout, read, "caseload", key, "end_day").put(by_column(ready()))
    if next(batch.ask("SELECT count(*) FROM temp.first_row"))[0] and not batch.adds_only:
        batch.report.count(layout.entity).ended += batch.run(_OFF_THE_CASELOAD)


_OFF_THE_CASELOAD = """
DELETE FROM caseload
 WHERE staff_key IN (SELECT staff_key FROM temp.first_row)
   AND (staff_key, student_key, begin_day) NOT IN (SELECT staff_key, student_key, begin_day FROM temp.first_row)
"""
