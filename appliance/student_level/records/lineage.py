"""From a number back to its records, and from a record to the file in which it came.

A reader sees the file's name and the day on which it was loaded, of students in the reader's own scope. The row is in a
reference that says nothing by itself: a teacher quotes it, and the data steward, who sees no student, finds by it the
file, the row and the batch.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from appliance.storage.connection import Gate
from appliance.storage.database import Reading, Tables

_FILE = "file_key, file_row, batch_file.name AS file, batch.loaded_at"
_WITH_FILE = "LEFT JOIN batch_file USING (file_key) LEFT JOIN batch USING (batch_key)"
_STAYS = f"""
    SELECT organization.name AS school, begin_day, end_day, grade_level, {_FILE}
      FROM visible_school_enrollment JOIN organization ON organization_key = school_key {_WITH_FILE}
     WHERE student_key = :student ORDER BY begin_day DESC
"""  # noqa: S608 our own pieces
_DAYS = f"""
    SELECT day, category, basis, {_FILE} FROM visible_attendance_day {_WITH_FILE}
     WHERE student_key = :student AND day BETWEEN :since AND :today ORDER BY day DESC
"""  # noqa: S608 our own pieces
_CLASSES_OF_DAYS = f"""
    SELECT day, section.title, category, {_FILE}
      FROM visible_attendance_section JOIN section USING (section_key) {_WITH_FILE}
     WHERE student_key = :student AND day BETWEEN :since AND :today ORDER BY day, section.title
"""  # noqa: S608 our own pieces
_MARKS = f"""
    SELECT section.title AS course, line_item.title AS work, line_item.kind, score, score_text, is_missing,
           coalesce(scored_day, due_day) AS day, {_FILE}
      FROM visible_grade JOIN line_item USING (line_item_key) JOIN section USING (section_key) {_WITH_FILE}
     WHERE student_key = :student AND section.end_day > :since AND section.begin_day <= :today
       AND (line_item.kind = 'course_grade' OR is_missing = 1)
    UNION ALL
    SELECT section.title, line_item.title || ': ' || coalesce(nullif(standard.code, ''), identifier), 'standard', score,
           score_text, 0, due_day, {_FILE}
      FROM visible_standard_mark JOIN line_item USING (line_item_key) JOIN section USING (section_key)
           JOIN standard USING (standard_key) {_WITH_FILE}
     WHERE student_key = :student AND section.end_day > :since AND section.begin_day <= :today
       AND (score IS NOT NULL OR score_text IS NOT NULL)
     ORDER BY course, day DESC
"""  # noqa: S608 our own pieces
_TESTS = f"""
    SELECT test.title, day, coalesce(scale_score, raw_score) AS score, level, {_FILE}
      FROM visible_test_result JOIN test USING (test_key) {_WITH_FILE}
     WHERE student_key = :student AND day <= :today
    UNION ALL
    SELECT test.title || ', growth, ' || span, day, observed, '', {_FILE}
      FROM visible_test_growth JOIN test USING (test_key) {_WITH_FILE}
     WHERE student_key = :student AND day <= :today
     ORDER BY day DESC, title
"""  # noqa: S608 our own pieces
_RECORD = f"""
    SELECT coalesce(course.title, nullif(course_title, ''), course_code) AS course, school_year, term, result,
           credits_earned AS credits, score, score_text, {_FILE}
      FROM visible_transcript_course LEFT JOIN course USING (course_key) {_WITH_FILE}
     WHERE student_key = :student ORDER BY school_year DESC, term DESC, 1
"""  # noqa: S608 our own pieces
_MISSED = """
    SELECT student_key, day, category FROM visible_attendance_day
     WHERE day BETWEEN :since AND :until AND category <> 'tardy' AND student_key IN
           (SELECT student_key FROM visible_school_enrollment
             WHERE school_key = :school AND begin_day <= :until AND coalesce(end_day, :until + 1) > :since)
     ORDER BY day
"""
_COUNTED = """
    SELECT coalesce(sum(missed), 0) AS missed, coalesce(sum(enrolled), 0) AS enrolled
      FROM school_attendance_day WHERE school_key = :school AND day BETWEEN :since AND :until
