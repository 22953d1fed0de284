"""Tabulations read into one cube of integers, after every sum in them has been checked. Confidential.

A *population* is a set of people counted in the same places: the enrolled, those whom a test was for. The tables
`membership` and `subgroup_membership` are one population; tables about the same people have the same group sizes.
"""

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure.coding import Interval
from appliance.aggregate.published import Area
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation


class Place(NamedTuple):
    """Where a number stands: one category of one dimension in one geography."""

    school_id: str
    dimension: str
    category: str


@dataclass(slots=True)
class Population:
    """Group sizes and, for a rate, how many of each group had the outcome. Every place of the grid is present."""

    metric: str
    detail: str
    size: dict[Place, int]
    outcome: dict[Place, int] | None
    home: dict[str, str] = field(default_factory=dict)
    """Dimension to the metric whose table prints it."""
    absent: set[Place] = field(default_factory=set)
    """Empty places that everybody knows to be empty: grades that the school does not offer."""
    schools: list[str] = field(default_factory=list)
    """State school ids in order, without the district and without areas."""
    areas: dict[str, list[str]] = field(default_factory=dict)
    """Declared geographies that are counted here, to their schools."""
    coded: dict[Place, Interval] = field(default_factory=dict)
    """Outcomes that are published as a class of counts, unless they are hidden after all."""
    codes: dict[str, list[str]] = field(default_factory=dict)
    """Dimension to the codes that occur here, in the order of the code list; the total is dimension `all`."""
    outer: "Population | None" = field(default=None, repr=False)
    """Those whom these students are some of (`held_by`)."""
    known_margins: dict[str, list[tuple[Place, list[Place]]]] = field(default_factory=dict, repr=False)
    """What `margins` has said before: they are asked for again with each number that is mended."""

    @property
    def geographies(self) -> list[str]:
        """The district first, then its schools, then declared areas."""
        return [DISTRICT, *self.schools, *self.areas]

    @property
    def wholes(self) -> dict[str, list[str]]:
        """Each geography that is a sum of schools, to those schools."""
        return ({DISTRICT: self.schools} if self.schools else {}) | self.areas

    @property
    def dimensions(self) -> list[str]:
        """Dimensions counted here, without the total; a crossing comes after its margins."""
        return [name for name in self.codes if name != ALL]

    def places(self, dimension: str) -> list[Place]:
        """Every place of a dimension. Some crossings are counted in the district alone."""
        there = [DISTRICT] if self.is_in_district(dimension) else self.geographies
        return [Place(school, dimension, code) for code in self.categories(dimension) for school in there]

    def beside(self, dimension: str) -> list[str]:
        """The dimensions that a dimension's numbers sum to, directly or not, without the total."""
        inside = set(crossings.families(dimension))
        group = crossings.families(crossings.group(dimension, self.codes[dimension][0])[0])
        return [
            other
            for other in self.dimensions
            if other != dimension and (inside.issuperset(names := crossings.families(other)) or names == group)
        ]

    def sums_of_schools(self, dimension: str) -> dict[str, list[str]]:
        """`wholes`, for a dimension; none where only the district is counted."""
        return {} if self.is_in_district(dimension) else self.wholes

    def is_in_district(self, dimension: str) -> bool:
        """Whether a dimension is counted in the district's row alone."""
        return dimension in codelists.metric(self.home[dimension]).in_district

    def margins(self, dimension: str) -> list[tuple[Place, list[Place]]]:
        """Each sum over one family of a dimension: the margin, and the categories that it is the sum of.

        Shares of an outcome sum over their groups like any crossing; over their families see `shares`.
        """
        if dimension in self.known_margins:
            return self.known_margins[dimension]
        lines: dict[tuple[str, Place], list[Place]] = defaultdict(list)
        for place in self.places(dimension):
            for family, (margin, category) in crossings.margins(dimension, place.category):
                if margin in self.codes:
                    lines[(family, Place(place.school_id, margin, category))].append(place)
        self.known_margins[dimension] = [(margin_place, parts) for (_, margin_place), parts in lines.items()]
        return self.known_margins[dimension]

    def shares(self, dimension: str) -> Iterator[tuple[Place, bool, list[Place]]]:
        """For each group of a dimension of shares and each of the two outcomes: its shares, which sum to it."""
        lines: dict[tuple[Place, bool], list[Place]] = defaultdict(list)
        for place in self.places(dimension) if crossings.is_share(dimension) else ():
            group = Place(place.school_id, *crossings.group(dimension, place.category))
            lines[(group, crossings.has_outcome(dimension, place.category))].append(place)
        for (group, has_outcome), parts in lines.items():
            yield group, has_outcome, parts

    def categories(self, dimension: str) -> list[str]:
        """The codes of a dimension that occur here, in the order of the code list."""
        return self.codes.get(dimension, [])

    @property
    def outer_size(self) -> dict[Place, int]:
        """Of the groups that these students are some of: how many there are."""
        return self.outer.size if self.outer else {}

    def left_out(self) -> Iterator[tuple[Place, int]]:
        """Each group that is within another, and how many of that one are not in it. A grade is counted wholly."""
        for place, size in self.size.items():
            whole = crossings.is_share(place.dimension) or "grade" in crossings.families(place.dimension)
            if place in self.outer_size and not whole:
                yield place, self.outer_size[place] - size

    @property
    def owner(self) -> tuple[str, str]:
        """Metric and detail."""
        return self.metric, self.detail


