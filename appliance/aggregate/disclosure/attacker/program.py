"""Unknown numbers and the sums among them, held by the solver so that each question starts from the answer before."""

import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import inf

import highspy
import numpy as np
from numpy.typing import NDArray

from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused

Columns = NDArray[np.int32]
Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
_WITHOUT_BOUND = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
"""Feasibility is settled before the first question, so both mean: no bound."""
_UNCERTAIN = "The attack gave no certain answer, so nothing is released. Try again, or report this."


@dataclass(frozen=True, slots=True)
class Manner:
    """When the attack must be over, how its solver walks, and who is told of each of its runs."""

    deadline: float
    primal: bool
    runs: Callable[[], None]

    def limit(self, solver: highspy.Highs) -> None:
        """Give the solver what is left. HiGHS adds up the time of all its runs."""
        self.runs()
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Refused("The attack took too long and was not finished, so nothing is released.")
        solver.setOptionValue("time_limit", solver.getRunTime() + left)


@dataclass(frozen=True, slots=True)
class Rows:
    """The sums, one after another: where each begins, its columns and their factors. None is empty."""

    starts: Columns
    columns: Columns
    factors: Values

    @classmethod
    def of(cls, lines: Sequence[Mapping[Key, int]], column: Mapping[Key, int]) -> "Rows":
        """From the factor of each number in each sum, and the column of each number."""
        starts = np.cumsum([0] + [len(line) for line in lines], dtype=np.int32)
        columns = np.fromiter((column[key] for line in lines for key in line), np.int32, starts[-1])
        factors = np.fromiter((factor for line in lines for factor in line.values()), np.float64, starts[-1])
        return cls(starts, columns, factors)

    @property
    def count(self) -> int:
        """How many sums there are."""
        return self.starts.size - 1

    def at(self, values: Values) -> Values:
        """What each sum comes to."""
        told: Values = np.add.reduceat(self.factors * values[self.columns], self.starts[:-1])
        return told


def _quiet() -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("random_seed", 11)):
        solver.setOptionValue(option, value)
    return solver


class Program:
    """Numbers from their lowest values up, whose sums are given. Nothing is solved before it is asked for.

    That some values satisfy every sum has to be known, or settled, before anything else is asked.
    """

    def __init__(self, rows: Rows, totals: Values, lowest: Values, manner: Manner) -> None:
        self._rows, self._totals, self._lowest, self._manner = rows, totals, lowest, manner
        self._aim: int | None = None
        self._solver: highspy.Highs | None = None

    def settle(self) -> Values:
        """Some values that satisfy every sum. Raises `Refused` when there are none."""
        solver = self._open()
        # From nothing the first table is found several times sooner in a smaller program; the next start from it.
        solver.setOptionValue("presolve", "choose")
        self._run(solver)
        solver.setOptionValue("presolve", "off")
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Refused("The published numbers contradict each other: no table agrees with all of them.")
        return np.array(solver.getSolution().col_value)

    def push(self, column: int, sign: int, enough: float = inf) -> Values | None:
        """A table in which one number is as far as it goes, or at `enough`; None when nothing stops it.

        Raises `Refused` when the solver is not certain.
        """
        solver = self._open()
        if self._aim is not None and self._aim != column:
            solver.changeColCost(self._aim, 0.0)
        solver.changeColCost(column, -float(sign))
        self._aim = column
        if sign > 0:
            solver.changeColBounds(column, float(self._lowest[column]), min(enough, highspy.kHighsInf))
        self._run(solver)
        status = solver.getModelStatus()
        if status not in (highspy.HighsModelStatus.kOptimal, *_WITHOUT_BOUND):
            # A warm start from an unbounded ray can leave the solver at a loss; a cold one settles it.
            solver.clearSolver()
            self._run(solver)
            status = solver.getModelStatus()
        if sign > 0:
            solver.changeColBounds(column, float(self._lowest[column]), highspy.kHighsInf)
        if status in _WITHOUT_BOUND and sign > 0:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise Refused(_UNCERTAIN)
        return np.array(solver.getSolution().col_value)

    def together(self, pull: Values, least: Values, most: Values) -> Values:
        """A table in which many numbers at once go as far as they can in the direction of `pull`, within these ends.

        Every number that is pulled needs an end in that direction.
        """
        solver = self._open()
        every = np.arange(pull.size, dtype=np.int32)
        solver.changeColsBounds(every.size, every, least, most)
        solver.changeColsCost(every.size, every, -pull)
        self._run(solver)
        values, status = np.array(solver.getSolution().col_value), solver.getModelStatus()
        solver.changeColsBounds(every.size, every, self._lowest, np.full(every.size, highspy.kHighsInf))
        solver.changeColsCost(every.size, every, np.zeros(every.size))
        if status != highspy.HighsModelStatus.kOptimal:
            raise Refused(_UNCERTAIN)
        return values

    def whole(self, column: int, sign: int, value: int, still: Values) -> Values | None:
        """A table in whole numbers in which one number is at or beyond `value`; None when there is none.

        `still`: what the others have to be, as far as they have to be something; else not a number.
        """
        solver, every = self._load(), np.arange(self._lowest.size, dtype=np.int32)
        solver.setOptionValue("presolve", "choose")
        solver.changeColsIntegrality(every.size, every, np.full(every.size, highspy.HighsVarType.kInteger))
        moves = np.isnan(still)
        least, most = np.where(moves, self._lowest, still), np.where(moves, highspy.kHighsInf, still)
        if sign > 0:
            least[column] = value
        else:
            most[column] = value
        solver.changeColsBounds(every.size, every, least, most)
        self._run(solver)
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(solver.getSolution().col_value)

    def _open(self) -> highspy.Highs:
        self._solver = self._solver or self._load()
        return self._solver

    def _run(self, solver: highspy.Highs) -> None:
        self._manner.limit(solver)
        solver.run()

    def _load(self) -> highspy.Highs:
        solver = _quiet()
        if self._manner.primal:
            solver.setOptionValue("simplex_strategy", 4)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._lowest.size, self._rows.count
        lp.col_cost_ = np.zeros(self._lowest.size)
        lp.col_lower_, lp.col_upper_ = self._lowest, np.full(self._lowest.size, highspy.kHighsInf)
        lp.row_lower_ = lp.row_upper_ = self._totals
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = self._rows.starts, self._rows.columns
        lp.a_matrix_.value_ = self._rows.factors
        solver.passModel(lp)
        return solver


