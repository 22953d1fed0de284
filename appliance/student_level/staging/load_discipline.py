"""Disciplinary actions, counted while they are read. Nothing is kept of a single one."""

import json
from collections.abc import Iterator
from typing import Any

from appliance.errors import BadFile
from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.first_rows import FirstRows, by_column
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows

_Kind = tuple[int, int, int, str]
"""(student, school, school year, action)."""
_VANISHED = """
DELETE FROM discipline
 WHERE (school_key, school_year) IN (SELECT school_key, school_year FROM temp.first_row)
   AND (student_key, school_key, school_year, action) NOT IN
       (SELECT student_key, school_key, school_year, action FROM temp.first_row)
   AND student_key NOT IN (SELECT value FROM json_each(?))
"""


class _Actions:
    """How often, for how many days, and in which row first."""

    def __init__(self) -> None:
        self._times: dict[_Kind, int] = {}
        self._days: dict[_Kind, float | None] = {}
        self._first: dict[_Kind, int] = {}

    def add(self, kind: _Kind, days: float | None, row: int) -> None:
        """One more. Where one comes without its days, their sum is not known."""
        before = self._days.get(kind, 0.0)
        self._times[kind] = self._times.get(kind, 0) + 1
        self._days[kind] = None if days is None or before is None else before + days
        self._first.setdefault(kind, row)

    def records(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """(first row, record) of each kind."""
        for kind, times in self._times.items():
            yield self._first[kind], (*kind, times, self._days[kind])

    def years(self) -> set[tuple[int, int]]:
        """Each (school, school year) that has any."""
        return {(school, year) for _, school, year, _ in self._times}


def discipline(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """A file stands for all actions of the school years that it names, school by school: what it no longer holds of
    them has not happened. Raises BadFile where two files of a batch name the same school and year.
    """
    students, schools = batch.known("student", "district"), batch.known("organization", "district")
    found, not_counted = _Actions(), 0
    for number, row in rows:
        if row.action is None:
            not_counted += 1
        elif row.student not in students:
            batch.refuse_reference(layout, read, number, "student_id", "student")
        elif row.school not in schools:
            batch.refuse_reference(layout, read, number, "school_id", "school")
        else:
            kind = students[row.student], schools[row.school], row.school_year, row.action
            found.add(kind, row.days, number)
    if twice := found.years() & batch.disciplined:
        year = max(year for _, year in twice)
        raise BadFile(
            f"{read.name} and another file of this batch both hold discipline of one school in the school year "
            f"{year - 1}-{year}. A file stands for all of a school's year: send one, with the whole year in it."
        )
    batch.disciplined |= found.years()
    key, columns = "student_key, school_key, school_year, action", "times, days, file_key, file_row"
    FirstRows(batch, layout, read, "discipline", key, columns).put(by_column(found.records()))
    if not batch.spared.all:
        spared = json.dumps([student for (student,) in batch.spared.keys(student=students)])
        batch.report.count(layout.entity).ended += batch.end_many(_VANISHED, [(spared,)])
    if not_counted:
        told = f"{not_counted:,} rows left out: they name no action, or one that no total counts"
        read.note = "; ".join(filter(None, (read.note, told)))
