"""The certificate: whole-number arithmetic alone, no solver, shared with nobody.

A *witness* is an alternative table of students. If it agrees with every published number and with every sum, nobody can
tell it from the truth. A sensitive number is certified when witnesses (or the truth) lie at or below its low end and at
or above its high end. Witnesses never leave the building: only how many there were does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from appliance.aggregate.codelists import ALL, METRICS
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.published import Key, PublishedCell, PublishedTable
from appliance.aggregate.tabulation import Tabulation

Spot = tuple[str, str, str, str, str]
"""Metric, detail, school, dimension, category."""


class Verifier:
    """Checks witnesses against the published tables and the true counts of one release."""

    def __init__(self, truth: Sequence[Tabulation], tables: Sequence[PublishedTable], smallest_hidden: int) -> None:
        self._smallest = smallest_hidden
        self._published: dict[Spot, PublishedCell] = {
            (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category): cell
            for table in tables
            for cell in table.cells
        }
        self._truth = dict.fromkeys(self._published, (0, 0))
        for table in truth:
            for cell in table.cells:
                spot = (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
                self._truth[spot] = (cell.count, cell.out_of)
        self._dimensions: dict[tuple[str, str], set[str]] = defaultdict(set)
        for metric, detail, _, dimension, _ in self._published:
            if dimension != ALL:
                self._dimensions[(METRICS[metric].totals_in or metric, detail)].add(dimension)
        self._wholes: dict[str, set[str]] = defaultdict(set)
        """Each school to the geographies that it is summed into, and each of those to none."""
        for whole, schools in ((whole, schools) for table in tables for whole, schools in table.wholes().items()):
            self._wholes[whole] = set()
            for school in schools:
                self._wholes[school].add(whole)
        self.accepted = 0
        self._least: dict[Key, int] = {}
        self._most: dict[Key, int] = {}

    def take(self, witnesses: Iterable[Mapping[Key, int]], *, sizes_known: bool) -> None:
        """Accept every witness that nobody could tell from the truth; `sizes_known`: not even who knows all sizes."""
        for witness in witnesses:
            changed = self._changed(witness)
            if changed is None or not self._sums_hold(changed) or (sizes_known and any(d for _, d in changed.values())):
                continue
            self.accepted += 1
            for key, value in witness.items():
                if key[1:] in self._truth:
                    self._least[key] = min(value, self._least.get(key, value))
                    self._most[key] = max(value, self._most.get(key, value))

    def uncertified(self, claims: Iterable[Claim]) -> list[tuple[Claim, int]]:
        """Claims without a witness, with the side that lacks one (-1 low, +1 high)."""
        lacking = []
        for claim in claims:
            n, size = self._truth[claim.key[1:]]
            true = size if claim.key.measure == "denominator" else n
            if min(true, self._least.get(claim.key, true)) > claim.low:
                lacking.append((claim, -1))
            if max(true, self._most.get(claim.key, true)) < claim.high:
                lacking.append((claim, +1))
        return lacking

    def _changed(self, witness: Mapping[Key, int]) -> dict[Spot, tuple[int, int]] | None:
        """How far n and the group size of each touched cell differ from the truth; None when a cell forbids it."""
        changed: dict[Spot, tuple[int, int]] = {}
        for spot in {key[1:] for key in witness if key[1:] in self._truth}:
            true_n, true_size = self._truth[spot]
            n = witness.get(Key("n", *spot), true_n)
            size = witness.get(Key("denominator", *spot), true_size) if METRICS[spot[0]].rate else n
            complement = witness.get(Key("complement", *spot), size - n)
            if complement != size - n or not 0 <= n <= size or not self._allowed(spot, n, size):
                return None
            changed[spot] = (n - true_n, size - true_size)
        return changed

    def _allowed(self, spot: Spot, n: int, size: int) -> bool:
        """Whether a cell may hold these numbers for all that its row says."""
        cell = self._published[spot]
        if cell.suppression == "not_offered":
            return size == 0
        if cell.n is not None and cell.n != n:
            return False
        low, high = (cell.n_lower, cell.n_upper) if cell.suppression == "coded" else (None, None)
        if (low is not None and n < low) or (high is not None and n > high):
            return False
        shown_size = cell.denominator if METRICS[spot[0]].rate else cell.n
        return size == shown_size if shown_size is not None else size >= self._smallest

    def _sums_hold(self, changed: Mapping[Spot, tuple[int, int]]) -> bool:
        """Categories still sum to the total of their geography, and schools to district and areas, as in the truth."""
        lines: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
        for (metric, detail, school, dimension, category), change in changed.items():
            family = METRICS[metric].totals_in or metric
            column = (metric, detail, dimension, category)
            places: list[tuple[tuple[str, ...], int]] = [(("in", whole, *column), 1) for whole in self._wholes[school]]
            if not self._wholes[school]:
                places.append((("in", school, *column), -1))
            if dimension == ALL:
                places += [(("line", family, detail, school, name), -1) for name in self._dimensions[(family, detail)]]
            else:
                places.append((("line", family, detail, school, dimension), 1))
            for place, sign in places:
                lines[place][0] += sign * change[0]
                lines[place][1] += sign * change[1]
        return not any(n or size for n, size in lines.values())
