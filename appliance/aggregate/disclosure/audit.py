"""What the attacker is asked to try against a pattern, and what he brings back. Confidential: it knows the truth."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure import attacker, memory, primary
from appliance.aggregate.disclosure.attacker import Attack, Fallen, Knowledge
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.disclosure.cube import Cube, Place, Population
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.report import AttackLine
from appliance.aggregate.disclosure.suppression.model import Name, Wish
from appliance.aggregate.published import Key, Measure, PublishedCell, PublishedTable
from appliance.aggregate.tabulation import DISTRICT


@dataclass(frozen=True, slots=True)
class Finding:
    """What one attack brought: claims that fell, and hidden numbers that have only one possible value."""

    line: AttackLine
    sizes_known: bool
    fallen: list[Fallen]
    exact: list[Key]
    claims: list[Claim]
    """What was claimed, cut down to what the published zeros leave possible."""
    to_insiders: list[tuple[Key, Mapping[Key, int]]]
    """Sensitive numbers that the only member of another group works out, with what that student knows."""

    @property
    def silent(self) -> bool:
        """The attacker found nothing."""
        return not self.found

    @property
    def found(self) -> list[Key]:
        """The numbers that did not stay hidden."""
        return [each.claim.key for each in self.fallen] + self.exact + [key for key, _ in self.to_insiders]

    def wishes(self, cube: Cube, population: Population, *, everywhere: bool) -> list[Wish]:
        """What the optimiser has to make possible again in one population.

        `everywhere`: a group within which others are counted is tried in each table about those as well; the first of
        them is enough most of the time.
        """
        asked = everywhere or _is_first(cube, population)
        wishes = []
        for claim, low, high in ((each.claim, each.low, each.high) for each in self.fallen):
            for name, value, sign in _numbers(cube, population, claim.key, outer=asked):
                if low > claim.low:
                    wishes.append(Wish(name, -sign, value - claim.low))
                if high < claim.high:
                    wishes.append(Wish(name, sign, claim.high - value))
        for key in self.exact:
            wishes.extend(Wish(name, +1, 1, either=True) for name, *_ in _numbers(cube, population, key, outer=asked))
        for key, knows in self.to_insiders:
            own = frozenset(name for other in knows for name, *_ in _numbers(cube, population, other))
            told = _numbers(cube, population, key, outer=asked)
            wishes.extend(Wish(name, +1, 1, either=True, still=own) for name, *_ in told)
        return wishes


def attacks(
    cube: Cube,
    policy: Policy,
    tables: list[PublishedTable],
    runs: Callable[[], None] = lambda: None,
    insiders: Sequence[Mapping[Key, int]] | None = None,
    when_silent: Callable[[Finding, Attack], None] = lambda *_: None,
) -> list[Finding]:
    """What the attacks bring that have the most knowledge for what they go for: who knows less derives less.

    `runs`: called before each run of their solver. `insiders`: who tries with what a student knows, once nothing is
    found without them; by default those of this cube, which may be a piece of another. `when_silent`: given each attack
    that finds nothing even so. An attack is large: one is in memory at a time.
    """
    truth = _truth(cube)
    knowing = [*insiders_of(cube)] if insiders is None else insiders
    asked = [*attempts(cube, policy, truth)]
    # The first takes longest, and goes on as it is; the others are looked at before it, and begun again after it.
    found = [Trial(attempt, tables, truth, runs).finding for attempt in asked[1:]]
    begun = [Trial(asked[0], tables, truth, runs)]
    found = [begun[0].finding, *found]
    if not all(finding.silent for finding in found):
        return found
    found = []
    for attempt in asked:
        memory.give_back()
        trial = begun.pop() if begun else Trial(attempt, tables, truth, runs)
        found.append(trial.with_insiders(knowing))
        if found[-1].silent:
            when_silent(found[-1], trial.attack)
        del trial
    return found


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who attacks, and what for."""

    name: str
    knowledge: Knowledge
    claims: list[Claim]
    exact: Callable[[Key], bool] = lambda _: False
    """Which hidden numbers must not have one value only."""
    sizes_known: bool = False


