"""From the cube and a pattern to the rows that would leave."""

from dataclasses import replace

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure import attacker
from appliance.aggregate.disclosure.attacker import Attack, Knowledge
from appliance.aggregate.disclosure.attacker.loot import by_owner
from appliance.aggregate.disclosure.cube import Cube, Place, Population
from appliance.aggregate.disclosure.suppression import Pattern
from appliance.aggregate.disclosure.suppression.model import Name
from appliance.aggregate.published import Key, PublishedCell, PublishedTable
from appliance.aggregate.tabulation import DISTRICT


def rows(cube: Cube, pattern: Pattern) -> list[PublishedTable]:
    """The tables as they would leave, without ranges."""
    tables = []
    for metric in cube.metrics:
        cells: list[PublishedCell] = []
        for population in cube.populations:
            if metric in population.home.values():
                hidden = pattern[(population.metric, population.detail)]
                cells.extend(_row(population, place, hidden) for place in _places(population, metric))
        tables.append(PublishedTable(metric, cube.school_year, cube.snapshot, "equal", tuple(cells), cube.areas))
    return tables


def with_ranges(tables: list[PublishedTable], smallest_hidden: int) -> list[PublishedTable]:
    """Add to every row what anyone can derive about `n` from the published numbers alone."""
    told: dict[tuple[str, PublishedCell], PublishedCell] = {}
    for parts in by_owner(tables).values():
        attack = Attack(attacker.read(parts, Knowledge(smallest_hidden)), every_interval=True)
        told |= {(part.metric, cell): _range(attack, part, cell) for part in parts for cell in part.cells}
    return [replace(table, cells=tuple(told[table.metric, cell] for cell in table.cells)) for table in tables]


def _range(attack: Attack, table: PublishedTable, cell: PublishedCell) -> PublishedCell:
    if cell.suppression == "none":
        return replace(cell, n_lower=cell.n, n_upper=cell.n)
    if cell.suppression in ("not_offered", "coded"):
        return cell
    key = Key("n", table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
    low, high = attack.bounds(attacker.canonical(key))
    return replace(cell, n_lower=low, n_upper=high)


def _places(population: Population, metric: str) -> list[Place]:
    return [
        Place(school, dimension, category)
        for school in population.geographies
        for dimension in codelists.metric(metric).all_dimensions
        if school == DISTRICT or not population.categories(dimension) or not population.is_in_district(dimension)
        for category in population.categories(dimension)
    ]


def _row(population: Population, place: Place, hidden: set[Name]) -> PublishedCell:
    group = Place(place.school_id, *crossings.group(place.dimension, place.category))
    size: int | None = None if Name("size", group) in hidden else population.size[group]
    where = (place.school_id, place.dimension, place.category, population.detail)
    if place in population.absent:
        return PublishedCell(*where, None, None, "not_offered")
    if population.outcome is None:
        return PublishedCell(*where, size, None, "hidden" if size is None else "none")
    if size == 0:
        return PublishedCell(*where, None, None, "not_offered")
    if Name("outcome", place) in hidden:
        return PublishedCell(*where, None, size, "hidden")
    if place in population.coded:
        return PublishedCell(*where, None, size, "coded", *population.coded[place])
    return PublishedCell(*where, population.outcome[place], size, "none")
