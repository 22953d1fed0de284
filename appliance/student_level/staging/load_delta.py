"""Delta files: a record ends when its row says `tobedeleted`, and stays as it is when it has no row.

What a delta file ends is what a bulk file would end by leaving it out, so that both ways lead to the same database.
Courses, sessions and demographics stay in both: classes and earlier totals refer to them.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from appliance.student_level.sources import oneroster
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.linking.days_of_ids import end_ids
from appliance.student_level.staging.load_standards import END_LINK, standard_keys
from appliance.student_level.staging.report import FileRead

Rows = Iterable[tuple[int, Any]]


class DeltaFile:
    """A delta file while it loads: rows that stay are handed on, rows that end are kept until those are in."""

    def __init__(self, batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
        self._batch, self._layout, self._read, self._rows = batch, layout, read, rows
        self._needed = [one for one in oneroster.layout_of(layout.kind).columns if one.required]
        self._ended: list[tuple[int, Any]] = []

    def staying(self) -> Iterator[tuple[int, Any]]:
        """The rows of records that are added or changed, each with all that its kind of file needs."""
        for number, row in self._rows:
            if not row.is_active:
                self._ended.append((number, row))
            elif lacking := self._lacking(row, self._needed):
                self._refuse(number, lacking)
            else:
                yield number, row

    def end(self) -> None:
        """End what the file ends. A row of the same file that brings the record back counts more."""
        ends = _ENDS.get(self._layout.kind)
        if ends is None:
            if self._ended:
                note = f"{len(self._ended):,} marked tobedeleted are kept, since other records refer to them"
                self._read.note = "; ".join(filter(None, (self._read.note, note)))
            return
        fields, work = ends
        needed = [one for one in self._needed if one.field in fields]
        rows = []
        for number, row in self._ended:
            if lacking := self._lacking(row, needed):
                self._refuse(number, lacking)
            else:
                rows.append(row)
        work(self._batch, rows)

    def _lacking(self, row: Any, columns: list[Column]) -> Column | None:
        return next((one for one in columns if getattr(row, one.field) in (None, ())), None)

    def _refuse(self, number: int, column: Column) -> None:
        sentence = "this value is empty, and this column is needed. Fill it in the source system."
        self._batch.refuse(self._layout, self._read, number, column.headers[0], "missing", sentence)


def _count(batch: Batch, entity: str, asked: int, ended: int) -> None:
    count = batch.report.count(entity)
    count.ended += ended
    count.unchanged += max(0, asked - ended)


def _keys(batch: Batch, entity: str, rows: list[Any]) -> list[int]:
    known, seen = batch.known(entity, batch.system), batch.seen.get(entity, set())
    return sorted({known[row.source_id] for row in rows if row.source_id in known} - seen)


def _end_keys(batch: Batch, entity: str, counted_as: str, rows: list[Any]) -> list[int]:
    keys = _keys(batch, entity, rows)
    sql = f"UPDATE {entity} SET is_active = 0 WHERE {entity}_key = ? AND is_active = 1"  # noqa: S608 our own names
    _count(batch, counted_as, len(keys), batch.end_many(sql, ((key,) for key in keys)))
    return keys


def _end_organizations(batch: Batch, rows: list[Any]) -> None:
    _end_keys(batch, "organization", "school", rows)


def _end_sections(batch: Batch, rows: list[Any]) -> None:
    _end_keys(batch, "section", "section", rows)


def _end_users(batch: Batch, rows: list[Any]) -> None:
    """Whoever leaves the staff loses each right at once."""
    end_ids(batch, "student", _end_keys(batch, "student", "student", rows))
    staff = _end_keys(batch, "staff", "staff", rows)
    end_ids(batch, "staff", staff)
    gone = [(key,) for key in staff]
    for table in ("staff_role", "teaching"):
        sql = f"DELETE FROM {table} WHERE staff_key = ?"  # noqa: S608 our own names
        batch.report.count(table).ended += batch.end_many(sql, gone)


def _end_roles(batch: Batch, rows: list[Any]) -> None:
    staff, schools = batch.known("staff", batch.system), batch.known("organization", batch.system)
    posts = [
        (staff[row.user], schools[row.organization], row.role)
        for row in rows
        if row.user in staff and row.organization in schools and not _has_again(batch, row, schools[row.organization])
    ]
    sql = "DELETE FROM staff_role WHERE staff_key = ? AND organization_key = ? AND role = ?"
    _count(batch, "staff_role", len(posts), batch.end_many(sql, posts))


def _has_again(batch: Batch, row: Any, school: int) -> bool:
    return any(held[:2] == (row.role, school) for held in batch.roles.get(row.user, ()))


_END_SEAT = """
UPDATE section_enrollment SET end_day = begin_day
 WHERE section_key = ?1 AND student_key = ?2 AND begin_day = coalesce(?3, begin_day) AND end_day IS NOT begin_day
   AND (section_key, student_key, begin_day) NOT IN (SELECT section_key, student_key, begin_day FROM temp.first_row)
