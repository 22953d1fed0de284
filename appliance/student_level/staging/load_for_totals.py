"""What only totals are counted from: reasons for leaving, details of programs, credentials, cohorts."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch, Origin
from appliance.student_level.staging.first_rows import FirstRows, by_column
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows

_ENROLLMENT = "student_key, school_key, begin_day"
_STAYED = """
DELETE FROM leaving WHERE (student_key, school_key, begin_day) NOT IN
       (SELECT student_key, school_key, begin_day FROM school_enrollment WHERE end_day IS NOT NULL)
"""
_NEWEST = """
SELECT student_key, program, max(begin_day) FROM program_membership
 WHERE program IN (SELECT value FROM json_each(?)) GROUP BY student_key, program
"""


class Leaving:
    """Why enrollments of one file ended."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._reasons: dict[tuple[int, int, int], tuple[Any, ...]] = {}

    def note(self, read: FileRead, number: int, row: Any, enrollment: tuple[int, int, int]) -> None:
        """Take what a row says of a (student, school, first day). A reason without an end is none."""
        if row.leaving_reason and row.end_day is not None:
            self._reasons.setdefault(enrollment, (row.leaving_reason, *self._batch.origin(read, number)))

    def put(self) -> None:
        """Load them, and forget those of enrollments that go on after all."""
        if "leaving_reason" in self._batch.off:
            return
        if self._reasons:
            records = [(*enrollment, *rest) for enrollment, rest in self._reasons.items()]
            columns = "reason, file_key, file_row"
            self._batch.upsert("leaving_reason", "leaving", _ENROLLMENT, columns, records)
        if stayed := self._batch.end_many(_STAYED, [()]):
            self._batch.report.count("leaving_reason").ended += stayed


class _Detail(NamedTuple):
    """The table that a sensitive field goes to, the programs whose memberships have it, its columns."""

    table: str
    programs: tuple[str, ...]
    columns: tuple[str, ...]
    loaded: str
    """The question what is loaded of it."""


_DETAILS = {
    "disability": _Detail(
        "special_education_detail", ("special_education",), ("disability", "environment"),
        "SELECT student_key, begin_day, disability, environment FROM special_education_detail",
    ),
    "home_language": _Detail(
        "english_learner_detail", ("english_learner", "bilingual"), ("home_language", "learner_since_day"),
        "SELECT student_key, begin_day, home_language, learner_since_day FROM english_learner_detail",
    ),
    "night_residence": _Detail(
        "homeless_detail", ("homeless",), ("night_residence", "is_unaccompanied"),
        "SELECT student_key, begin_day, night_residence, is_unaccompanied FROM homeless_detail",
    ),
}  # fmt: skip


class Details:
    """What one file says about memberships of programs. What it leaves empty stays as an earlier file said it."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._told: dict[str, dict[tuple[int, int], tuple[list[Any], Origin]]] = defaultdict(dict)

    def note(self, read: FileRead, number: int, row: Any, student: int, program: str, begin_day: int) -> None:
        """Take what a row says into account, as far as it belongs to the program."""
        for field, detail in _DETAILS.items():
            values = [getattr(row, column, None) for column in detail.columns]
            if program in detail.programs and any(value is not None for value in values):
                told = values, self._batch.origin(read, number)
                self._told[field].setdefault((student, begin_day), told)

    def put(self) -> None:
        """Load them."""
        for field, detail in _DETAILS.items():
            if field in self._batch.off or field not in self._told:
                continue
            before = {(student, day): values for student, day, *values in self._batch.ask(detail.loaded)}
            records = (
                (*key, *map(_new_or_old, values, before.get(key, [None] * len(values))), *origin)
                for key, (values, origin) in self._told[field].items()
            )
            columns = ", ".join((*detail.columns, "file_key", "file_row"))
            self._batch.upsert(field, detail.table, "student_key, begin_day", columns, records)


def _new_or_old(new: Any, old: Any) -> Any:
    return old if new is None else new


def attributes(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """What is said of a student and not of a membership: it belongs to the newest one of each program that it is about.
    Of a student in no such program nothing is kept.
    """
    students = batch.known("student", "district")
    programs = json.dumps([program for detail in _DETAILS.values() for program in detail.programs])
    newest: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for student, program, begin_day in batch.ask(_NEWEST, (programs,)):
        newest[student].append((program, begin_day))
    details = Details(batch)
    for number, row in rows:
        if row.student not in students:
            batch.refuse_reference(layout, read, number, "student_id", "student")
            continue
        for program, begin_day in newest.get(students[row.student], ()):
            details.note(read, number, row, students[row.student], program, begin_day)
    details.put()


def diplomas(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Credentials. One whose school is not named was given by the school that the student was in last on that day."""
    students, known = batch.known("student", "district"), batch.known("organization", "district")
    schools = {key for (key,) in batch.ask("SELECT organization_key FROM organization WHERE kind = 'school'")}
    stays: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for student, day, school in batch.ask("SELECT student_key, begin_day, school_key FROM school_enrollment"):
        stays[student].append((day, school))

    def last_school(student: int, day: int) -> int | None:
        begun = sorted(stays[student])
        place = bisect_right(begun, day, key=lambda stay: stay[0])
        return begun[place - 1][1] if place else None

    def ready() -> Iterator[tuple[int, tuple[Any, ...]]]:
        for number, row in rows:
            if row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student")
                continue
            if row.school is not None and row.school not in known:
                batch.refuse_reference(layout, read, number, "school_id", "school")
                continue
            student, named = students[row.student], known.get(row.school)
            school = named if named in schools else last_school(student, row.day)
            if school is None:
                sentence = "names no school, and the student was in none by then. Add school_id, or the enrollment."
                batch.refuse(layout, read, number, "school_id", "no_school", sentence)
            else:
                yield number, (student, row.day, row.kind, school)

    key, columns = "student_key, day, kind", "school_key, file_key, file_row"
    FirstRows(batch, layout, read, "completion", key, columns).put(by_column(ready()))


def cohorts(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """In which school year each student first entered grade 9, as the sender adjusts it."""
    students = batch.known("student", "district")

    def ready() -> Iterator[tuple[int, tuple[Any, ...]]]:
        for number, row in rows:
            if row.student not in students:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            else:
                yield number, (students[row.student], row.ninth_grade_year)

    columns = "ninth_grade_year, file_key, file_row"
    FirstRows(batch, layout, read, "graduation_cohort", "student_key", columns).put(by_column(ready()))
