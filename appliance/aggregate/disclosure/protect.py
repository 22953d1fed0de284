"""Protect, attack, repair, and attack again until the attacker is silent; otherwise refuse."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.aggregate import codelists
from appliance.aggregate.disclosure import audit, publish
from appliance.aggregate.disclosure.attacker.loot import numbers
from appliance.aggregate.disclosure.carry_forward import carry_forward
from appliance.aggregate.disclosure.coarsening import coarsen, coarsen_grades
from appliance.aggregate.disclosure.cube import Cube, read
from appliance.aggregate.disclosure.history import (
    Earlier,
    coarse,
    names_of,
    new_rows,
    recall,
    told_once,
    with_earlier_places,
    with_new_schools,
)
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.primary import code_outcomes
from appliance.aggregate.disclosure.proof import Proof, prove
from appliance.aggregate.disclosure.protected import ProtectedTable, seal
from appliance.aggregate.disclosure.report import AttackLine, Report, TableLine
from appliance.aggregate.disclosure.suppression import Pattern, Unkept, Work, choose, promises
from appliance.aggregate.published import PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import Tabulation
from appliance.progress import Progress, Steps, quietly


@dataclass(frozen=True, slots=True)
class Protected:
    """Tables that may leave, and the report of how they were made safe."""

    tables: tuple[ProtectedTable, ...]
    report: Report
    certificate: tuple[bytes, ...] = ()
    """What the verifier is given, piece by piece. It stays in the house."""


def protect(
    tabulations: Sequence[Tabulation],
    policy: Policy | None = None,
    *,
    year_key: bytes = b"",
    earlier: Sequence[Earlier] = (),
    offered: Mapping[str, Collection[str]] | None = None,
    progress: Progress = quietly,
) -> Protected:
    """Hide every count that could point at a child, and whatever would give a hidden count away.

    All tables and geographies are protected and attacked together. `year_key`: a secret of the district that moves the
    choice of cells, the same for a whole school year. `earlier`: every earlier release of the year, oldest first; what
    they hid stays hidden, and what too few students changed since keeps its old value and date. `offered`: the grades
    that each school offers, which everybody knows; needed where empty groups are hidden. `progress` is told of
    "Protecting" and "Comparing" in tables, of "Attacking" and "Checking" in runs of the solver. Raises `Refused` when
    the counts do not add up, hold an unknown code, or cannot be protected without hiding what the policy promises.
    """
    started = time.monotonic()
    policy = policy or Policy()
    earlier = coarse(earlier, policy)
    tabulations, repeated = told_once(coarsen(tabulations, policy), earlier)
    tabulations = with_earlier_places(tabulations, earlier)
    areas = {geography.code: geography.schools for geography in policy.geographies}
    cube = read(tabulations, coarsen_grades(offered or {}, policy), areas)
    in_full = publish.rows(cube, defaultdict(set)) if earlier else []
    earlier = [replace(one, tables=with_new_schools(one.tables, in_full)) for one in earlier]
    past = recall(cube, earlier)
    work = Work(cube, policy, year_key, past.hidden, past.shown, promises.made(cube, policy, past.hidden))
    steps = Steps(progress)
    pattern, proof = _choose_and_prove(work, tabulations, progress, steps)
    steps.end()
    tables = publish.rows(work.cube, pattern)
    lines, smallest = [*proof.lines], policy.smallest_hidden
    if earlier:
        # A group that was hidden may be empty by now, and is hidden still: nothing is known of its size any more.
        try:
            tables, more, smallest = *_beside(work, pattern, tables, earlier, repeated, progress), 0
        except Refused:
            _say_which_row_is_new(in_full, earlier)
            raise
        lines += more
        _check_promises(work, tables)
    tables = _in_order(publish.with_ranges([*tables, *repeated], smallest), cube)
    report = replace(
        _report(work, tables, lines, time.monotonic() - started),
        repair_rounds=proof.rounds,
        repaired=proof.repaired,
        carried=_carried(tables, earlier),
        certified=proof.certified,
        witnesses=proof.witnesses,
    )
    return Protected(tuple(seal(table) for table in tables), report, proof.certificate)


def _in_order(tables: Sequence[PublishedTable], cube: Cube) -> list[PublishedTable]:
    """The tables as a package lists them, all of this release's day."""
    order = list(codelists.METRICS)
    tables = [replace(table, school_year=cube.school_year, snapshot=cube.snapshot) for table in tables]
    return sorted(tables, key=lambda table: order.index(table.metric))


