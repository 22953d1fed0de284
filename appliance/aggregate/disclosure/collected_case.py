"""Cases as other people collected them: many in one file, each with its own way of writing a table.

`instances` are school-by-group tables with targets and weights of their own. `traps` are one-line tables with a pattern
that somebody chose; beside them may stand `three_singletons`, a table of two rows whose contributors know themselves,
and `differencing`, everybody and the men of two published tables. Each is attacked as it was published, and once more
for readers who know that zeros are published; the last two are then protected as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from appliance.aggregate.disclosure import case
from appliance.aggregate.disclosure.case import Case, whole

_MINIMUM = 10
"""What the collections take for the smallest group; they say it in words only."""
_SHOWN = " (zeros are published)"


def read(path: Path) -> list[Case]:
    """Every case of a file in any of these forms, or in our own. Raises `BadFile`."""
    document = case.document_of(path)
    try:
        if "instances" in document:
            found = [_instance(document.get("title", ""), instance) for instance in document["instances"]]
        elif "traps" in document:
            found = list(_traps(document))
        else:
            return case.read(path)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise case.no_case(path) from None
    return case.checked(found, path)


def _instance(title: str, document: Mapping[str, Any]) -> Case:
    """A school-by-group table whose row totals are known; school -1 is the district."""
    named = {f"{cell['school']}|{cell['group']}": cell for cell in document["cells"]}
    schools = sorted({cell["school"] for cell in named.values()})
    groups = sorted({cell["group"] for cell in named.values()})
    sums: list[tuple[list[str], str | None]] = [
        ([name for name, cell in named.items() if cell["school"] == school], None) for school in schools
    ]
    for group in groups:
        parts = [name for name, cell in named.items() if cell["group"] == group and cell["school"] != -1]
        total = f"-1|{group}"
        sums.append((parts, total if total in named else None))
    primary = [name for name, cell in named.items() if cell["sensitive"]]
    return Case(
        title=f"{title}: {document['table']}",
        cells={name: whole(cell["value"]) for name, cell in named.items()},
        sums=sums,
        primary=primary,
        targets={name: (whole(named[name]["L"]), whole(named[name]["U"])) for name in primary},
        upper={name: whole(cell["upper"]) for name, cell in named.items() if cell["upper"] is not None},
        weight={name: float(cell["weight"]) for name, cell in named.items()},
        hidden=document.get("hidden"),
    )


def _traps(document: Mapping[str, Any]) -> Iterator[Case]:
    for trap in document["traps"]:
        yield from _line(trap)
    if "three_singletons" in document:
        made = _singletons("three singletons", document["three_singletons"])
        yield from _attacked_and_protected(made)
        yield from _attacked_and_protected(replace(made, title=made.title + _SHOWN, smallest_hidden=1))
    if "differencing" in document:
        yield from _attacked_and_protected(_differencing("differencing", document["differencing"]))


def _attacked_and_protected(one: Case) -> Iterator[Case]:
    yield one
    yield replace(one, title=f"{one.title}, protected", hidden=None)


def _line(trap: Mapping[str, Any]) -> Iterator[Case]:
    """One line of a table: `parts` and their `total`, of which the parts numbered in `suppressed` are hidden."""
    cells = {f"c{place}": whole(count) for place, count in enumerate(trap["parts"])}
    hidden = [f"c{place}" for place in trap["suppressed"]]
    line: list[tuple[list[str], str | None]] = [(list(cells), "total")]
    made = Case(str(trap["name"]), cells | {"total": whole(trap["total"])}, line, hidden, hidden=hidden)
    yield replace(made, targets=dict.fromkeys(hidden, (0, _MINIMUM)))
    if min(cells[name] for name in hidden) > 0:
        shown = replace(made, title=made.title + _SHOWN, smallest_hidden=1)
        yield replace(shown, targets=dict.fromkeys(hidden, (1, _MINIMUM)))


def _singletons(title: str, table: Mapping[str, Any]) -> Case:
    """Two rows of counts; ones and twos are hidden, and whoever is a one knows every sum that nobody else is in."""
    rows = {str(row["var1"]): {name: whole(n) for name, n in row.items() if name != "var1"} for row in table["rows"]}
    names = [name for name in table["rows"][0] if name != "var1"]
    rows["T"] = {name: sum(row[name] for row in rows.values()) for name in names}
    inner = [row for row in rows if row != "T"]
    cells = {f"{row}{name}": count for row, counts in rows.items() for name, count in counts.items()}
    sums: list[tuple[list[str], str | None]] = [([f"{row}{name}" for name in names], f"{row}T") for row in rows]
    cells |= {total: sum(cells[part] for part in parts) for parts, total in sums if total}
    sums += [([f"{row}{name}" for row in inner], f"T{name}") for name in [*names, "T"]]
    primary = [name for name, count in cells.items() if 1 <= count <= 2]
    alone = [f"{row}{name}" for row in inner for name in names if cells[f"{row}{name}"] == 1]
    insiders = [
        [one, *(total for parts, total in sums if total and one in parts and cells[total] == 1)] for one in alone
    ]
    return Case(title, cells, sums, primary, hidden=primary, insiders=insiders)


def _differencing(title: str, tables: Mapping[str, Any]) -> Case:
    """Everybody and the men, by age, with and without an illness; nobody published the women."""
    cells: dict[str, int] = {}
    sums: list[tuple[list[str], str | None]] = []
    women = []
    for measure in ("heart", "population"):
        lines = zip(tables["total"]["age"], tables["total"][measure], tables["males"][measure], strict=True)
        for age, everybody, men in lines:
            names = [f"{who} {age} {measure}" for who in ("men", "women", "all")]
            cells |= dict(zip(names, (whole(men), whole(everybody) - whole(men), whole(everybody)), strict=True))
            sums.append((names[:2], names[2]))
            women.append(names[1])
    few = [name for name in women if cells[name] < _MINIMUM]
    return Case(title, cells, sums, few, dict.fromkeys(few, (0, _MINIMUM)), hidden=women)
