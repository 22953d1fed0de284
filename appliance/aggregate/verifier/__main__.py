"""The verifier as a program: `python -sSP -m appliance.aggregate.verifier [FILE]`.

It reads what `certificate.py` writes, from a file or a pipe, and leaves with 0 only when of every number that is too
small or telling something is claimed, every claim is certified, and what leaves says the same. It needs the standard
library and the modules of plain data that it names; PYTHONPATH says where.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from appliance.aggregate.published import Area, Key, PublishedCell, PublishedTable
from appliance.aggregate.tabulation import Cell, Tabulation
from appliance.aggregate.verifier.witnesses import Spot, Verifier, rows


class _Asked(NamedTuple):
    key: Key
    low: int
    high: int


def main(arguments: Sequence[str]) -> int:
    """Check a certificate, one document a line: the pieces of a release, and last what leaves. The exit code."""
    certified: dict[Spot, PublishedCell] = {}
    found = dict.fromkeys(("pieces", "claims", "cut_down", "unclaimed", "lacking", "leave", "otherwise"), 0)
    with Path(arguments[0]).open("rb") if arguments else sys.stdin.buffer as lines:
        for line in lines:
            told = json.loads(line)
            del line
            tables = [_table(*table) for table in told.pop("tables")]
            published = rows(tables)
            if told["leaves"]:
                found["leave"] += len(published)
                found["otherwise"] += sum(
                    _says_otherwise(cell, certified.get(spot)) for spot, cell in published.items()
                )
                continue
            certified |= published
            found["pieces"] += 1
            for name, more in _check(told, tables).items():
                found[name] += more
    sys.stdout.write(json.dumps(found) + "\n")
    is_whole = found["pieces"] and found["leave"]
    return 0 if is_whole and not (found["lacking"] or found["unclaimed"] or found["otherwise"]) else 1


def _check(told: dict[str, Any], tables: Sequence[PublishedTable]) -> dict[str, int]:
    """How many claims a piece makes, how many of them are less than the rules promise, how many ends lack a witness,
    and of how many numbers that are too small or telling nothing is claimed.
    """
    truth = [
        Tabulation(metric, "", "", tuple(Cell(*_once(cell)) for cell in cells)) for metric, cells in told.pop("truth")
    ]
    verifier = Verifier(truth, tables, told["smallest"])
    promised, claimed, lacking = verifier.promised(told["minimum"], told["k"]), list[_Asked](), 0
    for attack in told["attacks"]:
        numbers = [Key(*key) for key in attack["numbers"]]
        witnesses = ({numbers[at]: value for at, value in witness} for witness in attack["witnesses"])
        verifier.forget()
        verifier.take(witnesses, sizes_known=attack["sizes_known"])
        asked = [_Asked(Key(*key), low, high) for key, low, high in attack["claims"]]
        lacking += len(verifier.uncertified(asked))
        claimed += asked
    ends = ((claim, promised.get(claim.key, (claim.low, claim.high))) for claim in claimed)
    return {
        "claims": len(claimed),
        "cut_down": sum(claim.low > low or claim.high < high for claim, (low, high) in ends),
        "unclaimed": len(promised.keys() - {claim.key for claim in claimed}),
        "lacking": lacking,
    }


def _once(fields: Iterable[Any]) -> Iterator[Any]:
    """The fields, with each text in memory once: a district has few codes, and many rows."""
    return (sys.intern(field) if isinstance(field, str) else field for field in fields)


def _table(metric: str, areas: Iterable[tuple[str, list[str]]], cells: Iterable[list[Any]]) -> PublishedTable:
    there = tuple(Area(code, tuple(schools)) for code, schools in areas)
    return PublishedTable(metric, "", "", "equal", tuple(PublishedCell(*_once(cell)) for cell in cells), there)


def _says_otherwise(leaves: PublishedCell, certified: PublishedCell | None) -> bool:
    """Whether a row that leaves tells a number of its own day that was not certified to be told; dated ones are not."""
    says = leaves.suppression in ("none", "coded", "not_offered") and not leaves.n_as_of
    told = [leaves.suppression, leaves.n] if says else []
    told += [leaves.n_lower, leaves.n_upper] if told[:1] == ["coded"] else []
    sized = leaves.denominator is not None and not leaves.denominator_as_of
    if certified is None:
        return bool(told or sized)
    known = [certified.suppression, certified.n, certified.n_lower, certified.n_upper]
    return known[: len(told)] != told or (sized and leaves.denominator != certified.denominator)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
