"""The form of a mapping file: what a person writes in TOML, and what is checked before it is used.

A mapping says how one kind of file becomes rows of layouts that Schoolhouse already reads. It holds names of columns
and codes, never a value of a student.

    version = 1
    name = "Riverton attendance"
    fingerprint = ["PUPIL_NO", "ATT_CODE"]      # a file with all of these headers is of this kind
    dates = ["MM/DD/YYYY"]                      # how days are written; leave out for 2026-11-20 and 11/20/2026
    empty = ["NA", "--"]                        # words that stand for an empty cell
    attendance = "negative"                     # rows that say "present" are left out; or "positive": they count

    [codes.attendance]                          # their code = ours; one that is not here is refused with its row
    A = "Unexcused"
    T = "Tardy"
    X = "-"                                     # leave such a row out

    [[table]]                                   # one file may fill several layouts
    layout = "daily attendance"
    [table.columns]                             # our column = theirs
    student_id = "PUPIL_NO"
    date = "ATT_DT"
    category = { from = "ATT_CODE", codes = "attendance" }
"""

import itertools
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from appliance.errors import BadFile
from appliance.student_level.sources import district_csv, oneroster
from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.mapping.dates import date_reader

VERSION = 1
"""Of this form. A file of another version is refused."""
LEAVE_OUT = "-"
"""Our side of a code table: rows with this code are left out. Nothing at all there: the cell counts as empty."""
TEXT = "="
"""What a part of a `join` begins with when it is text, and not the name of a column."""
LAYOUTS: dict[str, Layout] = {layout.kind: layout for layout in (*district_csv.LAYOUTS, *oneroster.LAYOUTS)}
"""What a mapping may fill, by name."""