@dataclass(frozen=True, slots=True)
class Cube:
    """Every exact number of a release."""

    school_year: str
    snapshot: str
    metrics: tuple[str, ...]
    populations: tuple[Population, ...]
    areas: tuple[Area, ...] = ()

    def pieces(self) -> list["Cube"]:
        """The cube in parts that no sum ties together: the enrolled with all that is counted of them, and others."""
        parts: dict[tuple[str, str], list[Population]] = defaultdict(list)
        for population in self.populations:
            parts[codelists.held_by(*population.owner) or codelists.sizes_of(*population.owner)].append(population)
        printed = [{metric for one in part for metric in one.home.values()} for part in parts.values()]
        return [
            replace(self, metrics=tuple(name for name in self.metrics if name in metrics), populations=tuple(part))
            for metrics, part in zip(printed, parts.values(), strict=True)
        ]


def read(
    tabulations: Sequence[Tabulation],
    offered: Mapping[str, Collection[str]] | None = None,
    areas: Mapping[str, Collection[str]] | None = None,
) -> Cube:
    """Read the tabulations of one snapshot; `offered`: the grades of each school, as the directory prints them.
    `areas`: declared geographies, each with its schools; they are counted like a school.

    Raises `Refused`, with the place, when anything does not add up.
    """
    if not tabulations:
        raise Refused("There is nothing to release: no table was counted.")
    years = {(table.school_year, table.snapshot) for table in tabulations}
    if len(years) > 1:
        raise Refused("The tables describe different snapshots. Count them again for one snapshot date.")
    names = [table.metric for table in tabulations]
    if len(set(names)) < len(names):
        raise Refused("A table was counted twice. Give each metric once.")
    populations: dict[tuple[str, str], Population] = {}
    for metric in names:
        codelists.metric(metric)
    order = list(codelists.METRICS)
    for table in sorted(tabulations, key=lambda table: order.index(table.metric)):
        for cell in table.cells:
            _take(populations, table.metric, cell)
    for population in populations.values():
        _complete(population, areas or {}, _same_students(population, populations))
        _check_categories(population)
        _check_district(population)
        population.absent = set(_absent(population, offered or {}))
    for population in populations.values():
        _hold_against_others(population, populations)
    school_year, snapshot = years.pop()
    ordered = tuple(name for name in codelists.METRICS if name in names)
    declared = tuple(Area(code, tuple(sorted(schools))) for code, schools in sorted((areas or {}).items()))
    return Cube(school_year, snapshot, ordered, tuple(populations.values()), declared)


