"""An attacker who guesses: he takes numbers from another release for the same, as long as nothing contradicts them."""

from collections import defaultdict
from collections.abc import Mapping

from appliance.aggregate.disclosure.attacker.search import Attack
from appliance.aggregate.disclosure.attacker.system import System
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused


def with_guesses(system: System, guesses: Mapping[Key, int]) -> Attack | None:
    """The attack with as many guesses as agree with a system: all of them, else table by table and group by group.

    None when none of them agrees: then there is nothing to go by but the system itself.
    """
    possible = {key: number for key, number in guesses.items() if number >= system.lowest.get(key, number)}
    lines: dict[tuple[str, ...], dict[Key, int]] = defaultdict(dict)
    for key, number in possible.items():
        lines[key.measure, key.metric, key.detail, key.dimension][key] = number
    found = _settled(system, possible) if possible else None
    if found is not None or len(lines) < 2:
        return found and found[1]
    for line in lines.values():
        agreeing = _settled(system, line)
        if agreeing is not None:
            system, found = agreeing[0], agreeing
    return found and found[1]


def _settled(system: System, numbers: Mapping[Key, int]) -> tuple[System, Attack] | None:
    """The system with these numbers known, and the attack on it; None when they contradict it."""
    try:
        system = system.knowing(numbers)
        attack = Attack(system, every_interval=True)
        attack.settle()
    except Refused:
        return None
    return system, attack
