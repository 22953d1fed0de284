"""Files as they were when last loaded. What comes again, while nothing else touched it, need not be read again.

What a file would do depends on its bytes, on how it is read, and on the records it meets. So it is passed over only if
the same bytes were read in the same way with the same files beside it, and if no import, and nobody's decision, since
changed any record that it writes or looks at. Whatever is in doubt is read.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from sqlite_utils import Database as Tables

from appliance.storage.connection import Gate
from appliance.student_level.sources.csv_text import TextTable
from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.lines import HASHED_WITH
from appliance.student_level.sources.recognise import Recognised
from appliance.student_level.staging.known_lines import PACKINGS, Excerpt, LineRecords, Records, excerpt
from appliance.student_level.staging.report import FileRead, ImportReport

KNOWN = Gate(
    open_tables=frozenset(),
    views={
        "known": "SELECT known_file_key, batch_key, kind, system, name, sha256, read_as, told FROM {vault}.known_file",
        "known_part": "SELECT known_file_key, part, hashes, records FROM {vault}.known_lines",
    },
    cache_kib=1024,
)
"""For imports: what files were like."""
_KNOWN = "SELECT known_file_key AS key, batch_key AS batch, kind, system, name, sha256, read_as, told FROM {}"
_HASHES = "SELECT hashes AS part FROM known_part WHERE known_file_key = :key AND part = :part"
_RECORDS = "SELECT records AS part FROM known_part WHERE known_file_key = :key AND part = :part"
Query = Callable[[str, Mapping[str, Any]], list[dict[str, Any]]]
_PART = 1 << 16
"""Lines."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Kinds of file whose work hangs together: they are passed over together or not at all.

    `touch`: entities that they write, or whose every change matters to them. `look_at`: those of which only changes of
    records that are there already matter.
    """

    kinds: frozenset[str]
    touch: frozenset[str]
    look_at: frozenset[str] = frozenset()


def _group(kinds: str, touch: str, look_at: str = "") -> _Group:
    return _Group(frozenset(kinds.split(", ")), frozenset(touch.split()), frozenset(look_at.split()))


_GROUPS = (
    _group("OneRoster orgs, OneRoster academicSessions, OneRoster courses, OneRoster classes, OneRoster roles, "
           "OneRoster users, OneRoster demographics",
           "school academic_session course section student staff staff_role demographics"),
    _group("OneRoster enrollments", "section_enrollment teaching", "section"),
    _group("OneRoster categories, OneRoster lineItems", "line_item", "academic_session section"),
    _group("OneRoster results", "grade"),
    _group("learning standards", "standard"),
    _group("OneRoster lineItemLearningObjectiveIds", "line_item_standard", "line_item"),
    _group("OneRoster resultLearningObjectiveIds", "standard_mark", "line_item"),
    _group("calendar", "calendar_day school academic_session attendance_event"),
    _group("school enrollment", "school_enrollment leaving_reason"),
    _group("programs, student attributes", "program disability home_language night_residence"),
    _group("discipline", "discipline"),
    _group("diplomas", "completion", "school school_enrollment"),
    _group("graduation cohorts", "graduation_cohort"),
    _group("caseload", "caseload"),
    _group("daily attendance, section attendance",
           "attendance_event calendar_day school academic_session school_enrollment section section_enrollment"),
    _group("class meetings", "class_meeting", "section"),
    _group("course levels", "course_level course"),
    _group("transcripts", "transcript_course course academic_session"),
    _group("tests", "test_result"),
    _group("test growth", "test_growth"),
)  # fmt: skip
_OF_KIND = {kind: group for group in _GROUPS for kind in group.kinds}


@dataclass(frozen=True, slots=True)
class Known:
    """A file as it was when last loaded.

    `told`: bytes, rows, refused, held (entity -> records), left_out (columns), off (fields that were not kept then).
    """

    key: int
    batch: int
    kind: str
    system: str
    name: str
    sha256: str
    read_as: str
    told: dict[str, Any]


def _loaded_as(layout: Layout) -> str:
    return layout.loaded_as or layout.kind


def _find(known: Iterable[Known], one: Recognised) -> Known | None:
    """The file under its name; or, where names carry dates, the only one of its kind."""
    same = [k for k in known if (k.kind, k.system) == (one.layout.kind, one.layout.system)]
    named = [k for k in same if k.name == one.table.name]
    return next(iter(named or (same if len(same) == 1 else ())), None)


def read_as(one: Recognised, way: str) -> str:
    """A fingerprint of how a file is read. `way`: of the mappings and choices in force."""
    table = one.table.whole if isinstance(one.table, Excerpt) else one.table
    cut = getattr(table, "separator", ""), getattr(table, "read_with", "")
    how = [way, table.encoding, *cut, table.header, HASHED_WITH]
    return hashlib.sha256(json.dumps(how).encode()).hexdigest()


def excerpts(query: Query, files: Sequence[Recognised], way: str) -> dict[str, Excerpt]:
    """Name -> what has to be read, of the files that are known line by line. `query` goes through `KNOWN`."""
    known = [_as_known(row) for row in query(_KNOWN.format("known"), {})]
    found: dict[str, Excerpt] = {}
    for one in files:
        before = _find(known, one)
        if before is None or one.note or one.layout.is_delta or before.read_as != read_as(one, way):
            continue
        if one.layout.kind in PACKINGS and isinstance(one.table, TextTable):
            if before.sha256 == one.table.sha256 and not before.told["refused"]:
                continue
            if picked := excerpt(
                one.table, *(partial(_remembered, query, before.key, sql) for sql in (_HASHES, _RECORDS))
            ):
                found[one.table.name] = picked
    return found


def sizes(query: Query) -> set[int]:
    """How many bytes the known files have. `query` goes through `KNOWN`."""
    return {json.loads(row["told"])["bytes"] for row in query(_KNOWN.format("known"), {})}


def _bytes_of(one: Recognised) -> int:
    table = one.table.whole if isinstance(one.table, Excerpt) else one.table
    return table.file.size if isinstance(table, TextTable) else 0


def _remembered(query: Query, key: int, sql: str) -> bytearray:
    """What is kept of a known file's lines; one part at a time, for there may be millions."""
    found = bytearray()
    for part in count():
        if not (rows := query(sql, {"key": key, "part": part})):
            return found
        found += rows[0]["part"]
    return found


