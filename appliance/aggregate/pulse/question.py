"""What a pulse asks, in full. Two questions are the same when their sha256 are, and the same is never drawn twice.

What is asked: of the students enrolled in a finished week, how many missed at least one school day, and how many
missed none; for each school, and for the district.

Sensitivity. The unit is one student with every row about that student. Each student of the week is counted in one
school only (of the enrollments that meet a school day of the week, the one that began last; of several, the school
with the lowest key), and there in exactly one of the two categories, however many days were missed. Adding or removing
a student therefore changes one number by one at the level of schools, and one by one at the level of the district:
two cells. At each level `d_in` = 1 and the L2 distance of the counts is at most 1; of all counts together its square is
at most 2. Which schools are asked depends on the roster of schools and the calendar, on no student.
A student whose record changes, rather than appears, moves from one cell to another: both levels then have distance
sqrt(2), and the loss for that comparison is twice as large.

Counting students and not days is what makes it so: a student has up to five days a week in a school, so a sum of days
needs five times the noise for five times the number, and days missed move less from week to week than students do.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from appliance.aggregate.pulse.policy import PulsePolicy, rational
from appliance.aggregate.refusal import Refused
from appliance.days import school_year

METRIC: Final = "week_attendance"
"""Name of the exact tabulation that a pulse is drawn from: `count` missed at least one day, of `out_of` enrolled."""
MECHANISM: Final = "discrete Gaussian (OpenDP make_gaussian, zero-concentrated), each level with half of rho"
FORMAT: Final = 1
UNIT: Final = "student"
D_IN: Final = 1
LEVELS: Final = 2
"""Schools, and the district: measured apart, each with half of the week's cost, because sums of noisy schools are
noisier than one noisy district."""
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}")


@dataclass(frozen=True, slots=True)
class Question:
    """One week's question. Raises `Refused` when it is not one that can be asked."""

    lea_id: str
    monday: date
    school_ids: tuple[str, ...]
    """State ids of the schools with a school day in the week, sorted."""
    rho: Fraction
    """What the answer costs a student, both levels together."""
    cap: Fraction
    """What all answers of the school year may cost. It stands in the question so that the ledger remembers it."""
    delta: Fraction

    def __post_init__(self) -> None:
        if self.monday.weekday() != 0:
            raise Refused("A week of the pulse begins on a Monday.")
        if not self.school_ids:
            raise Refused(f"No school has a school day in the week of {self.monday}, so there is nothing to ask.")
        if list(self.school_ids) != sorted(set(self.school_ids)):
            raise Refused("The schools of a question are sorted, each once.")
        for one in (self.lea_id, *self.school_ids):
            if not _ID.fullmatch(one):
                raise Refused(f"{one!r} is not an id that a pulse can carry: letters, digits, - and _.")
        PulsePolicy(self.cap, delta=self.delta)
        if not 0 < self.rho <= self.cap:
            raise Refused(f"One pulse would cost {self.rho}, which is not within the year's cap of {self.cap}.")

    @property
    def school_year(self) -> str:
        """Of the Monday, as EDFacts writes it: `2026-2027`."""
        ends = school_year(self.monday)
        return f"{ends - 1}-{ends}"

    @property
    def next_monday(self) -> date:
        """The first day on which the week is finished."""
        return self.monday + timedelta(days=7)

    @property
    def rho_of_a_level(self) -> Fraction:
        """The cost of the schools' counts alone, and of the district's alone."""
        return self.rho / LEVELS

    @property
    def variance(self) -> Fraction:
        """The parameter sigma squared of the noise in each count: `d_in`^2 / (2 rho of the level)."""
        return Fraction(D_IN * D_IN) / (2 * self.rho_of_a_level)

    @property
    def release(self) -> str:
        """The name of the pulse, and of its file without `.zip`."""
        return f"schoolhouse-pulse-{self.lea_id}-{self.monday:%Y%m%d}"

    def text(self) -> str:
        """The question as canonical JSON: what is hashed and kept in the ledger."""
        said = {
            "format": FORMAT,
            "metric": METRIC,
            "lea_id": self.lea_id,
            "week": self.monday.isoformat(),
            "school_ids": list(self.school_ids),
            "unit": UNIT,
            "d_in": D_IN,
            "levels": LEVELS,
            "mechanism": MECHANISM,
            "rho": str(self.rho),
            "cap": str(self.cap),
            "delta": str(self.delta),
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    @property
    def sha256(self) -> str:
        """The identity of the question."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    @classmethod
    def from_text(cls, text: str) -> "Question":
        """The question that `text()` wrote. Raises `Refused` for any other text, also one of another format."""
        try:
            said: dict[str, Any] = json.loads(text)
            question = cls(
                lea_id=str(said["lea_id"]),
                monday=date.fromisoformat(said["week"]),
                school_ids=tuple(said["school_ids"]),
                rho=rational(said["rho"]),
                cap=rational(said["cap"]),
                delta=rational(said["delta"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused("A question of the pulse's ledger cannot be read. The ledger is damaged.") from None
        if question.text() != text:
            raise Refused("A question of the pulse's ledger is not written as this version writes it. It was altered.")
        return question
