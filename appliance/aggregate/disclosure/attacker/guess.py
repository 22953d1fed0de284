"""An attacker who guesses: he takes numbers from another release for the same, as long as nothing contradicts them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from appliance.aggregate.disclosure.attacker.search import Attack
from appliance.aggregate.disclosure.attacker.system import Knowledge, System, read
from appliance.aggregate.published import Key, PublishedTable
from appliance.aggregate.refusal import Refused


def with_guesses(tables: Sequence[PublishedTable], knowledge: Knowledge, guesses: Mapping[Key, int]) -> Attack:
    """The attack with as many guesses as agree with the tables: all of them, else table by table and group by group.

    Raises `Refused` when the tables contradict themselves or what is known for certain.
    """
    system = read(tables, knowledge)
    possible = {key: number for key, number in guesses.items() if number >= system.lowest.get(key, number)}
    attack = _settled(system, possible)
    if attack is None:
        attack = _settled(_agreeing(system, possible), {})
    if attack is None:
        raise Refused("The published numbers contradict each other.")
    return attack


def _agreeing(system: System, guesses: Mapping[Key, int]) -> System:
    """The same with every line of guesses that agrees with it and with the lines before."""
    lines: dict[tuple[str, ...], dict[Key, int]] = defaultdict(dict)
    for key, number in guesses.items():
        lines[key.measure, key.metric, key.detail, key.dimension][key] = number
    for line in lines.values():
        if _settled(system, line) is not None:
            system = system.knowing(line)
    return system


def _settled(system: System, numbers: Mapping[Key, int]) -> Attack | None:
    try:
        attack = Attack(system.knowing(numbers), every_interval=True)
        attack.settle()
    except Refused:
        return None
    return attack
