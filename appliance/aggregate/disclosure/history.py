"""What earlier releases of the school year fixed: a number once hidden stays hidden, one once shown stays shown.

A pattern chosen afresh after one student moved in would open a few cells that the last release hid, and the two
releases together would give others away exactly (disclosure.md 3.6). Carrying the pattern forward opens none. It does
not hide that a group which was empty has a first member now: for that, values must wait until enough students changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from appliance.aggregate import codelists
from appliance.aggregate.disclosure.cube import Cube, Place
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.suppression import Pattern
from appliance.aggregate.disclosure.suppression.model import Name
from appliance.aggregate.published import Key, PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import Cell, Tabulation
from appliance.aggregate.turnover import NOTHING, Turnover, Turnovers


@dataclass(frozen=True, slots=True)
class Earlier:
    """A release of the same school year that has left, and what has changed since."""

    label: str
    """Names it in later releases: its snapshot, such as 2026-10-01, or 2026-10-01v2 for a second version of it."""
    tables: Sequence[PublishedTable]
    turnovers: Turnovers


Repeated = list[PublishedTable]
"""Tables that a later release quotes from an earlier one: every number has its date."""


@dataclass(frozen=True, slots=True)
class Past:
    """By population: the numbers that some earlier release hid, and those that some showed and none hid."""

    hidden: Pattern
    shown: Pattern


def recall(cube: Cube, earlier: Sequence[Earlier]) -> Past:
    """Read the earlier releases of the same school year. Raises `Refused` for one of another year."""
    past = Past({}, {})
    for population in cube.populations:
        past.hidden[(population.metric, population.detail)] = set()
        past.shown[(population.metric, population.detail)] = set()
    for release in earlier:
        if release.turnovers.since != release.label:
            raise Refused(f"The changes were counted since {release.turnovers.since}, not since {release.label}.")
        for table in release.tables:
            if table.school_year != cube.school_year:
                raise Refused(f"An earlier release is of {table.school_year}, not of {cube.school_year}.")
            for owner, name, is_hidden in names_of(table):
                if owner in past.hidden:
                    (past.hidden if is_hidden else past.shown)[owner].add(name)
    for owner, hidden in past.hidden.items():
        past.shown[owner] -= hidden
    return past


def coarse(earlier: Sequence[Earlier], policy: Policy) -> list[Earlier]:
    """The same releases, with changes by the policy's merged categories; a student who went from one into another of
    them counts as changed, which errs on the safe side.
    """
    if not policy.merge:
        return list(earlier)
    told = []
    for release in earlier:
        of: dict[Key, Turnover] = {}
        for key, turnover in release.turnovers.of.items():
            merged = key._replace(category=policy.coarse(key.dimension, key.category))
            before = of.get(merged, NOTHING)
            of[merged] = Turnover(before.changed + turnover.changed, before.settled + turnover.settled)
        told.append(replace(release, turnovers=Turnovers(release.turnovers.since, of)))
    return told


def with_earlier_places(tabulations: Sequence[Tabulation], earlier: Sequence[Earlier]) -> list[Tabulation]:
    """The counts with a zero for every group and school that an earlier release lists and that has nobody now.

    Without it such a row would be missing, and a row that is missing says that the last of its students has left.
    """
    listed: dict[str, set[tuple[str, str, str, str]]] = defaultdict(set)
    for release in earlier:
        for table in release.tables:
            listed[table.metric] |= {_at(cell) for cell in table.cells}
    full = []
    for counted in tabulations:
        there = {_at(cell) for cell in counted.cells}
        zeros = [Cell(*at[:3], 0, 0, at[3]) for at in sorted(listed[counted.metric] - there)]
        full.append(replace(counted, cells=(*counted.cells, *zeros)))
    missing = {name for name in listed if not codelists.metric(name).once} - {table.metric for table in tabulations}
    if missing:
        raise Refused(f"An earlier release has the table {min(missing)}, and nothing was counted for it now.")
    return full


def with_new_schools(then: Sequence[PublishedTable], now: Sequence[PublishedTable]) -> list[PublishedTable]:
    """The tables of an earlier release with rows of nobody for every school that was opened since.

    Its rows come with the school, whoever is there; that they are missing in the earlier release says that nobody was
    there, and is no more a secret than a 0 that is printed.
    """
    listed = {cell.school_id for table in then for cell in table.cells}
    opened: dict[str, list[PublishedCell]] = defaultdict(list)
    for metric, cell in new_rows(then, now):
        if cell.school_id not in listed and codelists.metric(metric).everywhere:
            nobody = PublishedCell(*_at(cell), None, None, "not_offered")
            opened[metric].append(nobody)
    return [replace(table, cells=(*table.cells, *opened[table.metric])) for table in then]


def new_rows(then: Sequence[PublishedTable], now: Sequence[PublishedTable]) -> Iterator[tuple[str, PublishedCell]]:
    """Table and row of every group that is counted now and has no row in an earlier release that counts by its
    dimension; but for tables that are told once in a school year.
    """
    before = {table.metric: {_at(cell) for cell in table.cells} for table in then}
    told = {(table.metric, cell.dimension, cell.detail) for table in then for cell in table.cells}
    for table in now:
        if table.metric in before and not codelists.metric(table.metric).once:
            for cell in table.cells:
                if _at(cell) not in before[table.metric] and (table.metric, cell.dimension, cell.detail) in told:
                    yield table.metric, cell


def _at(cell: PublishedCell | Cell) -> tuple[str, str, str, str]:
    return cell.school_id, cell.dimension, cell.category, cell.detail


def told_once(tabulations: Sequence[Tabulation], earlier: Sequence[Earlier]) -> tuple[list[Tabulation], Repeated]:
    """The counts without what is told once in a school year, and such tables as an earlier release told them.

    They are about groups that no other table tells, whom nobody compares from one release to the next. So the first
    release of a school year tells them, or none of that year does.
    """
    if not earlier:
        return list(tabulations), []
    told = {table.metric: table for release in earlier for table in _dated(release)}
    return [table for table in tabulations if not codelists.metric(table.metric).once], list(told.values())


def _dated(release: Earlier) -> Iterator[PublishedTable]:
    for table in release.tables:
        if codelists.metric(table.metric).once:
            yield replace(table, cells=tuple(dated(cell, release.label) for cell in table.cells))


def dated(cell: PublishedCell, label: str) -> PublishedCell:
    """A row of an earlier release as a later one quotes it: every number that it tells has its date."""
    n = cell.n is not None or cell.suppression in ("coded", "not_offered")
    return replace(
        cell,
        n_as_of=(cell.n_as_of or label) if n else "",
        denominator_as_of=(cell.denominator_as_of or label) if cell.denominator is not None else "",
    )


def names_of(table: PublishedTable) -> Iterable[tuple[tuple[str, str], Name, bool]]:
    """Each number that a table has a row for: its population, its name, and whether it is hidden there."""
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
