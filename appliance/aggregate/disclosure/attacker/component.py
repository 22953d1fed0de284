"""One connected group of unknowns, and the solver that holds it."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import highspy
import numpy as np
from numpy.typing import NDArray

from appliance.aggregate.disclosure.attacker.system import System
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused

TOLERANCE = 1e-6
Found = NDArray[np.float64] | NDArray[np.int16] | NDArray[np.int32]
_WITHOUT_BOUND = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
"""Feasibility is settled before the first question, so both mean: no bound."""


@dataclass(frozen=True, slots=True)
class Manner:
    """When the attack must be over, and how its solver walks."""

    deadline: float
    primal: bool

    def limit(self, solver: highspy.Highs) -> None:
        """Give the solver what is left. HiGHS adds up the time of all its runs."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Refused("The attack took too long and was not finished, so nothing is released.")
        solver.setOptionValue("time_limit", solver.getRunTime() + left)


def _compact(values: NDArray[np.float64]) -> Found:
    """A table of whole students in a fourth of the room; hundreds of them are kept. A fractional one stays as it is."""
    whole = np.rint(values)
    if np.abs(values - whole).max(initial=0.0) > TOLERANCE or np.abs(whole).max(initial=0.0) >= 2**31:
        return values
    return whole.astype(np.int16) if np.abs(whole).max(initial=0.0) < 2**15 else whole.astype(np.int32)


def components(system: System, manner: Manner) -> list["Component"]:
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
    return [Component(sums, system.lowest, manner) for sums in groups.values()]


class Component:
    """One connected group of unknowns and the solver that holds it."""

    def __init__(self, sums: Sequence[tuple[dict[Key, int], int]], lowest: dict[Key, int], manner: Manner) -> None:
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
        self._found: list[Found] = []
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
        self._found.append(_compact(values))
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