class SmallChange:
    """The smallest changes of one table after which every sum still holds: few numbers move in each.

    `room`: how far each number may fall; all may rise without end. Each question starts from the answer before.
    """

    def __init__(self, rows: Rows, room: Values, manner: Manner) -> None:
        self._room, self._manner, self._still = room, manner, set[int]()
        self._solver, size = _quiet(), room.size
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 2 * size, rows.count
        lp.col_cost_, lp.col_lower_ = np.ones(2 * size), np.zeros(2 * size)
        lp.col_upper_ = np.concatenate([np.full(size, highspy.kHighsInf), room])
        lp.row_lower_ = lp.row_upper_ = np.zeros(rows.count)
        lp.a_matrix_.format_, lp.a_matrix_.start_ = highspy.MatrixFormat.kRowwise, 2 * rows.starts
        lp.a_matrix_.index_ = np.stack([rows.columns, rows.columns + np.int32(size)], axis=1).ravel()
        lp.a_matrix_.value_ = np.stack([rows.factors, -rows.factors], axis=1).ravel()
        self._solver.passModel(lp)

    def moving(self, column: int, sign: int, still: Set[int]) -> Values | None:
        """What to add to the table so that one number is one more, or one less, and others do not move.

        None when that cannot be. Raises `Refused` when the solver is not certain.
        """
        size = self._room.size
        for other in self._still - still:
            self._allow(other, highspy.kHighsInf, float(self._room[other]))
        for other in still - self._still:
            self._allow(other, 0.0, 0.0)
        self._still = set(still)
        toward, away = (column, size + column) if sign > 0 else (size + column, column)
        if sign < 0 and self._room[column] < 1:
            return None
        self._solver.changeColBounds(toward, 1.0, 1.0)
        self._solver.changeColBounds(away, 0.0, 0.0)
        self._manner.limit(self._solver)
        self._solver.run()
        status, both = self._solver.getModelStatus(), np.array(self._solver.getSolution().col_value)
        self._allow(column, highspy.kHighsInf, float(self._room[column]))
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise Refused(_UNCERTAIN)
        change: Values = both[:size] - both[size:]
        return change

    def _allow(self, column: int, up: float, down: float) -> None:
        self._solver.changeColBounds(column, 0.0, up)
        self._solver.changeColBounds(self._room.size + column, 0.0, down)
