"""From a population of the cube to tables for the solver: one dimension at a time, or all of them at once."""

import functools
import hashlib
import hmac
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, product
from typing import Literal, NamedTuple

import numpy as np

from appliance.aggregate import crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure.cube import Place, Population
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.suppression.block import Flags, Need, Sums, Table
from appliance.aggregate.tabulation import DISTRICT

Part = Literal["size", "outcome", "complement", "outer", "rest"]
"""`outer`: the size of the group that this one is counted within; `rest`: who of it is left out."""


_SIZES, _ENDS = ("size", "outer"), ("outcome", "complement")
_SHOWN_BEFORE = 50
_LAST_HIDDEN = 100
"""Dearer than any other choice that would do: such a number is hidden when nothing else protects."""


class Name(NamedTuple):
    """One number of a population."""

    part: Part
    place: Place


@dataclass(slots=True)
class Wish:
    """A number must be able to deviate by `amount` in direction `sign`, as the attacker or a target asks.

    `either`: the other direction does as well. `still`: numbers that somebody knows and that must not move meanwhile.
    """

    name: Name
    sign: int
    amount: int
    either: bool = False
    still: frozenset[Name] = frozenset()


@dataclass(frozen=True, slots=True)
class Weights:
    """What hiding a number costs.

    With a key, each weight is moved by up to a tenth, the same all year for the same cell, so that who knows the
    method cannot replay the choice.
    """

    policy: Policy
    key: bytes = b""
    shown: Mapping[tuple[str, str], Collection[Name]] = field(default_factory=dict)
    """By population, what an earlier release of the year showed: hiding it now would hide little and cost much."""

    def of(self, population: Population, name: Name) -> float:
        """100 + 10 log2(1 + n), more for the district's row and for totals, moved by the key."""
        numbers = {"size": population.size, "outer": population.outer_size}.get(name.part, population.outcome or {})
        if name.part == "rest":
            return 1.0  # never printed, so never to be hidden
        line = f"{_counted(population, name.part).home[name.place.dimension]} {name.place.dimension}"
        weight = 100.0 + 10.0 * math.log2(1 + numbers[name.place])
        weight *= self.policy.district_weight if name.place.school_id == DISTRICT else 1
        weight *= self.policy.total_weight if name.place.dimension == ALL else 1
        weight *= _LAST_HIDDEN if line in self.policy.last_hidden else 1
        weight *= _SHOWN_BEFORE if name in self.shown.get((population.metric, population.detail), ()) else 1
        if self.key:
            cell = "\x1f".join((population.metric, population.detail, name.part, *name.place)).encode()
            share = int.from_bytes(hmac.digest(self.key, cell, hashlib.sha256)[:4], "big") / 2**32
            weight *= 0.9 + 0.2 * share
        return float(round(weight))


@dataclass(slots=True)
class Numbered:
    """A solver table whose columns have names."""

    table: Table
    names: list[Name]
    index: dict[Name, int] = field(default_factory=dict)
    coded: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    """Numbers that may deviate within their published code, and are not hidden."""


class Numbering:
    """The numbers `parts` of some dimensions and of the totals, with every sum among them, whatever is hidden of them.

    ("size",): group sizes. ("outcome",): outcomes for one who knows every group size. All three: outcomes, their
    complements and group sizes tied together, for one who does not; "outer" and "rest" tie sizes to those that they are
    within. `of_district`: the district's row alone, where the last dimension may be hidden and its margins stay as they
    are: one that is shown stands still, and one that is hidden may move.
    """

    def __init__(
        self,
        population: Population,
        parts: tuple[Part, ...],
        dimensions: Iterable[str],
        weights: Weights,
        *,
        of_district: bool = False,
    ) -> None:
        self._dimensions = dimensions = [ALL, *dimensions]
        self._policy = weights.policy
        self._population, floor, sizes_known = population, weights.policy.smallest_hidden, len(parts) == 1
        self._names = [
            name
            for name in _named(population, parts, dimensions)
            if not (of_district and name.place.school_id != DISTRICT)
            and not _cannot_move(population, name, floor, sizes_known=sizes_known)
        ]
        self._printed = [Name(_printed(name.part), name.place) for name in self._names]
        self._index = {name: column for column, name in enumerate(self._names)}
        self._values = np.array([_value(population, name) for name in self._names], dtype=np.int64)
        low = np.array([floor if name.part in _SIZES else 0 for name in self._names], dtype=np.float64)
        ample = float(self._values.max(initial=0) * 2 + 10 * weights.policy.minimum_n)
        self._least = np.minimum(low, self._values)
        self._most = np.array(
            [
                float(population.size[name.place]) if sizes_known and name.part == "outcome" else ample
                for name in self._names
            ]
        )
        self._margin = np.array(
            [of_district and name.place.dimension != dimensions[-1] for name in self._names], dtype=np.bool_
        )
        self._weight = np.array([weights.of(population, name) for name in self._names])
        self._sums = _sums(population, parts, dimensions, self._index, of_district=of_district)

    def under(
        self,
        hidden: Collection[Name],
        wishes: Iterable[Wish],
        promised: Collection[Name] = (),
        *,
        lift_codes: bool = False,
        asked: str = "",
    ) -> Numbered:
        """The table of a pattern. `promised`: may not be hidden, unless they are already.

        `lift_codes`: coded outcomes may be hidden. `asked`: the dimension whose group sizes are to be protected; what
        everybody can look up of the others stands still, hidden or not.
        """
        population, index = self._population, self._index
        forced = np.array([name in hidden or name.part == "rest" for name in self._printed], dtype=np.bool_)
        least, most = self._least.copy(), self._most.copy()
        codes = {} if lift_codes else population.coded
        coded = ~forced & np.array([name.part in _ENDS and name.place in codes for name in self._names], dtype=np.bool_)
        for column in np.flatnonzero(coded):
            name = self._names[column]
            within = codes[name.place]
            size = population.size[name.place]
            least[column], most[column] = within if name.part == "outcome" else (size - within[1], size - within[0])
        looked_up = functools.partial(self._policy.can_be_looked_up, *population.owner)
        is_own = bool(asked) and looked_up(asked)
        is_open = {one: looked_up(one) and not is_own for one in self._dimensions}
        open_book = np.array(
            [name.part in _SIZES and is_open[name.place.dimension] for name in self._names], dtype=np.bool_
        )
        still = (self._margin & ~forced) | open_book
        owed = np.array([name in promised for name in self._printed], dtype=np.bool_)
        table = Table(
            value=self._values,
            down=np.where(still, 0.0, self._values - least),
            up=np.where(still, 0.0, most - self._values),
            weight=self._weight,
            fixed=(self._margin | (owed & ~coded)) & ~forced,
            forced=forced | coded,
            sums=self._sums,
            needs=[Need(index[wish.name], wish.sign, wish.amount) for wish in wishes if wish.name in index],
        )
        return Numbered(table, self._names, index, coded)


