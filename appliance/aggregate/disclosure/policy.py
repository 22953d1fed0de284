"""The rules of a release: what is too small to publish, and how hard to look for leaks."""

from typing import Literal

import msgspec

from appliance.aggregate.refusal import Refused

FLOOR = 5
"""No policy may publish groups of fewer than five students. Strictest common floor of the states: packages.md 1."""


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A district's disclosure rules for one school year. Raises `Refused` when a rule is laxer than the floor.

    Weights order what is given up first: a cell costs 100 + 10 log2(1 + n), times the factor of its row.
    """

    version: int = 1
    minimum_n: int = 10
    """No group of 1 to minimum_n - 1 students is published, nor can be derived."""
    k: int = 3
    """No outcome of fewer than k students, nor of all but fewer than k, is published, nor can be derived."""
    zeros: Literal["published", "hidden"] = "published"
    """Whether an empty enrolment group is published as 0. An outcome of nobody is never published."""
    public_denominators: bool = True
    """The attacker is also given every group size: the federal school file publishes most of them."""
    district_weight: int = 4
    total_weight: int = 8
    seconds_per_block: float = 60.0
    rounds: int = 8
    """How often attack and repair may alternate before the release is refused."""

    def __post_init__(self) -> None:
        if self.minimum_n < FLOOR:
            raise Refused(f"minimum_n is {self.minimum_n}; the floor is {FLOOR}. Choose 5, 10 or 20.")
        if self.minimum_n > 100:
            raise Refused(f"minimum_n is {self.minimum_n}; above 100 nothing of a school would remain.")
        if not 2 <= self.k <= self.minimum_n // 2:
            raise Refused(f"k is {self.k}; it must lie between 2 and half of minimum_n.")
        if self.version != 1:
            raise Refused(f"This program knows policy version 1, not {self.version}. Update it.")

    @property
    def smallest_hidden(self) -> int:
        """What everyone knows of a hidden group size: at least 1 where empty groups are published, else 0."""
        return 1 if self.zeros == "published" else 0