def _take(populations: dict[tuple[str, str], Population], metric: str, cell: Cell) -> None:
    codelists.check(metric, cell.dimension, cell.category, cell.detail)
    known = codelists.metric(metric)
    if not known.rate and cell.count != cell.out_of:
        raise Refused(f"Table {metric}: a headcount differs from its denominator in {_where(Place(*_at(cell)))}.")
    key = (known.totals_in or metric, cell.detail)
    if key not in populations:
        populations[key] = Population(*key, {}, {} if known.rate else None)
    population = populations[key]
    place = Place(*_at(cell))
    if place in population.size:
        raise Refused(f"Table {metric} has two cells for {_where(place)}.")
    population.home[cell.dimension] = metric
    population.size[place] = cell.out_of
    if population.outcome is not None:
        population.outcome[place] = cell.count


def _at(cell: Cell) -> tuple[str, str, str]:
    return cell.school_id, cell.dimension, cell.category


def _where(place: Place) -> str:
    group = "all students" if place.dimension == ALL else f"{place.dimension} {place.category}"
    return f"{group} of {'the district' if place.school_id == DISTRICT else place.school_id}"


def _absent(population: Population, offered: Mapping[str, Collection[str]]) -> Iterable[Place]:
    for place, size in population.size.items():
        grades = offered.get(place.school_id)
        if place.dimension == "grade" and size == 0 and grades and place.category not in grades:
            yield place


def _same_students(population: Population, others: Mapping[tuple[str, str], Population]) -> list[Population]:
    """The populations, completed already, that these students are, or are some of."""
    owners = {codelists.sizes_of(*population.owner), codelists.held_by(*population.owner)} - {population.owner}
    return [others[owner] for owner in owners if owner and owner in others and others[owner].codes]


def _complete(population: Population, areas: Mapping[str, Collection[str]], same: Sequence[Population] = ()) -> None:
    """Write the zeros that a tabulation left out; the sums are checked afterwards, so nothing is guessed.

    A code that occurs among the same students has a row here too: that it is empty here is no reason to leave it out.
    """
    if Place(DISTRICT, ALL, ALL) not in population.size:
        raise Refused(f"Table {population.metric} {population.detail} has no district total. Count the district too.")
    found = {(place.dimension, place.category) for place in population.size}
    there = {place.school_id for place in population.size}
    population.schools = sorted(there - {DISTRICT, *areas})
    for code in sorted(areas):
        if code not in there:
            raise Refused(f"Table {population.metric} has no rows of the geography {code}. Count the snapshot again.")
        population.areas[code] = [school for school in population.schools if school in areas[code]]
    found |= {
        (dimension, code)
        for dimension, _ in frozenset(found)
        for other in same
        if codelists.sizes_of(*population.owner) == codelists.sizes_of(*other.owner)
        or "grade" not in crossings.families(dimension)
        for code in other.categories(dimension)
    }
    for dimension in sorted({dimension for dimension, _ in found}, key=_order):
        there_are = {code for name, code in found if name == dimension} | _crossed(population, dimension, found)
        population.codes[dimension] = sorted(there_are, key=functools.partial(crossings.rank, dimension))
    for dimension in population.codes:
        for place in population.places(dimension):
            group = Place(place.school_id, *crossings.group(dimension, place.category))
            if group != place:
                population.size[place] = population.size[group]  # a share is out of its group
            population.size.setdefault(place, 0)
            if population.outcome is not None:
                population.outcome.setdefault(place, 0)


