"""The cells that a release asks for: every category set of a table, crossings and shares of an outcome among them.

Rows stand for closed lists of codes, also where nobody is: a row that comes with the first student says that somebody
came. A family that is not kept has no rows at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

from sqlite_utils import Database as Tables

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL, CODES, MISSING
from appliance.aggregate.tabulation import DISTRICT, Cell
from appliance.student_level.metrics.catalogue import Metric, further_sql

FURTHER = (
    *("section_504", "migrant", "homeless", "foster", "military"),
    *("language", "learner_years", "impairment", "environment", "age", "residence", "unaccompanied", "entered"),
)
"""Group families that only a release shows totals by; `further_groups.sql` says who is in them."""
_OF = {
    "language": ("english_learner", "LEP"),
    "learner_years": ("english_learner", "LEP"),
    "impairment": ("disability", "WDIS"),
    "environment": ("disability", "WDIS"),
    "age": ("disability", "WDIS"),
    "residence": ("homeless", "HOMELSENRL"),
    "unaccompanied": ("homeless", "HOMELSENRL"),
}
"""Families about some students alone: the group that they are about."""
_MAY_BE_OFF = (*FURTHER, "disability", "economic")
_OUTCOME = "outcome"
_MERGED = {"grade": ("ES", "MS", "HS", MISSING), "race": ("MAP", "OTHER"), "sex": ("OTHER",)}
"""Codes that nobody has in the records: only a policy merges categories into them."""
_GROUPS = ("reporting_student", "reporting_past")
_Counts = dict[tuple[str, str, str], tuple[int, int]]
"""Place id, category and detail to how many are counted, out of how many."""


@contextmanager
def further_groups(tables: Tables, values: dict[str, object]) -> Iterator[None]:
    """The families of `FURTHER`, of everybody who is counted, in the temporary tables `further_...`."""
    for groups in _GROUPS:
        select = further_sql().replace("reporting_student", groups)
        tables.conn.execute(f"CREATE TEMP TABLE further_{groups} AS {select}", values)
        tables.conn.execute(f"CREATE UNIQUE INDEX temp.further_{groups}_by ON further_{groups} (student_key)")
    try:
        yield
    finally:
        for groups in _GROUPS:
            tables.conn.execute(f"DROP TABLE temp.further_{groups}")


def cells(tables: Tables, metric: Metric, place_ids: dict[int, str]) -> Iterator[Cell]:
    """The cells of a metric that leaves, from the temporary table `counted`; none when nobody is counted.

    Zeros stand where a school has students to count, or has to have rows; those of crossings are written by the cube.
    """
    known = codelists.metric(metric.name)
    totals = _count(tables, metric, ALL, place_ids)
    there = {place for place, *_ in totals} if not known.everywhere else set(place_ids.values())
    there |= {DISTRICT, *(code for key, code in place_ids.items() if key < 0)}
    details = sorted({detail for *_, detail in totals})
    off = _not_kept(tables, metric.groups) if details else frozenset()
    for dimension in known.all_dimensions if details else ():
        if off.intersection(crossings.families(dimension)):
            continue
        alone = dimension in known.in_district
        told = [detail for detail in details if codelists.is_told(metric.name, detail, dimension)]
        found = _count(tables, metric, dimension, place_ids)
        if crossings.is_share(dimension):
            yield from _shares(tables, metric, dimension, found, {DISTRICT} if alone else there, told, place_ids)
            continue
        for detail in told:
            counted = {category for _, category, one in found if one == detail}
            # By grade a table of those whom a test was for has rows of the grades that took it, and of no other.
            closed = (
                set[str]() if dimension == "grade" and codelists.held_by(metric.name, detail) else _closed(dimension)
            )
            for place, category in product(sorted({DISTRICT} if alone else there), sorted(closed | counted)):
                count, out_of = found.get((place, category, detail), (0, 0))
                yield Cell(place, dimension, category, count, out_of, detail)


def _closed(dimension: str) -> set[str]:
    """The categories that a dimension has whether or not somebody is in them, but for what a crossing follows from."""
    match crossings.families(dimension):
        case ():
            return {ALL}
        case (family,):
            off = {MISSING} if family in codelists.PROGRAMS or family == "entered" else set()
            return {*CODES[family]} - {*_MERGED.get(family, ())} - off
        case (group, family) if _OF.get(family, ("",))[0] == group:
            return {crossings.CROSS.join((_OF[family][1], code)) for code in CODES[family]}
    return set()


def _not_kept(tables: Tables, groups: str) -> frozenset[str]:
    """The families that are MISSING for everybody whom they are about, or that are about a group which is not kept."""
    off = set[str]()
    for family in _MAY_BE_OFF:
        rows = tables.conn.execute(
            f"SELECT DISTINCT {_column(family, groups)} FROM temp.{groups}"  # noqa: S608 names of our own code lists
            f" JOIN temp.further_{groups} USING (student_key)"
        )
        if {code for (code,) in rows if code} == {MISSING}:
            off.add(family)
    return frozenset(off | {family for family, (group, _) in _OF.items() if group in off})


def _shares(
    tables: Tables,
    metric: Metric,
    dimension: str,
    found: _Counts,
    places: set[str],
    details: list[str],
    place_ids: dict[int, str],
) -> Iterator[Cell]:
    """How many of each group have the outcome, or have it not, in one way; out of the group. None for a family of which
    only MISSING is known.
    """
    names = crossings.families(dimension)
    family = names[-1]
    sizes = _count(tables, metric, crossings.CROSS.join(names[: names.index(_OUTCOME)]) or ALL, place_ids)
    told = {crossings.codes(dimension, category)[family] for _, category, _ in found}
    if told and told <= {MISSING, "NT"}:
        return
    for detail in details:
        ends = {crossings.CROSS.join(end) for end in _ends(tables, family, detail)}
        ends |= {crossings.CROSS.join(c.split(crossings.CROSS)[-2:]) for _, c, one in found if one == detail}
        for (place, group, one), (_, size) in sizes.items():
            if one == detail and place in places:
                for end in sorted(ends):
                    category = end if group == ALL else crossings.CROSS.join((group, end))
                    yield Cell(
                        place, dimension, category, found.get((place, category, detail), (0, 0))[0], size, detail
                    )


def _ends(tables: Tables, family: str, detail: str) -> set[tuple[str, ...]]:
    """The shares, outcome and code, that a table names although nobody has one."""
    if family != "level":
        return crossings.always((_OUTCOME, family))
    rows = tables.conn.execute("SELECT DISTINCT is_met, code FROM temp.reporting_levels WHERE subject = ?", (detail,))
    return {("NO", "NT")} | {("YES" if is_met else "NO", code) for is_met, code in rows}


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
        f" JOIN temp.further_{metric.groups} USING (student_key) WHERE {where} GROUP BY 1, 2, 3"
    )
    return {(place_ids[place], code, detail): (count, out_of) for place, code, detail, count, out_of in rows}


def _column(family: str, groups: str) -> str:
    if family == _OUTCOME:
        return "CASE WHEN counted.count > 0 THEN 'YES' ELSE 'NO' END"
    if family in codelists.SHARES:
        return "counted.share"
    return f"further_{groups}.{family}" if family in FURTHER else f"{groups}.{family}"
