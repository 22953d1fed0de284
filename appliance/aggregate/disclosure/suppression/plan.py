"""The order of work: group sizes before outcomes, the enrolled before the tested, each dimension by itself.

Split like this each problem is a two-way table whose optimum can be proved. The pieces are not jointly optimal, nor
quite jointly safe: the attacker, who sees everything at once, says where `mend` must add.
"""

import functools
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure import memory, primary
from appliance.aggregate.disclosure.cube import Cube, Place, Population
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.suppression import benders
from appliance.aggregate.disclosure.suppression.block import Answer, Flags
from appliance.aggregate.disclosure.suppression.deviations import cheapest
from appliance.aggregate.disclosure.suppression.model import Name, Numbered, Numbering, Part, Weights, Wish
from appliance.aggregate.disclosure.suppression.promises import Unkept
from appliance.aggregate.refusal import Refused
from appliance.progress import Progress, quietly

Pattern = dict[tuple[str, str], set[Name]]
"""For each population (metric, detail), the numbers that are hidden."""


@dataclass(frozen=True, slots=True)
class Block:
    """How one piece was solved."""

    title: str
    cost: float
    bound: float
    method: str

    @property
    def gap(self) -> float:
        """Share by which the cost may exceed the proven optimum; 0.0 when it was reached."""
        if self.cost - self.bound < 0.5:
            return 0.0
        return (self.cost - self.bound) / max(self.bound, 1.0)


@dataclass(slots=True)
class Work:
    """A cube under a policy, and what has been solved of it."""

    cube: Cube
    policy: Policy
    key: bytes = b""
    kept: Pattern = field(default_factory=dict)
    """What earlier releases of the year hid: it stays hidden, at no cost."""
    shown: Pattern = field(default_factory=dict)
    """What they showed: it should stay shown."""
    promised: Pattern = field(default_factory=dict)
    """What the policy promises: it must stay shown."""
    blocks: list[Block] = field(default_factory=list)

    @property
    def weights(self) -> Weights:
        """What hiding costs under this policy and key."""
        return Weights(self.policy, self.key, self.shown)


def choose(work: Work, progress: Progress = quietly) -> Pattern:
    """A pattern for the whole cube, of least proven cost piece by piece."""
    pattern: Pattern = {}
    for population in work.cube.populations:
        progress("Protecting", len(pattern), len(work.cube.populations))
        hidden = _kept(work, population) | _kindred(population, pattern)
        sensitive = primary.small_groups(population, work.policy)
        sensitive += [
            primary.Target(rest.place, outer - rest.high, outer - rest.low)
            for rest in primary.small_rests(population, work.policy)
            if (outer := population.outer_size[rest.place])
        ]
        hidden |= {Name("size", target.place) for target in sensitive}
        own = _not_solved_yet(work.cube, population, pattern)
        hidden = _part(work, population, "size", hidden, _wishes(population, "size", sensitive), own)
        if population.outcome is not None:
            hidden = _outcomes_of_hidden_groups(population, hidden)
            _forget_codes(population, hidden)
            telling = primary.telling_outcomes(population, work.policy)
            hidden |= {Name("outcome", target.place) for target in telling if target.place not in population.coded}
            dimensions = [ALL, *population.dimensions]
            hidden = _part(work, population, "outcome", hidden, _wishes(population, "outcome", telling), dimensions)
        pattern[population.owner] = hidden
        _same_sizes(work, pattern, population)
    progress("Protecting", len(pattern), len(pattern))
    return pattern


def _not_solved_yet(cube: Cube, population: Population, pattern: Pattern) -> list[str]:
    """The dimensions whose group sizes were not solved with another table about the same students."""
    family = codelists.sizes_of(*population.owner)
    solved = [
        other for other in cube.populations if other.owner in pattern and codelists.sizes_of(*other.owner) == family
    ]
    return [
        dimension
        for dimension in (ALL, *population.dimensions)
        if not any(other.size.keys() >= set(population.places(dimension)) for other in solved)
    ]


def mend(work: Work, pattern: Pattern, population: Population, wishes: Iterable[Wish], *, sizes_known: bool) -> int:
    """Hide what lets each wish come true in the joint system of a population; the number of cells changed.

    `sizes_known`: the attack was made by one who knows every group size, so only outcomes can deviate.
    """
    key, before = population.owner, sum(map(len, pattern.values()))
    parts: tuple[Part, ...] = ("size",) if population.outcome is None else ("size", "outcome", "complement")
    parts = ("outcome",) if sizes_known else (*parts, "outer", "rest") if population.outer_size else parts
    systems, outer = _Systems(work, population, parts), population.outer
    shown = 0
    for wish in wishes:
        try:
            added = _mended(systems, pattern[key] | _seen_from_within(outer, pattern), wish)
        except Unkept:
            if not _is_needless(work, population, wish):
                raise
            shown += _show(work, pattern, population, wish.name)
            continue
        pattern[key] |= {name for name in added if name.part != "outer"}
        if outer:
            pattern[outer.owner] |= {Name("size", name.place) for name in added if name.part == "outer"}
        if population.outcome is not None:
            pattern[key] = _outcomes_of_hidden_groups(population, pattern[key])
            _forget_codes(population, pattern[key])
    for changed in (population, outer):
        if changed:
            _same_sizes(work, pattern, changed)
    return sum(map(len, pattern.values())) - before + 2 * shown


