"""From a table of text to typed rows, by the layout of its kind."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from operator import itemgetter
from typing import Any

from appliance.errors import BadFile
from appliance.student_level.sources import ssn
from appliance.student_level.sources.layout import Column, Layout
from appliance.student_level.sources.table import Block, Table, TextRow, in_blocks
from appliance.student_level.sources.values import Refused, is_nothing
from appliance.student_level.staging.columns import CheckedColumn, Wrong
from appliance.student_level.staging.report import FileRead, ImportReport, Problem
from appliance.student_level.staging.rows import Rows, Typed
from appliance.student_level.staging.ssn_gate import LOOKED_AT_FIRST, REFUSED, SsnGate

Refusal = Mapping[str, Any]
"""What could be read of a row that was refused, by field: all but the values that are wrong."""


def _forget(_refusal: Refusal) -> None:
    pass


def typed_rows(
    table: Table,
    layout: Layout,
    read: FileRead,
    report: ImportReport,
    refused: Callable[[Refusal], None] = _forget,
    off: frozenset[str] = frozenset(),
) -> Rows:
    """The rows of a table that pass, typed; the others go into the report, and what they still say to `refused`.

    Columns of the sensitive fields `off` are not read, as if they were not there.

    Every row of every file passes here, so no column and no value that holds a social security number gets further.
    Raises BadFile for a header that lacks a needed column, and for a column of social security numbers.
    """
    return Rows(_Typing(table, layout, read, report, refused, off).blocks(in_blocks(table)))


class _Typing:
    """One table while it is typed."""

    def __init__(
        self,
        table: Table,
        layout: Layout,
        read: FileRead,
        report: ImportReport,
        refused: Callable[[Refusal], None],
        off: frozenset[str],
    ) -> None:
        self._table, self._layout, self._read, self._report, self._refused = table, layout, read, report, refused
        every = places_of(table, layout)
        self._places = places_of(table, layout, off)
        present = [column for column in layout.columns if column.field in self._places]
        self._gate = SsnGate(table.name, table.header, layout, [(one, self._places[one.field]) for one in present])
        self._checked = [CheckedColumn(one, sieve) for one, sieve in zip(present, self._gate.sieves, strict=True)]
        self._absent = [column for column in layout.columns if column.field not in self._places]
        self._unread = _Unread(table.header, frozenset(every.values()))
        here, read_here = frozenset(every.values()), frozenset(self._places.values())
        self._off = _Unread(table.header, frozenset(range(len(table.header))) - (here - read_here))
        read.columns_left_out = ssn.without_them(getattr(table, "left_out", ()))

    def blocks(self, blocks: Iterator[Block]) -> Iterator[Typed]:
        first, rows = [], 0
        while rows < LOOKED_AT_FIRST and (block := next(blocks, None)):
            first.append(block)
            rows += len(block.numbers)
        self._gate.look_at(first)
        for block in chain(first, blocks):
            typed = self._typed(block.without_padding())
            if typed.numbers:
                yield typed
        self._read.columns_left_out = self._unread.held() + self._read.columns_left_out
        if held := self._off.held():
            told = f"columns left out, since the district has them switched off: {', '.join(held)}"
            self._read.note = "; ".join(filter(None, (self._read.note, told)))

    def _typed(self, block: Block) -> Typed:
        self._read.rows += len(block.numbers) + len(block.odd)
        self._unread.note(block)
        self._off.note(block)
        wrong: dict[int, tuple[int, Wrong]] = {}
        details: list[tuple[int, int, Wrong]] = []
        columns: dict[str, Any] = {one.field: [one.empty] * len(block.numbers) for one in self._absent}
        for nth, checked in reversed(list(enumerate(self._checked))):  # so that the first wrong cell of a row counts
            field = checked.column.field
            columns[field], any_is_wrong = checked.typed(block.columns[self._places[field]])
            if any_is_wrong:
                found = {place: (nth, value) for place, value in enumerate(columns[field]) if type(value) is Wrong}
                if checked.column.sensitive:
                    details += [(place, *one) for place, one in found.items()]
                    columns[field] = [checked.column.empty if type(one) is Wrong else one for one in columns[field]]
                else:
                    wrong |= found
        if wrong or details or block.odd:
            told = [(place, *found) for place, found in wrong.items()]
            told = sorted(told + [one for one in details if one[0] not in wrong], key=itemgetter(0))
            # Several rows may have one number: records of XML that stand in one line, or a wide row that makes many.
            self._refuse([(block.numbers[place], nth, one) for place, nth, one in told], block.odd)
        for place in wrong:
            cells = ((field, column[place]) for field, column in columns.items())
            self._refused({field: value for field, value in cells if type(value) is not Wrong})
        return Typed(block.numbers, columns).without(wrong.keys())

    def _refuse(self, wrong: Iterable[tuple[int, int, Wrong]], odd: Iterable[TextRow]) -> None:
        """Put the refused rows of a block into the report, in the order of the file."""
        width = len(self._table.header)
        found = [(row, -1, Wrong(_of_width(len(cells), width), "")) for row, cells in odd]
        found += wrong
        for row, nth, value in sorted(found, key=lambda one: one[0]):
            column = self._checked[nth].column if nth >= 0 else _WHOLE_ROW
            self._report.refuse(column.sensitive or self._layout.entity, _problem(self._table.name, row, column, value))
            if value.refused is REFUSED:
                self._gate.found(nth, row, row - 1)


def _problem(file: str, row: int, column: Column, wrong: Wrong) -> Problem:
    header, refused = column.headers[0], wrong.refused
    sentence = f"{'this value' if header else 'this row'} {refused.what}. {refused.fix}"
    return Problem(file, row, header, refused.code, wrong.kind if header else "", sentence)


_WHOLE_ROW = Column("", ("",), str)


def _of_width(fields: int, width: int) -> Refused:
    what = f"has {fields} fields where the header has {width}"
    fix = "Look for a comma or a line break inside a value that is not in quotation marks."
    return Refused("wrong_width", what, fix)


class _Unread:
    """The columns that no layout reads: which of them held anything, so that the report can say what was left out."""

    def __init__(self, header: tuple[str, ...], read: frozenset[int]) -> None:
        self._names = ssn.without_them(header)
        self._held: set[int] = set()
        self._empty = [place for place in range(len(header)) if place not in read]

    def note(self, block: Block) -> None:
        """Take what some rows have into account."""
        held = {place for place in self._empty if any(not is_nothing(c.strip()) for c in set(block.columns[place]))}
        if held:
            self._held |= held
            self._empty = [place for place in self._empty if place not in held]

    def held(self) -> tuple[str, ...]:
        """The names of the columns that held anything, in the file's order."""
        return tuple(self._names[place] for place in sorted(self._held))


def places_of(table: Table, layout: Layout, off: frozenset[str] = frozenset()) -> dict[str, int]:
    """Field -> where it stands. Header case and order do not matter; a needed column that is not there does.

    Not of columns that are part of the sensitive fields `off`.
    """
    headers = [name.lower() for name in table.header]
    places: dict[str, int] = {}
    missing: list[str] = []
    for column in layout.columns:
        header = next((h for h in column.headers if h.lower() in headers), None)
        if header is None:
            missing += [column.headers[0]] * column.required
        elif headers.count(header.lower()) > 1:
            raise BadFile(f"{table.name}: the header names {header} twice. Ask the sender to mend the export.")
        elif column.sensitive not in off:
            places[column.field] = headers.index(header.lower())
    if missing:
        raise BadFile(
            f"{table.name}: the header has no column {' or '.join(missing)}, which a file of {layout.kind} needs. "
            "Ask the sender to export it with that column; nothing was loaded."
        )
    return places
