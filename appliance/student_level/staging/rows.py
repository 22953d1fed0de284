"""Typed rows on their way to a loader: in blocks by column, for kinds that come by the million, or one by one."""

from collections import namedtuple
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.table import ROWS_IN_BLOCK


@dataclass(frozen=True, slots=True)
class Typed:
    """Some rows that follow one another, by field of their layout."""

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[Any]]

    def __getitem__(self, field: str) -> Sequence[Any]:
        return self.columns[field]

    def of(self, *fields: str) -> list[Sequence[Any]]:
        """Some of the columns, in this order."""
        return [self.columns[field] for field in fields]

    def where(self, field: str) -> "Typed":
        """The rows in which a field is neither zero nor empty."""
        column = self.columns[field]
        return self if all(column) else self.without({place for place, value in enumerate(column) if not value})

    def plus(self, **columns: Sequence[Any]) -> "Typed":
        """The same with more columns."""
        return Typed(self.numbers, {**self.columns, **columns})

    def without(self, places: Collection[int]) -> "Typed":
        """The same but for the rows at these places, counted from 0."""
        if not places:
            return self
        kept = [place for place in range(len(self.numbers)) if place not in places]
        return Typed(_at(self.numbers, kept), {field: _at(column, kept) for field, column in self.columns.items()})

    def at(self, place: int) -> Any:
        """The row at this place, counted from 0, as a named tuple."""
        return _row_type(tuple(self.columns))._make(column[place] for column in self.columns.values())

    def rows(self) -> Iterator[tuple[int, Any]]:
        """(row number, named tuple) of each."""
        return zip(self.numbers, map(_row_type(tuple(self.columns))._make, zip(*self.columns.values(), strict=True)),
                   strict=True)  # fmt: skip


class Rows:
    """The rows of a file that passed their own checks. They can be had once."""

    def __init__(self, blocks: Iterator[Typed]) -> None:
        self._blocks = blocks

    def blocks(self) -> Iterator[Typed]:
        """By column."""
        return self._blocks

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """(row number, row) of each."""
        for block in self._blocks:
            yield from block.rows()


def rows_of(numbered: Iterable[tuple[int, Any]], layout: Layout) -> Rows:
    """Rows that come one by one: objects with the fields of a layout."""
    fields = [column.field for column in layout.columns]

    def blocks() -> Iterator[Typed]:
        remaining = iter(numbered)
        while some := list(islice(remaining, ROWS_IN_BLOCK)):
            columns = {field: [getattr(row, field) for _, row in some] for field in fields}
            yield Typed([number for number, _ in some], columns)

    return Rows(blocks())


def _at(column: Sequence[Any], places: list[int]) -> list[Any]:
    return [column[place] for place in places]


@cache
def _row_type(fields: tuple[str, ...]) -> Any:
    return namedtuple("Row", fields)
