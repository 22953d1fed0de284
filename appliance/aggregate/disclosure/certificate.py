"""What the verifier is given, and the process of its own in which it decides: nothing is drafted without its exit code.

Confidential: it holds the true counts, and tables of students that could be true instead. It goes through a pipe, from
one process of the house to another that has no key and no records, and stays in the house.
"""

import json
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from appliance.aggregate import verifier
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.published import Key, PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import Cell, Tabulation

PROGRAM = (sys.executable, "-sSP", "-m", verifier.__name__)
"""Without the installed libraries, and"""
ALONE = {"PYTHONPATH": str(Path(verifier.__file__).parents[3])}
"""where it finds the plain data that it reads."""
_CELL, _COUNT = (attrgetter(*(field.name for field in fields(kind))) for kind in (PublishedCell, Cell))


class Checked(NamedTuple):
    """One attack on a piece: what was claimed against it, and the tables of students that bear the claims out."""

    claims: Sequence[Claim]
    witnesses: Sequence[Mapping[Key, int]]
    sizes_known: bool


def piece(
    truth: Sequence[Tabulation], tables: Sequence[PublishedTable], policy: Policy, attacks: Iterable[Checked]
) -> bytes:
    """What the verifier is given about one piece of a release, packed: it waits until all pieces are proved."""
    return _packed(
        {
            "leaves": False,
            "smallest": policy.smallest_hidden,
            "minimum": policy.minimum_n,
            "k": policy.k,
            "tables": _told(tables),
            "truth": [(one.metric, [*map(_COUNT, one.cells)]) for one in truth],
            "attacks": [_attack(attack) for attack in attacks],
        }
    )


def lines(pieces: Iterable[bytes], leaves: Sequence[PublishedTable]) -> Iterator[bytes]:
    """The certificate, a document a line: every piece, and the tables that are to leave."""
    for packed in (*pieces, _packed({"leaves": True, "tables": _told(leaves)})):
        yield zlib.decompress(packed)


def check(pieces: Sequence[bytes], leaves: Sequence[PublishedTable]) -> dict[str, int]:
    """Let a process of its own check every claim; what it counted. Raises `Refused` unless it leaves with 0."""
    process = subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ALONE)  # noqa: S603
    told = b""
    with suppress(BrokenPipeError), process:  # broken, it ended early, and its exit code says so
        assert process.stdin
        assert process.stdout
        for line in lines(pieces, leaves):
            process.stdin.write(line)
        process.stdin.close()
        told = process.stdout.read()
    if process.returncode:
        raise Refused(
            "The verifier, a program of its own that checks the proof by adding and comparing, did not accept it. "
            "Nothing was released; report this."
        )
    counted: dict[str, int] = json.loads(told)
    return counted


def _attack(attack: Checked) -> dict[str, Any]:
    numbers: dict[Key, int] = {}
    witnesses = [
        [[numbers.setdefault(key, len(numbers)), value] for key, value in witness.items()]
        for witness in attack.witnesses
    ]
    claims = [[claim.key, claim.low, claim.high] for claim in attack.claims]
    return {"claims": claims, "numbers": [*numbers], "witnesses": witnesses, "sizes_known": attack.sizes_known}


def _told(tables: Iterable[PublishedTable]) -> list[Any]:
    """Each table's name, its areas, and the fields of its cells in order."""
    return [(table.metric, table.areas, [*map(_CELL, table.cells)]) for table in tables]


def _packed(document: Mapping[str, Any]) -> bytes:
    return zlib.compress((json.dumps(document, separators=(",", ":")) + "\n").encode(), level=1)
