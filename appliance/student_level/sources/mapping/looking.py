"""A look at a column's values: what they are like, in numbers. What is said about them never repeats one.

The only values that are kept are those of columns with few different short ones, as they may be codes; they are used
for code tables alone.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice

from appliance.days import EARLIEST, LATEST, day_number
from appliance.student_level.sources import ssn
from appliance.student_level.sources.mapping.dates import date_reader
from appliance.student_level.sources.mapping.form import SHARED_CODES
from appliance.student_level.sources.table import Table
from appliance.student_level.sources.values import Refused, is_nothing

SAMPLE_ROWS = 5_000
MOST_CODES = 60
_LONGEST_CODE = 40
USUAL_DATES = ("YYYY-MM-DD", "M/D/YYYY")
"""Those that are read without being told."""
_PATTERNS = (*USUAL_DATES, "YYYY-MM-DDT*", "YYYY-MM-DD *", "M/D/YYYY *", "M/D/YY", "M-D-YYYY", "M-D-YY", "YYYY/MM/DD",
             "YYYY/M/D", "YYYYMMDD", "MMDDYYYY", "D-MON-YYYY", "D-MON-YY", "D MON YYYY", "MON D, YYYY", "MON D YYYY",
             "M.D.YYYY", "D/M/YYYY", "D.M.YYYY", "MMDDYY")  # fmt: skip
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,20})?", re.ASCII)
_MARK = re.compile(r"(-?\d{1,3}(\.\d{1,9})?\s*%?)?\s*([A-F][+-]?|[A-Z]{1,2})?", re.ASCII)
_MOST_SSNS = 0.01
"""Of a column's values. A column with more of them is never proposed, as it is never loaded (`ssn_gate`)."""
_IDS = ssn.Sieve("student")
"""Sees what is written as a social security number, and takes nine bare digits for an id."""
_NOTHINGS = ("na", "-", "--", "---", ".", "#n/a", "nan", "nil", "(null)", "(blank)", "<null>", "n.a.", "missing")
_GRADES = frozenset(theirs.lower() for theirs in SHARED_CODES["grades"])


@dataclass(frozen=True, slots=True)
class Look:
    """What a sample of a column is like. Shares are of the cells that are filled, from 0 to 1."""

    rows: int
    filled: int
    distinct: int
    numbers: float
    marks: float
    both_in_one: float
    """Number and letter in one cell, like `85.12 B+`."""
    grades: float
    letters: float
    dates: float
    patterns: tuple[str, ...]
    years: tuple[int, int] | None
    """Of the dates that lie between 1900 and 2099."""
    impossible_dates: int
    """Dates outside 1900 to 2099, or days that no month has."""
    codes: tuple[str, ...]
    """The different values, the commonest first, of a column that may hold codes; else nothing."""
    is_social_security_number: bool
    """Whether some of the values are such numbers."""
    times: dict[str, int]
    """Of those codes, in how many rows of the sample each stands."""
    nothings: tuple[str, ...]
    """Words that seem to stand for an empty cell."""

    @property
    def different(self) -> float:
        """Share of values that are different from each other."""
        return self.distinct / self.filled if self.filled else 0.0

    def needs_patterns(self) -> tuple[str, ...]:
        """The date patterns that a mapping has to name, so that these dates are read."""
        return () if set(self.patterns) <= {*USUAL_DATES, "YYYY-MM-DDT*"} else self.patterns


def look_at(table: Table, rows: int = SAMPLE_ROWS) -> list[Look]:
    """Each column of a table, by its first rows."""
    width = len(table.header)
    columns: list[list[str]] = [[] for _ in range(width)]
    for _, fields in islice(table.rows(), rows):
        for values, value in zip(columns, fields[:width], strict=False):
            values.append(value.strip())
    return [_look(values) for values in columns]


def _look(values: list[str]) -> Look:
    counted = Counter(value for value in values if not is_nothing(value))
    nothings = tuple(value for value in counted if value.lower() in _NOTHINGS)
    for word in nothings:
        del counted[word]
    filled = sum(counted.values())
    dates, patterns, years, impossible = _dates(counted)
    codes = _codes(counted, filled)
    return Look(
        rows=len(values),
        filled=filled,
        distinct=len(counted),
        numbers=_share(counted, lambda value: bool(_NUMBER.fullmatch(value))),
        marks=_share(counted, lambda value: bool(_MARK.fullmatch(value))),
        both_in_one=_share(counted, lambda value: bool((m := _MARK.fullmatch(value)) and m[1] and m[3])),
        grades=_share(counted, lambda value: value.lower() in _GRADES),
        letters=_share(counted, lambda value: any(c.isalpha() for c in value) and not any(c.isdigit() for c in value)),
        dates=dates,
        patterns=patterns,
        years=years,
        impossible_dates=impossible,
        codes=codes,
        is_social_security_number=_share(counted, _IDS.holds) > _MOST_SSNS,
        times=dict(counted) if codes else {},
        nothings=nothings,
    )


def _share(counted: Counter[str], is_so: Callable[[str], bool]) -> float:
    filled = sum(counted.values())
    return sum(count for value, count in counted.items() if is_so(value)) / filled if filled else 0.0


def _codes(counted: Counter[str], filled: int) -> tuple[str, ...]:
    if not counted or len(counted) > MOST_CODES or (len(counted) > 12 and len(counted) * 5 > filled):
        return ()
    if any(len(value) > _LONGEST_CODE or not value.isprintable() for value in counted):
        return ()
    return tuple(value for value, _ in counted.most_common())


def _dates(counted: Counter[str]) -> tuple[float, tuple[str, ...], tuple[int, int] | None, int]:
    """(share of dates, the fewest patterns that cover them, first and last year, impossible ones)."""
    filled = sum(counted.values())
    left, used = dict(counted), list[str]()
    found: list[str] = []
    for _ in range(3):
        best, matched = _best_pattern(left)
        # A second way of writing must be more than a stray cell: it could be anything.
        if not best or (used and sum(left[value] for value in matched) < 0.02 * filled):
            break
        used.append(best)
        for value, iso in matched.items():
            found += [iso] * left.pop(value)
    good = [day for day in map(_real_day, found) if day is not None]
    share = len(found) / filled if filled else 0.0
    years = (min(good).year, max(good).year) if good else None
    return share, tuple(used), years, len(found) - len(good)


def _best_pattern(values: dict[str, int]) -> tuple[str, dict[str, str]]:
    best, most = ("", dict[str, str]()), 0
    for pattern in _PATTERNS:
        matched = dict(_matching(pattern, values))
        weight = sum(values[value] for value, iso in matched.items() if _real_day(iso))
        if weight > most:
            best, most = (pattern, matched), weight
    return best


def _matching(pattern: str, values: Iterable[str]) -> Iterable[tuple[str, str]]:
    read = date_reader((pattern,))
    for value in values:
        try:
            yield value, read(value)
        except Refused:
            continue


def _real_day(iso: str) -> date | None:
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return None
    return found if EARLIEST <= day_number(found) <= LATEST else None