"""


@dataclass(frozen=True, slots=True)
class Source:
    """The file in which a record came. `loaded_at`: ISO text, UTC. `reference`: what a data steward finds it by."""

    file: str
    loaded_at: str
    reference: str


@dataclass(frozen=True, slots=True)
class Stay:
    """An enrollment at a school. `end_day`: the first day no longer there, None while it goes on."""

    school: str
    begin_day: int
    end_day: int | None
    grade_level: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class ClassMissed:
    """What one class said of a day."""

    title: str
    category: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day missed or late; worked out from `classes` where there are any, else told by `source`."""

    day: int
    category: str
    source: Source | None
    classes: tuple[ClassMissed, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a grading period, or a piece of work that is missing."""

    course: str
    work: str
    mark: str
    is_missing: bool
    day: int | None
    source: Source | None


@dataclass(frozen=True, slots=True)
class Test:
    """A test result."""

    title: str
    day: int
    score: float | None
    level: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A course in the student's record. `school_year`: the year it ends in; `result`: empty where nothing is said."""

    course: str
    school_year: int
    term: str
    mark: str
    result: str
    credits: float
    source: Source | None


@dataclass(frozen=True, slots=True)
class Behind:
    """The records behind a student's page. A source of None: it was loaded before sources were noted."""

    stays: tuple[Stay, ...]
    days: tuple[Day, ...]
    marks: tuple[Mark, ...]
    tests: tuple[Test, ...]
    record: tuple[OnRecord, ...]

    @property
    def credits(self) -> float:
        """All credits earned."""
        return sum(one.credits for one in self.record)

    @property
    def missed(self) -> tuple[Day, ...]:
        """The days missed, newest first."""
        return tuple(one for one in self.days if one.category != "tardy")

    @property
    def late(self) -> tuple[Day, ...]:
        """The days on which the student came late."""
        return tuple(one for one in self.days if one.category == "tardy")


def behind_student(reading: Reading, student_key: int, *, since: int, today: int) -> Behind:
    """The records of a school year behind a student's numbers, of a student whom the reader may see."""
    values = {"student": student_key, "since": since, "today": today}
    classes: dict[int, list[ClassMissed]] = defaultdict(list)
    for row in reading.query(_CLASSES_OF_DAYS, values):
        classes[row["day"]].append(ClassMissed(row["title"], row["category"], _source(row)))
    return Behind(
        stays=tuple(
            Stay(row["school"], row["begin_day"], row["end_day"], row["grade_level"], _source(row))
            for row in reading.query(_STAYS, values)
        ),
        days=tuple(
            Day(row["day"], row["category"], _source(row),
                tuple(classes[row["day"]]) if row["basis"] == "sections" else ())
            for row in reading.query(_DAYS, values)
        ),
        marks=tuple(
            Mark(row["course"], row["work"], _mark(row), bool(row["is_missing"]), row["day"], _source(row))
            for row in reading.query(_MARKS, values)
        ),
        tests=tuple(
            Test(row["title"], row["day"], row["score"], row["level"] or "", _source(row))
            for row in reading.query(_TESTS, values)
        ),
        record=tuple(
            OnRecord(row["course"], row["school_year"], row["term"], _mark(row), row["result"], row["credits"],
                     _source(row))
            for row in reading.query(_RECORD, values)
        ),
    )  # fmt: skip


def _source(row: dict[str, Any]) -> Source | None:
    if row["file"] is None:
        return None
    return Source(row["file"].rpartition("/")[2], row["loaded_at"], f"{row['file_key']}-{row['file_row']}")


def _mark(row: dict[str, Any]) -> str:
    return row["score_text"] or (f"{row['score']:g}" if row["score"] is not None else "")


@dataclass(frozen=True, slots=True)
class Missed:
    """Who missed which days at a school. `counted`: student-days missed, as the school's numbers have them; `enrolled`:
    out of so many. The difference to those listed are students who have left since and are nobody's here any more.
    """

    by_student: dict[int, tuple[int, ...]]
    counted: int
    enrolled: int

    @property
    def of_others(self) -> int:
        """Student-days in the school's number that are not listed."""
        return max(0, self.counted - sum(map(len, self.by_student.values())))


def missed_at(reading: Reading, school_key: int, since: int, until: int) -> Missed:
    """The days missed at a school between two days, both included, by the students whom the reader may see."""
    values = {"school": school_key, "since": since, "until": until}
    found: dict[int, list[int]] = defaultdict(list)
    for row in reading.query(_MISSED, values):
        found[row["student_key"]].append(row["day"])
    counted = reading.one(_COUNTED, values) or {"missed": 0, "enrolled": 0}
    return Missed({key: tuple(days) for key, days in found.items()}, counted["missed"], counted["enrolled"])


_TRACED = (
    "student", "school_enrollment", "section_enrollment", "program_membership", "grade", "standard_mark",
    "transcript_course", "test_result", "test_growth", "attendance_day", "attendance_section",
)  # fmt: skip
SOURCES = Gate(
    open_tables=frozenset({"batch", "batch_file", "file_record"}),
    views={
        "traced": " UNION ALL ".join(
            f"SELECT '{table}' AS entity, file_key, file_row FROM {{vault}}.{table}"  # noqa: S608 our own names
            for table in _TRACED
        ),
    },
)
"""For data stewards: how many records stand on which row of which file, and never whose they are."""
_FILES = """
    SELECT name, kind, row_count, batch_key, loaded_at, coalesce(records, 0) AS records
      FROM batch_file JOIN batch USING (batch_key) LEFT JOIN file_record USING (file_key)
     WHERE file_key IS NOT NULL AND status = 'loaded' ORDER BY file_key DESC LIMIT :most
"""
# One by one, into a table of few rows: grouping them, SQLite would first sort them, all in memory.
_COUNT = """
    INSERT INTO file_record SELECT file_key, 1 FROM {table} WHERE file_key IS NOT NULL
        ON CONFLICT DO UPDATE SET records = records + 1
"""
_FILE_OF = """
    SELECT file_key, name, kind, sha256, batch_key, loaded_at, loaded_by, status
      FROM batch_file JOIN batch USING (batch_key) WHERE file_key = :file
"""
_RECORDS_OF = """
    SELECT entity, count(*) AS records FROM traced WHERE file_key = :file AND file_row = :row GROUP BY entity
"""
FILES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class FileInForce:
    """A file of a batch that is loaded, and how many records were as its rows made them when the sums were made."""

    name: str
    kind: str
    row_count: int
    batch_key: int
    loaded_at: str
    records: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a reference stands for. `records`: kind of record -> how many stand on the row today."""

    file: str
    row: int
    kind: str
    sha256: str
    batch_key: int
    loaded_at: str
    loaded_by: str
    is_taken_back: bool
    records: dict[str, int]


def count_by_file(tables: Tables) -> None:
    """Work out anew how many records stand as each file made them: with the sums, not while somebody waits."""
    tables.execute("DELETE FROM file_record")
    for table in _TRACED:
        tables.execute(_COUNT.format(table=table))


def files_in_force(reading: Reading) -> list[FileInForce]:
    """The files of the newest loaded batches. Ask through the gate `SOURCES`."""
    return [FileInForce(**row) for row in reading.query(_FILES, {"most": FILES_SHOWN})]


def find(reading: Reading, reference: str) -> Found | None:
    """The row that a reference like `12-345` stands for; None for what is no reference. Ask through `SOURCES`."""
    match = re.fullmatch(r"\s*(\d{1,9})-(\d{1,9})\s*", reference, re.ASCII)
    if not match:
        return None
    values = {"file": int(match[1]), "row": int(match[2])}
    row = reading.one(_FILE_OF, values)
    if row is None:
        return None
    records = {one["entity"]: one["records"] for one in reading.query(_RECORDS_OF, values)}
    return Found(
        row["name"], values["row"], row["kind"], row["sha256"], row["batch_key"], row["loaded_at"], row["loaded_by"],
        row["status"] == "undone", records,
    )  # fmt: skip


TOTALS = Gate(open_tables=frozenset({"release", "release_source", "batch", "batch_file"}))
"""For those who draft and approve releases: which batches the totals rest on. No count and no student."""
_RELEASE = "SELECT snapshot, status, drafted_at FROM release WHERE release_key = :release"
_BATCHES_BEHIND = """
    SELECT metric, batch.batch_key, loaded_at, loaded_by, status,
           (SELECT group_concat(name, ', ') FROM batch_file WHERE batch_file.batch_key = batch.batch_key) AS files
      FROM release_source JOIN batch USING (batch_key) WHERE release_key = :release ORDER BY batch.batch_key DESC
"""


@dataclass(frozen=True, slots=True)
class BatchBehind:
    """An import that brought records which a release counts."""

    batch_key: int
    loaded_at: str
    loaded_by: str
    files: str
    is_taken_back: bool


@dataclass(frozen=True, slots=True)
class BehindTotals:
    """What a release rests on. `by_metric`: metric -> keys of the batches, newest first."""

    snapshot: str
    status: str
    batches: tuple[BatchBehind, ...]
    by_metric: dict[str, tuple[int, ...]]


def behind_totals(reading: Reading, release: int) -> BehindTotals | None:
    """The batches behind a release; None for a release that is not there. Ask through the gate `TOTALS`."""
    head = reading.one(_RELEASE, {"release": release})
    if head is None:
        return None
    found: dict[int, BatchBehind] = {}
    by_metric: dict[str, list[int]] = defaultdict(list)
    for row in reading.query(_BATCHES_BEHIND, {"release": release}):
        by_metric[row["metric"]].append(row["batch_key"])
        found[row["batch_key"]] = BatchBehind(
            row["batch_key"], row["loaded_at"], row["loaded_by"], row["files"] or "", row["status"] == "undone"
        )
    return BehindTotals(
        head["snapshot"], head["status"], tuple(found.values()), {name: tuple(keys) for name, keys in by_metric.items()}
    )