def _is_needless(work: Work, population: Population, wish: Wish) -> bool:
    """Whether a group size was hidden for another's sake, and everybody can work it out: then it may as well be shown.

    So it is with those whom a test is for, where it is for every grade: they are the enrolled.
    """
    is_size = wish.name.part == "size" and wish.name.place in population.outer_size
    return is_size and wish.either and population.size[wish.name.place] >= work.policy.minimum_n


def _show(work: Work, pattern: Pattern, population: Population, name: Name) -> int:
    """Show a number in all tables that print it; how often it was hidden."""
    of = [other for other in work.cube.populations if _is_same_size(population, other, name.place.dimension)]
    hidden = [other for other in of if name in pattern.get(other.owner, ())]
    for other in hidden:
        pattern[other.owner].discard(name)
    return len(hidden)


def _seen_from_within(outer: Population | None, names: Pattern) -> set[Name]:
    """Group sizes of the outer population as a system of the inner one names them."""
    told = names.get(outer.owner, set()) if outer else set[Name]()
    return {Name("outer", name.place) for name in told if name.part == "size"}


def _same_sizes(work: Work, pattern: Pattern, population: Population) -> None:
    """Hide a group in all tables about the same students: its size is one number."""
    hidden = {name for name in pattern[population.owner] if name.part == "size"}
    for other in work.cube.populations:
        same = functools.cache(functools.partial(_is_same_size, population, other))
        there = {
            name
            for name in hidden
            if other.size.get(name.place, 0) >= max(1, work.policy.smallest_hidden) and same(name.place.dimension)
        }
        if not there <= pattern.get(other.owner, there):
            pattern[other.owner] |= there
            if other.outcome is not None:
                pattern[other.owner] = _outcomes_of_hidden_groups(other, pattern[other.owner])
                _forget_codes(other, pattern[other.owner])


def _is_same_size(one: Population, other: Population, dimension: str) -> bool:
    return codelists.size_of(*one.owner, dimension) == codelists.size_of(*other.owner, dimension)


def cover(work: Work, changes: Population, hidden: set[Name], wishes: list[Wish]) -> set[Name]:
    """What of a table of changes to withhold, beside what is withheld, so that every wish comes true."""
    return _part(work, changes, "size", hidden, wishes, [ALL, *changes.dimensions])


@dataclass(slots=True)
class _Systems:
    """The joint systems of a population, numbered once for all wishes: the pattern grows, the sums stay."""

    work: Work
    population: Population
    parts: tuple[Part, ...]
    known: dict[tuple[str, ...], Numbering] = field(default_factory=dict)

    def over(self, dimensions: Iterable[str]) -> Numbering:
        """The system over some dimensions and the totals."""
        at = tuple(dimensions)
        if at not in self.known:
            self.known[at] = Numbering(self.population, self.parts, at, self.work.weights)
        return self.known[at]


def _mended(systems: _Systems, hidden: set[Name], wish: Wish) -> set[Name]:
    """What to hide so that one wish comes true. Raises `Unkept` when only numbers that are promised would do."""
    work, population = systems.work, systems.population
    outer = population.outer
    promised = (work.promised.get(population.owner, set()) | _seen_from_within(outer, work.promised)) - hidden
    if promised:
        with suppress(_Impossible):
            return _support_of(systems, hidden, wish, promised)
    added = _support_of(systems, hidden, wish, set())
    if broken := added & promised:
        owner = population.owner
        if outer and (of_outer := {Name("size", name.place) for name in broken if name.part == "outer"}):
            owner, broken = outer.owner, of_outer
        raise Unkept(work.policy, owner, broken)
    return added


class _Impossible(Refused):
    """No choice of numbers makes a wish come true."""


