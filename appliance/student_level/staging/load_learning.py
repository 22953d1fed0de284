"""Line items, grades and test results."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from appliance.student_level.sources import district_csv, oneroster
from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging import twins
from appliance.student_level.staging.batch import Batch, Taken
from appliance.student_level.staging.first_rows import FirstRows, Ready, by_column
from appliance.student_level.staging.linking.results import Results
from appliance.student_level.staging.linking.same_tests import SameTests
from appliance.student_level.staging.references import Reference, with_keys
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows, Typed


def categories(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which gradebook categories hold grades of a whole grading period."""
    for _, row in rows:
        batch.course_grade_categories[row.source_id] = oneroster.is_course_grade(row.title)


def line_items(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """What can be graded: one piece of work, or a course over a grading period, due on its last day if on no other."""
    section_keys, session_keys = batch.known("section", batch.system), batch.known("session", batch.system)
    spans = {key: days for key, *days in batch.ask("SELECT session_key, begin_day, end_day FROM academic_session")}
    others = twins.course_grades(batch)
    loaded = dict(batch.known("line_item", batch.system)) if batch.is_delta else {}
    kinds = dict(batch.ask("SELECT line_item_key, kind FROM line_item")) if batch.is_delta else {}

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            if row.section not in section_keys:
                batch.refuse_reference(layout, read, number, "classSourcedId", "class")
                continue
            is_course_grade = batch.course_grade_categories.get(row.category)
            if is_course_grade is None and batch.is_delta:  # A package of changes need not repeat its categories.
                is_course_grade = kinds.get(loaded.get(row.source_id, 0)) == "course_grade"
                if row.source_id not in loaded:
                    batch.refuse_reference(layout, read, number, "categorySourcedId", "category")
                    continue
            kind = "course_grade" if is_course_grade else "assignment"
            section, session = section_keys[row.section], session_keys.get(row.session)
            begin, end = spans[session] if kind == "course_grade" and session in spans else (None, None)
            twin = others.get((section, begin))
            key = batch.claim("line_item", row.source_id, twin=twin)
            if isinstance(key, Taken):
                batch.refuse_taken(layout, read, number, key)
                continue
            due_day = end - 1 if row.due_day is None and end is not None else row.due_day
            yield key, section, row.title, kind, session, due_day, row.highest

    columns = "section_key, title, kind, session_key, due_day, highest"
    batch.upsert(layout.entity, "line_item", "line_item_key", columns, ready())


def keys_of_grades(batch: Batch, block: Typed) -> list[Sequence[int | None]]:
    """Student and line item of rows; None where one is not known."""
    students, items = batch.known("student", batch.system), batch.known("line_item", batch.system)
    return [[students.get(name) for name in block["student"]], [items.get(name) for name in block["line_item"]]]


def grades(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Scores of students on line items."""
    line_item = Reference("item", "line_item", "lineItemSourcedId", "line item", batch.known("line_item", batch.system))
    student = Reference("pupil", "student", "studentSourcedId", "student", batch.known("student", batch.system),
                        leads_to_school="line_item_key", by="item")  # fmt: skip

    def ready() -> Iterator[Ready]:
        for block in rows.blocks():
            active = block.where("is_active")
            found = with_keys(batch, layout, read, active, line_item, student)
            yield found.numbers, found.of("pupil", "item", "score", "score_text", "scored_day", "is_missing")

    columns = "score, score_text, scored_day, is_missing, file_key, file_row"
    FirstRows(batch, layout, read, "grade", "student_key, line_item_key", columns).put(ready())


def tests(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Test results. A second result of one test on one day counts as a second occurrence, in the file's order."""
    whose, same = Results(batch, layout, read), SameTests(batch, read)
    made: dict[str, int] = {}
    sittings = _Sittings(batch)

    def make(row: Any) -> int:
        if (key := same.key(row.test)) is not None:
            return batch.link("test", row.test, key)
        key = batch.local_key("test", row.test)
        subject = district_csv.subject_of(row.subject) if row.subject else district_csv.subject_of(row.test)
        kind = district_csv.kind_of_test(row.source, row.test)
        batch.run(
            "INSERT INTO test VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (test_key)"
            " DO UPDATE SET title = ?3, subject = ?4, kind = ?5, scale = ?6, part_of = ?7",
            (key, row.test, row.title or row.test, subject, kind, row.scale, row.part_of),
        )
        for name in row.also_named:
            batch.link("test", name, key)
        return key

    def ready() -> Iterator[tuple[Any, ...]]:
        for found in same.untold(map(whose.found, rows.blocks())):
            for place, name in enumerate(found["test"]):
                if name not in made:
                    made[name] = make(found.at(place))
            keys = list(map(made.__getitem__, found["test"]))
            times = sittings.nth(list(zip(found["student_key"], keys, found["day"], strict=True)))
            says = {level: district_csv.meets_standard(level) for level in set(found["level"])}
            # A part of a test has levels too, but only the whole test says whether its standard was met.
            meets = [
                None if part else says[level] for part, level in zip(found["part_of"], found["level"], strict=True)
            ]
            scores = found.of("raw_score", "scale_score", "standard_error", "level")
            when = found.of("administration", "grade_level")
            origin = batch.origin_columns(read, found.numbers)
            yield from zip(found["student_key"], keys, found["day"], times, *scores, meets, *when, *origin, strict=True)

    key = "student_key, test_key, day, occurrence"
    columns = "raw_score, scale_score, standard_error, level, meets, administration, grade_level, file_key, file_row"
    batch.upsert(layout.entity, "test_result", key, columns, ready())
    whose.close()


_FIRST_SITTINGS = """
    SELECT nth_row FROM json_each(?) AS asked CROSS JOIN temp.sitting
        ON student_key = asked.value ->> 0 AND test_key = asked.value ->> 1 AND day = asked.value ->> 2
"""


class _Sittings:
    """Which result of one student, in one test, on one day each row is: the first nearly always.

    SQLite keeps them, in about 15 bytes each; a counter of millions of tuples would take fifteen times as much.
    """

    def __init__(self, batch: Batch) -> None:
        self._batch, self._rows = batch, 0
        self._again: Counter[tuple[int, ...]] = Counter()
        batch.run("DROP TABLE IF EXISTS temp.sitting")
        batch.run(
            "CREATE TEMP TABLE sitting (student_key, test_key, day, nth_row, PRIMARY KEY (student_key, test_key, day))"
            " WITHOUT ROWID"
        )

    def nth(self, places: Sequence[tuple[int, int, int]]) -> list[int]:
        """1, 2 and so on for each (student, test, day), in the order in which they come."""
        numbered = [(*place, number) for number, place in enumerate(places, start=self._rows)]
        self._rows += len(places)
        if self._batch.run_many("INSERT OR IGNORE INTO temp.sitting VALUES (?, ?, ?, ?)", numbered) == len(places):
            return [1] * len(places)
        firsts = {number for (number,) in self._batch.ask(_FIRST_SITTINGS, (json.dumps(places),))}
        return [1 if number in firsts else self._repeat(tuple(place)) for *place, number in numbered]

    def _repeat(self, place: tuple[int, ...]) -> int:
        self._again[place] += 1
        return 1 + self._again[place]


def growth(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """How much a student gained between two sittings of a test, beside what is typical, as its publisher reports it."""
    whose = Results(batch, layout, read)
    tests_known = batch.known("test", "district")

    def ready() -> Iterator[tuple[int, tuple[Any, ...]]]:
        for block in rows.blocks():
            for number, row in whose.found(block).rows():
                if row.test not in tests_known:
                    batch.refuse_reference(layout, read, number, "assessment_id", "test")
                else:
                    place = row.student_key, tests_known[row.test], row.day, row.span
                    yield number, (*place, row.observed, row.typical, row.standard_error)

    columns = "observed, typical, standard_error, file_key, file_row"
    FirstRows(batch, layout, read, "test_growth", "student_key, test_key, day, span", columns).put(by_column(ready()))
    whose.close()
