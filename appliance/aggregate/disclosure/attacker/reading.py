"""Everything that the published tables say, as equations over the numbers that they hide."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain, product

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure.attacker.system import Knowledge, System, Terms, where
from appliance.aggregate.published import Key, Measure, PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused


def read(tables: Sequence[PublishedTable], knowledge: Knowledge, names: dict[Key, Key] | None = None) -> System:
    """Write down everything that the tables and the knowledge say. Raises `Refused` when they contradict each other.

    `names`: the name of every number met, to itself; who reads often gives the same each time, and keeps each name in
    memory once.
    """
    system, names = System({}, {}, set()), {} if names is None else names
    for table in tables:
        repeated = is_repeated(table)
        knows = replace(knowledge, smallest_hidden=0) if repeated else knowledge
        for cell in map(_undated, table.cells) if repeated else table.cells:
            _cell(system, table, cell, knows, names)
    for key, number in knowledge.numbers.items():
        if number < system.lowest.get(key, number):
            raise Refused(f"What is known from elsewhere contradicts the tables in {where(key)}.")
        if key in system.lowest:
            system.known[key] = number
            del system.lowest[key]
    # One after another: written down all at once they would take more memory than all the rest.
    said = set[int]()
    within = [*_rests(tables, system)]
    groups = _Groups({key for tie in within for key in tie[:2]})
    by_category = groups.noting(_named(names, _category_sums(tables, system)))
    sums = chain(_complements(tables), by_category, _school_sums(tables))
    ties = ({whole: 1, part: -1, rest: -1} for whole, part, rest in within)
    for terms in _named(names, chain(sums, ties, groups.left(within))):
        # Tables about the same students say the same of their sizes.
        if (once := hash(frozenset(terms.items()))) not in said:
            said.add(once)
            system.say(terms, 0)
    system.simplify()
    return system


def canonical(key: Key) -> Key:
    """The name of a number that is printed more than once: the size of a group is that of the same students wherever
    they are counted, and a share's denominator is the size of its group.
    """
    known = codelists.METRICS.get(key.metric)
    if known is None or key.measure != ("denominator" if known.rate else "n"):
        return key
    dimension, category = crossings.group(key.dimension, key.category)
    return Key(*codelists.size_key(key.metric, key.detail, dimension), key.school_id, dimension, category)


def _named(names: dict[Key, Key], sums: Iterable[Terms]) -> Iterator[Terms]:
    """The same sums, with each name once in memory."""
    for terms in sums:
        yield {names.setdefault(key, key): factor for key, factor in terms.items()}


def _cell(
    system: System, table: PublishedTable, cell: PublishedCell, knowledge: Knowledge, names: dict[Key, Key]
) -> None:
    def say(measure: Measure, number: int | None, lowest: int) -> None:
        key = canonical(Key(measure, table.metric, cell.detail, cell.school_id, cell.dimension, cell.category))
        key = names.setdefault(key, key)
        if number is not None:
            if system.known.setdefault(key, number) != number:
                raise Refused(f"The published numbers contradict each other in {where(key)}.")
            system.lowest.pop(key, None)
        elif key not in system.known:
            system.lowest[key] = max(lowest, system.lowest.get(key, lowest))
        if number is None and (measure != "denominator" or not crossings.is_share(cell.dimension)):
            system.hidden.add(key)

    if cell.suppression == "not_offered":
        n: int | None = 0
        denominator: int | None = 0
    else:
        n, denominator = cell.n, cell.denominator
    # A number carried forward was true on an earlier day. What it is on the day of these tables, nobody has said.
    n = None if cell.n_as_of else n
    old_size = cell.n_as_of if cell.suppression == "not_offered" else cell.denominator_as_of
    denominator = None if old_size else denominator
    if not codelists.metric(table.metric).rate:
        say("n", n, knowledge.smallest_hidden)
        return
    lowest, others = 0, 0
    if cell.suppression == "coded" and not cell.n_as_of and denominator is not None and cell.n_upper is not None:
        lowest, others = cell.n_lower or 0, denominator - cell.n_upper
        system.coded.add(Key("n", table.metric, cell.detail, cell.school_id, cell.dimension, cell.category))
    say("n", n, lowest)
    say("denominator", denominator, knowledge.smallest_hidden)
    say("complement", None if n is None or denominator is None else denominator - n, others)


def is_repeated(table: PublishedTable) -> bool:
    """Whether a table says nothing of its release's day: told once a school year, it quotes an earlier one."""
    dated = (cell.n_as_of or cell.denominator_as_of for cell in table.cells)
    return codelists.metric(table.metric).once and any(dated)


def _undated(cell: PublishedCell) -> PublishedCell:
    """What a row of such a table says of the release's own day: that there is such a number."""
    where = (cell.school_id, cell.dimension, cell.category, cell.detail)
    return PublishedCell(*where, None, None, "hidden")