def _crossed(population: Population, dimension: str, found: set[crossings.Group]) -> set[str]:
    """Every category that a crossing could have, so that one which nobody is in does not stand out by its absence.

    A family that is not counted by itself (languages, levels) has the codes that occur somewhere in it.
    """
    names = crossings.families(dimension)
    if not crossings.is_share(dimension):
        lists = [population.codes[name] for name in names if name in population.codes]
        return set(map(crossings.CROSS.join, product(*lists))) if 0 < len(lists) == len(names) else set()
    start = names.index("outcome")
    group = crossings.CROSS.join(names[:start]) or ALL
    if group not in population.codes:
        raise Refused(f"Table {population.metric} {population.detail} has shares of {group}, and no group sizes by it.")
    ends = {
        tuple(crossings.codes(name, category).values())[start - len(names) :]
        for name, category in found
        if crossings.families(name)[start - len(names) :] == names[start:]
    }
    groups = [() if code == ALL else (code,) for code in population.codes[group]]
    return {
        crossings.CROSS.join((*code, *end)) for code, end in product(groups, ends | crossings.always(names[start:]))
    }


def _order(dimension: str) -> tuple[int, tuple[int, ...]]:
    """The total first, then families, then crossings of ever more of them."""
    names = crossings.families(dimension)
    return len(names), tuple(list(codelists.CODES).index(name) for name in names)


def _numbers(population: Population) -> Iterable[dict[Place, int]]:
    yield population.size
    if population.outcome is not None:
        yield population.outcome


def _check_categories(population: Population) -> None:
    for dimension in population.dimensions:
        for number, numbers in enumerate(_numbers(population)):
            if number == 0 and crossings.is_share(dimension):
                continue  # a share repeats the size of its group
            for margin, parts in population.margins(dimension):
                if sum(numbers[part] for part in parts) != numbers[margin]:
                    raise _does_not_add_up(population, dimension, margin)
        for group, has_outcome, parts in population.shares(dimension):
            whole = (population.outcome or {})[group]
            whole = whole if has_outcome else population.size[group] - whole
            if sum((population.outcome or {})[part] for part in parts) != whole:
                raise _does_not_add_up(population, dimension, group)


def _does_not_add_up(population: Population, dimension: str, margin: Place) -> Refused:
    where = "the district" if margin.school_id == DISTRICT else f"school {margin.school_id}"
    to = "its total" if margin.dimension == ALL else f"its {margin.dimension} {margin.category}"
    return Refused(
        f"Table {population.home[dimension]} {population.detail} does not add up: the categories of {dimension} in "
        f"{where} do not sum to {to}. Count again; nothing was released."
    )


def _check_district(population: Population) -> None:
    """The district and every area are the sum of their schools: each student counts at one school."""
    for numbers in _numbers(population):
        for dimension in population.codes:
            for whole, category in product(population.sums_of_schools(dimension), population.categories(dimension)):
                place = Place(whole, dimension, category)
                if numbers[place] != sum(numbers[place._replace(school_id=at)] for at in population.wholes[whole]):
                    raise Refused(
                        f"Table {population.home[dimension]} {population.detail} does not add up: the schools do not "
                        f"sum to {_where(place)}. Count again; nothing was released."
                    )


def _hold_against_others(population: Population, others: Mapping[tuple[str, str], Population]) -> None:
    """Sizes that are one number are equal, and of a part there are not more than of the whole."""
    first = others.get(codelists.sizes_of(*population.owner))
    if first is not None and first is not population:
        _compare(population, population.size, first.size, operator.eq)
    held_by = codelists.held_by(*population.owner)
    if held_by and (outer := others.get(held_by)):
        population.outer = outer
        _compare(population, population.size, outer.size, operator.le)
        by_grade = {place: size for place, size in outer.size.items() if "grade" in crossings.families(place.dimension)}
        _compare(population, population.size, by_grade, operator.eq)


def _compare(
    population: Population,
    mine: Mapping[Place, int],
    theirs: Mapping[Place, int],
    holds: Callable[[int, int], bool],
) -> None:
    for place in mine.keys() & theirs.keys():
        if not crossings.is_share(place.dimension) and not holds(mine[place], theirs[place]):
            raise Refused(
                f"Table {population.metric} {population.detail} and another one count {_where(place)} differently. "
                "Count both for one snapshot; nothing was released."
            )
