"""What earlier releases of the school year fixed: a number once hidden stays hidden, one once shown stays shown.

A pattern chosen afresh after one student moved in would open a few cells that the last release hid, and the two
releases together would give others away exactly (disclosure.md 3.6). Carrying the pattern forward opens none. It does
not hide that a group which was empty has a first member now: for that, values must wait until enough students changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.aggregate import codelists
from appliance.aggregate.disclosure.cube import Cube, Place
from appliance.aggregate.disclosure.suppression import Pattern
from appliance.aggregate.disclosure.suppression.model import Name
from appliance.aggregate.published import PublishedTable
from appliance.aggregate.refusal import Refused


@dataclass(frozen=True, slots=True)
class Past:
    """By population: the numbers that some earlier release hid, and those that some showed and none hid."""

    hidden: Pattern
    shown: Pattern


def recall(cube: Cube, earlier: Sequence[Sequence[PublishedTable]]) -> Past:
    """Read the earlier releases of the same school year. Raises `Refused` for one of another year."""
    past = Past({}, {})
    for population in cube.populations:
        past.hidden[(population.metric, population.detail)] = set()
        past.shown[(population.metric, population.detail)] = set()
    for release in earlier:
        for table in release:
            if table.school_year != cube.school_year:
                raise Refused(f"An earlier release is of {table.school_year}, not of {cube.school_year}.")
            for owner, name, is_hidden in _numbers(table):
                if owner in past.hidden:
                    (past.hidden if is_hidden else past.shown)[owner].add(name)
    for owner, hidden in past.hidden.items():
        past.shown[owner] -= hidden
    return past


def _numbers(table: PublishedTable) -> Iterable[tuple[tuple[str, str], Name, bool]]:
    metric = codelists.metric(table.metric)
    for cell in table.cells:
        if cell.suppression == "not_offered":
            continue
        owner = (metric.totals_in or metric.name, cell.detail)
        place = Place(cell.school_id, cell.dimension, cell.category)
        if not metric.rate:
            yield owner, Name("size", place), cell.n is None
            continue
        yield owner, Name("size", place), cell.denominator is None
        if cell.suppression != "coded":
            yield owner, Name("outcome", place), cell.n is None