def _complements(tables: Sequence[PublishedTable]) -> Iterable[Terms]:
    for table in tables:
        if codelists.metric(table.metric).rate:
            for cell in table.cells:
                rest = (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
                size = canonical(Key("denominator", *rest))
                yield {Key("n", *rest): 1, Key("complement", *rest): 1, size: -1}


def _measures(table: PublishedTable, dimension: str) -> tuple[Measure, ...]:
    if not codelists.metric(table.metric).rate:
        return ("n",)
    return ("n",) if crossings.is_share(dimension) else ("n", "denominator", "complement")


def _category_sums(tables: Sequence[PublishedTable], system: System) -> Iterable[Terms]:
    """In every geography categories sum to each margin that is printed anywhere, and shares to their outcome."""
    for table in tables:
        lines: dict[tuple[str, str, str, str, str, str], list[PublishedCell]] = defaultdict(list)
        shares: dict[Key, list[Key]] = defaultdict(list)
        for cell in table.cells:
            at = (cell.detail, cell.school_id)
            for family, margin in crossings.margins(cell.dimension, cell.category):
                lines[(*at, cell.dimension, family, *margin)].append(cell)
            if crossings.is_share(cell.dimension) and codelists.metric(table.metric).rate:
                side: Measure = "n" if crossings.has_outcome(cell.dimension, cell.category) else "complement"
                group = crossings.group(cell.dimension, cell.category)
                shares[Key(side, table.metric, *at, *group)].append(
                    Key("n", table.metric, *at, cell.dimension, cell.category)
                )
        for (detail, school, dimension, _, *to), cells in lines.items():
            for measure in _measures(table, dimension):
                total = _printed(system, Key(measure, table.metric, detail, school, *to))
                if total is not None:
                    parts = {
                        canonical(Key(measure, table.metric, detail, school, dimension, cell.category)): 1
                        for cell in cells
                    }
                    yield parts | {total: -1}
        for whole, keys in shares.items():
            if whole in system.known or whole in system.lowest:
                yield dict.fromkeys(keys, 1) | {whole: -1}


def _printed(system: System, key: Key) -> Key | None:
    """The number as its own table prints it, or the table that prints it for the same students; None for neither."""
    known = codelists.metric(key.metric)
    for name in (key.metric, codelists.home(key.metric, key.dimension), known.totals_in):
        found = canonical(key._replace(metric=name))
        if name and (found in system.known or found in system.lowest):
            return found
    return None


def _school_sums(tables: Sequence[PublishedTable]) -> Iterable[Terms]:
    """The schools of each category sum to the district and to their areas."""
    everywhere = {cell.school_id for table in tables for cell in table.cells}
    for table in tables:
        if is_repeated(table) and {cell.school_id for cell in table.cells} < everywhere:
            continue  # a school has opened since
        columns: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for cell in table.cells:
            columns[(cell.detail, cell.dimension, cell.category)].append(cell.school_id)
        for ((detail, dimension, category), there), (whole, parts) in product(columns.items(), table.wholes().items()):
            if whole not in there or parts.isdisjoint(there):
                continue  # some crossings stand in the district's row alone
            for measure in _measures(table, dimension):
                rest = (measure, table.metric, detail)
                terms = {canonical(Key(*rest, school, dimension, category)): 1 for school in there if school in parts}
                yield terms | {canonical(Key(*rest, whole, dimension, category)): -1}


def _rests(tables: Sequence[PublishedTable], system: System) -> Iterator[tuple[Key, Key, Key]]:
    """Who is counted among others leaves a rest, and a rest is not negative: whole, part and rest."""
    for table in tables:
        for cell in table.cells:
            if crossings.is_share(cell.dimension):
                continue
            at = (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
            for rest, whole, part in rests(*at):
                if all(key in system.known or key in system.lowest for key in (whole, part)):
                    system.lowest[rest] = 0
                    yield whole, part, rest


class _Groups:
    """The groups that some numbers are the sums of."""

    def __init__(self, wholes: Set[Key]) -> None:
        self._of: dict[Key, list[Set[Key]]] = {whole: [] for whole in wholes}

    def noting(self, sums: Iterable[Terms]) -> Iterator[Terms]:
        """The same sums, each noted on its way."""
        for terms in sums:
            for whole in (key for key, factor in terms.items() if factor < 0 and key in self._of):
                self._of[whole].append(terms.keys() - {whole})
            yield terms

    def left(self, within: Iterable[tuple[Key, Key, Key]]) -> Iterator[Terms]:
        """Where a part has some of the groups of its whole, and those wholly, its rest is the others: nobody tested in
        a grade that no test is for. The sums say so together; each by itself would not.
        """
        for whole, part, rest in within:
            for every, some in product(self._of[whole], self._of[part]):
                if some < every:
                    yield dict.fromkeys(sorted(every - some), 1) | {rest: -1}


def rests(metric: str, detail: str, *where: str) -> Iterator[tuple[Key, Key, Key]]:
    """What a row leaves out of the groups, and of the outcome, that it counts a part of: rest, whole and part."""
    outer = codelists.held_by(metric, detail)
    if outer:
        whole, part = (canonical(_size(*of, *where)) for of in (outer, (metric, detail)))
        if whole != part:
            yield Key("left_out", *codelists.sizes_of(metric, detail), *where), whole, part


def _size(metric: str, *where: str) -> Key:
    return Key("denominator" if codelists.metric(metric).rate else "n", metric, *where)
