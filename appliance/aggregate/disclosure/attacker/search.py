"""Linear programs over the attacker's system: the interval of every hidden number, and which claims fall."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf

from appliance.aggregate.disclosure.attacker.component import TOLERANCE, Component, components
from appliance.aggregate.disclosure.attacker.program import Manner
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
    `runs`: called before each run of the solver.
    """

    def __init__(
        self,
        system: System,
        seconds: float = 900.0,
        *,
        every_interval: bool = False,
        runs: Callable[[], None] = lambda: None,
    ) -> None:
        self._known, self._lowest = system.known, system.lowest
        self._parts = components(system, Manner(time.monotonic() + seconds, every_interval, runs))
        self._of = {key: part for part in self._parts for key in part.keys}

    @property
    def programs(self) -> int:
        """Linear programs solved so far."""
        return sum(part.programs for part in self._parts)

    def begin_with(self, table: Mapping[Key, int]) -> None:
        """Begin from a table that somebody knows, such as the true one, in place of one that is searched for.

        It must name every unknown; `Refused` when it does not agree with all that the attacker takes for certain.
        What follows is the same from any table that does. Witnesses then say only what they change in it.
        """
        for part in self._parts:
            part.begin_with(table)

    def settle(self) -> None:
        """Raise `Refused` unless some table agrees with everything known."""
        for part in self._parts:
            part.settle()

    def interval(self, key: Key) -> tuple[float, float]:
        """The least and the greatest value that agree with everything known."""
        if key in self._known:
            number = float(self._known[key])
            return number, number
        if key not in self._of:
            return float(self._lowest[key]), inf
        part = self._of[key]
        return part.extreme(key, -1), part.extreme(key, +1)

    def bounds(self, key: Key) -> tuple[int, int | None]:
        """The interval in whole students; None above when there is no bound."""
        low, high = self.interval(key)
        return ceil(low - TOLERANCE), None if high == inf else floor(high + TOLERANCE)

    def fallen(self, claims: Iterable[Claim]) -> list[Fallen]:
        """The claims that do not hold. Every table found on the way is tried against all other claims first."""
        claims = [*claims]
        held = {*self.held(claims)}
        return [Fallen(claim, *self.interval(claim.key)) for claim in claims if claim not in held]

    def held(self, claims: Iterable[Claim]) -> list[Claim]:
        """The claims that hold, without a word on how far the others fall."""
        claims = [*claims]
        self._survey({claim.key: (claim.low, claim.high) for claim in claims})
        by_school = sorted(claims, key=lambda claim: claim.key.school_id)
        holding = {claim for claim in by_school if self._holds(claim)}
        return [claim for claim in claims if claim in holding]

    def exact(self, keys: Iterable[Key]) -> list[Key]:
        """The numbers that have only one possible value."""
        keys = [*keys]
        self._survey(dict.fromkeys(keys))
        return [key for key in keys if not self.is_open(key)]

    def _survey(self, ends: Mapping[Key, tuple[float, float] | None]) -> None:
        """Settle most of many questions with few tables. Without ends: one more or one less than in the first table."""
        asked: dict[Component, dict[Key, tuple[float, float] | None]] = defaultdict(dict)
        for key, end in ends.items():
            if key in self._of:
                asked[self._of[key]][key] = end
        for part, its_ends in asked.items():
            part.survey(its_ends)

    def is_open(self, key: Key) -> bool:
        """Whether a number can have more than one value."""
        part = self._of.get(key)
        return part.is_open(key) if part else key not in self._known

    def reaches(self, key: Key, value: int) -> bool:
        """Whether a number can be so large, or larger."""
        part = self._of.get(key)
        return part.reaches(key, +1, value) if part else self._known.get(key, value) >= value

    def exact_to_insiders(
        self, insiders: Iterable[Mapping[Key, int]], sensitive: Iterable[Key]
    ) -> list[tuple[Mapping[Key, int], Key]]:
        """Each insider, as the numbers that he knows, with every sensitive number of others that he works out.

        For an attack that began with the true table.
        """
        asked: dict[Component, list[Key]] = defaultdict(list)
        knowing: dict[Component, list[Mapping[Key, int]]] = defaultdict(list)
        for key in sensitive:
            if key in self._of:
                asked[self._of[key]].append(key)
        for knows in insiders:
            for part in dict.fromkeys(self._of[key] for key in knows if key in self._of):
                knowing[part].append(knows)
        return [found for part, those in knowing.items() for found in part.exact_to_insiders(those, asked[part])]

    def tables(self) -> Iterator[Mapping[Key, int]]:
        """Every table found so far that agrees with all that is known, in whole students where it was whole.

        Each gives only the numbers of one group of unknowns; the others keep their true values.
        """
        for part in self._parts:
            yield from part.tables()

    def whole_table(self, key: Key, sign: int, value: int) -> Mapping[Key, int] | None:
        """A table of whole students in which a number is at or beyond `value`; None when there is none."""
        if key not in self._of:
            return {key: value} if sign > 0 else {key: self._lowest[key]}
        return self._of[key].whole_table(key, sign, value)

    def _holds(self, claim: Claim) -> bool:
        if claim.key in self._known:
            return claim.low == claim.high == self._known[claim.key]
        if claim.key not in self._of:
            return self._lowest[claim.key] <= claim.low
        part = self._of[claim.key]
        return part.reaches(claim.key, -1, claim.low) and part.reaches(claim.key, +1, claim.high)
