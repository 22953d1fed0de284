"""A course grade as districts send it: a number, a letter, or both."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

PLACEHOLDER_DAYS = 3
"""A zero, or work marked as missing, says nothing until so many days after its due day: teachers enter it ahead."""
_RANK = {"A": 4, "B": 3, "C": 2, "D": 1, "F": 0}
_Points = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From how many points out of a hundred on a number without a letter reads as which; fewer than the last are F."""

    a: _Points = 90
    b: _Points = 80
    c: _Points = 70
    d: _Points = 60

    def of(self, points: float) -> str:
        """The letter of some points."""
        return "FDCBA"[sum(points >= least for least in (self.d, self.c, self.b, self.a))]

    @property
    def rule(self) -> str:
        """The scale in words."""
        return f"A from {self.a}, B from {self.b}, C from {self.c}, D from {self.d}"

    @property
    def what_hinders(self) -> str:
        """Why a person cannot mean this scale; empty when they can."""
        if self.a > self.b > self.c > self.d:
            return ""
        return f"Letters fall with the points, from A to D; {self.a}, {self.b}, {self.c} and {self.d} do not fall."


USUAL = Letters()
"""As shipped."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One grade. `highest` is the top of its scale; without one, a number counts as a percentage. `letters`: the
    district's, for a number without one.
    """

    score: float | None
    text: str | None
    highest: float | None = None
    letters: Letters = USUAL

    @property
    def points(self) -> float | None:
        """Out of a hundred, or None where there is no number."""
        if self.score is None:
            return None
        return self.score * 100 / self.highest if self.highest else self.score

    @property
    def letter(self) -> str | None:
        """A to F: the letter that was sent, else the district's for the number, else None (E, S, Pass, incomplete)."""
        if self.text and self.text[0].upper() in _RANK and not self.text[1:].strip("+-−"):
            return self.text[0].upper()
        if self.text or self.points is None:
            return None
        return self.letters.of(self.points)

    @property
    def shown(self) -> str:
        """What a reader sees: "B (85)", "B+", "Pass"."""
        number = "" if self.score is None else f"{self.score:g}"
        if self.text:
            return f"{self.text} ({number})" if number and number != self.text else self.text
        return f"{self.letter} ({number})" if number else ""


def letters_between(before: Mark, now: Mark) -> int | None:
    """How many letters the grade went up (negative: down), or None where one of the two has no letter."""
    if before.letter is None or now.letter is None:
        return None
    return _RANK[now.letter] - _RANK[before.letter]


def fell_far(before: Mark, now: Mark, points: int) -> bool:
    """Whether the grade fell by two letters or by so many points."""
    letters = letters_between(before, now)
    if letters is not None and letters <= -2:
        return True
    return before.points is not None and now.points is not None and before.points - now.points >= points
