"""Linear programs over the attacker's system: the interval of every hidden number, and which claims fall."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

import highspy
import numpy as np
from numpy.typing import NDArray

from appliance.aggregate.disclosure.attacker.system import System
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused

TOLERANCE = 1e-6
_WITHOUT_BOUND = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
"""Feasibility is settled before the first question, so both mean: no bound."""


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
        self._parts = _components(system, _Manner(time.monotonic() + seconds, every_interval))
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


@dataclass(frozen=True, slots=True)
class _Manner:
    """When the attack must be over, and how its solver walks."""

    deadline: float
    primal: bool

    def limit(self, solver: highspy.Highs) -> None:
        """Give the solver what is left. HiGHS adds up the time of all its runs."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Refused("The attack took too long and was not finished, so nothing is released.")
        solver.setOptionValue("time_limit", solver.getRunTime() + left)


def _components(system: System, manner: _Manner) -> list["_Component"]:
    """Split the sums into groups that share no unknown."""
    leader: dict[Key, Key] = {}

    def find(key: Key) -> Key:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for terms, _ in system.sums:
        first, *others = terms
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[Key, list[tuple[dict[Key, int], int]]] = defaultdict(list)
    for terms, rest in system.sums:
        groups[find(next(iter(terms)))].append((terms, rest))
    return [_Component(sums, system.lowest, manner) for sums in groups.values()]


