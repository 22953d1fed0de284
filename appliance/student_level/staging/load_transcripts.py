"""Courses in students' records, and what the catalogue says of a course: its credits, and whether it is advanced."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.first_rows import FirstRows, by_column
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows
from appliance.student_level.staging.upsert import ORIGIN


class _Courses:
    """Courses by the sender's own id, or by the district's code, which several may share."""

    def __init__(self, batch: Batch) -> None:
        self._ask, self._by_id = batch.ask, batch.known("course", batch.system)
        self._by_code: dict[str, list[int]] = defaultdict(list)
        for key, code in batch.ask("SELECT course_key, code FROM course ORDER BY course_key"):
            self._by_code[code].append(key)

    def named(self, name: str) -> list[int]:
        """The course of this id; else all of this code."""
        return [self._by_id[name]] if name in self._by_id else self._by_code.get(name, [])

    def taken_by(self, student: int, name: str) -> int | None:
        """The one course that is meant: where several schools share a code, the one that the student had a class in."""
        found = self.named(name)
        if len(found) > 1:
            had = {key for (key,) in self._ask(_HAD_A_CLASS_IN, (student,))}
            found = [key for key in found if key in had]
        return found[0] if len(found) == 1 else None


def course_levels(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which courses are advanced, and their credits. What a row leaves unsaid stays; of two rows the first counts."""
    courses, told = _Courses(batch), dict[int, tuple[str | None, float | None]]()
    for number, row in rows:
        found = courses.named(row.course)
        if not found:
            batch.refuse_reference(layout, read, number, "course_code", "course")
        for key in found:
            told.setdefault(key, (row.level, row.credits))
    untold = {key for (key,) in batch.ask(_UNTOLD)}
    count = batch.report.count(layout.entity)
    added = batch.run_many(_TELL, ((key, *said) for key, said in told.items() if key in untold))
    again = () if batch.adds_only else ((key, *said) for key, said in told.items() if key not in untold)
    changed = batch.run_many(_TELL, again)
    count.added += added
    count.changed += changed
    count.unchanged += len(told) - added - changed


def transcripts(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Courses in students' records. What a file holds of a student and a term is all there is of it."""
    students, courses = batch.known("student", "district"), _Courses(batch)
    years = [year for (year,) in batch.ask("SELECT DISTINCT school_year FROM academic_session")]
    only_year = years[0] if len(years) == 1 else None
    # What a file has no column for stays as another one told it.
    told = {field: name for field, name in _TOLD.items() if batch.fields is None or field in batch.fields}
    without_year = 0

    def ready() -> Iterator[tuple[int, tuple[Any, ...]]]:
        nonlocal without_year
        for number, row in rows:
            student, year = students.get(row.student), row.school_year or only_year
            if student is None:
                batch.refuse_reference(layout, read, number, "student_id", "student")
            elif year is None:
                batch.refuse(layout, read, number, "school_year", "missing", _NO_YEAR)
                batch.spared.note({"student": row.student})
            else:
                without_year += row.school_year is None
                course = courses.taken_by(student, row.course_id or row.course)
                yield number, (
                    student, year, row.term or row.semester or "", row.course, row.result, course, row.credits_earned,
                    *(getattr(row, field) for field in told),
                )  # fmt: skip

    columns = ", ".join(("course_key", "credits_earned", *told.values(), *ORIGIN))
    loaded = FirstRows(batch, layout, read, "transcript_course", _KEY, columns).put(by_column(ready()))
    if without_year:
        read.note = f"names no school year; taken as {only_year}, the only one that is loaded"
    if loaded.named_all or batch.adds_only or batch.spared.all:
        return
    batch.run("DROP TABLE IF EXISTS temp.spared_student")
    batch.run("CREATE TEMP TABLE spared_student (student_key INTEGER PRIMARY KEY)")
    batch.run_many("INSERT INTO temp.spared_student VALUES (?)", batch.spared.keys(student=students))
    batch.report.count(layout.entity).ended += batch.run(_NO_LONGER_HELD)


_NO_YEAR = (
    "names no school year, and several are loaded. Ask the sender for the column, or give the year in a mapping: "
    'school_year = { is = "2027" }.'
)
_HAD_A_CLASS_IN = "SELECT course_key FROM section_enrollment JOIN section USING (section_key) WHERE student_key = ?"
_UNTOLD = "SELECT course_key FROM course WHERE coalesce(advanced, credits) IS NULL"
_TELL = """
UPDATE course SET advanced = CASE WHEN ?2 IS NULL THEN advanced ELSE nullif(?2, '') END, credits = coalesce(?3, credits)
 WHERE course_key = ?1
   AND ((?2 IS NOT NULL AND advanced IS NOT nullif(?2, '')) OR (?3 IS NOT NULL AND credits IS NOT ?3))
"""
_KEY = "student_key, school_year, term, course_code, result"
_TOLD = {
    "title": "course_title", "credits_attempted": "credits_attempted", "score": "score", "score_text": "score_text",
    "grade_level": "grade_level",
}  # fmt: skip
"""Field of the layout -> column."""
_NO_LONGER_HELD = """
DELETE FROM transcript_course
 WHERE (student_key, school_year, term) IN (SELECT student_key, school_year, term FROM temp.first_row)
   AND (student_key, school_year, term, course_code, result) NOT IN
       (SELECT student_key, school_year, term, course_code, result FROM temp.first_row)
   AND student_key NOT IN (SELECT student_key FROM temp.spared_student)
"""
