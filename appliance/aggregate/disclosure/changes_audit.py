"""The attack on what two releases say together: who few students entered or left must not stand out.

The attacker is given more than any reader has: for every number counted anew, how many settled students it exchanged
exactly. He must be unable to prove of any union of the others that it exchanged fewer than minimum_n, if any. What he
answers is checked once more in whole numbers by the verifier, which has no solver.

He looks in small pieces of a table first, around which everything stands still: a table of students that he finds there
is one of the whole as well. And he is not asked twice: whatever was possible stays so when more is withheld.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from appliance.aggregate import crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure import attacker
from appliance.aggregate.disclosure.attacker import Attack, Knowledge
from appliance.aggregate.disclosure.carry import Changes, Stale
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.disclosure.cube import Cube, Place
from appliance.aggregate.published import Key, PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.aggregate.verifier import Verifier

_AS_A_HEADCOUNT = "membership"
"""A table of changes is a headcount of changed students; attacker and verifier read it as one."""

Asked = dict[Place, int]
"""Places, and how many settled students must stay possible for each."""


@dataclass(slots=True)
class Inquiry:
    """All attacks on one table of changes, while more and more of it is withheld."""

    cube: Cube
    changes: Changes
    programs: int = 0
    _held: dict[int, Asked] = field(default_factory=lambda: defaultdict(dict))
    """By layer, the most that a place was certified for."""
    _fell: dict[int, tuple[int, Asked]] = field(default_factory=lambda: defaultdict(lambda: (-1, {})))
    """By layer, how large it was at the last attack, and what fell then: a layer only grows."""

    def fallen(self, minimum: int, stale: Stale) -> Asked:
        """What falls: every place asked about must hold within one layer; one withheld now, within that of now."""
        first, *others = self.changes.layers(stale)
        fallen = self._within(0, first, self.changes.asked(minimum, first))
        for number, layer in enumerate(others, start=1):
            apart = {p: high for p, high in fallen.items() if p in first and self.changes.measure != "complement"}
            again = {place: high for place, high in fallen.items() if place not in apart}
            fallen = apart | self._within(number, layer, again)
        return fallen

    def _within(self, number: int, layer: set[Place], asked: Asked) -> Asked:
        """What falls within one layer."""
        held = self._held[number]
        size, fell = self._fell[number]
        known = {p: high for p, high in asked.items() if size == len(layer) and fell.get(p, high + 1) <= high}
        again = {p: high for p, high in asked.items() if held.get(p, -1) < high and p not in known}
        exposure = attack(self.cube, self.changes, layer, again)
        self.programs += exposure.programs
        held |= {place: high for place, high in again.items() if place not in exposure.fallen}
        self._fell[number] = len(layer), known | exposure.fallen
        return known | exposure.fallen


@dataclass(frozen=True, slots=True)
class Exposure:
    """What an attack on one table of changes brought: the places that fell, with what was asked for each."""

    fallen: Asked
    programs: int = 0
    witnesses: int = 0


def attack(cube: Cube, changes: Changes, withheld: set[Place], asked: Mapping[Place, int]) -> Exposure:
    """Attack one table of changes of which `withheld` is unknown: can each place asked about be so large after all?

    Raises `Refused` when one that holds has no witness in whole students.
    """
    claims = [
        Claim(_key(place), changes.population.size[place], high)
        for place, high in sorted(asked.items())
        if place in withheld
    ]
    fallen = {place: high for place, high in asked.items() if place not in withheld}
    if not claims:
        return Exposure(fallen)
    table = _table(cube, changes, withheld)
    cells = tuple(Cell(*place, count, count) for place, count in changes.population.size.items())
    verifier = Verifier([Tabulation(table.metric, table.school_year, table.snapshot, cells)], [table], 0)
    truth = {_key(place): settled for place, settled in changes.population.size.items()}
    programs = 0
    for piece, its in _pieces(changes, table, claims):
        run, held = _attacked(piece, truth, its)
        _take(verifier, run.tables(), held)
        programs += run.programs
    claims = _open(verifier, claims)
    if claims:
        run, held = _attacked(table, truth, claims)
        _certify(changes, verifier, run, held)
        programs += run.programs
        fallen |= {
            Place(one.key.school_id, one.key.dimension, one.key.category): one.high
            for one in claims
            if one not in {*held}
        }
    return Exposure(fallen, programs, verifier.accepted)


def _attacked(table: PublishedTable, truth: Mapping[Key, int], claims: Sequence[Claim]) -> tuple[Attack, list[Claim]]:
    """The attack on a table, and the claims that hold."""
    run = Attack(attacker.read([table], Knowledge(0)))
    run.begin_with(truth)
    return run, run.held(claims)


def _pieces(
    changes: Changes, table: PublishedTable, claims: Sequence[Claim]
) -> Iterator[tuple[PublishedTable, list[Claim]]]:
    """Parts of a table around which everything stands still, each with the claims about it.

    One dimension in all schools, with the district where no crossing sums to it; and the crossings of the district.
    Totals are in no piece: all dimensions sum to them.
    """
    population = changes.population
    inside: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        inside["" if population.is_in_district(claim.key.dimension) else claim.key.dimension].append(claim)
    crossed = {name for one in population.codes for name in _margins_of(changes, one)}
    for dimension, its in inside.items():
        if dimension == ALL:
            continue
        if not dimension:
            cells = [cell for cell in table.cells if not cell.school_id]
            moving = {name for name in population.codes if population.is_in_district(name)}
        else:
            margins = _margins_of(changes, dimension)
            cells = [cell for cell in table.cells if cell.dimension == dimension or cell.dimension in margins]
            moving = {dimension}
        still = crossed if dimension else set()
        told = tuple(
            cell
            if cell.dimension in moving and not (cell.school_id == DISTRICT and cell.dimension in still)
            else _shown(changes, cell)
            for cell in cells
        )
        yield replace(table, cells=told), its


def _margins_of(changes: Changes, dimension: str) -> set[str]:
    """The dimensions that a dimension sums to."""
    category = changes.population.codes[dimension][0]
    return {name for _, (name, _) in crossings.margins(dimension, category)}


def _shown(changes: Changes, cell: PublishedCell) -> PublishedCell:
    place = Place(cell.school_id, cell.dimension, cell.category)
    return replace(cell, n=changes.population.size[place], suppression="none")


def _take(verifier: Verifier, witnesses: Iterable[Mapping[Key, int]], claims: Iterable[Claim]) -> None:
    """Let the verifier check few of many witnesses, but one for each claim that has any: the most telling first."""
    tables = list(witnesses)
    asked = {claim.key: claim.high for claim in claims}
    telling = [{key for key in table.keys() & asked.keys() if table[key] >= asked[key]} for table in tables]
    for number in sorted(range(len(tables)), key=lambda number: -len(telling[number])):
        if not telling[number].isdisjoint(asked):
            accepted = verifier.accepted
            verifier.take([tables[number]], sizes_known=False)
            if verifier.accepted > accepted:
                for key in telling[number]:
                    asked.pop(key, None)


def _open(verifier: Verifier, claims: Iterable[Claim]) -> list[Claim]:
    return list(dict.fromkeys(claim for claim, _ in verifier.uncertified(claims)))


def _certify(changes: Changes, verifier: Verifier, run: Attack, claims: Sequence[Claim]) -> None:
    _take(verifier, run.tables(), claims)
    for claim in _open(verifier, claims):
        if verifier.uncertified([claim]):
            witness = run.whole_table(claim.key, +1, claim.high)
            verifier.take([witness] if witness else [], sizes_known=False)
    if verifier.uncertified(claims):
        raise Refused(f"{changes.title}: a change has no witness in whole students. Nothing was released; report this.")


def _table(cube: Cube, changes: Changes, withheld: set[Place]) -> PublishedTable:
    cells = tuple(
        PublishedCell(*place, "", None, None, "hidden")
        if place in withheld and place not in changes.population.absent
        else PublishedCell(*place, "", settled, None, "none")
        for place, settled in changes.population.size.items()
    )
    return PublishedTable(_AS_A_HEADCOUNT, cube.school_year, cube.snapshot, "equal", cells, cube.areas)


def _key(place: Place) -> Key:
    return attacker.canonical(Key("n", _AS_A_HEADCOUNT, "", *place))