def attempts(cube: Cube, policy: Policy, truth: Mapping[Key, int]) -> Iterator[Attempt]:
    """Who attacks a cube of which this is the truth.

    The first knows the tables alone, and goes for the group sizes that are on the public list: who has that list needs
    no attack to have them, and who has not learns no more than the tables say. The second has the list, and goes for
    every other group size. Both stand for the public when it is asked which hidden numbers have one value only. The
    third knows every group size besides and goes for outcomes.
    """
    sizes, outcomes = _claims(cube, policy)
    every_size = {key: size for key, size in truth.items() if _is_size(key)}
    listed = {key: size for key, size in every_size.items() if _can_be_looked_up(key, policy)}
    bare = Knowledge(policy.smallest_hidden)
    known, with_list = replace(bare, numbers=listed), "the same, and the enrolment that everybody can look up"
    if policy.public:
        asked = [claim for claim in sizes if claim.key in listed]
        yield Attempt("the tables", bare, asked, exact=listed.keys().__contains__)
    asked = [claim for claim in sizes if claim.key not in listed]
    yield Attempt(with_list if policy.public else "the tables", known, asked, exact=lambda key: key not in listed)
    if policy.public_denominators:
        everything = replace(bare, numbers=every_size)
        yield Attempt("the same, and the size of every group", everything, outcomes, sizes_known=True)
    else:
        yield Attempt(f"{with_list}, for outcomes", known, outcomes)


class Trial:
    """One attempt on the tables, and beside it what the empty groups alone would tell."""

    def __init__(
        self,
        attempt: Attempt,
        tables: list[PublishedTable],
        truth: Mapping[Key, int],
        runs: Callable[[], None] = lambda: None,
    ) -> None:
        self._attempt, self._tables, self._truth = attempt, tables, truth
        system = attacker.read(tables, attempt.knowledge, {key: key for key in truth})
        self._hidden, self._coded = system.hidden, system.coded
        self.attack = Attack(system, runs=runs)
        self.attack.begin_with(truth)

    @functools.cached_property
    def finding(self) -> Finding:
        """What an outsider brings."""
        attack, claims, fallen = self.attack, self._attempt.claims, list[Fallen]()
        held = {*attack.held(claims)}
        if doubtful := [claim for claim in claims if claim not in held]:
            within = {claim.key: claim for claim in _within(self._structure(), doubtful)}
            claims = [within.get(claim.key, claim) for claim in claims]
            fallen = attack.fallen(within.values())
        exact = self._exact({each.claim.key for each in fallen})
        line = AttackLine(self._attempt.name, len(self._hidden), len(fallen), len(exact), attack.programs)
        return Finding(line, self._attempt.sizes_known, fallen, exact, claims, [])

    def with_insiders(self, insiders: Sequence[Mapping[Key, int]]) -> Finding:
        """The same, and what falls to the only member of each hidden group who knows the own group and outcome.

        What such a student could work out if everything were hidden is left out: it follows from the empty groups
        alone, and is mostly about the student himself (the only one of his grade is the only one of it in the
        district).
        """
        found = self.attack.exact_to_insiders(insiders, {claim.key for claim in self.finding.claims})
        exposed = []
        if found:
            structure = self._structure()
            exposed = [(key, knows) for knows, key in found if not structure.exact_to_insiders([knows], [key])]
        line = self.finding.line
        line = replace(line, exact=line.exact + len(exposed), programs=self.attack.programs)
        return replace(self.finding, line=line, to_insiders=exposed)

    def _structure(self) -> Attack:
        """As large as the attack itself, and soon made: nobody keeps it."""
        return _structure(self._tables, self._attempt.knowledge, self._truth)

    def _exact(self, already: Set[Key]) -> list[Key]:
        """Numbers with one value only, beside those that fell."""
        # A coded number that is not telling may become exact: it would be shown as it is, were it not for its class.
        printed = sorted(self._hidden - self._coded - already)
        found = self.attack.exact(key for key in printed if key.measure != "complement" and self._attempt.exact(key))
        if not found:
            return []
        structure = self._structure()
        return [key for key in found if structure.is_open(key)]