"""
_END_TEACHING = "DELETE FROM teaching WHERE section_key = ?1 AND staff_key = ?2 AND begin_day = coalesce(?3, begin_day)"


def _end_enrollments(batch: Batch, rows: list[Any]) -> None:
    sections = batch.known("section", batch.system)
    for entity, person, sql in (("section_enrollment", "student", _END_SEAT), ("teaching", "staff", _END_TEACHING)):
        people = batch.known(person, batch.system)
        posts = [
            (sections[row.section], people[row.user], row.begin_day)
            for row in rows
            if row.section in sections and row.user in people
        ]
        if entity == "teaching":
            posts = [one for one in posts if not _teaches_again(batch, one)]
        _count(batch, entity, len(posts), batch.end_many(sql, posts))


def _teaches_again(batch: Batch, post: tuple[int, int, int | None]) -> bool:
    section, staff, begin = post
    return any(key[:2] == (staff, section) and begin in (None, key[2]) for key in batch.teaching)


def _end_line_items(batch: Batch, rows: list[Any]) -> None:
    keys = [(key,) for key in _keys(batch, "line_item", rows)]
    batch.report.count("grade").ended += batch.end_many("DELETE FROM grade WHERE line_item_key = ?", keys)
    _count(batch, "line_item", len(keys), batch.end_many("DELETE FROM line_item WHERE line_item_key = ?", keys))


_END_GRADE = """
DELETE FROM grade WHERE line_item_key = ?1 AND student_key = ?2
   AND (student_key, line_item_key) NOT IN (SELECT student_key, line_item_key FROM temp.first_row)
"""


def _end_grades(batch: Batch, rows: list[Any]) -> None:
    items, students = batch.known("line_item", batch.system), batch.known("student", batch.system)
    places = [
        (items[row.line_item], students[row.student])
        for row in rows
        if row.line_item in items and row.student in students
    ]
    _count(batch, "grade", len(places), batch.end_many(_END_GRADE, places))
    batch.report.count("standard_mark").ended += batch.end_many(_END_MARKS, places)


_END_MARKS = """
DELETE FROM standard_mark WHERE line_item_key = ?1 AND student_key = ?2
   AND (student_key, line_item_key) NOT IN (SELECT student_key, line_item_key FROM temp.first_row)
"""


def _end_links(batch: Batch, rows: list[Any]) -> None:
    items, standards = batch.known("line_item", batch.system), standard_keys(batch)
    links = [
        (items[row.line_item], standards[row.standard])
        for row in rows
        if row.line_item in items and row.standard in standards
    ]
    _count(batch, "line_item_standard", len(links), batch.end_many(END_LINK, links))


_END_MARK = """
DELETE FROM standard_mark WHERE student_key = ?1 AND line_item_key = ?2 AND standard_key = ?3
   AND (student_key, line_item_key, standard_key)
       NOT IN (SELECT student_key, line_item_key, standard_key FROM temp.first_row)
"""


def _end_marks_of_standards(batch: Batch, rows: list[Any]) -> None:
    wanted = {row.result for row in rows}
    whose = {result: (who, item) for result, who, item in batch.results() if result in wanted}
    students, items = batch.known("student", batch.system), batch.known("line_item", batch.system)
    standards = standard_keys(batch)
    marks = [
        (students[who], items[item], standards[row.standard])
        for row in rows
        for who, item in [whose.get(row.result, ("", ""))]
        if who in students and item in items and row.standard in standards
    ]
    _count(batch, "standard_mark", len(marks), batch.end_many(_END_MARK, marks))


_ENDS: dict[str, tuple[tuple[str, ...], Callable[[Batch, list[Any]], None]]] = {
    "OneRoster orgs": ((), _end_organizations),
    "OneRoster classes": ((), _end_sections),
    "OneRoster users": ((), _end_users),
    "OneRoster roles": (("user", "role", "organization"), _end_roles),
    "OneRoster enrollments": (("section", "user"), _end_enrollments),
    "OneRoster lineItems": ((), _end_line_items),
    "OneRoster results": (("line_item", "student"), _end_grades),
    "OneRoster lineItemLearningObjectiveIds": (("line_item", "standard"), _end_links),
    "OneRoster resultLearningObjectiveIds": (("result", "standard"), _end_marks_of_standards),
}
"""Kind of file -> (what a row must say besides its id, so that its record is found; how it ends)."""
