"""A table as it came, seen through a mapping: the same rows, under the columns of a layout that the loaders know.

Nothing after this knows that there was a mapping. The layout keeps their column names for reports, so that a refusal
names the column that the sender knows.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from appliance.errors import BadFile
from appliance.student_level.sources import district_csv
from appliance.student_level.sources.layout import Column, Layout, with_inclusive_ends
from appliance.student_level.sources.mapping.cells import Constant, Places, Plain, Read, check_of, reader_of
from appliance.student_level.sources.mapping.form import (
    LAYOUTS,
    LEAVE_OUT,
    Cell,
    MappedLayout,
    Mapping,
    Repeat,
    as_cell,
)
from appliance.student_level.sources.table import Table
from appliance.student_level.sources.values import is_nothing

Skips = Callable[[list[str]], bool]
_WRONG_WIDTH = "?"
_CODES_KEPT = 1_000


class _Block:
    """One kind of row that a row of the file makes: its cells, and when it makes none."""

    def __init__(
        self, cells: Sequence[Read], filled: Sequence[int], skips: tuple[Skips, ...], empty: frozenset[str]
    ) -> None:
        self._cells, self._filled, self._skips, self._empty = cells, filled, skips, empty
        self._cut: Callable[[list[str]], list[str]] | None = None
        if len(cells) > 1 and all(isinstance(cell, Plain | Constant) for cell in cells):
            self._cut = _cutter(cells)

    def row(self, fields: list[str]) -> list[str] | None:
        """The row, or None when its cells are empty or its code says to leave it out."""
        for skip in self._skips:
            if skip(fields):
                return None
        row = self._cut(fields) if self._cut else [read(fields) for read in self._cells]
        if self._filled and all(self._is_empty(row[place].strip()) for place in self._filled):
            return None
        return row

    def _is_empty(self, text: str) -> bool:
        return is_nothing(text) or text.lower() in self._empty


def _cutter(cells: Sequence[Read]) -> Callable[[list[str]], list[str]]:
    texts = [cell.text for cell in cells if isinstance(cell, Constant)]
    # The constants stand before the row, so that their places do not depend on how long it is.
    behind = iter(range(len(texts)))
    places = [len(texts) + cell.place if isinstance(cell, Plain) else next(behind) for cell in cells]
    pick = itemgetter(*places)
    return (lambda fields: list(pick(texts + fields))) if texts else (lambda fields: list(pick(fields)))


@dataclass(frozen=True, slots=True)
class MappedTable:
    """One layout's rows out of a file. It stands in for the file's own table."""

    table: Table
    name: str
    sha256: str
    header: tuple[str, ...]
    left_out: tuple[str, ...]
    """Their columns that the mapping does not read."""
    blocks: tuple[_Block, ...]
    key: tuple[int, ...]
    """Places in the made rows; places in the file's own rows are counted on from there."""
    part: str
    """Whom a roster's rows are about, where the mapping says so: students and staff come in files of their own."""
    mapping: str
    """The mapping's name."""
    speaks: bool = True
    """Whether it passes on the file's rows of a wrong width: one of the layouts that a file fills does."""

    @property
    def encoding(self) -> str:
        """How the file's text is encoded."""
        return self.table.encoding

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number in the file, fields) of each row that the mapping makes."""
        width, made, seen = len(self.table.header), len(self.header), set[int]()
        ours = [place for place in self.key if place < made]
        theirs = [place - made for place in self.key if place >= made]
        for number, fields in self.table.rows():
            if len(fields) != width and (len(fields) < width or any(fields[width:])):
                # As many too many or too few as the file has, so that the check of the width refuses it.
                if self.speaks:
                    yield number, [_WRONG_WIDTH] * max(len(self.header) + len(fields) - width, 0)
                continue
            same = tuple(fields[place].strip() for place in theirs) if theirs else ()
            for nth, block in enumerate(self.blocks):
                if (row := block.row(fields)) is None:
                    continue
                if self.key:
                    one = hash((nth, same, *(row[place].strip() for place in ours)))
                    if one in seen:
                        continue
                    seen.add(one)
                yield number, row


def apply(mapping: Mapping, table: Table) -> list[tuple[MappedTable, Layout]]:
    """Each layout that the mapping fills from this file: those of whose results it has any column.

    Raises BadFile when there is none, or when a column that one needs is not there.
    """
    places = Places(table.name, table.header)
    empty = frozenset(word.lower() for word in mapping.empty)
    made = [view for part in mapping.table if (view := _View(mapping, part, table, places, empty)).is_there]
    if not made:
        raise BadFile(
            f"{table.name}: it has none of the result columns that the mapping {mapping.name!r} reads. "
            "Show it to: schoolhouse map FILE"
        )
    left_out = tuple(name for place, name in enumerate(table.header) if place not in places.used and name)
    return [(view.table(nth, left_out), view.layout) for nth, view in enumerate(made)]


class _View:
    """One layout of a mapping, tied to the columns of one file."""

    def __init__(
        self, mapping: Mapping, part: MappedLayout, table: Table, places: Places, empty: frozenset[str]
    ) -> None:
        self._mapping, self._part, self._table, self._places, self._empty = mapping, part, table, places, empty
        self._house = LAYOUTS[part.layout]
        self._theirs: dict[str, list[str]] = {}
        self._cells: dict[str, Cell] = {}
        blocks: list[dict[str, Read]] = []
        rules: list[tuple[tuple[str, ...], tuple[Skips, ...]]] = []
        for repeat in part.rows or (Repeat(filled=(), columns={}),):
            for words in repeat.combinations():
                cells = {ours: as_cell(cell).filled_in(words) for ours, cell in (part.columns | repeat.columns).items()}
                if (readers := self._readers(cells, repeat.filled)) is not None:
                    blocks.append(readers)
                    rules.append((repeat.filled, self._skips(cells, readers)))
        self.is_there = bool(blocks)
        self._columns = [c for c in self._house.columns if any(c.headers[0] in block for block in blocks)]
        names = [column.headers[0] for column in self._columns]
        nothing = Constant("")
        self._blocks = tuple(
            _Block([block.get(name, nothing) for name in names], list(map(names.index, filled)), skips, empty)
            for block, (filled, skips) in zip(blocks, rules, strict=True)
        )
        self._header = self._shown(names)
        columns = tuple(map(self._column, self._house.columns))
        layout = replace(self._house, columns=columns, system=mapping.ids)
        self.layout = with_inclusive_ends(layout) if mapping.inclusive_ends else layout

    def _readers(self, cells: dict[str, Cell], filled: Sequence[str]) -> dict[str, Read] | None:
        """Our column -> its reader. None for a repetition that this file does not have."""
        readers = {ours: reader_of(cell, self._places, self._empty) for ours, cell in cells.items()}
        if filled and all(readers[ours] is None for ours in filled):
            return None
        for column in self._house.columns:
            ours = column.headers[0]
            if column.required and readers[ours] is None:
                theirs = " or ".join(cells[ours].headers())
                raise BadFile(
                    f"{self._table.name}: it has no column {theirs}, from which the mapping {self._mapping.name!r} "
                    f"takes {ours}. See what changed with: schoolhouse map FILE"
                )
        nothing = Constant("")
        there = {ours: read or nothing for ours, read in readers.items() if read is not None or ours in filled}
        for ours in there:
            known = self._theirs.setdefault(ours, [])
            known += [name for name in cells[ours].headers() if name not in known]
            self._cells.setdefault(ours, cells[ours])
        return there

    def _skips(self, cells: dict[str, Cell], readers: dict[str, Read]) -> tuple[Skips, ...]:
        """What leaves a row out: a code that the table says to leave out, or presence in negative attendance."""
        found: list[Skips] = []
        for ours, cell in cells.items():
            if cell.codes and ours in readers:
                table = self._mapping.code_table(cell.codes)
                out = {theirs for theirs, code in table.items() if code == LEAVE_OUT or self._is_presence(ours, code)}
                if out:
                    found.append(_coded(readers[ours], frozenset(out)))
        return tuple(found)

    def _is_presence(self, ours: str, code: str) -> bool:
        negative = self._mapping.attendance == "negative" and ours == "category"
        return negative and district_csv.ATTENDANCE_CODES.get(code) == "present"

    def _shown(self, names: list[str]) -> dict[str, str]:
        """Our column -> what it is called in the reports: their names, and ours where theirs stand for several."""
        shown: dict[str, str] = {}
        for ours in names:
            theirs = self._theirs.get(ours) or [f"{ours} (from the mapping)"]
            text = " or ".join(theirs[:2]) + (f" or {len(theirs) - 2} more" if len(theirs) > 2 else "")
            taken = {name.lower() for name in shown.values()}
            shown[ours] = f"{text} ({ours})" if text.lower() in taken else text
        return shown

    def _column(self, column: Column) -> Column:
        ours = column.headers[0]
        if ours not in self._header:
            return column
        # The other blocks may differ in where a cell comes from, but not in what it goes through.
        return replace(column, headers=(self._header[ours],), check=check_of(self._cells[ours], column, self._mapping))

    def table(self, nth: int, left_out: tuple[str, ...]) -> MappedTable:
        """The rows. The first layout of a file speaks for the file; the others are told apart by name."""
        name, digest = self._table.name, self._table.sha256
        if nth:
            name = f"{name} ({self._house.kind})"
            digest = hashlib.sha256(f"{digest} {nth}".encode()).hexdigest()
        names = [column.headers[0] for column in self._columns]
        header = tuple(self._header[name] for name in names)
        theirs = {name: self._places.find(name) for name in self._part.key if name not in names}
        key = tuple(
            names.index(name) if name in names else len(names) + (theirs[name] or 0)
            for name in self._part.key if name in names or theirs[name] is not None
        )  # fmt: skip
        role = as_cell(self._part.columns.get("role", "")).constant
        return MappedTable(
            self._table, name, digest, header, left_out if nth == 0 else (), self._blocks,
            key if len(key) == len(self._part.key) else (), f" of {role}s" if role else "", self._mapping.name,
            speaks=nth == 0,
        )  # fmt: skip


def _coded(read: Read, out: frozenset[str]) -> Skips:
    known: dict[str, bool] = {}

    def skips(fields: list[str]) -> bool:
        cell = read(fields)
        found = known.get(cell)
        if found is None:
            found = cell.strip().lower() in out
            if len(known) < _CODES_KEPT:
                known[cell] = found
        return found

    return skips
