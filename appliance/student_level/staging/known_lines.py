"""Which lines of a file are as they were when it was last loaded, so that only the others need be read.

A line is passed over when the same line, anywhere in the file, made a record last time. Lines that were refused, or
made no record of their own, are read again each time. Where it would matter which of two rows comes first, the whole
file is read.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from appliance.days import EARLIEST
from appliance.errors import BadFile
from appliance.student_level.sources.csv_text import TextTable
from appliance.student_level.sources.lines import Hashes, lines_at
from appliance.student_level.sources.recognise import Recognised
from appliance.student_level.sources.table import TextRow

Records = np.ndarray[tuple[int], np.dtype[np.int64]]
"""For each line the key of the record it made, packed into one number; 0 where it made none."""
Places = np.ndarray[tuple[int], np.dtype[np.int32]]
_AT_ONCE = 1024
_REACHES = (64, 4096, 65_536)
"""Lines within which to look for where two files run on alike: first near by, which nearly always does."""
_FEW = 16
_PART = 1 << 18
MOST_SHARE = 0.3
"""Of the lines of a file. When more than so many have to be read, all are."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How the keys of a kind of file's records go into 63 bits: its table, and name, bits and least value of each."""

    table: str
    columns: tuple[tuple[str, int, int], ...]

    def packed(self, keys: Sequence[Any]) -> Records | None:
        """Keys by column. None when one is too large, which no district's is."""
        found = np.zeros(len(keys[0]), np.int64)
        for column, (_, bits, least) in zip(keys, self.columns, strict=True):
            values = np.asarray(column, np.int64) - least
            if len(values) and not 0 <= values.min() <= values.max() < 1 << bits:
                return None
            found = (found << bits) | values
        return found

    def unpacked(self, records: Records) -> Iterator[tuple[int, ...]]:
        """The keys of records again."""
        columns: list[list[int]] = []
        for _, bits, least in reversed(self.columns):
            columns.insert(0, ((records & ((1 << bits) - 1)) + least).tolist())
            records = records >> bits
        return zip(*columns, strict=True)


PACKINGS: Mapping[str, Packing] = {
    "OneRoster enrollments": Packing(
        "section_enrollment", (("section_key", 23, 0), ("student_key", 23, 0), ("begin_day", 17, EARLIEST))
    ),
    "OneRoster results": Packing("grade", (("student_key", 30, 0), ("line_item_key", 33, 0))),
}
"""Kind of file -> how its records are remembered, line by line: those that come by the million."""


@dataclass(slots=True)
class LineRecords:
    """What the lines of a file that is being loaded become. `records` holds what is known already."""

    packing: Packing
    records: Records
    fits: bool = True

    def note(self, numbers: Sequence[int], keys: Sequence[Sequence[Any]]) -> None:
        """Take down the records that rows made."""
        if (packed := self.packing.packed(keys)) is None:
            self.fits = False
        elif isinstance(numbers, range):
            self.records[numbers.start - 1 : numbers.stop - 1] = packed
        else:
            self.records[np.asarray(numbers, np.int64) - 1] = packed