def insiders_of(cube: Cube) -> Iterator[Mapping[Key, int]]:
    """What each student knows who is alone in a group somewhere: the own group, and the own outcome in every table.

    Who is alone in the district is alone wherever the group has one student. Who is alone at a school is alone in its
    areas that have one. Two schools' only members are otherwise two students.
    """
    alone: dict[Place, dict[Key, int]] = defaultdict(dict)
    for population in cube.populations:
        for place, size in population.size.items():
            if size != 1:
                continue
            # Who is alone in a group knows the own share of its outcome, too.
            own = alone[Place(place.school_id, *crossings.group(place.dimension, place.category))]
            own[_key(population, "denominator", place)] = 1
            if population.outcome is None:
                continue
            count = population.outcome[place]
            own[_key(population, "n", place)] = count
            own[_key(population, "complement", place)] = 1 - count
    wholes = {whole: set(schools) for population in cube.populations for whole, schools in population.wholes.items()}
    for group in dict.fromkeys((place.dimension, place.category) for place in alone):
        places = [place for place in alone if place[1:] == group]
        everywhere = any(place.school_id == DISTRICT for place in places)
        for place in places[:1] if everywhere else places:
            same = [other for other in places if everywhere or place.school_id in wholes.get(other.school_id, ())]
            yield {key: number for other in (place, *same) for key, number in alone[other].items()}


def tells_by_itself(
    cube: Cube, policy: Policy, tables: list[PublishedTable], owner: tuple[str, str], name: Name
) -> bool:
    """Whether one number gives something sensitive away beside nothing but the empty groups: then no choice helps.

    `tables`: the rows of the cube, whatever they hide.
    """
    population = next(one for one in cube.populations if (one.metric, one.detail) == owner)
    is_size = name.part == "size"
    numbers, value = ({}, population.size) if is_size else (_sizes(cube), population.outcome or {})
    knowledge = Knowledge(policy.smallest_hidden, numbers)
    claims = _claims(cube, policy)[0 if is_size else 1]
    key = _key(population, "denominator" if is_size else "n", name.place)
    truth = _truth(cube)
    attack = _structure(tables, replace(knowledge, numbers={**numbers, key: value[name.place]}), truth)
    fallen = [each.claim for each in attack.fallen(claims)]
    return bool(fallen and attack.fallen(_within(_structure(tables, knowledge, truth), fallen)))


def _truth(cube: Cube) -> dict[Key, int]:
    """The true value of every number of the tables."""
    truth = _sizes(cube)
    for population in cube.populations:
        for place, count in (population.outcome or {}).items():
            truth[_key(population, "n", place)] = count
            truth[_key(population, "complement", place)] = population.size[place] - count
    return truth


def _within(structure: Attack, claims: Sequence[Claim]) -> list[Claim]:
    """Claims cut down to what holds when every number is hidden and only empty groups are known.

    A school with students in three grades has at least three students: no choice of hidden cells can undo that.
    """
    cut = {
        each.claim: Claim(each.claim.key, max(each.claim.low, round(each.low)), round(min(each.high, each.claim.high)))
        for each in structure.fallen(claims)
    }
    return [cut.get(claim, claim) for claim in claims]


def _structure(tables: list[PublishedTable], knowledge: Knowledge, truth: Mapping[Key, int]) -> Attack:
    """The attack on the same tables with every number hidden and only the empty groups shown."""
    bare = [replace(table, cells=tuple(_emptied(table, cell) for cell in table.cells)) for table in tables]
    # Most of what is asked here is an interval: each answer starts from the one before.
    attack = Attack(attacker.read(bare, knowledge, {key: key for key in truth}), every_interval=True)
    attack.begin_with(truth)
    return attack


