"""A course grade as districts send it: a number, a letter, or both."""

from dataclasses import dataclass

PLACEHOLDER_DAYS = 3
"""A zero, or work marked as missing, says nothing until so many days after its due day: teachers enter it ahead."""
_LETTERS = ((90, "A"), (80, "B"), (70, "C"), (60, "D"), (float("-inf"), "F"))
_RANK = {"A": 4, "B": 3, "C": 2, "D": 1, "F": 0}


@dataclass(frozen=True, slots=True)
class Mark:
    """One grade. `highest` is the top of its scale; without one, a number counts as a percentage."""

    score: float | None
    text: str | None
    highest: float | None = None

    @property
    def points(self) -> float | None:
        """Out of a hundred, or None where there is no number."""
        if self.score is None:
            return None
        return self.score * 100 / self.highest if self.highest else self.score

    @property
    def letter(self) -> str | None:
        """A to F: the letter that was sent, else the usual one for the number, else None (E, S, Pass, incomplete)."""
        if self.text and self.text[0].upper() in _RANK and not self.text[1:].strip("+-−"):
            return self.text[0].upper()
        if self.text or self.points is None:
            return None
        return next(letter for least, letter in _LETTERS if self.points >= least)

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
