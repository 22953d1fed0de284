"""Text in, a typed value out, or a refusal that says what is wrong and how to mend it.

A refusal never repeats the value: it names its kind ("text of 9 characters"), so that a report can be printed.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from appliance.days import EARLIEST, LATEST, day_number

LONGEST_TEXT = 300
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T.*)?", re.ASCII)
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_YEAR = re.compile(r"(\d{4})(?:\s*[-/]\s*(\d{4}))?", re.ASCII)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,20})?", re.ASCII)
NOTHING = frozenset({"", "NULL", "null", "N/A", "n/a", "NONE", "None", "none"})
"""What senders write for an empty cell. Not `Null`: there are people of that name."""


class Refused(Exception):
    """A value that cannot be taken. `code` is stable; `what` and `fix` are for the report."""

    def __init__(self, code: str, what: str, fix: str) -> None:
        super().__init__(code)
        self.code, self.what, self.fix = code, what, fix


Check = Callable[[str], Any]
"""Takes a stripped, non-empty text; returns the typed value or raises Refused."""


def is_nothing(text: str) -> bool:
    """Whether a cell is empty, or holds a word that senders write into empty cells."""
    return text in NOTHING


def kind_of(text: str) -> str:
    """What a value is like, without giving it away: for reports."""
    if not text:
        return "empty"
    if text.isdigit():
        return f"number of {len(text)} digits"
    return f"text of {len(text)} characters"


def text(value: str) -> str:
    """Text of at most 300 characters. Control characters are taken out, unusual blanks become plain ones."""
    if len(value) > LONGEST_TEXT:
        raise Refused("too_long", f"is longer than {LONGEST_TEXT} characters", "Shorten it in the source system.")
    if value.isprintable():
        return value
    plain = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in value).strip()
    if not plain:
        raise Refused("missing", "holds nothing that can be read", "Fill it in the source system.")
    return plain


def day(value: str) -> int:
    """A date, `2026-11-20` (a time after it is left out) or `11/20/2026`, from 1900 to 2099, as a day number."""
    match = _ISO.fullmatch(value)
    parts = (match[1], match[2], match[3]) if match else None
    if parts is None and (match := _US.fullmatch(value)):
        parts = (match[3], match[1], match[2])
    if parts is None:
        raise Refused("not_a_date", "is not a date", "Write dates as 2026-11-20.")
    try:
        number = day_number(date(*map(int, parts)))
    except ValueError:
        raise Refused("not_a_date", "is a day that does not exist", "Correct the date in the source system.") from None
    if not EARLIEST <= number <= LATEST:
        raise Refused("date_out_of_range", "is a date before 1900 or after 2099", "Correct it in the source system.")
    return number


def number(value: str) -> float:
    """A plain decimal number: no exponent, no separators, not infinite."""
    if not _NUMBER.fullmatch(value) or not math.isfinite(found := float(value)):
        raise Refused("not_a_number", "is not a number", "Write numbers like 87 or 87.5.")
    return found


def size(value: str) -> float:
    """A plain decimal number that is not below zero."""
    found = number(value)
    if found < 0:
        raise Refused("negative", "is below zero", "Correct it in the source system.")
    return found


def year(value: str) -> int:
    """A school year, named by the year it ends in: `2027`, or `2026-2027`. From 1900 to 2100."""
    match = _YEAR.fullmatch(value)
    found = int(match[2] or match[1]) if match else 0
    if not EARLIEST_YEAR <= found <= LATEST_YEAR:
        raise Refused("not_a_year", "is not a school year", "Write the year in which the school year ends, like 2027.")
    return found


def flag(value: str) -> int:
    """A yes or no, as 1 or 0."""
    return int(_yes_or_no(value))


def one_of(table: Mapping[str, Any]) -> Check:
    """A code from a list, whatever its case. A code that is not listed is refused, never guessed."""
    known = {key.lower(): value for key, value in table.items()}
    listed = ", ".join(list(table)[:12])

    def check(value: str) -> Any:
        try:
            return known[value.lower()]
        except KeyError:
            if value.lower().startswith(OF_THE_SENDERS_OWN):
                raise Refused("own_code", "is a code of the sender's own", f"Ask for one of: {listed}.") from None
            raise Refused("not_in_list", "is not a known code", f"Known here: {listed}.") from None

    return check


OF_THE_SENDERS_OWN = "ext:"
"""How OneRoster 1.2 marks a code that its own lists do not have."""


def one_of_or_own(table: Mapping[str, Any], own: Any) -> Check:
    """As `one_of`; a code of the sender's own (`ext:...`) is taken as `own`. Only where not knowing it does no harm."""
    listed = one_of(table)

    def check(value: str) -> Any:
        return own if value.lower().startswith(OF_THE_SENDERS_OWN) else listed(value)

    return check


def several(value: str) -> tuple[str, ...]:
    """A list in one cell, separated by commas."""
    return tuple(part for part in (piece.strip() for piece in value.split(",")) if part)


_yes_or_no = one_of({"true": 1, "false": 0, "1": 1, "0": 0, "yes": 1, "no": 0, "y": 1, "n": 0})

_GRADES = {
    "PK": "PK", "PR": "PK", "IT": "PK", "TK": "KG", "KG": "KG", "K": "KG", "PS": "13", "13": "13", "UG": "UG",
    "AE": "AE", "Other": "UG",
    **{str(n): f"{n:02}" for n in range(1, 13)}, **{f"{n:02}": f"{n:02}" for n in range(1, 13)},
}  # fmt: skip

grade_level = one_of(_GRADES)
"""A grade as OneRoster (CEDS) or a plain number writes it, to EDFacts' two characters; transitional K counts as KG."""
