"""What somebody carries off who holds a release, and perhaps another one of the same school year.

Each number is taken for true on its own day only: one carried forward is known of an earlier day, and unknown on the
release's own. Then the attacker guesses that nobody moved between two releases, as far as nothing contradicts it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure.attacker.guess import with_guesses
from appliance.aggregate.disclosure.attacker.reading import canonical, is_repeated, read
from appliance.aggregate.disclosure.attacker.search import Attack
from appliance.aggregate.disclosure.attacker.system import Knowledge
from appliance.aggregate.published import Key, PublishedCell, PublishedTable


@dataclass(frozen=True, slots=True)
class Target:
    """A release as it is attacked, and the rules that it promises to keep."""

    tables: Sequence[PublishedTable]
    minimum_n: int
    k: int
    smallest_hidden: int


Owner = tuple[str, str]
"""Metric, and detail, whose groups are those of a table, or hold them. No sum ties two of them."""


def plunder(
    target: Target,
    known: Mapping[Key, int],
    *others: Target,
    alone: bool = True,
    within: Collection[Owner] | None = None,
) -> tuple[set[Key], set[Key]]:
    """Hidden numbers that fall below their target, and those that are exact; what is known or guessed is no loot.

    `others`: releases from each of which the attacker guesses in turn. Of a number carried forward the loot is its
    present value, when that can be told to differ from the old one. `alone`: he tries without a guess as well.
    `within`: he goes at these populations alone. Raises `Refused` when the release contradicts itself or what is known.
    """
    below, exact = set[Key](), set[Key]()
    shown = [by_owner(other.tables) for other in others]
    for owner, tables in by_owner(target.tables).items():
        if within is None or owner in within:
            part = replace(target, tables=tables)
            guesses = [_shown_elsewhere(tables, other.get(owner, ())) for other in shown]
            for loot in _of_one_population(part, known, guesses, alone=alone):
                below |= loot[0]
                exact |= loot[1]
    return below, exact


def owner_of(metric: str, detail: str) -> Owner:
    """The population that a row of a table is about."""
    return codelists.held_by(metric, detail) or codelists.sizes_of(metric, detail)


def by_owner(tables: Sequence[PublishedTable]) -> dict[Owner, list[PublishedTable]]:
    """The rows of each population."""
    found: dict[Owner, list[PublishedTable]] = defaultdict(list)
    for table in tables:
        cells: dict[Owner, list[PublishedCell]] = defaultdict(list)
        for cell in table.cells:
            cells[owner_of(table.metric, cell.detail)].append(cell)
        for of, its in cells.items():
            found[of].append(replace(table, cells=tuple(its)))
    return found


def _of_one_population(
    target: Target, known: Mapping[Key, int], guesses: Sequence[Mapping[Key, int]], *, alone: bool
) -> Iterator[tuple[set[Key], set[Key]]]:
    """What is carried off without a guess, and with each of these guesses where any of them agrees."""
    system = read(target.tables, Knowledge(target.smallest_hidden, known))
    if alone:
        run = Attack(system, every_interval=True)
        run.settle()
        yield _carried_off(run, target, known.keys())
    for guess in guesses:
        guessing = with_guesses(system, guess)
        if guessing is not None:
            yield _carried_off(guessing, target, known.keys() | guess.keys())


def _carried_off(run: Attack, target: Target, no_loot: Set[Key]) -> tuple[set[Key], set[Key]]:
    coded = {_n(table, cell) for table in target.tables for cell in table.cells if cell.suppression == "coded"}
    hidden = sorted(hidden_numbers(target.tables) - no_loot)
    exact = {*run.exact(key for key in hidden if key not in coded)}
    below = {key for key in hidden if _proves_too_much(run, key, target)}
    # What a table that is told once a year would say today, nobody has kept from anybody.
    carried = _carried([table for table in target.tables if not is_repeated(table)])
    for key in run.exact(sorted(carried.keys() - no_loot)):
        if run.bounds(key)[0] != carried[key]:
            exact.add(key)
    return below, exact


def _proves_too_much(run: Attack, key: Key, target: Target) -> bool:
    if key.measure == "denominator" or not codelists.metric(key.metric).rate:
        return not run.reaches(key, target.minimum_n)
    size = canonical(key._replace(measure="denominator"))
    large = target.k > 1 and not run.is_open(size) and run.reaches(size, target.minimum_n)
    few = target.k if large else 1
    return not (run.reaches(key, few) and run.reaches(key._replace(measure="complement"), few))


def _n(table: PublishedTable, cell: PublishedCell) -> Key:
    return canonical(Key("n", table.metric, cell.detail, cell.school_id, cell.dimension, cell.category))


def hidden_numbers(tables: Sequence[PublishedTable]) -> set[Key]:
    """Every printed number that the tables leave out."""
    return {key for key, number, _ in numbers(tables) if number is None} - _own(tables)


def _carried(tables: Sequence[PublishedTable]) -> dict[Key, int]:
    """The numbers of an earlier day that the tables carry forward, and do not tell of their own."""
    told = _own(tables)
    return {key: n for key, n, as_of in numbers(tables) if as_of and n is not None and key not in told}


def _own(tables: Sequence[PublishedTable]) -> set[Key]:
    """What is told of the tables' own day. A number may stand in several tables, in one of them with an old date."""
    return {key for key, number, as_of in numbers(tables) if number is not None and not as_of}


def _shown_elsewhere(tables: Sequence[PublishedTable], others: Sequence[PublishedTable]) -> dict[Key, int]:
    """What these tables do not say of their own day and others do, or did."""
    shown = {key: number for key, number, _ in numbers(others) if number is not None}
    unsaid = hidden_numbers(tables) | _carried(tables).keys()
    return {key: shown[key] for key in sorted(unsaid) if key in shown}


def numbers(tables: Sequence[PublishedTable]) -> Iterator[tuple[Key, int | None, str]]:
    """Every number that a table has a place for, and the label of the release that it is carried forward from."""
    for table in tables:
        rate = codelists.metric(table.metric).rate
        for cell in table.cells:
            if cell.suppression == "not_offered" and not cell.n_as_of:
                continue
            rest = (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
            nobody = cell.suppression == "not_offered"
            yield canonical(Key("n", *rest)), 0 if nobody else cell.n, cell.n_as_of
            if rate and not crossings.is_share(cell.dimension):
                size, as_of = (0, cell.n_as_of) if nobody else (cell.denominator, cell.denominator_as_of)
                yield canonical(Key("denominator", *rest)), size, as_of
