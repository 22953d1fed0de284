"""From a table of text to typed rows, by the layout of its kind."""

from collections import namedtuple
from collections.abc import Iterator
from operator import getitem, itemgetter
from typing import Any

from appliance.errors import BadFile
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.sources.table import Table
from appliance.student_level.sources.values import Refused, is_nothing, kind_of
from appliance.student_level.staging.report import FileRead, ImportReport, Problem

_DISTINCT_KEPT = 50_000
"""A column has few distinct values, so each is checked once; a column of names or ids stops being remembered here."""


def typed_rows(table: Table, layout: Layout, read: FileRead, report: ImportReport) -> Iterator[tuple[int, Any]]:
    """(row number, named tuple of typed values) of each row that passes; the others go into the report.

    Raises BadFile for a header that lacks a needed column.
    """
    places = _places(table, layout)
    unread = tuple(name for i, name in enumerate(table.header) if i not in set(places.values()))
    read.columns_left_out = unread + tuple(getattr(table, "left_out", ()))
    return _typed(table, layout, read, report, places)


def _typed(
    table: Table, layout: Layout, read: FileRead, report: ImportReport, places: dict[str, int]
) -> Iterator[tuple[int, Any]]:
    present = [column for column in layout.columns if column.field in places]
    make = _row_type(layout, [column.field for column in present])._make
    checked = [_Checked(column) for column in present]
    cells = _cells([places[column.field] for column in present])
    width = len(table.header)
    for number, fields in table.rows():
        read.rows += 1
        try:
            if len(fields) != width and not _is_padded(fields, width):
                raise _wrong_width(fields, width)
            row = make(map(getitem, checked, cells(fields)))
        except _Wrong as wrong:
            report.refuse(layout.entity, wrong.problem(table.name, number))
        else:
            yield number, row


def _row_type(layout: Layout, present: list[str]) -> Any:
    """A named tuple of the columns that the file has; the others are the same for each row, so they stand beside it."""
    absent = {column.field: column.empty for column in layout.columns if column.field not in present}
    return type("Row", (namedtuple("Row", present),), {"__slots__": (), **absent})


def _cells(places: list[int]) -> Any:
    if len(places) == 1:  # itemgetter gives a bare value then
        return lambda fields: (fields[places[0]],)
    return itemgetter(*places)


class _Wrong(Exception):
    def __init__(self, column: Column, value: str, refused: Refused) -> None:
        super().__init__(refused.code)
        self.column, self.value, self.refused = column, value, refused

    def problem(self, file: str, row: int) -> Problem:
        header = self.column.headers[0]
        kind = kind_of(self.value)
        sentence = f"{'this value' if header else 'this row'} {self.refused.what}. {self.refused.fix}"
        return Problem(file, row, header, self.refused.code, kind if header else "", sentence)


def _wrong_width(fields: list[str], width: int) -> _Wrong:
    what = f"has {len(fields)} fields where the header has {width}"
    fix = "Look for a comma or a line break inside a value that is not in quotation marks."
    return _Wrong(Column("", ("",), str), "", Refused("wrong_width", what, fix))


def _is_padded(fields: list[str], width: int) -> bool:
    """Whether a row is only longer than the header, by empty fields: a habit of some exports, and harmless."""
    return len(fields) > width and not any(fields[width:])


_MISSING = Refused("missing", "is empty, and this column is needed", "Fill it in the source system.")


class _Checked(dict[str, Any]):
    """Cell text -> typed value, for one column; each distinct text is checked when it first comes. Raises _Wrong."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, cell: str) -> Any:
        column, stripped = self._column, cell.strip()
        if is_nothing(stripped):
            if column.required:
                raise _Wrong(column, "", _MISSING)
            value = column.empty
        else:
            try:
                value = column.check(stripped)
            except Refused as refused:
                raise _Wrong(column, stripped, refused) from None
        if len(self) < _DISTINCT_KEPT:
            self[cell] = value
        return value


def _places(table: Table, layout: Layout) -> dict[str, int]:
    """Field -> where it stands. Header case and order do not matter; a needed column that is not there does."""
    headers = [name.lower() for name in table.header]
    places: dict[str, int] = {}
    missing: list[str] = []
    for column in layout.columns:
        header = next((h for h in column.headers if h.lower() in headers), None)
        if header is None:
            missing += [column.headers[0]] * column.required
        elif headers.count(header.lower()) > 1:
            raise BadFile(f"{table.name}: the header names {header} twice. Ask the sender to mend the export.")
        else:
            places[column.field] = headers.index(header.lower())
    if missing:
        raise BadFile(
            f"{table.name}: the header has no column {' or '.join(missing)}, which a file of {layout.kind} needs. "
            "Ask the sender to export it with that column; nothing was loaded."
        )
    return places
