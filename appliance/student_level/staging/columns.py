"""The cells of one column, from text to typed values. A column of a million cells holds few distinct texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.student_level.sources import ssn
from appliance.student_level.sources.layout import Column
from appliance.student_level.sources.values import LONGEST_TEXT, NOTHING, Refused, is_nothing, kind_of, text
from appliance.student_level.staging.ssn_gate import REFUSED

_DISTINCT_KEPT = 50_000
"""Texts that are remembered with what they mean. Beyond it all are forgotten: files name one thing in one place."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Stands in the place of a value that was refused."""

    refused: Refused
    kind: str
    """What the text is like, without giving it away."""


_MISSING = Refused("missing", "is empty, and this column is needed", "Fill it in the source system.")


class CheckedColumn(dict[str, Any]):
    """Cell text -> typed value, or Wrong. Each distinct text is checked when it first comes."""

    def __init__(self, column: Column, sieve: ssn.Sieve) -> None:
        super().__init__()
        self.column, self._sieve = column, sieve
        self._checked = self._refused = 0
        self._is_mostly_new = False

    def typed(self, cells: Sequence[str]) -> tuple[list[Any], bool]:
        """The values of some cells, and whether any of them is Wrong."""
        if self._is_mostly_new and self._are_plain_text(cells):
            return list(cells), False
        checked, refused = self._checked, self._refused
        values = list(map(self.__getitem__, cells))
        self._is_mostly_new = self.column.check is text and 2 * (self._checked - checked) > len(cells)
        return values, self._refused > refused

    def _are_plain_text(self, cells: Sequence[str]) -> bool:
        """Whether each cell would pass just as it stands, as one look at all of them together shows."""
        lines = "\n".join(cells)
        return (
            lines.count("\n") == len(cells) - 1
            and lines.replace("\n", "").isprintable()
            and not (lines[:1] == " " or lines[-1:] == " " or " \n" in lines or "\n " in lines)
            and NOTHING.isdisjoint(cells)
            and max(map(len, cells)) <= LONGEST_TEXT
            and self._sieve.lets_all_pass(lines)
        )

    def __missing__(self, cell: str) -> Any:
        self._checked += 1
        value = self._check(cell.strip())
        if isinstance(value, Wrong):
            self._refused += 1
            return value
        if len(self) >= _DISTINCT_KEPT:
            self.clear()
        self[cell] = value
        return value

    def _check(self, stripped: str) -> Any:
        if len(stripped) >= ssn.LEAST and self._sieve.holds(stripped):
            return Wrong(REFUSED, kind_of(""))
        if is_nothing(stripped):
            return Wrong(_MISSING, kind_of("")) if self.column.must_be_filled else self.column.empty
        try:
            return self.column.check(stripped)
        except Refused as refused:
            return Wrong(refused, kind_of(stripped))
