"""An attacker who guesses: he takes numbers from another release for the same, as long as nothing contradicts them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from appliance.aggregate import codelists
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
    for numbers in (possible, _agreeing(tables, knowledge, possible)):
        attack = _settled(system, numbers)
        if attack is not None:
            return attack
    raise Refused("The published numbers contradict each other.")


def _agreeing(tables: Sequence[PublishedTable], knowledge: Knowledge, guesses: Mapping[Key, int]) -> dict[Key, int]:
    """Line by line, each held against the tables of its own population: no sum ties two populations."""
    lines: dict[_Population, dict[tuple[str, ...], dict[Key, int]]] = defaultdict(lambda: defaultdict(dict))
    for key, number in guesses.items():
        lines[_population(key.metric, key.detail)][key.measure, key.metric, key.detail, key.dimension][key] = number
    taken: dict[Key, int] = {}
    for population, its_lines in lines.items():
        system = read([_part(table, population) for table in tables], knowledge)
        for line in its_lines.values():
            if _settled(system, line) is not None:
                taken |= line
                system = system.knowing(line)
    return taken


_Population = tuple[str, str]
"""Metric that has the totals, and detail; no detail where all of them are about one group."""


def _population(name: str, detail: str) -> _Population:
    metric = codelists.metric(name)
    return metric.totals_in or name, "" if metric.one_group else detail


def _part(table: PublishedTable, population: _Population) -> PublishedTable:
    return replace(
        table, cells=tuple(cell for cell in table.cells if _population(table.metric, cell.detail) == population)
    )


def _settled(system: System, numbers: Mapping[Key, int]) -> Attack | None:
    try:
        attack = Attack(system.knowing(numbers), every_interval=True)
        attack.settle()
    except Refused:
        return None
    return attack
