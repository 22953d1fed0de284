"""Merging categories before anything is hidden: what is counted together needs no hiding from each other."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.tabulation import Cell, Tabulation


def coarsen(tabulations: Sequence[Tabulation], policy: Policy) -> list[Tabulation]:
    """The same counts with the policy's categories merged.

    A student is in one category of a dimension, so counts of merged categories add up, in the district's row as well.
    Where grades are merged, tables of those whom a test was for have no rows by grade: a band may take it in part.
    """
    bands = any(merge.dimension == "grade" for merge in policy.merge)
    return [
        replace(table, cells=tuple(_merged(_without_grades(table) if bands else table.cells, policy)))
        for table in tabulations
    ]


def _without_grades(table: Tabulation) -> Sequence[Cell]:
    if codelists.held_by(table.metric, codelists.metric(table.metric).details[0]) is None:
        return table.cells
    return [cell for cell in table.cells if "grade" not in crossings.families(cell.dimension)]


def coarsen_grades(offered: Mapping[str, Collection[str]], policy: Policy) -> dict[str, list[str]]:
    """The grades that each school offers, by the codes under which they are counted."""
    return {
        school: list(dict.fromkeys(policy.coarse("grade", grade) for grade in grades))
        for school, grades in offered.items()
    }


def _merged(cells: Sequence[Cell], policy: Policy) -> Iterator[Cell]:
    """Cells that the policy does not name stay as they are, so that a cell counted twice is still noticed."""
    named = {(one.dimension, code) for one in policy.merge for code in (*one.categories, one.into)}
    sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        if named.isdisjoint(crossings.codes(cell.dimension, cell.category).items()):
            yield cell
            continue
        at = sums[(cell.school_id, cell.dimension, policy.coarse(cell.dimension, cell.category), cell.detail)]
        at[0] += cell.count
        at[1] += cell.out_of
    for (school, dimension, category, detail), (count, out_of) in sums.items():
        yield Cell(school, dimension, category, count, out_of, detail)
