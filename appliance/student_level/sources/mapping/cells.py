"""From a cell description to a function that takes the fields of a row."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Names
from dataclasses import dataclass

from appliance.days import from_day_number, school_year
from appliance.errors import BadFile
from appliance.student_level.sources.layout import Column
from appliance.student_level.sources.mapping.dates import date_reader
from appliance.student_level.sources.mapping.form import LEAVE_OUT, TEXT, Cell, Mapping
from appliance.student_level.sources.totals_csv import school_year_of_day
from appliance.student_level.sources.values import Check, Refused, day, is_nothing

Read = Callable[[list[str]], str]


@dataclass(frozen=True, slots=True)
class Plain:
    """Reads one cell as it is. Rows that are made of these alone are cut out at once, without a call for each cell."""

    place: int

    def __call__(self, fields: list[str]) -> str:
        """The cell."""
        return fields[self.place]


@dataclass(frozen=True, slots=True)
class Constant:
    """The same text for each row."""

    text: str

    def __call__(self, _fields: list[str]) -> str:
        """The text."""
        return self.text


_MARK = re.compile(r"(?P<number>-?\d{1,12}(?:\.\d{1,9})?)?\s*%?\s*(?P<letter>[A-Za-z]{1,3}[+-]?)?", re.ASCII)
_DATES = frozenset({day, school_year_of_day})


class Places:
    """Where each of their columns stands in a row, whatever its case. A name that stands twice is refused when used."""

    def __init__(self, file: str, header: tuple[str, ...]) -> None:
        self._file = file
        self._header = header
        self._lower = [name.lower() for name in header]
        self.used: set[int] = set()

    def find(self, header: str) -> int | None:
        """The place of a column, None when the file does not have it. Raises BadFile when it has it twice."""
        name = header.strip()
        names: Sequence[str] = self._header
        if name not in names:
            name, names = name.lower(), self._lower
        if name not in names:
            return None
        if names.count(name) > 1:
            raise BadFile(f"{self._file}: the header names {header} twice. Ask the sender to mend the export.")
        place = names.index(name)
        self.used.add(place)
        return place


def reader_of(cell: Cell, places: Places, empty: frozenset[str]) -> Read | None:
    """What reads this cell out of a row; None when the file has none of its columns. Codes and dates come later."""
    if cell.constant is not None:
        return Constant(cell.constant)
    found = [place for place in map(places.find, cell.headers()) if place is not None]
    if not found or (cell.join and len(found) < len(cell.headers())):
        return None
    if cell.join:
        read = _joined([t[1:] if t.startswith(TEXT) else found.pop(0) for t in cell.join], cell.between, empty)
    else:
        read = _first_of(found, empty)
    if cell.cut:
        read = _cut(read, *cell.cut)
    if cell.take in ("number", "letter"):
        read = _part(read, cell.take)
    return read


def _first_of(places: list[int], empty: frozenset[str]) -> Read:
    if len(places) == 1:
        return Plain(places[0])

    def read(fields: list[str]) -> str:
        for place in places:
            if (stripped := fields[place].strip()) and not is_nothing(stripped) and stripped.lower() not in empty:
                return stripped
        return ""

    return read


def _joined(pieces: list[int | str], between: str, empty: frozenset[str]) -> Read:
    def read(fields: list[str]) -> str:
        parts: list[str] = []
        for piece in pieces:
            part = piece if isinstance(piece, str) else fields[piece].strip()
            if isinstance(piece, int) and (is_nothing(part) or part.lower() in empty):
                return ""
            parts.append(part)
        return between.join(parts)

    return read


def _cut(read: Read, first: int, length: int) -> Read:
    return lambda fields: read(fields)[first - 1 : first - 1 + length]


def _part(read: Read, part: str) -> Read:
    """A mark like `85.12 B+` in two; a cell of any other shape stays whole, so that the check refuses it."""

    def taken(fields: list[str]) -> str:
        cell = read(fields).strip()
        match = None if is_nothing(cell) else _MARK.fullmatch(cell)
        return (match[part] or "") if match else cell

    return taken


def check_of(cell: Cell, column: Column, mapping: Mapping) -> Check:
    """The house's own check of a column, after the mapping's codes and dates. Codes that are not listed are refused."""
    check = column.check
    empty = frozenset(word.lower() for word in mapping.empty)
    if cell.take == "school_year":
        check = _as_school_year(check, cell.dates or mapping.dates)
    elif cell.codes:
        check = _through(mapping.code_table(cell.codes), cell.codes, column)
    elif patterns := cell.dates or (mapping.dates if column.check in _DATES and not cell.constant else ()):
        check = _dated(patterns, check)
    return _unless_empty(empty, column, check) if empty else check


def _unless_empty(empty: frozenset[str], column: Column, check: Check) -> Check:
    def unless_empty(value: str) -> object:
        if value.lower() not in empty:
            return check(value)
        if column.must_be_filled:
            raise Refused("missing", "is empty, and this column is needed", "Fill it in the source system.")
        return column.empty

    return unless_empty


def _through(table: Names[str, str], name: str, column: Column) -> Check:
    def through(value: str) -> object:
        ours = table.get(value.lower())
        if ours is None or ours == LEAVE_OUT:
            what = f"is a code that the table {name!r} of the mapping does not have"
            raise Refused("not_in_list", what, "Add it there, or correct it.")
        return column.check(ours) if ours else column.empty

    return through


def _dated(patterns: tuple[str, ...], check: Check) -> Check:
    read = date_reader(patterns)
    return lambda value: check(read(value))


def _as_school_year(check: Check, patterns: tuple[str, ...]) -> Check:
    read = date_reader(patterns) if patterns else str

    def year(value: str) -> object:
        return check(str(school_year(from_day_number(day(read(value))))))

    return year