class _Component:
    """One connected group of unknowns and the solver that holds it."""

    def __init__(self, sums: Sequence[tuple[dict[Key, int], int]], lowest: dict[Key, int], manner: _Manner) -> None:
        self._manner = manner
        self.keys = sorted({key for terms, _ in sums for key in terms})
        self.programs = 0
        self._sums = sums
        self._lowest = np.array([lowest[key] for key in self.keys], dtype=np.float64)
        self._column = {key: column for column, key in enumerate(self.keys)}
        self._least = np.full(len(self.keys), inf)
        self._most = np.full(len(self.keys), -inf)
        self._proved: dict[tuple[Key, int], float] = {}
        self._aim: int | None = None
        self._found: list[NDArray[np.float64]] = []
        self._solver: highspy.Highs | None = None

    def settle(self) -> None:
        """Raise `Refused` unless some values satisfy all sums."""
        if self._solver is None:
            self._open()

    def seen(self, key: Key) -> tuple[float, float]:
        """The extremes met so far, without solving anything."""
        column = self._column[key]
        return float(self._least[column]), float(self._most[column])

    def reaches(self, key: Key, sign: int, value: float) -> bool:
        """Whether the number can be at or beyond `value` in a direction."""
        low, high = self.seen(key)
        if (high >= value - TOLERANCE) if sign > 0 else (low <= value + TOLERANCE):
            return True
        return sign * (self._solve(self._column[key], sign, value) - value) >= -TOLERANCE

    def extreme(self, key: Key, sign: int) -> float:
        """The greatest (+1) or least (-1) possible value of a number."""
        if (key, sign) not in self._proved:
            column = self._column[key]
            at_lowest = sign < 0 and self._least[column] <= self._lowest[column] + TOLERANCE
            self._proved[(key, sign)] = float(self._lowest[column]) if at_lowest else self._solve(column, sign)
        return self._proved[(key, sign)]

    def exact_to_insider(self, knows: Mapping[Key, int], truth: Mapping[Key, int]) -> list[Key]:
        """The keys of `truth` with one value left once the numbers of `knows` are fixed."""
        own = [self._column[key] for key in self.keys if key in knows]
        asked = [self._column[key] for key in self.keys if key in truth and key not in knows]
        true = np.array([truth[self.keys[column]] for column in asked], dtype=np.float64)
        fixed = np.array([knows[self.keys[column]] for column in own], dtype=np.float64)
        moved = np.zeros(len(asked), dtype=np.bool_)
        for values in self._found:
            if np.all(np.abs(values[own] - fixed) < TOLERANCE):
                moved |= np.abs(values[asked] - true) > 0.5
        still = [(column, value) for column, value, free in zip(asked, true, moved, strict=True) if not free]
        if not still:
            return []
        solver = self._solver or self._open()
        for column, value in zip(own, fixed, strict=True):
            solver.changeColBounds(column, value, value)
        exact = [self.keys[column] for column, value in still if not self._leaves(column, float(value))]
        for column in own:
            solver.changeColBounds(column, float(self._lowest[column]), highspy.kHighsInf)
        return exact

    def _leaves(self, column: int, value: float) -> bool:
        """Whether a number can differ from a value by one student or more."""
        return self._solve(column, +1, value + 1) > value + 0.5 or self._solve(column, -1) < value - 0.5

    def tables(self) -> Iterator[Mapping[Key, int]]:
        """The solutions met so far, rounded; a fractional one rounds to something that no sum will accept."""
        for values in self._found:
            yield {key: round(value) for key, value in zip(self.keys, values, strict=True)}

    def whole_table(self, key: Key, sign: int, value: int) -> Mapping[Key, int] | None:
        """A solution in whole numbers in which one number is at or beyond `value`."""
        solver = self._load()
        size = len(self.keys)
        solver.changeColsIntegrality(
            size, np.arange(size, dtype=np.int32), np.full(size, highspy.HighsVarType.kInteger)
        )
        column = self._column[key]
        lowest = float(self._lowest[column])
        solver.changeColBounds(column, *((value, highspy.kHighsInf) if sign > 0 else (lowest, value)))
        self._manner.limit(solver)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return {key: round(value) for key, value in zip(self.keys, solver.getSolution().col_value, strict=True)}

    def _solve(self, column: int, sign: int, enough: float = inf) -> float:
        """Push one number as far as it goes, or just to `enough`, and remember the table in which it gets there."""
        solver = self._solver or self._open()
        if self._aim is not None and self._aim != column:
            solver.changeColCost(self._aim, 0.0)
        solver.changeColCost(column, -float(sign))
        self._aim = column
        if sign > 0:
            solver.changeColBounds(column, float(self._lowest[column]), min(enough, highspy.kHighsInf))
        self._manner.limit(solver)
        solver.run()
        self.programs += 1
        status = solver.getModelStatus()
        if status not in (highspy.HighsModelStatus.kOptimal, *_WITHOUT_BOUND):
            # A warm start from an unbounded ray can leave the solver at a loss; a cold one settles it.
            solver.clearSolver()
            self._manner.limit(solver)
            solver.run()
            status = solver.getModelStatus()
        if sign > 0:
            solver.changeColBounds(column, float(self._lowest[column]), highspy.kHighsInf)
        if status in _WITHOUT_BOUND and sign > 0:
            return inf
        if status != highspy.HighsModelStatus.kOptimal:
            raise Refused("The attack gave no certain answer, so nothing is released. Try again, or report this.")
        values = np.array(solver.getSolution().col_value)
        self._found.append(values)
        np.minimum(self._least, values, out=self._least)
        np.maximum(self._most, values, out=self._most)
        return float(values[column])

    def _open(self) -> highspy.Highs:
        solver = self._load()
        self._manner.limit(solver)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise Refused("The published numbers contradict each other: no table agrees with all of them.")
        self._solver = solver
        return solver

    def _load(self) -> highspy.Highs:
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("random_seed", 11)):
            solver.setOptionValue(option, value)
        if self._manner.primal:
            solver.setOptionValue("simplex_strategy", 4)
        size = len(self.keys)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = size, len(self._sums)
        lp.col_cost_ = np.zeros(size)
        lp.col_lower_, lp.col_upper_ = self._lowest, np.full(size, highspy.kHighsInf)
        lp.row_lower_ = lp.row_upper_ = np.array([rest for _, rest in self._sums], dtype=np.float64)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        terms = [(self._column[key], factor) for line, _ in self._sums for key, factor in line.items()]
        lp.a_matrix_.start_ = np.cumsum([0] + [len(line) for line, _ in self._sums], dtype=np.int32)
        lp.a_matrix_.index_ = np.array([column for column, _ in terms], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([factor for _, factor in terms], dtype=np.float64)
        solver.passModel(lp)
        return solver
