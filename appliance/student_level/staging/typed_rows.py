"""From a table of text to typed rows, by the layout of its kind."""

from collections import namedtuple
from collections.abc import Iterator
from itertools import chain, islice
from operator import getitem, itemgetter
from typing import Any

from appliance.errors import BadFile
from appliance.student_level.sources import ssn
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.sources.table import Table
from appliance.student_level.sources.values import Refused, is_nothing, kind_of
from appliance.student_level.staging.report import FileRead, ImportReport, Problem
from appliance.student_level.staging.ssn_gate import LOOKED_AT_FIRST, REFUSED, SsnGate

_DISTINCT_KEPT = 50_000
"""A column has few distinct values, so each is checked once; a column of names or ids stops being remembered here."""


def typed_rows(table: Table, layout: Layout, read: FileRead, report: ImportReport) -> Iterator[tuple[int, Any]]:
    """(row number, named tuple of typed values) of each row that passes; the others go into the report.

    Every row of every file passes here, so no column and no value that holds a social security number gets further.
    Raises BadFile for a header that lacks a needed column, and for a column of social security numbers.
    """
    places = places_of(table, layout)
    present = [column for column in layout.columns if column.field in places]
    gate = SsnGate(table.name, table.header, layout, [(column, places[column.field]) for column in present])
    read.columns_left_out = ssn.without_them(getattr(table, "left_out", ()))
    return _typed(table, layout, read, report, places, gate)


def _typed(
    table: Table, layout: Layout, read: FileRead, report: ImportReport, places: dict[str, int], gate: SsnGate
) -> Iterator[tuple[int, Any]]:
    present = [column for column in layout.columns if column.field in places]
    make = _row_type(layout, [column.field for column in present])._make
    checked = [
        _Checked(column, sieve, nth) for nth, (column, sieve) in enumerate(zip(present, gate.sieves, strict=True))
    ]
    cells = _cells([places[column.field] for column in present])
    width = len(table.header)
    unread = _Unread(table.header, frozenset(places.values()))
    rows = iter(table.rows())
    gate.look_at(first := list(islice(rows, LOOKED_AT_FIRST)))
    for number, fields in chain(first, rows):
        read.rows += 1
        try:
            if len(fields) != width and not _is_padded(fields, width):
                raise _wrong_width(fields, width)
            if unread.cells(fields) != unread.blank:
                unread.note(fields)
            row = make(map(getitem, checked, cells(fields)))
        except _Wrong as wrong:
            report.refuse(layout.entity, wrong.problem(table.name, number))
            if wrong.refused is REFUSED:
                gate.found(wrong.nth, number, read.rows)
        else:
            yield number, row
    read.columns_left_out = unread.held() + read.columns_left_out


class _Unread:
    """The columns that no layout reads: which of them held anything, so that the report can say what was left out."""

    def __init__(self, header: tuple[str, ...], read: frozenset[int]) -> None:
        self._names = ssn.without_them(header)
        self._held: set[int] = set()
        self._watch([place for place in range(len(header)) if place not in read])

    def _watch(self, places: list[int]) -> None:
        self._empty = places
        self.cells: Any = _cells(places) if places else bool
        self.blank: Any = ("",) * len(places) if places else True
        """What takes out of a row the columns that were empty so far, and what it gives when they still are."""

    def note(self, fields: list[str]) -> None:
        """Take what a row has into account."""
        held = {place for place in self._empty if not is_nothing(fields[place].strip())}
        if held:
            self._held |= held
            self._watch([place for place in self._empty if place not in held])

    def held(self) -> tuple[str, ...]:
        """The names of the columns that held anything, in the file's order."""
        return tuple(self._names[place] for place in sorted(self._held))


def _row_type(layout: Layout, present: list[str]) -> Any:
    """A named tuple of the columns that the file has; the others are the same for each row, so they stand beside it."""
    absent = {column.field: column.empty for column in layout.columns if column.field not in present}
    return type("Row", (namedtuple("Row", present),), {"__slots__": (), **absent})


def _cells(places: list[int]) -> Any:
    if len(places) == 1:  # itemgetter gives a bare value then
        return lambda fields: (fields[places[0]],)
    return itemgetter(*places)


class _Wrong(Exception):
    def __init__(self, column: Column, value: str, refused: Refused, nth: int = -1) -> None:
        super().__init__(refused.code)
        self.column, self.value, self.refused, self.nth = column, value, refused, nth

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

    def __init__(self, column: Column, sieve: ssn.Sieve, nth: int) -> None:
        super().__init__()
        self._column, self._holds_ssn, self._nth = column, sieve.holds, nth

    def __missing__(self, cell: str) -> Any:
        column, stripped = self._column, cell.strip()
        if len(stripped) >= ssn.LEAST and self._holds_ssn(stripped):
            raise _Wrong(column, "", REFUSED, self._nth)
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


def places_of(table: Table, layout: Layout) -> dict[str, int]:
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
