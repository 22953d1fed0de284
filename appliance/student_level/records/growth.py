"""Growth on a test as its publisher reports it, beside what is typical, with its margin."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.storage.database import Reading

_DAYS_BACK = 400
MOST_TESTS = 2
"""Columns of a class's page."""
_GROWTH = """
    SELECT grown.student_key, test.title, test.subject, grown.span, grown.day, grown.observed, grown.typical,
           grown.standard_error AS margin
      FROM json_each(:students) AS wanted
           CROSS JOIN visible_test_growth AS grown ON grown.student_key = wanted.value
           CROSS JOIN test USING (test_key)
     WHERE grown.observed IS NOT NULL AND grown.day BETWEEN :since AND :today
     ORDER BY grown.day DESC, test.title, grown.span
"""


@dataclass(frozen=True, slots=True)
class Growth:
    """Points gained between two sittings. `typical`: what students with the same start usually gain; `margin`: the
    standard error of the points gained, None where the publisher tells none.
    """

    day: int
    observed: float
    typical: float | None
    margin: float | None

    @property
    def may_be_chance(self) -> bool:
        """Whether the difference from typical growth is within the margin."""
        apart = None if self.typical is None else abs(self.observed - self.typical)
        return self.margin is not None and apart is not None and apart <= self.margin

    @property
    def is_more_than_chance(self) -> bool:
        """Whether points were gained, as many as is typical, and more than the margin."""
        return self.observed >= (self.typical or 0) and self.observed > (self.margin or 0)

    @property
    def words(self) -> str:
        """+6, typical 5."""
        typical = "" if self.typical is None else f", typical {self.typical:g}"
        return f"{self.observed:+g}{typical}" if self.observed else f"no change{typical}"

    @property
    def chance(self) -> str:
        """What to make of it: may be chance, the margin is 5 points."""
        if self.margin is None:
            return "no margin told"
        margin = f"the margin is {self.margin:.0f} {'point' if f'{self.margin:.0f}' == '1' else 'points'}"
        return f"may be chance: {margin}" if self.may_be_chance else margin


@dataclass(frozen=True, slots=True)
class GrowthColumn:
    """One test and span for a class, by student."""

    test: str
    span: str
    by_student: dict[int, Growth]


def growth_of_class(reading: Reading, students: Sequence[int], subject: str, today: int) -> tuple[GrowthColumn, ...]:
    """The newest growth of a class on at most two tests of its subject (EDFacts' code; empty for every subject).

    Of several spans that end on one sitting, the one that most of the class has.
    """
    values = {"students": json.dumps(list(students)), "since": today - _DAYS_BACK, "today": today}
    rows = [row for row in reading.query(_GROWTH, values) if subject in ("", row["subject"])]
    wanted = Counter((row["title"], row["span"]) for row in rows)
    chosen: dict[str, str] = {}
    for (test, span), _ in sorted(wanted.items(), key=lambda one: (-one[1], one[0])):
        chosen.setdefault(test, span)
    columns: dict[str, dict[int, Growth]] = {test: {} for test in list(chosen)[:MOST_TESTS]}
    for row in rows:
        if row["title"] in columns and chosen[row["title"]] == row["span"]:
            grown = Growth(row["day"], row["observed"], row["typical"], row["margin"])
            columns[row["title"]].setdefault(row["student_key"], grown)
    return tuple(GrowthColumn(test, chosen[test], found) for test, found in sorted(columns.items()))


def growth_of_student(reading: Reading, student_key: int, today: int) -> list[tuple[str, str, Growth]]:
    """(test, span, growth) of one student, newest first."""
    values = {"students": json.dumps([student_key]), "since": today - _DAYS_BACK, "today": today}
    return [
        (row["title"], row["span"], Growth(row["day"], row["observed"], row["typical"], row["margin"]))
        for row in reading.query(_GROWTH, values)
    ]


def newest_growth(reading: Reading, students: Sequence[int], since: int, today: int) -> list[tuple[int, str, Growth]]:
    """(student, test, growth) of some students, newest first; of several spans on one test, the last that ended."""
    found: dict[tuple[int, str], Growth] = {}
    for row in reading.query(_GROWTH, {"students": json.dumps(list(students)), "since": since, "today": today}):
        grown = Growth(row["day"], row["observed"], row["typical"], row["margin"])
        found.setdefault((row["student_key"], row["title"]), grown)
    return [(key, test, grown) for (key, test), grown in found.items()]
