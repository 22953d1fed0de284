"""The attack on what two releases say together: who few students entered or left must not stand out.

The attacker is given more than any reader has: for every number counted anew, how many settled students it exchanged
exactly. He must be unable to prove of any union of the others that it exchanged fewer than minimum_n, if any. What he
answers is checked once more in whole numbers by the verifier, which has no solver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.aggregate.disclosure import attacker
from appliance.aggregate.disclosure.attacker import Attack, Knowledge
from appliance.aggregate.disclosure.carry import Changes
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.disclosure.cube import Cube, Place
from appliance.aggregate.disclosure.verifier import Verifier
from appliance.aggregate.published import Key, PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import Cell, Tabulation

_AS_A_HEADCOUNT = "membership"
"""A table of changes is a headcount of changed students; attacker and verifier read it as one."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What an attack on one table of changes brought: the places that fell, with what was asked for each."""

    fallen: dict[Place, int]
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
    shown = {place: high for place, high in asked.items() if place not in withheld}
    if not claims:
        return Exposure(shown)
    table = _table(cube, changes, withheld)
    run = Attack(attacker.read([table], Knowledge(0)))
    run.begin_with({_key(place): settled for place, settled in changes.population.size.items()})
    fallen = {one.claim.key: one.claim.high for one in run.fallen(claims)}
    accepted = _certify(changes, table, [claim for claim in claims if claim.key not in fallen], run)
    told = {Place(key.school_id, key.dimension, key.category): high for key, high in fallen.items()}
    return Exposure(shown | told, run.programs, accepted)


def _certify(changes: Changes, table: PublishedTable, claims: Sequence[Claim], run: Attack) -> int:
    cells = tuple(Cell(*place, count, count) for place, count in changes.population.size.items())
    verifier = Verifier([Tabulation(table.metric, table.school_year, table.snapshot, cells)], [table], 0)
    verifier.take(run.tables(), sizes_known=False)
    for claim, side in verifier.uncertified(claims):
        witness = run.whole_table(claim.key, side, claim.low if side < 0 else claim.high)
        verifier.take([witness] if witness else [], sizes_known=False)
    if verifier.uncertified(claims):
        raise Refused(f"{changes.title}: a change has no witness in whole students. Nothing was released; report this.")
    return verifier.accepted


def _table(cube: Cube, changes: Changes, withheld: set[Place]) -> PublishedTable:
    cells = tuple(
        PublishedCell(*place, "", None, None, "hidden")
        if place in withheld and place not in changes.population.absent
        else PublishedCell(*place, "", settled, None, "none")
        for place, settled in changes.population.size.items()
    )
    return PublishedTable(_AS_A_HEADCOUNT, cube.school_year, cube.snapshot, "equal", cells, cube.areas)


def _key(place: Place) -> Key:
    return Key("n", _AS_A_HEADCOUNT, "", *place)