def _named(population: Population, parts: tuple[Part, ...], dimensions: list[str]) -> Iterator[Name]:
    for part, dimension in product(parts, dimensions):
        if _of(population, part, dimension):
            there = _counted(population, part).places(dimension)
            yield from (Name(part, place) for place in there if part != "rest" or place in population.outer_size)


def _counted(population: Population, part: Part) -> Population:
    """The population that numbers of a part are counted in."""
    return population.outer if part == "outer" and population.outer else population


def _value(population: Population, name: Name) -> int:
    if name.part == "outer":
        return population.outer_size[name.place]
    size = population.size[name.place]
    if name.part == "size":
        return size
    if name.part == "rest":
        return population.outer_size[name.place] - size
    count = (population.outcome or {})[name.place]
    return count if name.part == "outcome" else size - count


def _printed(part: Part) -> Part:
    """A complement is never printed: it is hidden exactly when its outcome is."""
    return "outcome" if part == "complement" else part


def _cannot_move(population: Population, name: Name, floor: int, *, sizes_known: bool) -> bool:
    """Whether everybody knows a number to be nobody; it needs no column."""
    if name.part == "rest" and "grade" in crossings.families(name.place.dimension):
        return True  # a grade is counted wholly
    if name.part in ("outer", "rest"):
        return floor == 1 and not population.outer_size[name.place]
    if population.size[name.place]:
        return False
    return floor == 1 or (sizes_known and name.part == "outcome") or name.place in population.absent


def _sums(
    population: Population,
    parts: tuple[Part, ...],
    dimensions: list[str],
    index: Mapping[Name, int],
    *,
    of_district: bool,
) -> Sums:
    """Categories sum to their margins, shares to their outcome, schools to the district, each up to a constant."""
    ends = ((name, [Name("outcome", name.place), Name("complement", name.place)]) for name in index)
    lines = chain(
        _lines(population, parts, dimensions),
        () if of_district else _lines_of_schools(population, parts, dimensions),
        _lines_of_shares(population, parts, dimensions),
        ((both, size, -1.0) for size, both in ends if size.part == "size" and "complement" in parts),
        (
            ([Name("size", one.place), Name("rest", one.place)], one, -1.0)
            for one in index
            if one.part == "outer" and one.place in population.size
        ),
    )
    sums: Sums = []
    for terms, whole, factor in lines:
        told = [(index[name], 1.0) for name in terms if name in index]
        told += [(index[whole], factor)] if whole in index else []
        if told:
            sums.append(([column for column, _ in told], [value for _, value in told]))
    return sums


_Line = tuple[list[Name], Name, float]
"""Numbers that sum to a whole (factor -1.0), or that lose what it gains (factor 1.0)."""


def _of(population: Population, part: Part, dimension: str) -> bool:
    """Whether a dimension has numbers of this part. A share repeats the size of its group, and has no complement."""
    is_counted = dimension in _counted(population, part).codes
    return is_counted and (part == "outcome" or not crossings.is_share(dimension))


def _lines(population: Population, parts: tuple[Part, ...], dimensions: list[str]) -> Iterator[_Line]:
    for dimension, part in product(dimensions, parts):
        if _of(population, part, dimension) and part != "rest":
            for whole, places in _counted(population, part).margins(dimension):
                if whole.dimension in dimensions:
                    yield [Name(part, place) for place in places], Name(part, whole), -1.0


def _lines_of_schools(population: Population, parts: tuple[Part, ...], dimensions: list[str]) -> Iterator[_Line]:
    for dimension, part in product(dimensions, parts):
        if _of(population, part, dimension) and part != "rest":
            counted = _counted(population, part)
            for whole, schools in counted.sums_of_schools(dimension).items():
                for code in counted.categories(dimension):
                    at = Place(whole, dimension, code)
                    yield [Name(part, at._replace(school_id=school)) for school in schools], Name(part, at), -1.0


def _lines_of_shares(population: Population, parts: tuple[Part, ...], dimensions: list[str]) -> Iterator[_Line]:
    """Shares of those without the outcome sum to the complement. Where sizes stand still, it loses what n gains."""
    for dimension in dimensions if "outcome" in parts else ():
        for group, has_outcome, places in population.shares(dimension):
            shares = [Name("outcome", place) for place in places]
            if has_outcome or len(parts) == 1:
                yield shares, Name("outcome", group), -1.0 if has_outcome else 1.0
            else:
                yield shares, Name("complement", group), -1.0
