"""What every reader hands on, whatever the file was: rows of text under a header, one by one or in blocks by column."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Protocol, runtime_checkable

ROWS_IN_BLOCK = 500
"""About 64 KB of text: what fits into a processor's nearest cache. Ten times as much takes half as long again."""
TextRow = tuple[int, list[str]]
"""(number by which a person finds the row in the file again, its cells)."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows that follow one another, by column: a column has few distinct values, so each need be looked at once.

    `odd` are rows among them with more or fewer cells than the header has.
    """

    numbers: Sequence[int]
    columns: Sequence[Sequence[str]]
    """One for each name of the header, as long as `numbers`."""
    odd: Sequence[TextRow] = ()

    def rows(self) -> Iterator[TextRow]:
        """The same, row by row, the odd ones in their places."""
        even = zip(self.numbers, map(list, zip(*self.columns, strict=True)), strict=True)
        return merge(even, self.odd, key=itemgetter(0)) if self.odd else even

    def without_padding(self) -> "Block":
        """The same, but a row that is only longer by empty cells is no odd one: a harmless habit of some exports."""
        width = len(self.columns)
        if not any(len(cells) > width and not any(cells[width:]) for _, cells in self.odd):
            return self
        cut = [(number, cells if any(cells[width:]) else cells[:width]) for number, cells in self.rows()]
        return block_of(cut, width)


def block_of(rows: Sequence[TextRow], width: int) -> Block:
    """Rows by column."""
    even = [row for row in rows if len(row[1]) == width]
    columns = list(zip(*(cells for _, cells in even), strict=True)) if even else [()] * width
    odd = [row for row in rows if len(row[1]) != width] if len(even) < len(rows) else ()
    return Block([number for number, _ in even], columns, odd)


class Table(Protocol):
    """Rows of text, read as a stream."""

    @property
    def name(self) -> str:
        """The file's name for reports; inside a zip `package.zip/users.csv`."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes, as hexadecimal."""

    @property
    def encoding(self) -> str:
        """How its text is encoded."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""

    def rows(self) -> Iterable[TextRow]:
        """Each row. Raises BadFile for a file that breaks off."""


@runtime_checkable
class ByColumn(Protocol):
    """A table that is read by column to begin with."""

    def by_column(self) -> Iterator[Block]:
        """All rows. Raises BadFile for a file that breaks off."""


def in_blocks(table: Table) -> Iterator[Block]:
    """All rows of a table by column. Raises BadFile for a file that breaks off."""
    if isinstance(table, ByColumn):
        yield from table.by_column()
        return
    remaining, width = iter(table.rows()), len(table.header)
    while some := list(islice(remaining, ROWS_IN_BLOCK)):
        yield block_of(some, width)