Take = Literal["number", "letter", "school_year"]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Cell(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Where one of our columns comes from; exactly one of `from`, `is`, `first` and `join`.

    `first`: the first of these columns that is filled. `join`: these columns, one after another, with `with` between
    (`=word` is the word itself); empty when one of them is. `cut`: first character (1 is the first) and length. `take`:
    `number` or `letter` out of a cell like `85.12 B+`, `school_year` out of a date. `codes`: the code table it goes
    through. `dates`: as in the mapping.
    """

    source: _Text | None = msgspec.field(default=None, name="from")
    constant: _Text | None = msgspec.field(default=None, name="is")
    first: tuple[_Text, ...] = ()
    join: tuple[_Text, ...] = ()
    between: str = msgspec.field(default="", name="with")
    cut: tuple[Annotated[int, msgspec.Meta(ge=1)], Annotated[int, msgspec.Meta(ge=1)]] | None = None
    take: Take | None = None
    codes: str | None = None
    dates: tuple[_Text, ...] = ()

    def headers(self) -> tuple[str, ...]:
        """Their columns that this one reads."""
        return (self.source,) if self.source else self.first or tuple(t for t in self.join if not t.startswith(TEXT))

    def filled_in(self, words: dict[str, Any]) -> "Cell":
        """The same with `{word}` and `{word.part}` replaced, for rows that repeat."""
        if not words:  # Their own column names may hold braces.
            return self

        def fill(text: str) -> str:
            return text.format_map(words)

        return msgspec.structs.replace(
            self,
            source=fill(self.source) if self.source else None,
            constant=fill(self.constant) if self.constant else None,
            first=tuple(map(fill, self.first)),
            join=tuple(map(fill, self.join)),
        )


class _Word(dict[str, str]):
    """A word of a `for` list, alone or as a table of parts: `{grade.title}`."""

    def __getattr__(self, name: str) -> str:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Repeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rows that one row of the file makes: one for each combination of the words after `for`.

    A combination none of whose `filled` columns is in the file is passed over, and one whose `filled` cells are all
    empty makes no row.
    """

    words: dict[str, tuple[str | dict[str, str], ...]] = msgspec.field(default={}, name="for")
    filled: tuple[_Text, ...]
    columns: dict[str, _Text | Cell]

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Each way to choose one word from every list."""
        lists = [[(name, _Word(w) if isinstance(w, dict) else w) for w in words] for name, words in self.words.items()]
        for chosen in itertools.product(*lists):
            yield dict(chosen)


class MappedLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One layout that the file fills. `key`: of rows that agree in these columns, ours or theirs, the first counts."""

    layout: str
    columns: dict[str, _Text | Cell] = {}
    key: tuple[_Text, ...] = ()
    rows: tuple[Repeat, ...] = ()


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file of fixed places without a header. `says`: the words that its first line may have in a column."""

    length: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    """Characters in a line; it may be shorter where blanks at its end were cut off, but never longer."""
    columns: dict[_Text, tuple[Annotated[int, msgspec.Meta(ge=1)], Annotated[int, msgspec.Meta(ge=1)]]]
    """Name = first character (1 is the first) and length."""
    says: dict[str, tuple[_Text, ...]] = {}


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of file, and which rows it makes."""

    version: int
    name: Annotated[str, msgspec.Meta(pattern=r"^[\w .,&/()+-]{1,80}$")]
    table: Annotated[tuple[MappedLayout, ...], msgspec.Meta(min_length=1)]
    fingerprint: tuple[_Text, ...] = ()
    without: tuple[_Text, ...] = ()
    """Headers that a file of this kind never has: what tells two similar kinds apart."""
    dates: tuple[_Text, ...] = ()
    empty: tuple[str, ...] = ()
    attendance: Literal["positive", "negative"] | None = None
    ids: Literal["oneroster", "clever", "district"] = "oneroster"
    """Whose ids a roster's rows carry: those of a system of its own, or those that all of the district's files use."""
    inclusive_ends: bool = False
    """Whether an end date is the last day that counts. Inside, it is the first that does not."""
    codes: dict[str, dict[str, str]] = {}
    fixed: Fixed | None = None
    seen: tuple[str, ...] = ()
    """The header of the file that it was made from, for showing what changed."""
    revision: Annotated[int, msgspec.Meta(ge=1)] = 1
    """How often a person has confirmed a mapping of this name."""
    confirmed_by: str = ""
    confirmed_at: str = ""
    """Who did it last, and when (ISO text, UTC); empty for the shipped ones."""

    def code_table(self, name: str) -> dict[str, str]:
        """A code table by name, theirs in lower case: one that every mapping may use, then the mapping's own."""
        tables = SHARED_CODES.get(name, {}), self.codes.get(name, {})
        return {theirs.lower(): ours for table in tables for theirs, ours in table.items()}


_SHARED = Path(__file__).with_name("codes.toml")
SHARED_CODES: dict[str, dict[str, str]] = tomllib.loads(_SHARED.read_text(encoding="utf-8"))
"""Code tables that every mapping may name: the ways in which grades are written, and the like."""


def read_mapping(text: str, name: str) -> Mapping:
    """A mapping from its TOML. Raises BadFile that names the file and what is wrong in it."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Mapping)
        _check(mapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, _Wrong) as error:
        raise BadFile(f"{name}: {error}. Mend the mapping, or make it again with: schoolhouse map FILE") from None
    return mapping


class _Wrong(Exception):
    """What is wrong in a mapping, for its author."""


def _check(mapping: Mapping) -> None:
    if mapping.version != VERSION:
        raise _Wrong(f"this is version {mapping.version} of the form; version {VERSION} is read here")
    if not mapping.fingerprint and mapping.fixed is None:
        raise _Wrong("it needs a fingerprint: headers that only files of this kind have together")
    _check_dates(mapping.dates)
    for table in mapping.table:
        _check_table(mapping, table)


def _check_table(mapping: Mapping, table: MappedLayout) -> None:
    layout = LAYOUTS.get(table.layout)
    if layout is None:
        raise _Wrong(f"there is no layout {table.layout!r}; known are {', '.join(LAYOUTS)}")
    known = {column.headers[0]: column for column in layout.columns}
    for repeat in table.rows or (Repeat(filled=(), columns={}),):
        columns = table.columns | repeat.columns
        if strange := [ours for ours in (*columns, *repeat.filled) if ours not in known]:
            raise _Wrong(f"{table.layout} has no column {strange[0]!r}; it has {', '.join(known)}")
        if missing := [name for name, column in known.items() if column.required and name not in columns]:
            raise _Wrong(f"{table.layout} needs the column {missing[0]!r}")
        if unsaid := [ours for ours in repeat.filled if ours not in columns]:
            raise _Wrong(f"`filled` names {unsaid[0]!r}, which these rows do not have")
        for ours, cell in columns.items():
            _check_cell(mapping, ours, as_cell(cell))
            for words in repeat.combinations():
                _try_words(ours, as_cell(cell), words)
    _check_alike(table)
    _check_attendance(mapping, table)


def _check_alike(table: MappedLayout) -> None:
    """Every kind of row must treat a column alike: it is one column of one layout."""
    ways: dict[str, set[tuple[object, ...]]] = {}
    for repeat in table.rows:
        for ours, cell in (table.columns | repeat.columns).items():
            one = as_cell(cell)
            ways.setdefault(ours, set()).add((one.codes, one.dates, one.take == "school_year"))
    if unlike := [ours for ours, kinds in ways.items() if len(kinds) > 1]:
        raise _Wrong(f"{unlike[0]}: say the same codes and dates in all rows of a table")


def _check_attendance(mapping: Mapping, table: MappedLayout) -> None:
    if mapping.attendance == "positive" and "category" in table.columns:
        cell = as_cell(table.columns["category"])
        if cell.codes and not any(_is_present(ours) for ours in mapping.code_table(cell.codes).values()):
            raise _Wrong("positive attendance needs a code for Present")


def _is_present(ours: str) -> bool:
    return district_csv.ATTENDANCE_CODES.get(ours) == "present"


def _check_cell(mapping: Mapping, ours: str, cell: Cell) -> None:
    told = [bool(cell.source), bool(cell.constant), bool(cell.first), bool(cell.join)]
    if sum(told) != 1:
        raise _Wrong(f"{ours}: say exactly one of from, is, first, join")
    if cell.join and not cell.headers():
        raise _Wrong(f"{ours}: a join needs at least one column")
    if cell.codes and cell.codes not in mapping.codes and cell.codes not in SHARED_CODES:
        raise _Wrong(f"{ours}: there is no code table {cell.codes!r}")
    _check_dates(cell.dates)


def _try_words(ours: str, cell: Cell, words: dict[str, Any]) -> None:
    try:
        cell.filled_in(words)
    except (KeyError, AttributeError, ValueError, IndexError) as error:
        raise _Wrong(f"{ours}: a name in braces is none of the words after `for` ({error})") from None


def _check_dates(patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        try:
            date_reader((pattern,))
        except ValueError as error:
            raise _Wrong(str(error)) from None


def as_cell(cell: str | Cell) -> Cell:
    """`"NAME"` is short for `{ from = "NAME" }`."""
    return Cell(source=cell) if isinstance(cell, str) else cell