def _support_of(systems: _Systems, hidden: set[Name], wish: Wish, promised: set[Name]) -> set[Name]:
    """What to hide so that one wish comes true, without anything that is promised.

    First within the wish's dimension and its margins, whose totals stand still meanwhile: that is a small part of the
    joint system. Over all dimensions when that is impossible, or when nothing in the small part needs to be hidden.
    Codes give way only when nothing else helps.
    """
    population, dimension = systems.population, wish.name.place.dimension
    counted = population.outer if wish.name.part == "outer" and population.outer else population
    own = [] if dimension == ALL else [*counted.beside(dimension), dimension]
    everything = [*population.dimensions]
    if "outer" in systems.parts and population.outer:
        everything += [name for name in population.outer.dimensions if name not in everything]
    for lift_codes, dimensions in product((False, True), (own, everything)):
        if not dimensions or (lift_codes and not population.coded):
            continue
        asked = "" if wish.name.part in ("outcome", "complement") else dimension
        joint = systems.over(dimensions).under(hidden, [wish], promised, lift_codes=lift_codes, asked=asked)
        if not joint.table.needs:
            continue
        if dimensions is own:
            totals = [column for name, column in joint.index.items() if name.place.dimension == ALL]
            joint.table.up[totals] = joint.table.down[totals] = 0.0
        with suppress(Refused):
            added = _printed(joint, _support(joint, wish)) - hidden
            if added or dimensions is not own:
                return added
    raise _Impossible(f"A sensitive number of {population.metric} cannot be protected. Leave the table out.")


def _support(joint: Numbered, wish: Wish) -> Flags:
    """Cells to hide so that the wish of a table's only need comes true."""
    table = joint.table
    for name in wish.still & joint.index.keys():
        table.up[joint.index[name]] = table.down[joint.index[name]] = 0.0
    (need,) = table.needs
    try:
        return cheapest(table, table.forced, need)
    except Refused:
        if not wish.either:
            raise
        return cheapest(table, table.forced, replace(need, sign=-need.sign))


def _part(
    work: Work,
    population: Population,
    part: Part,
    hidden: set[Name],
    wishes: list[Wish],
    asked: Iterable[str],
) -> set[Name]:
    """Solve the totals, then each dimension asked for with the totals beside it, and crossings within their margins."""
    hidden = set(hidden)
    for dimension in asked:
        if part != "outcome" and crossings.is_share(dimension):
            continue
        dimensions = [] if dimension == ALL else [*population.beside(dimension), dimension]
        of_district = dimension != ALL and population.is_in_district(dimension)
        owned = [wish for wish in wishes if not of_district or wish.name.place.dimension == dimension]
        promised = work.promised.get((population.metric, population.detail), ())
        numbering = Numbering(population, (part,), dimensions, work.weights, of_district=of_district)
        block = numbering.under(hidden, owned, promised, asked=dimension)
        memory.give_back()
        answer = benders.solve(block.table, work.policy.seconds_per_block)
        hidden |= _printed(block, answer.hidden)
        work.blocks.append(_record(population, part, dimension, answer))
    return hidden


def _record(population: Population, part: Part, dimension: str, answer: Answer) -> Block:
    title = " ".join(filter(None, (population.metric, population.detail, part, "by", dimension)))
    return Block(title, answer.cost, answer.bound, answer.method)


def _printed(block: Numbered, hidden: Flags) -> set[Name]:
    names = (block.names[column] for column in np.flatnonzero(hidden & ~block.coded))
    return {Name("outcome" if name.part == "complement" else name.part, name.place) for name in names}


def _wishes(population: Population, part: Part, targets: Iterable[primary.Target]) -> list[Wish]:
    numbers = population.size if part == "size" else population.outcome or {}
    wishes = []
    for target in targets:
        value = numbers[target.place]
        wishes.append(Wish(Name(part, target.place), -1, value - target.low))
        wishes.append(Wish(Name(part, target.place), +1, target.high - value))
    return [wish for wish in wishes if wish.amount > 0]


def _outcomes_of_hidden_groups(population: Population, hidden: set[Name]) -> set[Name]:
    """An outcome beside a hidden group size would bound that size, so it is hidden too."""
    places: set[Place] = {name.place for name in hidden if name.part == "size"}
    shares = {
        place
        for dimension in filter(crossings.is_share, population.dimensions)
        for place in population.places(dimension)
        if Place(place.school_id, *crossings.group(dimension, place.category)) in places
    }
    return hidden | {Name("outcome", place) for place in places | shares}


def _forget_codes(population: Population, hidden: set[Name]) -> None:
    """An outcome that is hidden after all is owed as much as any hidden one, not as little as its class says."""
    for name in hidden:
        if name.part == "outcome":
            population.coded.pop(name.place, None)


def _kept(work: Work, population: Population) -> set[Name]:
    """What was hidden before and can be hidden still: a group that is empty now is shown as empty."""
    names = work.kept.get((population.metric, population.detail), set())
    least = work.policy.smallest_hidden
    return {n for n in names if population.size.get(n.place, -1) >= least and n.place not in population.absent}


def _kindred(population: Population, pattern: Pattern) -> set[Name]:
    """Groups hidden where the same students are counted are hidden here too."""
    return {
        name
        for owner, names in pattern.items()
        for name in names
        if name.part == "size"
        and population.size.get(name.place, 0) > 0
        and codelists.size_of(*owner, name.place.dimension)
        == codelists.size_of(*population.owner, name.place.dimension)
    }
