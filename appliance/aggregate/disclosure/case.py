"""A table of anybody's own: cells, sums, what is sensitive. Protect it, or attack a pattern that somebody gives.

The form is JSON: `cells` (name to count), `constraints` (`parts` that sum to a `total`), and `primary` (the names of
what is sensitive) or `minimum_n` (every count below it is sensitive, and has to leave it possible). Optional: `targets`
(name to [low, high], which must both stay possible; by default a number need only not be exact), `upper` and `weight`
(by name), `smallest_hidden` (known of every hidden cell: 1 where zeros are published, which then are not sensitive),
`hidden` (a pattern to attack), `insiders` (for each contributor who is alone somewhere, the names of the cells that are
known for that; nobody of them shall work out another sensitive one). Other people's collections of cases are read as
well, many cases from one file.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from appliance.aggregate.disclosure.attacker import Attack, System
from appliance.aggregate.disclosure.suppression.benders import solve
from appliance.aggregate.disclosure.suppression.block import Answer, Need, Table
from appliance.aggregate.disclosure.suppression.deviations import cheapest
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused
from appliance.errors import BadFile

_MOST = 10**9
"""More than this a count is a slip; the solver's arithmetic is exact well beyond."""


@dataclass(frozen=True, slots=True)
class Case:
    """One table. A sum without a `total` (None) is known to be what the true counts give."""

    title: str
    cells: dict[str, int]
    sums: list[tuple[list[str], str | None]]
    primary: list[str]
    targets: dict[str, tuple[int, int]] = field(default_factory=dict)
    upper: dict[str, int] = field(default_factory=dict)
    weight: dict[str, float] = field(default_factory=dict)
    smallest_hidden: int = 0
    hidden: list[str] | None = None
    insiders: list[list[str]] = field(default_factory=list)

    def target(self, name: str) -> tuple[int, int]:
        """What must stay possible about a sensitive number; by default, one more than it is."""
        return self.targets.get(name, (self.cells[name], self.cells[name] + 1))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pattern gives away: the interval of each hidden cell, and which sensitive ones fall."""

    intervals: dict[str, tuple[int, int | None]]
    below_target: list[str]
    exact: list[str]
    to_insiders: dict[str, list[str]] = field(default_factory=dict)
    """Each insider, by the first of the own cells, to the sensitive cells that knowing those makes exact."""


def read(path: Path) -> list[Case]:
    """The cases of a file. Raises `BadFile` when it is not of that form or its sums do not add up."""
    document = document_of(path)
    try:
        cases = [_plain(document)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise no_case(path) from None
    unknown = sorted(document.keys() - _SAYS - _NOTES)
    if unknown:
        raise BadFile(f"{path.name}: a case has no {unknown[0]!r}, only {', '.join(sorted(_SAYS | _NOTES))}.")
    return checked(cases, path)


def document_of(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises `BadFile`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise BadFile(f"{path.name} cannot be read. Give the path of a JSON file.") from None
    except (ValueError, RecursionError):
        raise no_case(path) from None
    if not isinstance(document, dict):
        raise no_case(path)
    return document


def no_case(path: Path) -> BadFile:
    """What to say of a file in no known form."""
    return BadFile(
        f"{path.name} is not a case. It needs cells (name to a whole number), constraints (parts and a total, by name) "
        "and primary (names) or minimum_n (a whole number)."
    )


def checked(cases: list[Case], path: Path) -> list[Case]:
    """The same cases. Raises `BadFile` for names, sums and bounds that do not fit."""
    for case in cases:
        _check(case, path.name)
    return cases


def protect(case: Case, seconds: float = 60.0) -> Answer:
    """The cheapest pattern, with its proven bound. `Answer.hidden` follows the order of `case.cells`.

    What is hidden against insiders comes on top of it, and is chosen one after another.
    """
    index = {name: column for column, name in enumerate(case.cells)}
    values = np.array(list(case.cells.values()), dtype=np.int64)
    ample = float(values.max(initial=0) * 2 + 100)
    upper = np.array([float(case.upper.get(name, ample)) for name in case.cells])
    sums = [
        ([index[part] for part in parts] + ([index[total]] if total else []), [1.0] * len(parts) + [-1.0] * bool(total))
        for parts, total in case.sums
    ]
    needs = []
    for name in case.primary:
        low, high = case.target(name)
        needs += [Need(index[name], -1, case.cells[name] - low), Need(index[name], +1, high - case.cells[name])]
    table = Table(
        value=values,
        down=np.maximum(values - case.smallest_hidden, 0).astype(np.float64),
        up=upper - values,
        weight=np.array([float(case.weight.get(name, 1.0)) for name in case.cells]),
        fixed=np.array([count < case.smallest_hidden for count in case.cells.values()]),
        forced=np.array([name in case.primary for name in case.cells]),
        sums=sums,
        needs=[need for need in needs if need.amount > 0],
    )
    return _against_insiders(case, table, solve(table, seconds))


def _against_insiders(case: Case, table: Table, answer: Answer) -> Answer:
    """Hide more until no insider works out the cell of another contributor. Raises `Refused` when nothing helps."""
    names = list(case.cells)
    while True:
        hidden = [name for name, is_hidden in zip(names, answer.hidden, strict=True) if is_hidden]
        exposed = attack(case, hidden).to_insiders
        if not exposed:
            return answer
        insider, found = next(iter(exposed.items()))
        own = next(own for own in case.insiders if own[0] == insider)
        still, cell = [names.index(name) for name in own], names.index(found[0])
        room = replace(table, up=table.up.copy(), down=table.down.copy())
        room.up[still] = room.down[still] = 0.0
        try:
            added = answer.hidden | cheapest(room, answer.hidden, Need(cell, +1, 1))
        except Refused:
            added = answer.hidden | cheapest(room, answer.hidden, Need(cell, -1, 1))
        answer = replace(answer, hidden=added, cost=table.cost(added), method=f"{answer.method}, then insiders")


def attack(case: Case, hidden: Collection[str]) -> Outcome:
    """What follows from the cells that are not hidden, by the attacker's own equations."""
    run = Attack(_system(case, hidden))
    intervals = {name: run.bounds(_key(name)) for name in case.cells if name in hidden}
    below = [name for name in case.primary if not _stays_open(intervals.get(name), case.target(name))]
    exact = [name for name, (low, high) in intervals.items() if low == high]
    return Outcome(intervals, below, exact, _exposed(case, set(hidden), set(exact)))


