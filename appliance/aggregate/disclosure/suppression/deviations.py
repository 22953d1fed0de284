"""The linear programs about alternative tables: how far one cell can deviate, and the cheapest way to let it."""

import highspy
import numpy as np

from appliance.aggregate.disclosure.suppression.block import Flags, Floats, Matrix, Need, Table, matrix
from appliance.aggregate.refusal import Refused

NEGLIGIBLE = 1e-6


def quiet() -> highspy.Highs:
    """A silent, single-threaded, repeatable solver."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 7)
    return solver


def load(solver: highspy.Highs, cost: Floats, lower: Floats, upper: Floats, sums: Matrix) -> None:
    """Give the solver a model: minimise `cost` over columns within bounds whose sums are all zero."""
    starts, columns, coefficients = sums
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = int(cost.size), starts.size - 1
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, lower, upper
    lp.row_lower_ = lp.row_upper_ = np.zeros(starts.size - 1)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, columns, coefficients
    solver.passModel(lp)


class Deviations:
    """One linear program kept warm: bounds follow the pattern, one cost entry follows the target."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._solver = quiet()
        self._solver.setOptionValue("presolve", "off")
        zero = np.zeros(table.size)
        load(self._solver, zero, zero, zero, matrix(table.sums))
        self._all = np.arange(table.size, dtype=np.int32)
        self._aim: int | None = None

    def hide(self, shown: Floats) -> None:
        """Let every cell deviate by its share: 1 for hidden, 0 for published, between in a relaxation."""
        table = self._table
        self._solver.changeColsBounds(table.size, self._all, -table.down * shown, table.up * shown)

    def allow(self, cell: int, share: float) -> None:
        """Let one cell deviate by another share."""
        self._solver.changeColBounds(cell, -float(self._table.down[cell]) * share, float(self._table.up[cell]) * share)

    def farthest(self, need: Need) -> tuple[Floats, Floats]:
        """The deviation that goes farthest in the need's direction, and the reduced costs that prove it."""
        if self._aim is not None and self._aim != need.cell:
            self._solver.changeColCost(self._aim, 0.0)
        self._solver.changeColCost(need.cell, -float(need.sign))
        self._aim = need.cell
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Refused("The solver gave no optimum while choosing what to hide. Nothing was released.")
        solution = self._solver.getSolution()
        return np.array(solution.col_value), np.array(solution.col_dual)


def cheapest(table: Table, hidden: Flags, need: Need) -> Flags:
    """Cells to hide besides `hidden` so that one need is met: the support of a cheapest deviation.

    Three reweightings turn the cost of a deviation into the cost of hiding. Raises `Refused` when no pattern helps.
    """
    usable = ~table.fixed | hidden
    price = np.where(hidden, 0.01, table.weight)
    up = np.where(usable, np.minimum(table.up, 4.0 * need.amount + 4), 0.0)
    down = np.where(usable, np.minimum(table.down, 4.0 * need.amount + 4), 0.0)
    low, high = np.zeros(2 * table.size), np.concatenate([up, down])
    toward, away = (need.cell, table.size + need.cell) if need.sign > 0 else (table.size + need.cell, need.cell)
    low[toward] = high[toward] = need.amount
    high[away] = 0.0
    solver, both = quiet(), np.arange(2 * table.size, dtype=np.int32)
    load(solver, np.concatenate([price, price]), low, high, _up_and_down(table))
    best: Flags | None = None
    for _ in range(4):
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        moves = np.array(solver.getSolution().col_value)
        size = np.abs(moves[: table.size] - moves[table.size :])
        support = (size > NEGLIGIBLE) & ~hidden
        if best is None or table.weight[support].sum() < table.weight[best].sum():
            best = support
        if not support.any():
            break
        cost = np.where(hidden, 0.01, table.weight / np.maximum(size, 0.5))
        solver.changeColsCost(both.size, both, np.concatenate([cost, cost]))
    if best is None:
        raise Refused("No choice of hidden cells protects a sensitive number. Merge categories or leave the table out.")
    best[need.cell] = True
    return best


def _up_and_down(table: Table) -> Matrix:
    """The sums of a table over how far each cell goes up, and how far down: twice as many columns, none below 0."""
    starts, columns, coefficients = matrix(table.sums)
    return (
        2 * starts,
        np.stack([columns, columns + np.int32(table.size)], axis=1).ravel(),
        np.stack([coefficients, -coefficients], axis=1).ravel(),
    )
