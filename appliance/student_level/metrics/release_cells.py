"""The cells that a release asks for: every category set of a table, crossings and shares of an outcome among them."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database as Tables

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL, MISSING
from appliance.aggregate.tabulation import DISTRICT, Cell
from appliance.student_level.metrics.catalogue import Metric, further_sql

FURTHER = (
    *("section_504", "migrant", "homeless", "foster", "military"),
    *("language", "learner_years", "impairment", "environment", "age", "residence", "unaccompanied"),
)
"""Group families that only a release shows totals by; `further_groups.sql` says who is in them."""
ABOUT_SOME = tuple(family for family in FURTHER if family not in codelists.PROGRAMS)
"""Of these, the families about some students alone; whoever they are not about has no code of them."""
_GROUPS = ("reporting_student", "reporting_past")
_Counts = dict[tuple[str, str, str], tuple[int, int]]
"""Place id, category and detail to how many are counted, out of how many."""


@contextmanager
def further_groups(tables: Tables, values: dict[str, object]) -> Iterator[None]:
    """The families of `FURTHER`, of everybody who is counted, in the temporary tables `further_...`."""
    for groups in _GROUPS:
        select = further_sql("further_groups").replace("reporting_student", groups)
        tables.conn.execute(f"CREATE TEMP TABLE further_{groups} AS {select}", values)
        tables.conn.execute(f"CREATE INDEX temp.further_{groups}_by ON further_{groups} (student_key, place_key)")
    try:
        yield
    finally:
        for groups in _GROUPS:
            tables.conn.execute(f"DROP TABLE temp.further_{groups}")


def cells(tables: Tables, metric: Metric, place_ids: dict[int, str]) -> Iterator[Cell]:
    """The cells of a metric that leaves, from the temporary table `counted`; none when nobody is counted.

    A category set that says MISSING of everybody is left out: it is not kept. Zeros stand where a school has students
    to count, or has to have rows; those of crossings are written by the cube.
    """
    known = codelists.metric(metric.name)
    totals = _count(tables, metric, ALL, place_ids)
    there = {place for place, *_ in totals} if not known.everywhere else set(place_ids.values())
    there |= {DISTRICT, *(code for key, code in place_ids.items() if key < 0)}
    details = sorted({detail for *_, detail in totals})
    sizes: dict[str, _Counts] = {}
    for dimension in known.all_dimensions:
        alone = dimension in known.in_district
        if crossings.is_share(dimension):
            yield from _shares(tables, metric, dimension, sizes, {DISTRICT} if alone else there, place_ids)
            continue
        found = _count(tables, metric, dimension, place_ids)
        categories = sorted({category for _, category, _ in found})
        if _says_nothing(dimension, categories):
            continue
        sizes[dimension] = found
        whole = details if dimension not in ABOUT_SOME else [one for one in details if _is_whole(found, totals, one)]
        for place in sorted({DISTRICT} if alone else there):
            for category in categories:
                for detail in whole:
                    count, out_of = found.get((place, category, detail), (0, 0))
                    if out_of or not alone:
                        yield Cell(place, dimension, category, count, out_of, detail)


def _is_whole(found: _Counts, totals: _Counts, detail: str) -> bool:
    """Whether a family is about everybody of a detail, as residence is about the homeless and not about who moved."""
    told = sum(out_of for (place, _, of), (_, out_of) in found.items() if (place, of) == (DISTRICT, detail))
    return told == totals.get((DISTRICT, ALL, detail), (0, 0))[1]


def _says_nothing(dimension: str, categories: list[str]) -> bool:
    """Whether some family that may be switched off is MISSING for everybody."""
    names = crossings.families(dimension)
    told = [crossings.codes(dimension, category) for category in categories]
    off = (*FURTHER, "disability", "economic")
    return any(name in off and all(one[name] == MISSING for one in told) for name in names)


def _shares(
    tables: Tables,
    metric: Metric,
    dimension: str,
    sizes: dict[str, _Counts],
    places: set[str],
    place_ids: dict[int, str],
) -> Iterator[Cell]:
    """How many of each group have the outcome, or have it not, in one way; out of the group."""
    group = crossings.group(dimension, crossings.CROSS.join(crossings.families(dimension)))[0]
    told: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for (place, category, detail), (count, _) in _count(tables, metric, dimension, place_ids).items():
        told[detail].append((place, category, count))
    for detail, found in told.items():
        if group in sizes and any(not category.endswith(MISSING) for _, category, _ in found):
            for place, category, count in found:
                size = sizes[group][(place, crossings.group(dimension, category)[1], detail)][1]
                if place in places:
                    yield Cell(place, dimension, category, count, size, detail)


def _count(tables: Tables, metric: Metric, dimension: str, place_ids: dict[int, str]) -> _Counts:
    """What is counted by one dimension, where somebody is."""
    names = crossings.families(dimension)
    columns = [_column(name, metric.groups) for name in names]
    category = " || '*' || ".join(columns) or f"'{ALL}'"
    where = " AND ".join(f"{column} IS NOT NULL" for column in columns) or "1"
    shared = crossings.side(names[-1]) if crossings.is_share(dimension) else None
    if shared:
        where += f" AND (counted.count > 0) = {int(shared == 'YES')}"
    counted = "count(*)" if crossings.is_share(dimension) else "sum(counted.count)"
    rows = tables.conn.execute(
        f"SELECT place_key, {category}, detail, {counted}, sum(counted.out_of)"  # noqa: S608 names of our own code lists
        f" FROM temp.counted JOIN temp.{metric.groups} USING (place_key, student_key)"
        f" JOIN temp.further_{metric.groups} USING (place_key, student_key) WHERE {where} GROUP BY 1, 2, 3"
    )
    return {(place_ids[place], code, detail): (count, out_of) for place, code, detail, count, out_of in rows}


def _column(family: str, groups: str) -> str:
    if family == "outcome":
        return "CASE WHEN counted.count > 0 THEN 'YES' ELSE 'NO' END"
    if family in codelists.SHARES:
        return "counted.share"
    return f"further_{groups}.{family}" if family in FURTHER else f"{groups}.{family}"
