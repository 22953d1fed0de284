"""A piece of the cube as arrays: cells that must keep adding up, some of which may be hidden.

An *alternative table* is the true one plus a deviation d with M d = 0, where only hidden cells deviate and no cell
leaves the bounds that everyone knows. A target is safe when alternative tables reach both of its ends.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Sums = list[tuple[list[int], list[float]]]
"""Columns and coefficients of each sum; the deviations in it must add up to nothing."""


@dataclass(frozen=True, slots=True)
class Need:
    """Cell `cell` must be able to deviate by `amount` in direction `sign` (+1 up, -1 down)."""

    cell: int
    sign: int
    amount: int


@dataclass(slots=True)
class Table:
    """Cells, the sums among them and what hiding each one costs.

    `down` and `up`: how far an alternative table may leave the true value of a hidden cell.
    `fixed` cells may never be hidden (published zeros); `forced` cells always are.
    """

    value: Ints
    down: Floats
    up: Floats
    weight: Floats
    fixed: Flags
    forced: Flags
    sums: Sums
    needs: list[Need]

    @property
    def size(self) -> int:
        """The number of cells."""
        return int(self.value.size)

    def cost(self, hidden: Flags) -> float:
        """Weight of what is hidden beyond what had to be."""
        return float(self.weight[hidden & ~self.forced].sum())


@dataclass(frozen=True, slots=True)
class Answer:
    """A pattern for one table, its cost, and a proven lower bound of any pattern's cost."""

    hidden: Flags
    cost: float
    bound: float
    method: str

    @property
    def optimal(self) -> bool:
        """No cheaper pattern exists."""
        return self.cost - self.bound < 0.5


Matrix = tuple[NDArray[np.int32], NDArray[np.int32], Floats]
"""Row starts, columns and coefficients of sums, as HiGHS wants them."""


def matrix(sums: Sums) -> Matrix:
    """The sums, one row each."""
    starts = np.zeros(len(sums) + 1, dtype=np.int32)
    starts[1:] = np.cumsum([len(cells) for cells, _ in sums], dtype=np.int32) if sums else []
    columns = np.array([cell for cells, _ in sums for cell in cells], dtype=np.int32)
    coefficients = np.array([value for _, values in sums for value in values], dtype=np.float64)
    return starts, columns, coefficients