def _emptied(table: PublishedTable, cell: PublishedCell) -> PublishedCell:
    empty = cell.suppression == "not_offered" or (not codelists.metric(table.metric).rate and cell.n == 0)
    return cell if empty else replace(cell, n=None, denominator=None, suppression="hidden")


def _claims(cube: Cube, policy: Policy) -> tuple[list[Claim], list[Claim]]:
    """Claims about group sizes, and about outcomes."""
    sizes: list[Claim] = []
    outcomes: list[Claim] = []
    for population in cube.populations:
        small, telling = primary.small_groups(population, policy), primary.telling_outcomes(population, policy)
        sizes += [Claim(_key(population, "denominator", target.place), target.low, target.high) for target in small]
        outcomes += [Claim(_key(population, "n", target.place), target.low, target.high) for target in telling]
        rests = primary.small_rests(population, policy)
        sizes += [Claim(_key(population, "left_out", target.place), target.low, target.high) for target in rests]
    # What is printed by several tables or rows is one number, and one claim.
    return list(dict.fromkeys(sizes)), outcomes


def _key(population: Population, measure: Measure, place: Place) -> Key:
    if measure == "left_out":
        return Key(measure, *codelists.sizes_of(*population.owner), *place)
    if measure == "denominator" and population.outcome is None:
        measure = "n"
    return attacker.canonical(Key(measure, population.home[place.dimension], population.detail, *place))


def _is_size(key: Key) -> bool:
    return key.measure in ("denominator", "left_out") or (key.measure == "n" and not codelists.metric(key.metric).rate)


def _mender(cube: Cube, key: Key) -> Population | None:
    """The population in which a number is protected: for a group size the first that counts the same students."""
    if not _is_size(key):
        return next(one for one in cube.populations if one.owner == (key.metric, key.detail))
    place, counted = Place(key.school_id, key.dimension, key.category), codelists.sizes_of(key.metric, key.detail)
    same = (one for one in cube.populations if codelists.size_of(*one.owner, key.dimension) == counted)
    return next((one for one in same if place in one.size), None)


def _is_first(cube: Cube, population: Population) -> bool:
    """Whether no population before it is of the same students."""
    sizes = codelists.sizes_of(*population.owner)
    return population is next(one for one in cube.populations if codelists.sizes_of(*one.owner) == sizes)


def _numbers(cube: Cube, population: Population, key: Key, *, outer: bool = True) -> Iterator[tuple[Name, int, int]]:
    """The numbers of a population behind a key: the name, the key's own value, and the sign with which the two move.

    One where the population is the first to count it; and, if asked for, the group within which that population is
    counted, for the two have to make room together.
    """
    place = Place(key.school_id, key.dimension, key.category)
    owner = codelists.held_by(*population.owner)
    is_outer = _is_size(key) and owner == codelists.sizes_of(key.metric, key.detail)
    if outer and is_outer and place in population.outer_size:
        yield Name("outer", place), population.outer_size[place], +1
    if _mender(cube, key) is not population:
        return
    size, outcome = population.size[place], (population.outcome or {}).get(place, 0)
    if key.measure == "left_out":
        yield Name("rest", place), population.outer_size[place] - size, +1
    elif key.measure == "complement":
        yield Name("outcome", place), size - outcome, -1
    else:
        yield (Name("size", place), size, +1) if _is_size(key) else (Name("outcome", place), outcome, +1)


def _sizes(cube: Cube) -> dict[Key, int]:
    """Every group size, as one who has them all from elsewhere, and so who is left out of each."""
    sizes = {}
    for population in cube.populations:
        for place, size in population.size.items():
            sizes[_key(population, "denominator", place)] = size
        sizes |= {_key(population, "left_out", place): rest for place, rest in population.left_out()}
    return sizes


def _can_be_looked_up(key: Key, policy: Policy) -> bool:
    return policy.can_be_looked_up(key.metric, key.detail, key.dimension)
