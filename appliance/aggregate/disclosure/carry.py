"""Values carried forward: what of a later release is counted anew, and what keeps its old value and that value's date.

A number may be published again only when at least minimum_n distinct students entered or left it since every earlier
release that showed it. Judging cell by cell is not enough: a total and all groups but one counted anew give the last
group away, and with it the one student who joined it. So the rule has to hold for every *union* of numbers that anyone
can work out at both dates. That is the problem of hiding small counts once more, on a table of changes: its cells are
settled students (`turnover`), which add up; one with fewer than minimum_n is withheld, and others are withheld with it
until every union that can be worked out holds minimum_n. What is withheld keeps its old value (disclosure.md 3.7, 5.4).

For an attacker, a number carried forward is hidden at the new date and known at the old one. Sums hold only among
numbers of one date.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure.cube import Place, Population
from appliance.aggregate.disclosure.history import Earlier, dated
from appliance.aggregate.disclosure.suppression import Pattern, Work
from appliance.aggregate.published import Key, Measure, PublishedCell, PublishedTable
from appliance.aggregate.turnover import NOTHING, Turnover

Stale = dict[Measure, set[Place]]
"""Of one population, by measure, the places whose number must not be counted anew."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one earlier release withholds of one population, by measure. What it does not list was nobody."""

    hidden: Stale
    carried: Stale
    """Shown there with the value of a release before it."""

    @property
    def withheld(self) -> Stale:
        """What nobody could know of that release's own day."""
        return {measure: places | self.carried[measure] for measure, places in self.hidden.items()}


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one number of a population between an earlier release and now: a table of students."""

    title: str
    measure: Measure
    population: Population
    """Its sizes are settled students, in every place."""
    turnover: dict[Place, Turnover]
    withheld_then: Stale

    def asked(self, minimum: int, stale: set[Place]) -> dict[Place, int]:
        """Places that exchanged somebody, and how many settled students must stay possible for each.

        minimum_n where fewer changed. Of any other number that keeps an old value, what it is now must not follow.
        """
        asked = {}
        for place, turnover in self.turnover.items():
            if turnover.changed and place not in self.population.absent:
                if turnover.settled < minimum:
                    asked[place] = minimum
                elif place in stale and self.measure != "complement":
                    asked[place] = turnover.settled + 1
        return asked

    def layers(self, stale: Stale) -> list[set[Place]]:
        """Sets of numbers within any of which others could have changed instead: what is withheld now, or was then.

        The first is the one that can be made larger. Two sets do not make one: sums hold within each day, and for sizes
        and outcomes apart.
        """
        parts: tuple[Measure, ...] = ("n", "denominator") if self.measure == "complement" else (self.measure,)
        return [stale[part] for part in parts] + [self.withheld_then[part] for part in parts]


def measures(population: Population) -> tuple[Measure, ...]:
    """What of a population can be worked out: of a rate also those without the outcome."""
    return ("n",) if population.outcome is None else ("denominator", "n", "complement")


def size_of(population: Population) -> Measure:
    """The measure that is the group's size."""
    return "n" if population.outcome is None else "denominator"


def changes(population: Population, earlier: Earlier) -> list[Changes]:
    """The tables of changes of a population since one earlier release. Shares of an outcome are told only once."""
    shown = _shown(population, earlier)
    found = []
    for measure in measures(population):
        turnover = {
            place: turnover
            for place, turnover in _turnover(population, earlier, measure).items()
            if not crossings.is_share(place.dimension)
        }
        table = Population(population.metric, population.detail, {p: t.settled for p, t in turnover.items()}, None)
        table = replace(
            table,
            home=population.home,
            absent=population.absent,
            schools=population.schools,
            areas=population.areas,
            codes={name: codes for name, codes in population.codes.items() if not crossings.is_share(name)},
            known_margins=population.known_margins,
        )
        title = f"{population.metric} {population.detail} {measure} since {earlier.label}".replace("  ", " ")
        found.append(Changes(title, measure, table, turnover, shown.withheld))
    return found


def by_rule(work: Work, pattern: Pattern, population: Population, earlier: Sequence[Earlier]) -> Stale:
    """What of a population keeps its old value by the rule for single numbers: hidden once, or too few changed.

    And all shares of an outcome.
    """
    minimum, size = work.policy.minimum_n, size_of(population)
    stale: Stale = {measure: _shares(population) for measure in measures(population)}
    for name in pattern[(population.metric, population.detail)]:
        stale[size if name.part == "size" else "n"].add(name.place)
    for before in earlier:
        shown = _shown(population, before)
        for table in changes(population, before):
            if table.measure == "complement":
                continue
            hidden, carried = shown.hidden[table.measure], shown.carried[table.measure]
            few = {place for place, turnover in table.turnover.items() if turnover.settled < minimum}
            stale[table.measure] |= (hidden | (few - carried)) - population.absent
    if population.outcome is not None:
        complete(population, stale)
    return stale


def _shares(population: Population) -> set[Place]:
    return {place for place in population.size.keys() - population.absent if crossings.is_share(place.dimension)}


