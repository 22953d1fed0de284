"""Top and bottom coding: a rate published as a class of percents, such as "5 % or less", chosen by the group's size.

A code beside its group size is a statement about the count: between these two numbers of students, and as much about
those who do not have the outcome. So a code is used only where the statement is wide enough, and the attacker reads it.
Percents are whole, halves rounded up. Classes: NCES 2011-603 and EDFacts (disclosure.md 1).
"""

from collections.abc import Sequence

import msgspec

from appliance.aggregate.refusal import Refused

Interval = tuple[int, int]
"""The least and the greatest count that a code stands for."""


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The classes for groups of `smallest` to `largest` students (None: and more).

    Shares of `bottom` percent or less are one class, shares of `top` percent or more another. Between them classes of
    `step` percents that begin at its multiples; with step 0 the counts between are shown as they are.
    """

    smallest: int
    largest: int | None = None
    bottom: int
    top: int
    step: int = 0

    def __post_init__(self) -> None:
        if self.smallest < 1 or (self.largest is not None and self.largest < self.smallest):
            raise Refused(f"A coding band of sizes {self.smallest} to {self.largest} holds no group. Mend its sizes.")
        if not 0 <= self.bottom < self.top <= 100 or not 0 <= self.step <= 50:
            raise Refused("A coding band needs 0 <= bottom < top <= 100 and a step of 0 to 50 percents.")

    def holds(self, size: int) -> bool:
        """Whether groups of this size are coded by this band."""
        return self.smallest <= size and (self.largest is None or size <= self.largest)

    def interval(self, size: int, count: int) -> Interval | None:
        """The counts that share a class with `count` of `size`, or None where the count is shown as it is."""
        percent = (200 * count + size) // (2 * size)
        if percent <= self.bottom:
            return 0, _last(size, self.bottom)
        if percent >= self.top:
            return _last(size, self.top - 1) + 1, size
        if not self.step:
            return None
        begins = percent - percent % self.step
        low, high = max(self.bottom + 1, begins), min(self.top - 1, begins + self.step - 1)
        return _last(size, low - 1) + 1, _last(size, high)


def _last(size: int, percent: int) -> int:
    """The greatest count that rounds to this percent or less."""
    return min(size, -(-size * (2 * percent + 1) // 200) - 1)


def interval(bands: Sequence[Band], size: int, count: int) -> Interval | None:
    """The code of an outcome as an interval of counts; None without a band, or where it would be the count itself."""
    for band in bands:
        if band.holds(size):
            found = band.interval(size, count)
            return found if found is not None and found[0] < found[1] else None
    return None


def wide_enough(code: Interval, size: int, count: int, k: int) -> bool:
    """Whether a code may stand for an outcome of fewer than k students, or of all but fewer than k.

    It must leave open nobody and k students, and everybody and all but k, as far as the count is at that end.
    """
    low, high = code
    return not (count < k and (low > 0 or high < k)) and not (size - count < k and (high < size or low > size - k))
