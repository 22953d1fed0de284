"""Rows in quarantine, tried again through the loaders that refused them.

What is loaded by now is newer than a row that waited, so a row that is tried again adds records; it changes and ends
none. A row whose record is there already has nothing left to add, and leaves the quarantine too.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from sqlite_utils import Database as Tables

from appliance.student_level.sources import district_csv, oneroster
from appliance.student_level.sources.edfi.package import LAYOUTS as EDFI_LAYOUTS
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.sources.mapping.cells import check_of
from appliance.student_level.sources.mapping.form import LAYOUTS as MAPPED_LAYOUTS
from appliance.student_level.sources.mapping.form import Mapping, as_cell
from appliance.student_level.sources.values import Refused, is_nothing
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.journal import Journal
from appliance.student_level.staging.load import IN_ORDER
from appliance.student_level.staging.report import FileRead, ImportReport, Problem
from appliance.student_level.staging.rows import rows_of

_LAYOUTS = {layout.kind: layout for layout in (*oneroster.LAYOUTS, *district_csv.LAYOUTS, *EDFI_LAYOUTS)}
_NEVER_AGAIN = ("duplicate", "circle")
"""Codes of rows that no other record can help: alone, the second of two rows would pass for the first."""
_NOT_ADDED = ("OneRoster demographics", "OneRoster categories")
"""Kinds whose rows change a record and add none."""
_WAITING = """
    SELECT quarantine_key, quarantine.kind, loaded_as, quarantine.system, mapping, cells, file_key, row_number
      FROM quarantine LEFT JOIN batch_file ON batch_file.batch_key = quarantine.batch_key AND name = file
     WHERE quarantine.batch_key < ? AND code NOT IN (SELECT value FROM json_each(?)) ORDER BY quarantine_key
"""

_Group = tuple[str, str, str]
"""(kind, system, mapping)."""


class _Tried(ImportReport):
    """A report that only keeps which rows were refused again: they stand in the report of their own batch."""

    def __init__(self) -> None:
        super().__init__()
        self.again: set[int] = set()

    def refuse(self, entity: str, problem: Problem) -> None:
        self.again.add(problem.row or 0)


def try_again(tables: Tables, before: int, report: ImportReport, journal: Journal, mappings: Sequence[Mapping]) -> None:
    """Try the rows that batches before `before` left in quarantine. What is added counts in `report`."""
    tried = _Tried()
    batch = Batch(tables, tried, journal=journal)
    batch.adds_only = batch.is_delta = True
    groups: dict[str, dict[_Group, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
    batch.origins = {}
    for key, kind, loaded_as, system, mapping, cells, *origin in batch.ask(
        _WAITING, (before, json.dumps(_NEVER_AGAIN))
    ):
        batch.origins[key] = tuple(origin)
        groups[loaded_as][kind, system, mapping].append((key, cells))
    left: list[int] = []
    for loaded_as, loader in IN_ORDER.items():
        if loaded_as in _NOT_ADDED:
            continue
        for (kind, system, mapping), waiting in groups[loaded_as].items():
            layout = _layout(kind, mapping, mappings)
            if layout is None:
                continue
            batch.system = system
            passed = list(_typed(layout, waiting))
            read = FileRead(f"quarantine of {kind}", kind, "")
            loader(batch, layout, read, rows_of(passed, layout))
            batch.keep_identities()
            left += [key for key, _ in passed if key not in tried.again]
    batch.run_many("DELETE FROM quarantine WHERE quarantine_key = ?", ((key,) for key in left))
    for entity, count in tried.counts.items():
        report.count(entity).added += count.added
        report.count(entity).changed += count.changed
    report.left_quarantine = len(left)


def _typed(layout: Layout, waiting: Sequence[tuple[int, str]]) -> Iterator[tuple[int, Any]]:
    """(number in quarantine, row) of those whose cells all pass by now."""
    columns = {column.field: column for column in layout.columns}
    empty = {field: column.empty for field, column in columns.items()}
    for key, cells in waiting:
        told = json.loads(cells)
        passed = {field: tuple(v) if isinstance(v, list) else v for field, v in told["passed"].items()}
        try:
            checked = {field: _check(columns[field], text) for field, text in told["refused"].items()}
        except Refused:
            continue
        yield key, SimpleNamespace(**(empty | passed | checked))


def _check(column: Column, text: str) -> Any:
    if is_nothing(text):
        raise Refused("missing", "is empty", "")
    return column.check(text)


def _layout(kind: str, mapping: str, mappings: Sequence[Mapping]) -> Layout | None:
    """The layout of a kind as it is today, with the codes of its mapping as they are today; None if it is gone."""
    if not mapping:
        return _LAYOUTS.get(kind)
    for one in mappings:
        for part in one.table:
            house = MAPPED_LAYOUTS[part.layout]
            if one.name != mapping or house.kind != kind:
                continue
            cells = dict(part.columns)
            for repeat in part.rows:
                cells = dict(repeat.columns) | cells
            return _through(house, cells, one)
    return None


def _through(house: Layout, cells: dict[str, Any], mapping: Mapping) -> Layout:
    columns = tuple(
        replace(column, check=check_of(as_cell(cells[column.headers[0]]), column, mapping))
        if column.headers[0] in cells else column
        for column in house.columns
    )  # fmt: skip
    return replace(house, columns=columns)
