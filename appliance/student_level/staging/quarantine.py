"""Rows that were refused, kept for a while so that they can be tried again when what they wait for has come.

Kept are the cells of the columns that would have been loaded, in the encrypted database; never a row in which anything
looks like a social security number, never a row whose cells cannot be told apart, never one of a sensitive field that
is switched off, nor one of a file that is about sensitive fields alone. After its last day a row is forgotten, whether
it was loaded or not.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlite_utils import Database as Tables

from appliance.student_level import sensitive
from appliance.student_level.sources import ssn
from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.recognise import Recognised
from appliance.student_level.sources.values import Refused, is_nothing
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.report import Problem
from appliance.student_level.staging.typed_rows import places_of

MOST_KEPT = 10_000
"""Rows of one batch. Further ones are counted."""
DAYS_KEPT = 30

_REFERENCES = {
    "school": ("school", "organization", "organizations"),
    "parent organization": ("parent",),
    "session": ("sessions", "session"),
    "course": ("course",),
    "class": ("section",),
    "student": ("student",),
    "person": ("user",),
    "staff member": ("staff",),
    "line item": ("line_item",),
}
"""Kind of record that a row waits for -> the fields that may name it."""
_INSERT = """
    INSERT INTO quarantine (batch_key, until_day, file, row_number, kind, loaded_as, system, mapping, column_name, code,
                            sentence, missing, missing_sha256, own_sha256, own_local_sha256, cells)
    VALUES (:batch, :until, :file, :row, :kind, :loaded_as, :system, :mapping, :column, :code,
            :sentence, :missing, :missing_sha256, :own, :own_local, :cells)
"""
_SAME_AGAIN = """
    DELETE FROM quarantine
     WHERE batch_key < ?1 AND (loaded_as, system, cells) IN
           (SELECT loaded_as, system, cells FROM quarantine WHERE batch_key = ?1)
"""
_RESTATED = "DELETE FROM quarantine WHERE loaded_as = ? AND system = ?"


def keep(batch: Batch, key: int, files: Sequence[Recognised], today: int) -> None:
    """Keep the rows of batch `key` that its report refuses; what they replace leaves the quarantine.

    A bulk roster stands for all there is, so its earlier rows are replaced by it, row for row or not.
    """
    for one in files:
        is_roster = not one.note and _loaded_as(one.layout).startswith("OneRoster")
        if is_roster and not one.layout.is_delta and not getattr(one.table, "part", ""):
            batch.run(_RESTATED, (_loaded_as(one.layout), one.layout.system))
    problems: dict[str, dict[int, Problem]] = defaultdict(dict)
    for problem in batch.report.problems:
        if problem.row is not None:
            problems[problem.file].setdefault(problem.row, problem)
    kept = 0
    for one in files:
        if not one.note and one.table.name in problems:
            waiting = _Waiting(one, problems[one.table.name], batch.off)
            shared = {"batch": key, "until": today + DAYS_KEPT}
            rows = [shared | row for row in waiting.rows(MOST_KEPT - kept)]
            kept += len(rows)
            batch.run_many(_INSERT, rows)
    if batch.report.refused:
        beyond = max(batch.report.refused - len(batch.report.problems), 0)
        withheld = max(batch.report.refused - beyond - kept, 0)
        batch.run("INSERT INTO quarantine_batch VALUES (?, ?, ?, ?)", (key, kept, beyond, withheld))
        batch.run(_SAME_AGAIN, (key,))
    batch.report.quarantined = kept


def forget_expired(tables: Tables, today: int) -> int:
    """Forget rows whose last day is over, in the notes for taking batches back too; how many went."""
    if not tables.execute("SELECT 1 FROM quarantine_batch").fetchone():
        return 0
    tables.execute("DELETE FROM batch_undo WHERE table_name = 'quarantine' AND json_extract(row, '$[2]') < ?", [today])
    return int(tables.execute("DELETE FROM quarantine WHERE until_day < ?", [today]).rowcount)


def drop(tables: Tables, batch: int) -> int:
    """Forget the rows of one batch; how many went."""
    tables.execute("DELETE FROM batch_undo WHERE table_name = 'quarantine' AND json_extract(row, '$[1]') = ?", [batch])
    return int(tables.execute("DELETE FROM quarantine WHERE batch_key = ?", [batch]).rowcount)


def _loaded_as(layout: Layout) -> str:
    return layout.loaded_as or layout.kind


def fingerprint(text: str) -> str:
    """An id, so that two can be compared and none is shown."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:32]


