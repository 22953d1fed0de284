"""Choose what is counted anew, attack the choice together with every earlier release, mend it, and write the rows."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product

import msgspec

from appliance.aggregate import codelists
from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure import carry
from appliance.aggregate.disclosure.attacker.loot import Target, owner_of, plunder
from appliance.aggregate.disclosure.carry import Changes, Stale
from appliance.aggregate.disclosure.changes_audit import Inquiry
from appliance.aggregate.disclosure.cube import Place, Population
from appliance.aggregate.disclosure.history import Earlier
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.report import AttackLine
from appliance.aggregate.disclosure.suppression import Pattern, Work, cover, mend
from appliance.aggregate.disclosure.suppression.model import Name, Wish
from appliance.aggregate.published import Key, Measure, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT
from appliance.progress import Progress, quietly

Owner = tuple[str, str]
"""Metric and detail of a population."""


def carry_forward(
    work: Work,
    pattern: Pattern,
    tables: Sequence[PublishedTable],
    earlier: Sequence[Earlier],
    progress: Progress = quietly,
    *,
    repeated: Sequence[PublishedTable] = (),
) -> tuple[list[PublishedTable], list[AttackLine]]:
    """The tables with every number that may not be counted anew as it was, and an attack line for each release.

    `repeated`: tables that leave beside them as an earlier release told them; the attacker has them as well.
    """
    # In a table of changes nobody knows that a withheld number is not 0, and no public list says how many moved.
    policy = msgspec.structs.replace(work.policy, zeros="hidden", public=())
    over = replace(work, policy=policy, shown={}, promised={}, blocks=[])
    populations = {(population.metric, population.detail): population for population in work.cube.populations}
    settled: dict[Owner, _Settled] = {}
    for group in dict.fromkeys(owner_of(*owner) for owner in populations):
        progress("Comparing", len(settled), len(populations))
        together = [population for owner, population in populations.items() if owner_of(*owner) == group]
        settled |= _settle(over, pattern, earlier, together)
    progress("Comparing", len(settled), len(settled))
    told = _write(tables, populations, settled, earlier)
    loot = _loot([*told, *repeated], earlier, work.policy)
    for withhold in (_row_old, _dimension_old, _all_old):
        for (of, school, dimension), owner in product(sorted(loot), populations):
            if of == owner_of(*owner):
                withhold(settled[owner].stale, populations[owner], school, dimension)
        if loot:
            told = _write(tables, populations, settled, earlier)
            loot = _loot([*told, *repeated], earlier, work.policy, within={of for of, *_ in loot})
    if loot:
        where = codelists.parts_named((metric, dimension) for (metric, _), _, dimension in loot)
        raise Refused(
            f"This release and earlier ones together still give numbers away in {where}. Nothing was released, and the "
            "earlier ones stand. Draft again of a later day, when more students have come or left; or report this."
        )
    lines = [
        AttackLine(
            f"release {before.label} and, of every number counted anew, how many students it has exchanged since",
            *(sum(one.withheld[number] for one in settled.values()), 0, 0),
            sum(one.programs[number] for one in settled.values()),
        )
        for number, before in enumerate(earlier)
    ]
    return told, lines


@dataclass(frozen=True, slots=True)
class _Settled:
    """What of a population keeps its old value, and by earlier release how much was attacked."""

    stale: Stale
    withheld: list[int]
    programs: list[int]


@dataclass(frozen=True, slots=True)
class _Settling:
    """A population on the way there, with its tables of changes by earlier release."""

    work: Work
    population: Population
    earlier: Sequence[Earlier]
    stale: Stale
    since: list[list[Inquiry]]

    @classmethod
    def begin(cls, work: Work, stale: Stale, population: Population, earlier: Sequence[Earlier]) -> "_Settling":
        """With what the rule for single numbers withholds."""
        since = [[Inquiry(work.cube, table) for table in carry.changes(population, before)] for before in earlier]
        return cls(work, population, earlier, stale, since)

    def go_on(self) -> None:
        """Attack and withhold more until every attack is silent; failing that, carry all of a population forward: where
        the group sizes are silent, its outcomes.
        """
        noisy = set[Measure]()
        for round_ in range(self.work.policy.rounds):
            noisy.clear()
            for measure in carry.measures(self.population):
                for inquiry in (one for before in self.since for one in before if one.changes.measure == measure):
                    fallen = inquiry.fallen(self.work.policy.minimum_n, self.stale)
                    table = inquiry.changes
                    _mend(self.work, table.layers(self.stale)[0], table, fallen, jointly=round_ > 0)
                    if fallen:
                        noisy.add(measure)
            if self.population.outcome is not None:
                carry.beside_old_sizes(self.work, self.population, self.stale, self.earlier)
            if not noisy:
                return
        if carry.size_of(self.population) in noisy:
            _all_old(self.stale, self.population)
            return
        for measure in ("n", "complement"):
            self.stale[measure] |= carry.everything(self.population)[measure]

    @property
    def sizes(self) -> set[Place]:
        """The groups whose size keeps its old value."""
        return self.stale[carry.size_of(self.population)]

    def done(self) -> _Settled:
        """The result, without the tables of changes."""
        return _Settled(
            self.stale,
            [sum(len(inquiry.changes.layers(self.stale)[0]) for inquiry in before) for before in self.since],
            [sum(inquiry.programs for inquiry in before) for before in self.since],
        )


def _settle(
    work: Work, pattern: Pattern, earlier: Sequence[Earlier], populations: Sequence[Population]
) -> dict[Owner, _Settled]:
    """Settle populations that share their group sizes: what one of them tells of a size, the others tell with it."""
    settling = [_Settling.begin(work, carry.by_rule(work, pattern, one, earlier), one, earlier) for one in populations]
    for one in settling:
        one.go_on()
    while len(settling) > 1:
        together = set[Place]().union(*(one.sizes for one in settling))
        lacking = [(one, together & one.population.size.keys() - one.sizes) for one in settling]
        if not any(places for _, places in lacking):
            break
        for one, places in lacking:
            if places:
                one.sizes.update(places)
                if one.population.outcome is not None:
                    carry.beside_old_sizes(work, one.population, one.stale, earlier)
                one.go_on()
    return {(one.population.metric, one.population.detail): one.done() for one in settling}


def _write(
    tables: Sequence[PublishedTable],
    populations: dict[Owner, Population],
    settled: dict[Owner, _Settled],
    earlier: Sequence[Earlier],
) -> list[PublishedTable]:
    return carry.carried(tables, populations, {owner: one.stale for owner, one in settled.items()}, earlier)


def _row_old(stale: Stale, population: Population, school: str, dimension: str) -> None:
    """Nothing of a school is counted anew; of the district no group of a dimension. To withhold more is always safe."""
    for measure, places in carry.everything(population).items():
        row = {place for place in places if place.school_id == school}
        stale[measure] |= {place for place in row if school != DISTRICT or place.dimension == dimension}


def _dimension_old(stale: Stale, population: Population, _school: str, dimension: str) -> None:
    """No group of a dimension is counted anew."""
    for measure, places in carry.everything(population).items():
        stale[measure] |= {place for place in places if dimension in (ALL, place.dimension)}


def _all_old(stale: Stale, population: Population, _school: str = "", _dimension: str = "") -> None:
    """Nothing of a population is counted anew, so nothing follows."""
    stale.update(carry.everything(population))


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
    tables: Sequence[PublishedTable],
    earlier: Sequence[Earlier],
    policy: Policy,
    within: Collection[Owner] | None = None,
) -> set[tuple[Owner, str, str]]:
    """Where whoever holds these tables and any earlier release carries something off: population, school, dimension.

    Populations are told apart as `loot` does.
    """
    now = Target(tables, policy.minimum_n, policy.k, 0)
    then = [
        replace(now, tables=before.tables, smallest_hidden=0 if number else policy.smallest_hidden)
        for number, before in enumerate(earlier)
    ]
    # What an earlier release gives away by itself was looked for when it was made.
    found = [
        plunder(now, {}, *then, within=within),
        *(plunder(one, {}, now, alone=False, within=within) for one in then),
    ]
    keys = set[Key]().union(*(keys for pair in found for keys in pair))
    return {(owner_of(key.metric, key.detail), key.school_id, key.dimension) for key in keys}