def _beside(
    work: Work,
    pattern: Pattern,
    tables: list[PublishedTable],
    earlier: Sequence[Earlier],
    repeated: Sequence[PublishedTable],
    progress: Progress,
) -> tuple[list[PublishedTable], list[AttackLine]]:
    """The tables beside earlier releases. Where none of those counted, there is nothing to subtract from."""
    counted = {_owner(table, cell) for release in earlier for table in release.tables for cell in table.cells}
    known = tuple(one for one in work.cube.populations if (one.metric, one.detail) in counted)
    parts = [replace(table, cells=tuple(c for c in table.cells if _owner(table, c) in counted)) for table in tables]
    then = replace(work, cube=replace(work.cube, populations=known))
    parts = [part for part in parts if part.cells]
    carried, lines = carry_forward(then, pattern, parts, earlier, progress, repeated=repeated)
    told = {(table.metric, *_row(cell)): cell for table in carried for cell in table.cells}
    return [
        replace(table, cells=tuple(told.get((table.metric, *_row(cell)), cell) for cell in table.cells))
        for table in tables
    ], lines


def _say_which_row_is_new(in_full: Sequence[PublishedTable], earlier: Sequence[Earlier]) -> None:
    """Raises `Refused` where a row comes with the first of its students: nothing can hide then that somebody came."""
    for metric, cell in (row for release in earlier for row in new_rows(release.tables, in_full)):
        if cell.n or cell.denominator:
            group = "" if cell.dimension == codelists.ALL else f", {cell.dimension} {cell.category}"
            raise Refused(
                f"{codelists.metric(metric).title}, {f'school {cell.school_id}' if cell.school_id else 'the district'}"
                f"{group}: somebody is counted there now, and no earlier release of the school year has such a row, so "
                "the row alone would say that somebody came. If the record is wrong, correct it in the system that "
                "keeps it and import it again. If it is right, nothing more can be released before the next school "
                "year."
            ) from None


def _owner(table: PublishedTable, cell: PublishedCell) -> tuple[str, str]:
    return codelists.metric(table.metric).totals_in or table.metric, cell.detail


def _row(cell: PublishedCell) -> tuple[str, str, str, str]:
    return cell.school_id, cell.dimension, cell.category, cell.detail


def _choose_and_prove(
    work: Work, truth: Sequence[Tabulation], progress: Progress, steps: Steps
) -> tuple[Pattern, Proof]:
    """A pattern that every attack leaves alone. Raises `Unkept` for a broken promise.

    A promised number that gives something away all by itself was too small to be promised: it is let go of, and the
    work begun again.
    """
    while True:
        work.blocks.clear()
        for population in work.cube.populations:
            population.coded = code_outcomes(population, work.policy)
        try:
            pattern = choose(work, progress)
            promises.check(work.policy, work.promised, pattern)
            proof = prove(work, pattern, truth, steps)
            promises.check(work.policy, work.promised, pattern)
        except Unkept as broken:
            tables = publish.rows(work.cube, {owner: set() for owner in work.promised})
            if not all(audit.tells_by_itself(work.cube, work.policy, tables, broken.owner, n) for n in broken.names):
                raise
            work.promised[broken.owner] -= broken.names
        else:
            return pattern, proof


def _check_promises(work: Work, tables: list[PublishedTable]) -> None:
    """Look once more at what leaves: beside earlier releases more is withheld than the pattern hides."""
    hidden: Pattern = defaultdict(set)
    for owner, name, is_hidden in (told for table in tables for told in names_of(table)):
        if is_hidden:
            hidden[owner].add(name)
    promises.check(work.policy, work.promised, hidden)


def _carried(tables: list[PublishedTable], earlier: Sequence[Earlier]) -> tuple[tuple[str, int], ...]:
    """How many numbers each earlier release has left in the tables."""
    dates = Counter(as_of for *_, as_of in numbers(tables))
    return tuple((before.label, dates[before.label]) for before in earlier)


def _report(work: Work, tables: list[PublishedTable], attacks: list[AttackLine], seconds: float) -> Report:
    def count(table: PublishedTable, state: str) -> int:
        return sum(cell.suppression == state for cell in table.cells)

    cost = sum(block.cost for block in work.blocks)
    bound = sum(max(block.bound, 0.0) for block in work.blocks)
    return Report(
        policy=work.policy,
        tables=tuple(
            TableLine(table.metric, *(count(table, state) for state in ("none", "hidden", "not_offered", "coded")))
            for table in tables
        ),
        blocks=len(work.blocks),
        blocks_optimal=sum(block.cost - block.bound < 0.5 for block in work.blocks),
        late=tuple(f"{block.title}: {block.gap:.1%}" for block in work.blocks if block.gap > 0),
        gap=max(0.0, cost - bound) / max(bound, 1.0),
        attacks=tuple(attacks),
        seconds=seconds,
    )
