"""Linear programs over the attacker's system: the interval of every hidden number, and which claims fall."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf

from appliance.aggregate.disclosure.attacker.component import TOLERANCE, Manner, components
from appliance.aggregate.disclosure.attacker.system import System
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.published import Key


@dataclass(frozen=True, slots=True)
class Fallen:
    """A claim that fell: the number is at least `low` or at most `high`, and that can be proved."""

    claim: Claim
    low: float
    high: float


class Attack:
    """One system under attack. Numbers that no equation ties to another are free above their lowest value.

    After `seconds` of solving it gives up with `Refused`: an attack that was not finished proves nothing.
    `every_interval`: all intervals will be asked for, so each answer starts from the table before it (primal simplex,
    seven times faster for 120 schools). Otherwise tables far apart are better: each answers many claims at once.
    """

    def __init__(self, system: System, seconds: float = 900.0, *, every_interval: bool = False) -> None:
        self._system = system
        self._parts = components(system, Manner(time.monotonic() + seconds, every_interval))
        self._of = {key: part for part in self._parts for key in part.keys}

    @property
    def programs(self) -> int:
        """Linear programs solved so far."""
        return sum(part.programs for part in self._parts)

    def settle(self) -> None:
        """Raise `Refused` unless some table agrees with everything known."""
        for part in self._parts:
            part.settle()

    def interval(self, key: Key) -> tuple[float, float]:
        """The least and the greatest value that agree with everything known."""
        if key in self._system.known:
            number = float(self._system.known[key])
            return number, number
        if key not in self._of:
            return float(self._system.lowest[key]), inf
        part = self._of[key]
        return part.extreme(key, -1), part.extreme(key, +1)

    def bounds(self, key: Key) -> tuple[int, int | None]:
        """The interval in whole students; None above when there is no bound."""
        low, high = self.interval(key)
        return ceil(low - TOLERANCE), None if high == inf else floor(high + TOLERANCE)

    def fallen(self, claims: Iterable[Claim]) -> list[Fallen]:
        """The claims that do not hold. Every table found on the way is tried against all other claims first."""
        return [Fallen(claim, *self.interval(claim.key)) for claim in claims if not self._holds(claim)]

    def exact(self, keys: Iterable[Key]) -> list[Key]:
        """The numbers that have only one possible value."""
        return [key for key in keys if not self._open(key)]

    def exact_to_insider(self, knows: Mapping[Key, int], truth: Mapping[Key, int]) -> list[Key]:
        """The numbers of `truth` that somebody works out exactly who also knows the numbers `knows`.

        `truth` must hold the true value of every key asked about; tables already found in which the insider's own
        numbers are true answer most questions without solving anything.
        """
        found: list[Key] = []
        for part in {id(self._of[key]): self._of[key] for key in knows if key in self._of}.values():
            found += part.exact_to_insider(knows, truth)
        return found

    def tables(self) -> Iterator[Mapping[Key, int]]:
        """Every table found so far that agrees with all that is known, in whole students where it was whole.

        Each gives only the numbers of one group of unknowns; the others keep their true values.
        """
        for part in self._parts:
            yield from part.tables()

    def whole_table(self, key: Key, sign: int, value: int) -> Mapping[Key, int] | None:
        """A table of whole students in which a number is at or beyond `value`; None when there is none."""
        if key not in self._of:
            return {key: value} if sign > 0 else {key: self._system.lowest[key]}
        return self._of[key].whole_table(key, sign, value)

    def _holds(self, claim: Claim) -> bool:
        if claim.key in self._system.known:
            return claim.low == claim.high == self._system.known[claim.key]
        if claim.key not in self._of:
            return self._system.lowest[claim.key] <= claim.low
        part = self._of[claim.key]
        return part.reaches(claim.key, -1, claim.low) and part.reaches(claim.key, +1, claim.high)

    def _open(self, key: Key) -> bool:
        if key not in self._of:
            return key not in self._system.known
        part = self._of[key]
        low, high = part.seen(key)
        return high - low > 0.5 or part.extreme(key, +1) - part.extreme(key, -1) > 0.5
