"""Checks tables of students that could be true instead: whole-number arithmetic alone, no solver.

A *witness* is an alternative table of students. If it agrees with every published number and with every sum, nobody can
tell it from the truth. A sensitive number is certified when witnesses (or the truth) lie at or below its low end and at
or above its high end. Witnesses never leave the building, nor does how many there were.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from appliance.aggregate import crossings
from appliance.aggregate.codelists import METRICS, held_by, home, size_key, sizes_of
from appliance.aggregate.published import Key, PublishedCell, PublishedTable
from appliance.aggregate.tabulation import Tabulation

Spot = tuple[str, str, str, str, str]
"""Metric, detail, school, dimension, category."""


class Claimed(Protocol):
    """A claim about a number: nobody shall be able to prove that it is above `low` or below `high`."""

    @property
    def key(self) -> Key: ...  # noqa: D102
    @property
    def low(self) -> int: ...  # noqa: D102
    @property
    def high(self) -> int: ...  # noqa: D102


C = TypeVar("C", bound=Claimed)


class Verifier:
    """Checks witnesses against the published tables and the true counts of one release."""

    def __init__(self, truth: Sequence[Tabulation], tables: Sequence[PublishedTable], smallest_hidden: int) -> None:
        self._smallest = smallest_hidden
        self._published = rows(tables)
        self._true: dict[Key, int] = {}
        """The number of every row and of every group, by its name."""
        for table in truth:
            for cell in table.cells:
                spot = (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
                self._true[_count_of(spot)] = cell.count
                if not crossings.is_share(cell.dimension):  # a share repeats the size of its group
                    self._true[_size_of(spot)] = cell.out_of
        self._rows: dict[Key, list[Spot]] = defaultdict(list)
        """Every number to the rows that print it, or that count a part of it."""
        self._sums_to: dict[Spot, set[tuple[str, str]]] = defaultdict(set)
        """Family, detail, school and margin to the sums that give it: a dimension, and the family summed over."""
        self._printed = {(_family(metric), detail, dimension) for metric, detail, _, dimension, _ in self._published}
        """Family, detail and dimension of every row: a margin that nobody prints is no sum."""
        self._split: dict[Spot, set[tuple[str, bool]]] = defaultdict(set)
        """A row to the dimensions of its shares, of those with the outcome (True) and those without."""
        for spot in self._published:
            metric, detail, school, dimension, category = spot
            printed = dict.fromkeys((_count_of(spot), Key("complement", *spot), _size_of(spot)))
            for key in (*printed, *(key for told in self._wholes_of(spot) for key in told[:2])):
                self._rows[key].append(spot)
                self._true.setdefault(key, 0)
            for over, margin in crossings.margins(dimension, category):
                self._sums_to[(_family(metric), detail, school, *margin)].add((dimension, over))
            if crossings.is_share(dimension) and METRICS[metric].rate:
                group = (metric, detail, school, *crossings.group(dimension, category))
                self._split[group].add((dimension, crossings.has_outcome(dimension, category)))
        self._wholes: dict[str, set[str]] = defaultdict(set)
        """Each school to the geographies that it is summed into, and each of those to none."""
        for whole, schools in ((whole, schools) for table in tables for whole, schools in table.wholes().items()):
            self._wholes[whole] = set()
            for school in schools:
                self._wholes[school].add(whole)
        self._summed = {(spot[0], spot[3]) for spot in self._published if self._wholes.get(spot[2])}
        """Metric and dimension of every row of a school: some crossings stand in the district's row alone."""
        self.accepted = 0
        self._least: dict[Key, int] = {}
        self._most: dict[Key, int] = {}

    def forget(self) -> None:
        """Begin anew with the same tables, as if no witness had been taken."""
        self.accepted = 0
        self._least.clear()
        self._most.clear()

    def take(self, witnesses: Iterable[Mapping[Key, int]], *, sizes_known: bool) -> None:
        """Accept every witness that nobody could tell from the truth; `sizes_known`: not even who knows all sizes."""
        for witness in witnesses:
            changed = self._changed(witness)
            if changed is None or not self._sums_hold(changed) or (sizes_known and any(d for _, d in changed.values())):
                continue
            self.accepted += 1
            for spot in changed:
                for key, value in self._numbers(spot, witness).items():
                    self._least[key] = min(value, self._least.get(key, value))
                    self._most[key] = max(value, self._most.get(key, value))

    def uncertified(self, claims: Iterable[C]) -> list[tuple[C, int]]:
        """Claims without a witness, with the side that lacks one (-1 low, +1 high)."""
        lacking: list[tuple[C, int]] = []
        for claim in claims:
            true = self._numbers(self._rows[claim.key][0], {})[claim.key]
            if min(true, self._least.get(claim.key, true)) > claim.low:
                lacking.append((claim, -1))
            if max(true, self._most.get(claim.key, true)) < claim.high:
                lacking.append((claim, +1))
        return lacking

    def promised(self, minimum: int, k: int) -> dict[Key, tuple[int, int]]:
        """What the rules promise of every number that is too small or telling by itself: how low and high it may be."""
        ends: dict[Key, tuple[int, int]] = {}
        for spot, cell in self._published.items():
            sizes, counts, is_share = _size_of(spot), _count_of(spot), crossings.is_share(spot[3])
            size, n = self._true[sizes], self._true[counts]
            if not is_share and cell.suppression != "not_offered" and self._smallest <= size < minimum:
                ends[sizes] = (self._smallest, minimum)
            if METRICS[spot[0]].rate and size and (size < minimum or min(n, size - n) < k):
                low, high = (cell.n_lower, cell.n_upper) if cell.suppression == "coded" else (0, size)
                ends[counts] = (max(low or 0, n - k), min(size if high is None else high, n + k))
            for rest, whole, part in self._wholes_of(spot):
                if self._smallest <= size and 0 < self._true[whole] - self._true[part] < minimum:
                    ends[rest] = (0, min(minimum, self._true[whole] - self._smallest))
        return ends

    def _numbers(self, spot: Spot, witness: Mapping[Key, int]) -> dict[Key, int]:
        """Every number that a row tells or lets anyone work out, in a witness."""
        sizes, counts = _size_of(spot), _count_of(spot)
        size, n = self._value(sizes, witness), self._value(counts, witness)
        told = {counts: n, Key("complement", *spot): size - n, sizes: size}
        return told | {rest: self._value(w, witness) - self._value(p, witness) for rest, w, p in self._wholes_of(spot)}

    def _value(self, key: Key, witness: Mapping[Key, int]) -> int:
        return witness[key] if key in witness else self._true[key]

    def _wholes_of(self, spot: Spot) -> Iterable[tuple[Key, Key, Key]]:
        """What a row counts a part of, where that is printed: the name of the rest, the whole and the part."""
        metric, detail, school, dimension, category = spot
        where = (school, dimension, category)
        if crossings.is_share(dimension):
            return
        if (outer := held_by(metric, detail)) and _is_there((*outer, *where), self._published):
            whole, part = _size_of((*outer, *where)), _size_of(spot)
            if whole != part:
                yield Key("left_out", *sizes_of(metric, detail), *where), whole, part

    def _changed(self, witness: Mapping[Key, int]) -> dict[Spot, tuple[int, int]] | None:
        """How far n and the group size of each touched row differ from the truth; None when a row forbids it."""
        changed: dict[Spot, tuple[int, int]] = {}
        for spot in dict.fromkeys(spot for key in witness for spot in self._rows.get(key, ())):
            told, sizes, counts = self._numbers(spot, witness), _size_of(spot), _count_of(spot)
            n, size = told[counts], told[sizes]
            if min(told.values()) < 0 or not self._allowed(spot, n, size):
                return None
            if any(key in witness and witness[key] != value for key, value in told.items()):
                return None
            changed[spot] = (n - self._true[counts], size - self._true[sizes])
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
        """Whether categories, shares and schools still sum to margin, outcome, district and areas, as in the truth."""
        lines: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
        for (metric, detail, school, dimension, category), (n, size) in changed.items():
            is_share = crossings.is_share(dimension) and METRICS[metric].rate
            where: list[tuple[tuple[object, ...], int]] = []
            if (metric, dimension) in self._summed:
                column = (metric, detail, dimension, category)
                where += [(("in", whole, *column), 1) for whole in self._wholes[school]]
                if not self._wholes[school]:
                    where.append((("in", school, *column), -1))
            own = (_family(metric), detail, school)
            here = crossings.margins(dimension, category)
            where += [(("line", *own, *margin, dimension, over), 1) for over, margin in here]
            into = self._sums_to.get((*own, dimension, category), ())
            where += [(("line", *own, dimension, category, *sum_), -1) for sum_ in into]
            for line, sign in where:
                if line[0] == "in" or (line[1], line[2], line[4]) in self._printed:
                    lines[line][0] += sign * n
                    lines[line][1] += 0 if is_share else sign * size
            if is_share:
                group = crossings.group(dimension, category)
                side = (dimension, crossings.has_outcome(dimension, category))
                lines[("share", metric, *own[1:], *group, *side)][0] += n
            for side in self._split.get((metric, *own[1:], dimension, category), ()):
                lines[("share", metric, *own[1:], dimension, category, *side)][0] -= n if side[1] else size - n
        return not any(n or size for n, size in lines.values())


def _family(metric: str) -> str:
    """The metric that holds the totals of the students whom a metric counts."""
    return METRICS[metric].totals_in or metric


def _size_of(spot: Spot) -> Key:
    """The name of the size of a row's group: one name wherever the same students are counted."""
    metric, detail, school, dimension, category = spot
    dimension, category = crossings.group(dimension, category)
    return Key(*size_key(metric, detail, dimension), school, dimension, category)


def _count_of(spot: Spot) -> Key:
    """The name of a row's count: of a headcount that is the size of its group."""
    return Key("n", *spot) if METRICS[spot[0]].rate else _size_of(spot)


def _is_there(spot: Spot, published: Mapping[Spot, PublishedCell]) -> bool:
    """Whether a group is printed, by its own table or by the one that has its dimension."""
    metric, *rest = spot
    return (home(metric, spot[3]) or metric, *rest) in published


def rows(tables: Iterable[PublishedTable]) -> dict[Spot, PublishedCell]:
    """Every published row by what it is about."""
    return {
        (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category): cell
        for table in tables
        for cell in table.cells
    }
