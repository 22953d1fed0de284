"""Levels of a standard: what one mark says, and how several marks become one, by numbers of the rule book."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

LEVELS = ("not yet assessed", "beginning", "getting there", "meets", "exceeds")
"""A level belongs to a skill and a time, never to a person."""
RollUp = Literal["most_often", "latest", "highest", "mean"]
CHOICES: dict[RollUp, str] = {
    "most_often": "the one most often given",
    "latest": "the latest",
    "highest": "the highest",
    "mean": "the mean",
}
"""What the steward chooses from, in few words."""
ROLL_UPS: dict[RollUp, str] = {
    "most_often": "the level most often given in the newest {newest} marks; of two that are as frequent, the newer",
    "latest": "the latest of the marks",
    "highest": "the highest of the marks",
    "mean": "the mean of the newest {newest} marks, where half a level counts up",
}
"""How several marks become one level. A mark that says no level is passed over."""
_MOST_STEPS = 4
"""A scale that ends here or lower counts levels, not points."""
_WORDS = {
    1: "beginning, not yet, emerging, novice, minimal, below basic, does not meet, did not meet, below standard, "
    "did not yet meet expectations, below widely held expectations",
    2: "getting there, developing, approaching, approaches, nearly met, near target, basic, partially proficient, "
    "partially met expectations, approached expectations",
    3: "meets, met, on target, proficient, mastered, mastery, meets expectations, met expectations, at standard, "
    "meets widely held expectations",
    4: "exceeds, advanced, masters, distinguished, above target, exceeds expectations, exceeded expectations, "
    "above standard, exceeds widely held expectations",
}
_LEVEL_OF = {word.strip(): level for level, words in _WORDS.items() for word in words.split(",")}
_Points = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Levels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The district's rule for levels. Thresholds are points out of a hundred; fewer than the first are beginning."""

    roll_up: RollUp = "most_often"
    newest: Annotated[int, msgspec.Meta(ge=2, le=10)] = 3
    """How many marks `most_often` and `mean` look at."""
    getting_there: _Points = 60
    meets: _Points = 75
    exceeds: _Points = 90

    @property
    def rule(self) -> str:
        """The roll-up in words, after "Level:"."""
        return ROLL_UPS[self.roll_up].format(newest=self.newest)

    @property
    def thresholds(self) -> str:
        """Which points are which level, in words."""
        return (
            f"“{LEVELS[2]}” from {self.getting_there} of 100 points, “{LEVELS[3]}” from {self.meets}, “{LEVELS[4]}” "
            f"from {self.exceeds}"
        )

    @property
    def what_hinders(self) -> str:
        """Why a person cannot mean these thresholds; empty when they can."""
        if self.getting_there < self.meets < self.exceeds:
            return ""
        return (
            f"Levels rise with the points: “{LEVELS[2]}” begins below “{LEVELS[3]}”, and that below “{LEVELS[4]}”; "
            f"{self.getting_there}, {self.meets} and {self.exceeds} do not rise."
        )

    def level_of(self, score: float | None, text: str | None, highest: float | None) -> int:
        """The level that a mark says, as a place in LEVELS: by its words, or by its points; 0 where it says none.

        On a scale that ends at 4 or lower, points are levels; on any other, shares of the most that is possible.
        """
        if level := level_in_words(text):
            return level
        if score is None or score < 0:
            return 0
        if highest is not None and 0 < highest <= _MOST_STEPS:
            return min(max(int(score), 1), _MOST_STEPS)
        share = 100 * score / highest if highest else score
        return 1 + sum(share >= least for least in (self.getting_there, self.meets, self.exceeds))

    def rolled_up(self, newest_first: Sequence[int]) -> int:
        """One level of those that several marks say; 0 where none says any."""
        said = [level for level in newest_first if level]
        if not said:
            return 0
        some = said[: self.newest]
        match self.roll_up:
            case "most_often":
                # Of two that are as frequent, the one met first: the newer.
                return Counter(some).most_common(1)[0][0]
            case "latest":
                return said[0]
            case "highest":
                return max(said)
            case "mean":
                return (2 * sum(some) + len(some)) // (2 * len(some))


def level_in_words(text: str | None) -> int:
    """The level that a publisher's or a teacher's word says, as a place in LEVELS; 0 for any other word."""
    return _LEVEL_OF.get(text.strip().lower(), 0) if text else 0
