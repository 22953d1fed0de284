"""Optimal complementary suppression of one table, by Benders decomposition with a proven bound.

The master problem picks cells; for every target a linear program looks for an alternative table. Where there is none
its reduced costs say which cells would have helped: one inequality for the master. First over the relaxed master, then
over integers, until no target is violated. Fischetti and Salazar's model; the recipe is in disclosure.md 3.3 and 3.8.

Two things keep the rounds few. A target that is violated gives a chain of inequalities, each as if the cheapest cell of
the one before were hidden. And one that is violated again and again gets its alternative table into the master itself.
"""

import math
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import highspy
import numpy as np

from appliance.aggregate.disclosure.suppression.block import Answer, Flags, Floats, Need, Table, matrix
from appliance.aggregate.disclosure.suppression.deviations import Deviations, cheapest, load, quiet

TOLERANCE = 1e-6
_CUTS_A_ROUND = 500
_CUTS_IN_A_CHAIN = 100
_STALLED_ROUNDS = 25
_OWN_CUTS = 200
"""Of the solver's own inequalities, so many are kept: ours are long, and so are those that it makes of them."""
_PATIENCE = 20
"""After so many whole-number choices that leave a need unmet the master is given a table for it."""
_TABLES_IN_THE_MASTER = 2_500
"""So many cells they may have together."""


def solve(table: Table, seconds: float) -> Answer:
    """A pattern that meets every need, of least weight; after `seconds` the greedy one, with the bound reached."""
    started = time.monotonic()
    table = replace(table, needs=_attainable(table))
    if not table.needs:
        return Answer(table.forced.copy(), 0.0, 0.0, "nothing to protect")
    search = _Search(table)
    search.relax(started + seconds)
    while time.monotonic() - started < seconds:
        share = search.master(integer=True, seconds=seconds - (time.monotonic() - started))
        if share is None:
            break
        hidden = share > 0.5
        unmet = search.separate(hidden.astype(np.float64))
        if not unmet:
            return Answer(hidden, table.cost(hidden), search.bound, "Benders")
        search.lose_patience(unmet)
    hidden = greedy(table)
    return Answer(hidden, table.cost(hidden), search.bound, "flow heuristic")


def greedy(table: Table) -> Flags:
    """Meet one need after another by the cheapest deviation, then try to publish each added cell again."""
    hidden = table.forced.copy()
    program = Deviations(table)
    for _ in range(4):
        missing = _unmet(table, program, hidden)
        if not missing:
            break
        for index in missing:
            hidden |= cheapest(table, hidden, table.needs[index])
    added = [int(cell) for cell in np.flatnonzero(hidden & ~table.forced)]
    for cell in sorted(added, key=lambda cell: -float(table.weight[cell]))[:200]:
        hidden[cell] = False
        if _unmet(table, program, hidden, first=True):
            hidden[cell] = True
    return hidden


def _attainable(table: Table) -> list[Need]:
    """The needs, each cut down to what hiding everything would give: published zeros alone already say something."""
    program = Deviations(table)
    everything = ~table.fixed
    short = set(_unmet(table, program, everything))
    needs = []
    for index, need in enumerate(table.needs):
        if index in short:
            deviation, _ = program.farthest(need)
            need = replace(need, amount=math.floor(need.sign * deviation[need.cell] + TOLERANCE))
        if need.amount > 0:
            needs.append(need)
    return needs


def _unmet(table: Table, program: Deviations, hidden: Flags, *, first: bool = False) -> list[int]:
    """Numbers of the needs that the pattern leaves unmet; with `first`, at most one of them."""
    program.hide(hidden.astype(np.float64))
    highest, lowest = np.zeros(table.size), np.zeros(table.size)
    unmet = []
    for index, need in enumerate(table.needs):
        if (highest if need.sign > 0 else -lowest)[need.cell] >= need.amount - TOLERANCE:
            continue
        deviation, _ = program.farthest(need)
        np.maximum(highest, deviation, out=highest)
        np.minimum(lowest, deviation, out=lowest)
        if need.sign * deviation[need.cell] < need.amount - TOLERANCE:
            unmet.append(index)
            if first:
                break
    return unmet


