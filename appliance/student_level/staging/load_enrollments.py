"""Who is in which section, and who teaches it."""

from collections.abc import Iterator
from typing import Any

from appliance.student_level.sources import oneroster
from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.first_rows import first_rows
from appliance.student_level.staging.load_roster import Rows, delete_unseen
from appliance.student_level.staging.report import FileRead

_HAS_ROWS = "SELECT EXISTS (SELECT 1 FROM temp.first_row)"
_END = """
UPDATE section_enrollment SET end_day = begin_day
 WHERE end_day IS NOT begin_day
   AND section_key IN (SELECT key FROM identity WHERE entity = 'section' AND system = ?)
   AND (section_key, student_key, begin_day) NOT IN (SELECT section_key, student_key, begin_day FROM temp.first_row)
"""


def enrollments(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Enrollments of students and teachers. One that a bulk file no longer holds never counted: it ends as it began."""
    teaching = batch.teaching
    key = "section_key, student_key, begin_day"
    students = first_rows(batch, layout, read, key, _students(batch, layout, read, rows, teaching), traced=True)
    count = batch.upsert(layout.entity, "section_enrollment", key, "end_day, file_key, file_row", students)
    if (
        not batch.is_delta and next(batch.ask(_HAS_ROWS))[0]
    ):  # A file without a usable row is a broken export, not an empty school.
        count.ended += batch.end_many(_END, [(batch.system,)])
    posts = [(*post, *rest) for post, rest in teaching.items()]
    batch.upsert("teaching", "teaching", "staff_key, section_key, begin_day", "end_day, is_primary", posts)
    if not batch.is_delta:
        batch.report.count("teaching").ended += delete_unseen(batch, "teaching", list(teaching))


def _students(
    batch: Batch,
    layout: Layout,
    read: FileRead,
    rows: Rows,
    teaching: dict[tuple[int, int, int], tuple[int | None, int]],
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows of students, ready to load; those of staff go into `teaching`, the first for each post."""
    sections, staff = batch.known("section", batch.system), batch.known("staff", batch.system)
    students = batch.known("student", batch.system)
    begins = dict(batch.ask("SELECT section_key, begin_day FROM section"))
    own = 0
    for number, row in rows:
        if not row.is_active:
            continue
        if row.role == oneroster.OWN_ROLE:
            own += 1
            read.note = f"{own:,} rows with a role of the sender's own (ext:) left out: it grants nothing here"
            continue
        section = sections.get(row.section)
        person = (students if row.role == "student" else staff).get(row.user)
        if section is None:
            batch.refuse_reference(layout, read, number, "classSourcedId", "class")
            continue
        begin = begins[section] if row.begin_day is None else row.begin_day
        if person is None:
            batch.refuse_reference(layout, read, number, "userSourcedId", "person", ("section_key", section))
        elif row.end_day is not None and row.end_day < begin:
            sentence = "the enrollment ends before it begins. Correct its dates."
            batch.refuse(layout, read, number, "endDate", "date_order", sentence, at=("section_key", section))
        elif row.role == "student":
            yield number, (section, person, begin, row.end_day)
        else:
            # Some senders leave `primary` blank: then each teacher is one, and nobody else.
            is_primary = int(row.role == "teacher") if row.is_primary is None else row.is_primary
            teaching.setdefault((person, section, begin), (row.end_day, is_primary))