def _exposed(case: Case, hidden: set[str], known: set[str]) -> dict[str, list[str]]:
    """What each insider works out whom nobody else could have known."""
    exposed = {}
    for own in case.insiders:
        run = Attack(_system(case, hidden - set(own)))
        others = [name for name in case.primary if name in hidden - known - set(own)]
        if found := [key.school_id for key in run.exact(map(_key, others))]:
            exposed[own[0]] = found
    return exposed


def _system(case: Case, hidden: Collection[str]) -> System:
    system = System({}, {}, set())
    for name, count in case.cells.items():
        if name in hidden:
            system.lowest[_key(name)] = case.smallest_hidden
            system.hidden.add(_key(name))
        else:
            system.known[_key(name)] = count
    for parts, total in case.sums:
        terms = {_key(part): 1 for part in parts} | ({_key(total): -1} if total else {})
        system.say(terms, 0 if total else sum(case.cells[part] for part in parts))
    for name in hidden:
        if name in case.upper:
            rest = _key(name)._replace(measure="complement")
            system.lowest[rest] = 0
            system.say({_key(name): 1, rest: 1}, case.upper[name])
    system.simplify()
    return system


def with_minimum(case: Case, minimum: int) -> Case:
    """The case with every count below a minimum sensitive, besides what already is.

    Nobody is to learn more of one than that it is below: the least that a hidden number can be, and the minimum itself,
    both have to stay possible.
    """
    small = [name for name, count in case.cells.items() if case.smallest_hidden <= count < minimum]
    primary = list(dict.fromkeys([*case.primary, *small]))
    targets = dict.fromkeys(small, (case.smallest_hidden, minimum)) | case.targets
    return replace(case, primary=primary, targets=targets)


def _stays_open(interval: tuple[int, int | None] | None, target: tuple[int, int]) -> bool:
    if interval is None:
        return False
    low, high = interval
    return low <= target[0] and (high is None or high >= target[1])


def _key(name: str) -> Key:
    return Key("n", "case", "", name, "", "")


_SAYS = {"cells", "constraints", "primary", "minimum_n", "targets", "upper", "weight", "smallest_hidden", "hidden"} | {
    "insiders"
}
_NOTES = {"title", "source", "licence", "note", "primary_rule", "expected"}
"""What a case may say, and what may stand beside it for a reader."""


def _plain(document: Mapping[str, Any]) -> Case:
    cells = {str(name): whole(count) for name, count in document["cells"].items()}
    smallest = whole(document.get("smallest_hidden", 0))
    case = Case(
        title=str(document.get("title", "")),
        cells=cells,
        sums=[(list(sum_["parts"]), sum_.get("total")) for sum_ in document["constraints"]],
        primary=list(document.get("primary", ()) if "minimum_n" in document else document["primary"]),
        targets={name: (whole(low), whole(high)) for name, (low, high) in document.get("targets", {}).items()},
        upper={name: whole(most) for name, most in document.get("upper", {}).items()},
        weight={name: float(weight) for name, weight in document.get("weight", {}).items()},
        smallest_hidden=smallest,
        hidden=document.get("hidden"),
        insiders=[list(own) for own in document.get("insiders", [])],
    )
    return with_minimum(case, whole(document["minimum_n"])) if "minimum_n" in document else case


def whole(value: object) -> int:
    """A count. Raises TypeError for anything but a whole number: 1.7 students are a slip, not one student."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _check(case: Case, name: str) -> None:
    for parts, total in case.sums:
        unknown = [part for part in (*parts, total) if part is not None and part not in case.cells]
        if unknown:
            raise BadFile(f"{name}: a constraint names the cell {unknown[0]!r}, which `cells` does not list.")
        if total is not None and sum(case.cells[part] for part in parts) != case.cells[total]:
            raise BadFile(f"{name}: the parts of {total!r} do not add up to it.")
    for cell in (*case.primary, *(case.hidden or ()), *chain(*case.insiders), *case.targets, *case.upper, *case.weight):
        if cell not in case.cells:
            raise BadFile(f"{name}: the cell {cell!r} is not listed in `cells`.")
    for cell, most in case.upper.items():
        if case.cells[cell] > most:
            raise BadFile(f"{name}: the cell {cell!r} is above its own upper bound.")
    if any(low > high for low, high in case.targets.values()) or any(not 0 <= c < inf for c in case.weight.values()):
        raise BadFile(f"{name}: a target's low end is above its high end, or a weight is no number from zero up.")
    if not case.cells or any(not 0 <= count <= _MOST for count in case.cells.values()):
        raise BadFile(f"{name}: `cells` is empty, or one of them is below zero or above {_MOST:,}.")