def complete(population: Population, stale: Stale) -> None:
    """Withhold what follows from what is withheld; to withhold more is always safe.

    Who lacks one of size and outcome lacks the rest. And an empty group's row is one statement: all of it is new, or
    none.
    """
    empty = {place for place, size in population.size.items() if size == 0}
    stale["denominator"] |= empty & stale["n"]
    stale["n"] |= empty & stale["denominator"]
    stale["complement"] |= stale["n"] | stale["denominator"]


def everything(population: Population) -> Stale:
    """Nothing of a population is counted anew."""
    return {measure: set(population.size) - population.absent for measure in measures(population)}


def beside_old_sizes(work: Work, population: Population, stale: Stale, earlier: Sequence[Earlier]) -> None:
    """A new outcome beside an old group size must look as one of that date could; beside a hidden size none stands."""
    k, last = work.policy.k, _last_rows(population, earlier)
    for place in stale["denominator"]:
        row = last.get(place)
        old = row.denominator if row else None
        if old is None or place in population.coded or not k <= (population.outcome or {})[place] <= old - k:
            stale["n"].add(place)
    complete(population, stale)


def _turnover(population: Population, earlier: Earlier, measure: Measure) -> dict[Place, Turnover]:
    """The turnover of every place; an area's is at most the sum of its schools', and settled students add up."""
    of = earlier.turnovers.of
    found = {
        place: of.get(Key(measure, population.home[place.dimension], population.detail, *place), NOTHING)
        for place in population.size
    }
    for area, schools in population.areas.items():
        for place in [place for place in found if place.school_id == area]:
            parts = [found[place._replace(school_id=school)] for school in schools]
            found[place] = Turnover(sum(part.changed for part in parts), sum(part.settled for part in parts))
    return found


def _shown(population: Population, earlier: Earlier) -> Shown:
    hidden: Stale = {measure: set() for measure in measures(population)}
    shown = Shown(hidden, {measure: set() for measure in hidden})
    for place, cell in _rows(population, earlier):
        for measure, is_told, date in _told(cell, population):
            if not is_told:
                shown.hidden[measure].add(place)
            elif date:
                shown.carried[measure].add(place)
    return shown


def _told(cell: PublishedCell, population: Population) -> Iterator[tuple[Measure, bool, str]]:
    """Which measures a row tells, and since when. A class of counts tells of the outcome as its number would."""
    if cell.suppression == "not_offered":
        yield from ((measure, True, cell.n_as_of) for measure in measures(population))
        return
    n = cell.n is not None or cell.suppression == "coded"
    yield "n", n, cell.n_as_of
    if population.outcome is not None:
        yield "denominator", cell.denominator is not None, cell.denominator_as_of
        yield "complement", n and cell.denominator is not None, cell.n_as_of or cell.denominator_as_of


def _rows(population: Population, earlier: Earlier) -> Iterator[tuple[Place, PublishedCell]]:
    for table in earlier.tables:
        owner = codelists.metric(table.metric).totals_in or table.metric
        for cell in table.cells:
            if (owner, cell.detail) == (population.metric, population.detail):
                yield Place(cell.school_id, cell.dimension, cell.category), cell


def _last_rows(population: Population, earlier: Sequence[Earlier]) -> dict[Place, PublishedCell]:
    """The newest row of each place, every number of it with the date that it is of."""
    return {place: dated(cell, earlier[-1].label) for place, cell in _rows(population, earlier[-1])} if earlier else {}


def carried(
    tables: Sequence[PublishedTable],
    populations: Mapping[tuple[str, str], Population],
    stale: Mapping[tuple[str, str], Stale],
    earlier: Sequence[Earlier],
) -> list[PublishedTable]:
    """The rows as they leave: new where they may be, else as the release before had them, with their dates."""
    last = {owner: _last_rows(population, earlier) for owner, population in populations.items()}
    told = []
    for table in tables:
        cells = []
        for cell in table.cells:
            owner = (codelists.metric(table.metric).totals_in or table.metric, cell.detail)
            place = Place(cell.school_id, cell.dimension, cell.category)
            of = {measure: place in places for measure, places in stale[owner].items()}
            cells.append(_row(cell, last[owner].get(place), of, populations[owner].outcome is not None))
        told.append(replace(table, cells=tuple(cells)))
    return told


def _row(new: PublishedCell, old: PublishedCell | None, stale: Mapping[Measure, bool], rate: bool) -> PublishedCell:
    nothing = replace(new, n=None, denominator=None, suppression="hidden", n_lower=None, n_upper=None)
    old = old or nothing
    if not rate:
        return old if stale["n"] else new
    if stale["denominator"] and stale["n"]:
        return old
    if stale["denominator"]:
        return replace(new, denominator=old.denominator, denominator_as_of=old.denominator_as_of)
    if stale["n"]:
        # An old class of counts, or "nobody in it", would say something about the new group size that is not so.
        old = nothing if old.suppression in ("not_offered", "coded") else old
        return replace(old, denominator=new.denominator, denominator_as_of="")
    return new
