"""Small answers to large questions: what a few schools' numbers allow, and what the sums rule out without a solver.

A table in which only a few schools differ from a known one is a table of the whole; so most of what is possible is
found in a program of a hundredth of the size. And what no number between its ends allows, no table does.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import inf

import numpy as np

from appliance.aggregate import crossings
from appliance.aggregate.disclosure.attacker.program import Columns, Flags, Manner, Program, Rows, Values
from appliance.aggregate.published import Key
from appliance.aggregate.tabulation import DISTRICT

_NEIGHBOURS = (2, 12)
"""So many schools with the same group move with a number's own school and the district, first and then."""
_PASSES = 12


class Nearby:
    """Programs around one number after another, in which those of other schools stand as in the first table.

    The last program is kept: questions about one group should follow each other.
    """

    def __init__(self, keys: Sequence[Key], rows: Rows, first: Values, lowest: Values, manner: Manner) -> None:
        self._keys, self._rows, self._first, self._lowest, self._manner = keys, rows, first, lowest, manner
        self._row = np.repeat(np.arange(rows.count, dtype=np.int32), np.diff(rows.starts))
        self._school = np.array([key.school_id for key in keys])
        self._with: dict[tuple[str, str], set[str]] = defaultdict(set)
        for key in keys:
            self._with[key.dimension, key.category].add(key.school_id)
        self._at: tuple[frozenset[str], frozenset[int]] | None = None
        self._columns: Columns = np.zeros(0, dtype=np.int32)
        self._program: Program | None = None

    def push(self, column: int, sign: int, enough: float, still: Collection[int] = ()) -> Values | None:
        """A table in which a number is as far as it goes around its school; None when nothing stops it.

        `still`: numbers that may not move.
        """
        values = self._first
        for neighbours in _NEIGHBOURS:
            self._turn_to(self._schools(self._keys[column], neighbours), frozenset(still))
            assert self._program is not None
            told = self._program.push(int(np.searchsorted(self._columns, column)), sign, enough)
            if told is None:
                return None
            values = self._first.copy()
            values[self._columns] = told
            if sign * (values[column] - enough) >= 0:
                break
        return values

    def moving(self, column: int) -> Flags:
        """The numbers that may move around the school of one, with as many others as are ever tried."""
        return np.isin(self._school, [*self._schools(self._keys[column], _NEIGHBOURS[-1])])

    def _schools(self, key: Key, neighbours: int) -> frozenset[str]:
        """The district, the school of a number, and some with students in each of its groups."""
        groups = crossings.codes(key.dimension, key.category).items() or [(key.dimension, key.category)]
        others = sorted(set.intersection(*(self._with[group] for group in groups)) - {key.school_id, DISTRICT})
        return frozenset({DISTRICT, key.school_id, *others[:neighbours]})

    def _turn_to(self, schools: frozenset[str], still: frozenset[int]) -> None:
        if self._at == (schools, still):
            return
        free = np.isin(self._school, [*schools])
        free[[*still]] = False
        inside = free[self._rows.columns]
        columns = np.flatnonzero(free).astype(np.int32)
        counts = np.bincount(self._row[inside], minlength=self._rows.count)
        starts = np.concatenate([[0], np.cumsum(counts[counts > 0])]).astype(np.int32)
        at = np.searchsorted(columns, self._rows.columns[inside]).astype(np.int32)
        own = Rows(starts, at, self._rows.factors[inside])
        self._at, self._columns = (schools, still), columns
        self._program = Program(own, own.at(self._first[columns]), self._lowest[columns], self._manner)


def narrowed(rows: Rows, totals: Values, lowest: Values, known: Mapping[int, float]) -> tuple[Values, Values]:
    """Ends that no number can be beyond, sum by sum: each is at most what the others of its sum leave at their least.

    Wider than what a solver proves, and never narrower.
    """
    least, most = lowest.copy(), np.full(lowest.size, inf)
    for column, number in known.items():
        least[column] = most[column] = number
    row = np.repeat(np.arange(rows.count, dtype=np.int32), np.diff(rows.starts))
    at, factor, adds = rows.columns, rows.factors, rows.factors > 0
    for _ in range(_PASSES):
        before = least.copy(), most.copy()
        low = np.where(adds, factor * least[at], factor * most[at])
        high = np.where(adds, factor * most[at], factor * least[at])
        above: Values = totals[row] - _others(row, low, rows.count, -inf)
        below: Values = totals[row] - _others(row, high, rows.count, inf)
        np.minimum.at(most, at, np.where(adds, above, below) / factor)
        np.maximum.at(least, at, np.where(adds, below, above) / factor)
        if np.array_equal(before[0], least) and np.array_equal(before[1], most):
            break
    return least, most


def _others(row: Columns, parts: Values, rows: int, end: float) -> Values:
    """For each number of a sum what the others come to; `end` where one of them may be without bound."""
    open_ = ~np.isfinite(parts)
    told: Values = np.where(open_, 0.0, parts)
    others: Values = np.bincount(row, told, rows)[row] - told
    others[np.bincount(row, open_, rows)[row] > open_] = end
    return others