@dataclass(frozen=True, slots=True)
class Picked:
    """Single lines of a file, each of them one row, and the places they have there. Cut into cells as they are read:
    the cells of some ten thousand rows take six times as much memory as their lines.
    """

    places: np.ndarray[Any, np.dtype[np.integer[Any]]]
    lines: list[str]

    def rows(self, separator: str) -> Iterator[TextRow]:
        """The rows, numbered as in the file. Raises csv.Error."""
        cut = csv.reader(self.lines, strict=True, delimiter=separator)
        return ((int(place) + 1, cells) for place, cells in zip(self.places, cut, strict=True) if cells)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines of a file that have to be read; the others hold what is loaded."""

    name: str
    sha256: str
    encoding: str
    header: tuple[str, ...]
    whole: TextTable = field(repr=False)
    picked: Picked = field(repr=False)
    carried: Records = field(repr=False)
    """For each line of the file the record that is loaded of it already, 0 where it has to be read. While the excerpt
    loads, those of its rows are put beside: eight bytes a line are not held twice."""
    passed_over: int
    """How many rows need not be read."""
    vanished: Records = field(repr=False)
    """Records that the file held and holds no longer, unless one of the rows that are read names them."""

    def rows(self) -> Iterator[TextRow]:
        """The rows to be read, numbered as in the file."""
        return self.picked.rows(self.whole.separator)

    def vanished_keys(self, packing: Packing) -> list[tuple[int, ...]]:
        """The keys of the records that vanished."""
        return list(packing.unpacked(self.vanished))

    @property
    def expected(self) -> int:
        """How many rows are to be read."""
        return len(self.picked.lines)

    def carries(self, records: Records) -> bool:
        """Whether any of these records is one of those that are passed over."""
        if not len(records):
            return False
        asked = np.sort(records)
        for start in range(0, len(self.carried), _PART):
            part = self.carried[start : start + _PART]
            places = np.minimum(np.searchsorted(asked, part), len(asked) - 1)
            if np.any((asked[places] == part) & (part != 0)):
                return True
        return False


def lines_of(one: Recognised) -> LineRecords | None:
    """What the lines of a file become, to begin with; None where that is not remembered."""
    packing = PACKINGS.get(one.layout.kind)
    if isinstance(one.table, Excerpt) and packing:
        return LineRecords(packing, one.table.carried)
    if packing and isinstance(one.table, TextTable) and one.table.line_hashes is not None and not one.layout.is_delta:
        return LineRecords(packing, np.zeros(len(one.table.line_hashes), np.int64))
    return None


def excerpt(table: TextTable, hashes: Callable[[], bytearray], records: Callable[[], bytearray]) -> Excerpt | None:
    """What has to be read of a file whose lines last time had these hashes and became these records.

    None when that is too much, or when rows and lines are not the same thing in it. Hashes and records are asked for
    one after the other, so that those of millions of lines are not in memory at once.
    """
    if table.line_hashes is None or not len(table.line_hashes):
        return None
    alike = same_lines(np.frombuffer(hashes(), np.uint64), table.line_hashes)
    if not len(alike) or alike[0] != 0:
        return None
    known, carried = np.frombuffer(records(), np.int64), np.zeros(len(alike), np.int64)
    gone = known != 0
    for start in range(0, len(alike), _PART):
        part = alike[start : start + _PART]
        np.copyto(carried[start : start + _PART], known[part], where=part >= 0)
        gone[part[part >= 0]] = False
    wanted = np.flatnonzero(carried == 0)[1:]  # but for the header's
    if not carried.any() or len(wanted) > MOST_SHARE * len(carried) or (picked := _picked(table, wanted)) is None:
        return None
    told, passed_over = (table.name, table.sha256, table.encoding, table.header), int(np.count_nonzero(carried))
    return Excerpt(*told, table, picked, carried, passed_over, known[gone])


def _picked(table: TextTable, places: np.ndarray[Any, np.dtype[np.integer[Any]]]) -> Picked | None:
    """These lines, if each is a row. A last line that may be cut short is left to the whole reader."""
    try:
        picked = Picked(places, [line.decode(table.encoding, "strict") for line in lines_at(table.file, places)])
        if any("\r" in line[:-1] for line in picked.lines):
            return None
        for _ in picked.rows(table.separator):
            pass
    except (csv.Error, BadFile, ValueError):  # The last one: not in this encoding, or not as many rows as lines.
        return None
    if len(places) and places[-1] == table.expected + 1:  # There is no line end after it.
        return None
    return picked


def same_lines(old: Hashes, new: Hashes) -> Places:
    """For each new line the place of an old line like it, -1 if there is none; no old line is taken twice."""
    found = np.full(len(new), -1, np.int32)  # Half the memory; no file has two thousand million lines.
    at, now = 0, 0
    while at < len(old) and now < len(new):
        size = min(_AT_ONCE, len(old) - at, len(new) - now)
        same = np.flatnonzero(old[at : at + size] == new[now : now + size])
        alike = int(same[-1]) + 1 if len(same) else 0
        found[now + same] = at + same
        if size - alike <= _FEW:
            at, now = at + size, now + size
        else:
            on = _run_on(old[at + alike :], new[now + alike :])
            at, now = at + alike + on[0], now + alike + on[1]
    _match_the_rest(old, new, found)
    return found


def _run_on(old: Hashes, new: Hashes) -> tuple[int, int]:
    """How far ahead in each file the two run on alike."""
    for reach in _REACHES:
        _, ours, theirs = np.intersect1d(old[:reach], new[:reach], return_indices=True)
        if len(ours):
            nearest = int(np.argmin(ours + theirs))
            return int(ours[nearest]), int(theirs[nearest])
    return min(_REACHES[-1], len(old)), min(_REACHES[-1], len(new))


def _match_the_rest(old: Hashes, new: Hashes, found: Places) -> None:
    """Match lines that moved. Of several lines that are alike the first goes with the first."""
    is_left = np.ones(len(old), bool)
    is_left[found[found >= 0]] = False
    left, lost = np.flatnonzero(is_left), np.flatnonzero(found < 0)
    _, ours, theirs = np.intersect1d(old[left], new[lost], return_indices=True)
    found[lost[theirs]] = left[ours]
