"""What the district allows itself: how much privacy loss a school year may cost a student, and in how many weeks."""

from dataclasses import dataclass
from fractions import Fraction

from appliance.aggregate.refusal import Refused

GREATEST_CAP = Fraction(2)
"""Above this (epsilon 11.7 at delta 1e-6) the promise says hardly anything (disclosure.md, section 4)."""


@dataclass(frozen=True, slots=True)
class PulsePolicy:
    """Raises `Refused` when a number is out of range.

    `cap`: the most that the pulses of one school year may cost together, as rho of zero-concentrated differential
    privacy, exactly. `weeks`: pulses in a year among which the cap is divided evenly. `delta`: used for nothing but
    saying the same loss as (epsilon, delta), which more people know.
    """

    cap: Fraction = Fraction(1, 2)
    weeks: int = 36
    delta: Fraction = Fraction(1, 1_000_000)

    def __post_init__(self) -> None:
        if not 0 < self.cap <= GREATEST_CAP:
            raise Refused(f"The pulse's cap is {self.cap}; it must lie above 0 and at most at {GREATEST_CAP}.")
        if not 1 <= self.weeks <= 52:
            raise Refused(f"The pulse is planned for {self.weeks} weeks a year; it must be 1 to 52.")
        if not 0 < self.delta <= Fraction(1, 100_000):
            raise Refused(f"The pulse's delta is {self.delta}; it must lie above 0 and at most at 1/100000.")

    @property
    def week(self) -> Fraction:
        """What one pulse costs."""
        return self.cap / self.weeks


def rational(text: str) -> Fraction:
    """A number as settings write it: `1/2`, `1`. Raises `Refused` for anything else; `0.1` is not exact, so no."""
    numerator, _, denominator = text.partition("/")
    parts = (numerator, denominator or "1")
    if not all(part.isascii() and part.isdigit() and len(part) <= 12 for part in parts) or int(parts[1]) == 0:
        raise Refused(f"{text!r} is not a fraction of whole numbers, such as 1/2.")
    return Fraction(int(parts[0]), int(parts[1]))
