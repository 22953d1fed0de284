"""Who is in which section, and who teaches it."""

from collections.abc import Iterator
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.load_roster import Rows, delete_unseen
from appliance.student_level.staging.report import FileRead

_SEEN = """
CREATE TEMP TABLE seen_enrollment (section_key, student_key, begin_day, PRIMARY KEY (section_key, student_key, begin_day))
WITHOUT ROWID
"""
_NOTE = "INSERT OR IGNORE INTO temp.seen_enrollment VALUES (?, ?, ?)"
_END = """
UPDATE section_enrollment SET end_day = begin_day
 WHERE end_day IS NOT begin_day
   AND (section_key, student_key, begin_day) NOT IN (SELECT * FROM temp.seen_enrollment)
"""
_BLOCK = 10_000


def enrollments(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Enrollments of students and teachers. One that a bulk file no longer holds never counted: it ends as it began."""
    teaching: list[tuple[Any, ...]] = []
    batch.run(_SEEN)
    students = _students(batch, layout, read, rows, teaching)
    key = "section_key, student_key, begin_day"
    count = batch.upsert(layout.entity, "section_enrollment", key, "end_day", _noted(batch, students))
    if read.rows:  # A file with a header and no rows is a broken export, not an empty school.
        count.ended += batch.run(_END)
    batch.run("DROP TABLE temp.seen_enrollment")
    batch.upsert("teaching", "teaching", "staff_key, section_key, begin_day", "end_day, is_primary", teaching)
    batch.report.count("teaching").ended += delete_unseen(batch, "teaching", [row[:3] for row in teaching])


def _students(
    batch: Batch, layout: Layout, read: FileRead, rows: Rows, teaching: list[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """The rows of students, ready to load; those of staff go into `teaching`."""
    sections, staff = batch.known("section", "oneroster"), batch.known("staff", "oneroster")
    students = batch.known("student", "oneroster")
    begins = dict(batch.ask("SELECT section_key, begin_day FROM section"))
    for number, row in rows:
        section = sections.get(row.section)
        person = (students if row.role == "student" else staff).get(row.user)
        begin = row.begin_day if row.begin_day is not None or section is None else begins[section]
        if not row.is_active:
            continue
        if section is None:
            batch.refuse_reference(layout, read, number, "classSourcedId", "class")
        elif person is None:
            batch.refuse_reference(layout, read, number, "userSourcedId", "person")
        elif row.end_day is not None and row.end_day < begin:
            sentence = "the enrollment ends before it begins. Correct its dates."
            batch.refuse(layout, read, number, "endDate", "date_order", sentence)
        elif row.role == "student":
            yield section, person, begin, row.end_day
        else:
            teaching.append((person, section, begin, row.end_day, row.is_primary))


def _noted(batch: Batch, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The same rows, each remembered, so that those of the database that are not among them can be ended."""
    block: list[tuple[Any, ...]] = []
    for row in rows:
        block.append(row[:3])
        if len(block) == _BLOCK:
            batch.run_many(_NOTE, block)
            block.clear()
        yield row
    batch.run_many(_NOTE, block)
