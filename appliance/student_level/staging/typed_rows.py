"""From a table of text to typed rows, by the layout of its kind."""

from collections import namedtuple
from collections.abc import Iterator
from typing import Any

from appliance.errors import BadFile
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.sources.table import Table
from appliance.student_level.sources.values import Refused, is_nothing, kind_of
from appliance.student_level.staging.report import FileRead, ImportReport, Problem

_DISTINCT_KEPT = 50_000
"""A column has few distinct values, so each is checked once; a column of names or ids stops being remembered here."""


def typed_rows(table: Table, layout: Layout, read: FileRead, report: ImportReport) -> Iterator[tuple[int, Any]]:
    """(row number, named tuple of typed values) of each row that passes; the others go into the report."""
    places = _places(table, layout)
    read.columns_left_out = tuple(
        name for index, name in enumerate(table.header) if index not in {place for place in places if place is not None}
    )
    row_type = namedtuple("Row", [column.field for column in layout.columns])  # type: ignore[misc]
    work: list[tuple[Column, int | None, dict[str, Any]]] = [
        (column, place, {}) for column, place in zip(layout.columns, places, strict=True)
    ]
    width = len(table.header)
    for number, fields in table.rows():
        read.rows += 1
        try:
            if len(fields) != width:
                raise _Wrong(
                    Column("", ("",), str), "",
                    Refused("wrong_width", f"has {len(fields)} fields where the header has {width}",
                            "Look for a comma or a line break inside a value that is not in quotation marks."),
                )  # fmt: skip
            yield number, row_type._make([_value(column, place, known, fields) for column, place, known in work])
        except _Wrong as wrong:
            report.refuse(layout.entity, wrong.problem(table.name, number))


class _Wrong(Exception):
    def __init__(self, column: Column, value: str, refused: Refused) -> None:
        super().__init__(refused.code)
        self.column, self.value, self.refused = column, value, refused

    def problem(self, file: str, row: int) -> Problem:
        header = self.column.headers[0]
        kind = kind_of(self.value)
        sentence = f"{'this value' if header else 'this row'} {self.refused.what}. {self.refused.fix}"
        return Problem(file, row, header, self.refused.code, kind if header else "", sentence)


_MISSING = Refused("missing", "is empty, and this column is needed", "Fill it in the source system.")


def _value(column: Column, place: int | None, known: dict[str, Any], fields: list[str]) -> Any:
    if place is None:
        return column.empty
    cell = fields[place]
    try:
        return known[cell]
    except KeyError:
        pass
    stripped = cell.strip()
    if is_nothing(stripped):
        if column.required:
            raise _Wrong(column, "", _MISSING)
        value = column.empty
    else:
        try:
            value = column.check(stripped)
        except Refused as refused:
            raise _Wrong(column, stripped, refused) from None
    if len(known) < _DISTINCT_KEPT:
        known[cell] = value
    return value


def _places(table: Table, layout: Layout) -> list[int | None]:
    """Where each column stands. Header case and order do not matter; a needed column that is not there does."""
    where: dict[str, int] = {}
    for index, name in enumerate(table.header):
        if name.lower() in where and name:
            raise BadFile(f"{table.name}: the header names {name} twice. Ask the sender to mend the export.")
        where[name.lower()] = index
    places = [next((where[h.lower()] for h in column.headers if h.lower() in where), None) for column in layout.columns]
    missing = [c.headers[0] for c, place in zip(layout.columns, places, strict=True) if c.required and place is None]
    if missing:
        raise BadFile(
            f"{table.name}: the header has no column {' or '.join(missing)}, which a file of {layout.kind} needs. "
            "Ask the sender to export it with that column; nothing was loaded."
        )
    return places