def _as_known(row: Mapping[str, Any]) -> Known:
    return Known(**{**row, "told": json.loads(row["told"])})


def forget_files(tables: Tables) -> None:
    """Let every file be read again when it comes."""
    tables.execute("DELETE FROM known_file")


class KnownFiles:
    """The memory of files during one batch."""

    def __init__(
        self, tables: Tables, report: ImportReport, way: str, excerpts: Mapping[str, Excerpt], off: frozenset[str]
    ) -> None:
        """`off`: sensitive fields that are not kept."""
        self._tables, self._report, self._way, self._excerpts, self._off = tables, report, way, excerpts, sorted(off)
        self._known = [_as_known(row) for row in tables.query(_KNOWN.format("known_file"))]
        self._touched = {row["entity"]: row for row in tables.query(_TOUCHED)}
        self._kept: list[tuple[Recognised, FileRead, dict[str, Any], LineRecords | None]] = []

    def way_for(self, one: Recognised, files: Sequence[Recognised]) -> "Known | Excerpt | None":
        """What is known of a file that may be passed over, in whole or but for an excerpt; None when all is read."""
        group = _OF_KIND[_loaded_as(one.layout)]
        beside = [f for f in files if not f.note and _loaded_as(f.layout) in group.kinds]
        before = [
            (f, known) for f in beside if (known := _find(self._known, f)) and self._is_as_it_was(f, known, group)
        ]
        keys, batches = {known.key for _, known in before}, {known.batch for _, known in before}
        came_with_them = [k for k in self._known if k.batch in batches and k.told["loaded_as"] in group.kinds]
        if len(before) < len(beside) or any(known.key not in keys for known in came_with_them):
            return None
        # What was refused is looked at again each time: what it waited for may have come.
        if all(known.sha256 == f.table.sha256 and not known.told["refused"] for f, known in before):
            return next(known for f, known in before if f is one)
        return self._excerpts.get(one.table.name) if len(beside) == 1 else None

    def _is_as_it_was(self, one: Recognised, before: Known, group: _Group) -> bool:
        moved = {entity for entity, count in self._report.counts.items() if count.moved}
        changed = {entity for entity, count in self._report.counts.items() if count.changed}
        newest = max(
            next(iter(self._tables.query(_WHO_IS_WHO)))["newest"],
            *(self._newest(entity, "any") for entity in group.touch),
            *(self._newest(entity, "changed") for entity in group.look_at),
        )
        return (
            not one.layout.is_delta
            and before.read_as == read_as(one, self._way)
            and before.told["off"] == self._off
            and before.batch >= newest
            and not group.touch & moved
            and not group.look_at & changed
        )

    def _newest(self, entity: str, deed: str) -> int:
        row = self._touched.get(entity)
        return (row[deed] or 0) if row else 0

    def keep(self, one: Recognised, read: FileRead, held: Mapping[str, int], refused: int,
             lines: LineRecords | None) -> None:  # fmt: skip
        """Remember a file that was read. Written down by `write`."""
        told = {"loaded_as": _loaded_as(one.layout), "rows": read.rows, "refused": refused, "held": dict(held),
                "left_out": read.columns_left_out, "off": self._off, "bytes": _bytes_of(one)}  # fmt: skip
        self._kept.append((one, read, told, lines))

    def write(self, batch: int) -> None:
        """Write down what was read in this batch."""
        for one, read, told, lines in self._kept:
            if before := _find(self._known, one):
                self._tables.execute("DELETE FROM known_file WHERE known_file_key = ?", [before.key])
            self._tables.execute(
                "DELETE FROM known_file WHERE (kind, system, name) = (?, ?, ?)",
                [read.kind, one.layout.system, read.name],
            )
            row = {"batch_key": batch, "kind": read.kind, "system": one.layout.system, "name": read.name,
                   "sha256": read.sha256, "read_as": read_as(one, self._way), "told": json.dumps(told)}  # fmt: skip
            key = self._tables.table("known_file").insert(row).last_pk
            table = one.table.whole if isinstance(one.table, Excerpt) else one.table
            is_known = isinstance(one.table, Excerpt) or getattr(table, "is_line_by_line", False)
            if lines and lines.fits and is_known and isinstance(table, TextTable) and table.line_hashes is not None:
                self._write_lines(int(str(key)), table.line_hashes, lines.records)

    def _write_lines(self, key: int, hashes: "np.ndarray[Any, Any]", records: Records) -> None:
        starts = range(0, len(hashes), _PART)
        self._tables.conn.executemany(
            "INSERT INTO known_lines VALUES (?, ?, ?, ?)",
            (
                (key, part, hashes[start : start + _PART].tobytes(), records[start : start + _PART].tobytes())
                for part, start in enumerate(starts)
            ),
        )


_TOUCHED = """
    SELECT entity, max(CASE WHEN added + changed + ended > 0 THEN batch_key END) AS "any",
           max(CASE WHEN changed > 0 THEN batch_key END) AS changed
      FROM batch_count JOIN batch USING (batch_key) WHERE batch.status = 'loaded' GROUP BY entity
"""
_WHO_IS_WHO = """
    SELECT max(coalesce((SELECT max(batch_key) FROM batch WHERE work <> 'import'), 0),
               coalesce((SELECT max(batch_key) FROM who_case), 0)) AS newest
"""
"""The newest batch in which somebody said, or was asked, who is who: an id may mean another person since."""