class _Search:
    """The master problem and the cuts found so far."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.bound = 0.0
        self._program = Deviations(table)
        self._master = quiet()
        self._master.setOptionValue("mip_rel_gap", 0.0)
        self._master.setOptionValue("mip_abs_gap", 0.4)
        self._master.setOptionValue("mip_allow_restart", False)
        self._master.setOptionValue("mip_pool_soft_limit", _OWN_CUTS)
        low = table.forced.astype(np.float64)
        high = np.where(table.fixed & ~table.forced, 0.0, 1.0)
        price = np.where(table.forced, 0.0, table.weight)
        load(self._master, price, low, high, matrix([]))
        self._columns = np.arange(table.size, dtype=np.int32)
        self._missed: Counter[Need] = Counter()
        self._cells_in_master = 0
        self._integer = False
        self._start_rows()

    def _start_rows(self) -> None:
        """A sensitive cell needs another hidden cell in each of its sums. Not so for cells hidden by force alone."""
        sensitive = {need.cell for need in self.table.needs}
        for cells, _ in self.table.sums:
            for cell in sensitive.intersection(cells):
                others = np.array([other for other in cells if other != cell], dtype=np.int32)
                self._master.addRow(1.0, highspy.kHighsInf, others.size, others, np.ones(others.size))

    def relax(self, deadline: float) -> None:
        """Add cuts to the relaxed master until it is satisfied or gains less than a thousandth in 25 rounds.

        One round is always made, so that there is a bound to hold the fallback against.
        """
        bounds: list[float] = []
        while not bounds or time.monotonic() < deadline:
            share = self.master(integer=False, seconds=60.0)
            if share is None or not self.separate(share):
                return
            bounds.append(self.bound)
            if len(bounds) > _STALLED_ROUNDS and bounds[-1] - bounds[-1 - _STALLED_ROUNDS] < 0.001 * bounds[-1]:
                return

    def master(self, *, integer: bool, seconds: float) -> Floats | None:
        """The cheapest choice under the cuts so far, or None when the time is up. Raises the proven bound."""
        solver = self._master
        if integer and not self._integer:
            self._let_go_of_slack()
            kinds = np.full(self.table.size, highspy.HighsVarType.kInteger)
            solver.changeColsIntegrality(self.table.size, self._columns, kinds)
            self._integer = True
        solver.setOptionValue("time_limit", solver.getRunTime() + max(1.0, seconds))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        proven = solver.getInfo().mip_dual_bound if integer else solver.getInfo().objective_function_value
        self.bound = max(self.bound, round(float(proven), 6))  # it is no more certain than that
        return np.array(solver.getSolution().col_value)[: self.table.size]

    def _let_go_of_slack(self) -> None:
        """Drop the inequalities that the relaxed choice leaves room in: they are long, and few are needed again."""
        solver = self._master
        solver.run()  # with the inequalities of the last round
        room = np.array(solver.getSolution().row_value) - np.array(solver.getLp().row_lower_)
        idle = np.flatnonzero(room > TOLERANCE).astype(np.int32)
        if idle.size:
            solver.deleteRows(idle.size, idle)

    def separate(self, share: Floats) -> list[Need]:
        """Add cuts for each need that this choice leaves unmet, and return those needs."""
        table = self.table
        share = np.clip(share, 0.0, 1.0)
        self._program.hide(share)
        highest, lowest = np.zeros(table.size), np.zeros(table.size)
        unmet: list[Need] = []
        cuts = 0
        for need in table.needs:
            if (highest if need.sign > 0 else -lowest)[need.cell] >= need.amount - TOLERANCE:
                continue
            deviation, reduced = self._program.farthest(need)
            np.maximum(highest, deviation, out=highest)
            np.minimum(lowest, deviation, out=lowest)
            if need.sign * deviation[need.cell] >= need.amount - TOLERANCE:
                continue
            unmet.append(need)
            cuts += self._cut(need, share, reduced)
            if cuts >= _CUTS_A_ROUND:
                break
        return unmet

    def _cut(self, need: Need, share: Floats, reduced: Floats) -> int:
        """Add the chain of cuts of one need; their number.

        With the first alone, the master would try the cells of a long sum one after another, a round for each.
        """
        table, now = self.table, share.copy()
        opened: list[int] = []
        cuts = 0
        while cuts < _CUTS_IN_A_CHAIN:
            room = np.maximum(-reduced, 0.0) * table.up + np.maximum(reduced, 0.0) * table.down
            helps = np.minimum(room, float(need.amount))
            useful = np.flatnonzero(helps > 1e-9).astype(np.int32)
            self._master.addRow(float(need.amount), highspy.kHighsInf, useful.size, useful, helps[useful])
            cuts += 1
            closed = useful[(now[useful] < 1.0) & ~table.fixed[useful]]
            if not closed.size:
                break
            cheapest_cell = int(closed[np.argmin(table.weight[closed])])
            opened.append(cheapest_cell)
            now[cheapest_cell] = 1.0
            self._program.allow(cheapest_cell, 1.0)
            deviation, reduced = self._program.farthest(need)
            if need.sign * deviation[need.cell] >= need.amount - TOLERANCE:
                break
        for cell in opened:
            self._program.allow(cell, float(share[cell]))
        return cuts

    def lose_patience(self, unmet: Iterable[Need]) -> None:
        """Give the master an alternative table for each need that whole-number choices have left unmet too often.

        Where many small cells must help together there are too many ways to fall short for cuts to name them all.
        """
        for need in unmet:
            self._missed[need] += 1
            if self._missed[need] == _PATIENCE and self._cells_in_master + self.table.size <= _TABLES_IN_THE_MASTER:
                self._take_in(need)

    def _take_in(self, need: Need) -> None:
        """Columns for a deviation that meets a need, each held to 0 unless its cell is hidden."""
        table, master, first = self.table, self._master, self._master.getNumCol()
        low, high = -table.down, table.up.copy()
        if need.sign > 0:
            low[need.cell] = need.amount
        else:
            high[need.cell] = -need.amount
        none = np.array([], dtype=np.int32)
        master.addCols(table.size, np.zeros(table.size), low, high, 0, none, none, none.astype(np.float64))
        for cells, factors in table.sums:
            master.addRow(0.0, 0.0, len(cells), np.array(cells, dtype=np.int32) + first, np.array(factors))
        for cell in np.flatnonzero(~table.forced).tolist():
            both = np.array([first + cell, cell], dtype=np.int32)
            master.addRow(-highspy.kHighsInf, 0.0, 2, both, np.array([1.0, -table.up[cell]]))
            master.addRow(0.0, highspy.kHighsInf, 2, both, np.array([1.0, table.down[cell]]))
        self._cells_in_master += table.size