class _Waiting:
    """The refused rows of one file, read from it a second time, as rows of the quarantine."""

    def __init__(self, one: Recognised, problems: dict[int, Problem], off: frozenset[str]) -> None:
        self._one, self._layout, self._problems, self._off = one, one.layout, problems, off
        self._places = places_of(one.table, one.layout, off)
        self._columns = {column.field: column for column in one.layout.columns if column.field in self._places}

    def rows(self, most: int) -> Iterator[dict[str, Any]]:
        width = len(self._one.table.header)
        for number, fields in self._one.table.rows():
            if most <= 0:
                return
            problem = self._problems.get(number)
            if problem is None or len(fields) < width or any(fields[width:]):
                continue
            cells = {field: fields[place].strip() for field, place in self._places.items()}
            if problem.code == "social_security" or any(map(self._looks_like_ssn, cells.items())):
                continue
            passed, refused = self._checked(cells)
            if self._was_refused_so(problem, refused) and self._may_be_kept(passed):
                most -= 1
                yield self._row(number, problem, passed, refused)

    def _looks_like_ssn(self, cell: tuple[str, str]) -> bool:
        """Stricter than at the gate: an id of a row is kept here, and a bare number where a person's name belongs."""
        field, text = cell
        return ssn.Sieve(field, self._layout.entity).holds(text) or ssn.Sieve(field).holds(text)

    def _checked(self, cells: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        """Field -> typed value of the cells that pass, field -> text of those that do not."""
        passed: dict[str, Any] = {}
        refused: dict[str, str] = {}
        for field, column in self._columns.items():
            if is_nothing(cells[field]):
                if column.required:
                    refused[field] = ""
                passed[field] = column.empty
                continue
            try:
                passed[field] = column.check(cells[field])
            except Refused:
                refused[field] = cells[field]
        return passed, refused

    def _was_refused_so(self, problem: Problem, refused: dict[str, str]) -> bool:
        """Whether this row can be the one of the problem: a wide file makes several rows of one number."""
        if not refused:
            return problem.missing != "" or problem.code in _BY_LOADERS
        return problem.missing == "" and problem.code not in _BY_LOADERS

    def _may_be_kept(self, passed: dict[str, Any]) -> bool:
        """Nothing of a kind that is all about sensitive fields, nor of one that is off; nor a program nobody knows, as
        long as one is off.
        """
        if self._layout.sensitive:
            return False
        if _loaded_as(self._layout) != "programs" or not self._off & sensitive.PROGRAMS:
            return True
        return passed.get("program") is not None and passed["program"] not in self._off

    def _row(self, number: int, problem: Problem, passed: dict[str, Any], refused: dict[str, str]) -> dict[str, Any]:
        missing, named = problem.missing, ""
        if missing:
            named = next((_text(passed[f]) for f in _REFERENCES.get(missing, ()) if passed.get(f)), "")
        elif problem.code == "no_role" and passed.get("role") and passed.get("organizations"):
            missing, named = "school", _text(passed["organizations"])
        return {
            "file": problem.file, "row": number, "kind": self._layout.kind, "loaded_as": _loaded_as(self._layout),
            "system": self._layout.system, "mapping": getattr(self._one.table, "mapping", ""),
            "column": problem.column, "code": problem.code, "sentence": problem.sentence,
            "missing": missing, "missing_sha256": fingerprint(named) if named else "",
            "own": fingerprint(str(passed["source_id"])) if passed.get("source_id") else "",
            "own_local": fingerprint(str(passed["local_id"])) if passed.get("local_id") else "",
            "cells": json.dumps({"passed": passed, "refused": refused}, ensure_ascii=False, sort_keys=True),
        }  # fmt: skip


_BY_LOADERS = frozenset(
    "duplicate circle date_order no_role ambiguous unknown_reference who_is_who another_person".split()
)
"""Codes of rows whose cells are all right, each by itself."""


def _text(value: Any) -> str:
    return str(value[0]) if isinstance(value, tuple) else str(value)
