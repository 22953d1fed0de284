"""Choose what is counted anew, attack the choice together with every earlier release, mend it, and write the rows."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import msgspec

from appliance.aggregate import codelists
from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure import carry, changes_audit
from appliance.aggregate.disclosure.attacker.loot import Target, plunder
from appliance.aggregate.disclosure.carry import Changes, Stale
from appliance.aggregate.disclosure.cube import Place, Population
from appliance.aggregate.disclosure.history import Earlier
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.report import AttackLine
from appliance.aggregate.disclosure.suppression import Pattern, Work, cover, mend
from appliance.aggregate.disclosure.suppression.model import Name, Wish
from appliance.aggregate.published import Key, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.progress import Progress, quietly

Owner = tuple[str, str]
"""Metric and detail of a population."""


def carry_forward(
    work: Work,
    pattern: Pattern,
    tables: Sequence[PublishedTable],
    earlier: Sequence[Earlier],
    progress: Progress = quietly,
) -> tuple[list[PublishedTable], list[AttackLine]]:
    """The tables with every number that may not be counted anew as it was, and an attack line for each release."""
    # In a table of changes nobody knows that a withheld number is not 0.
    over = replace(work, policy=msgspec.structs.replace(work.policy, zeros="hidden"), shown={}, promised={}, blocks=[])
    populations = {(population.metric, population.detail): population for population in work.cube.populations}
    settled: dict[Owner, _Settled] = {}
    for owner, population in populations.items():
        progress("Comparing", len(settled), len(populations))
        settled[owner] = _settle(over, carry.by_rule(work, pattern, population, earlier), population, earlier)
    progress("Comparing", len(settled), len(settled))
    told = _write(tables, populations, settled, earlier)
    for withhold in (_dimension_old, _all_old, None):
        loot = _loot(told, populations, earlier, work.policy)
        if not loot:
            break
        if withhold is None:
            raise Refused("This release and earlier ones together still give numbers away. Nothing was released.")
        for owner, dimension in sorted(loot):
            withhold(settled[owner].stale, populations[owner], dimension)
        told = _write(tables, populations, settled, earlier)
    lines = [
        AttackLine(
            f"release {before.label} and, of every number counted anew, how many students it has exchanged since",
            *(sum(one.withheld[number] for one in settled.values()), 0, 0),
            sum(one.programs[number] for one in settled.values()),
        )
        for number, before in enumerate(earlier)
    ]
    return told, lines


@dataclass(slots=True)
class _Settled:
    """What of a population keeps its old value, and by earlier release how much was attacked."""

    stale: Stale
    withheld: list[int]
    programs: list[int]


def _write(
    tables: Sequence[PublishedTable],
    populations: dict[Owner, Population],
    settled: dict[Owner, _Settled],
    earlier: Sequence[Earlier],
) -> list[PublishedTable]:
    return carry.carried(tables, populations, {owner: one.stale for owner, one in settled.items()}, earlier)


def _settle(work: Work, stale: Stale, population: Population, earlier: Sequence[Earlier]) -> _Settled:
    """Attack and withhold more until every attack is silent; failing that, carry the whole population forward."""
    since = [(number, table) for number, before in enumerate(earlier) for table in carry.changes(population, before)]
    for round_ in range(work.policy.rounds):
        found = _Settled(stale, [0] * len(earlier), [0] * len(earlier))
        is_silent = True
        for measure in carry.measures(population):
            for number, table in since:
                if table.measure == measure:
                    fallen = _attack(work, found, number, table)
                    _mend(work, table.layers(stale)[0], table, fallen, jointly=round_ > 0)
                    is_silent &= not fallen
            if population.outcome is not None:
                carry.beside_old_sizes(work, population, stale, earlier)
        if is_silent:
            return found
    _all_old(stale, population)
    return _Settled(stale, [sum(map(len, stale.values()))] * len(earlier), [0] * len(earlier))


def _all_old(stale: Stale, population: Population, _dimension: str = ALL) -> None:
    """Nothing of a population is counted anew, so nothing follows."""
    stale.update(carry.everything(population))


def _dimension_old(stale: Stale, population: Population, dimension: str) -> None:
    """No group of a dimension is counted anew. To withhold more is always safe."""
    for measure, places in carry.everything(population).items():
        stale[measure] |= {place for place in places if dimension in (ALL, place.dimension)}


def _attack(work: Work, found: _Settled, number: int, table: Changes) -> dict[Place, int]:
    """Every place asked about must hold within one layer; one that is withheld now, within what is withheld now."""
    first, *others = table.layers(found.stale)
    asked = table.asked(work.policy.minimum_n, first)
    found.withheld[number] += len(first)
    exposure = changes_audit.attack(work.cube, table, first, asked)
    found.programs[number] += exposure.programs
    fallen = exposure.fallen
    for layer in others:
        apart = {p: high for p, high in fallen.items() if p in first and table.measure != "complement"}
        again = {place: high for place, high in fallen.items() if place not in apart}
        exposure = changes_audit.attack(work.cube, table, layer, again)
        found.programs[number] += exposure.programs
        fallen = apart | exposure.fallen
    return fallen


def _mend(work: Work, layer: set[Place], table: Changes, fallen: dict[Place, int], *, jointly: bool) -> None:
    """Withhold what fell, and what it can hide among: dimension by dimension at least cost, then in all at once."""
    if not fallen:
        return
    layer.update(fallen)
    wishes = [Wish(Name("size", place), +1, high - table.population.size[place]) for place, high in fallen.items()]
    if jointly:
        owner = (table.population.metric, table.population.detail)
        names: Pattern = {owner: {Name("size", place) for place in layer}}
        with suppress(Refused):  # what nothing can hide among is found again, and then all of it stays as it was
            mend(work, names, table.population, wishes, sizes_known=False)
        layer.update(name.place for name in names[owner])
        return
    layer.update(name.place for name in cover(work, table.population, {Name("size", p) for p in layer}, wishes))


def _loot(
    tables: Sequence[PublishedTable], owners: Iterable[Owner], earlier: Sequence[Earlier], policy: Policy
) -> set[tuple[Owner, str]]:
    """Populations and dimensions in which whoever holds these tables and any earlier release carries something off."""
    now = Target(tables, policy.minimum_n, policy.k, 0)
    found = [plunder(now, {})]
    for number, before in enumerate(earlier):
        then = replace(now, tables=before.tables, smallest_hidden=0 if number else policy.smallest_hidden)
        found += [plunder(now, {}, then), plunder(then, {}, now)]
    keys = set[Key]().union(*(keys for pair in found for keys in pair))
    return {(owner, key.dimension) for owner in owners for key in keys if _prints(owner, key)}


def _prints(owner: Owner, key: Key) -> bool:
    """Whether a population has a number. A group that all details of a table are about has no detail."""
    known = codelists.metric(key.metric)
    return (known.totals_in or key.metric, key.detail) in (owner, (owner[0], "") if known.one_group else owner)
