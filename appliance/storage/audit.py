"""The access log as a chain: each line holds the hash of the one before, so none can be changed, swapped or cut out.

What a chain alone cannot show, that its end was cut off or written anew, the witness shows: the head of the chain, kept
in a file on another path under a seal that only this home's key can make (security notes: 500,000 lines verify in 4 s).
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BEFORE_THE_FIRST = b"\x00" * 32
"""What the first line holds as the hash of the line before it."""


_SINCE_TWO_FILES = frozenset({"is_change", "takes_back"})
"""Lines from before the log had a file of its own were sealed without these, which say nothing there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is sealed. `boot` and `sequence` order lines where the clock was set back."""

    sequence: int
    at: str
    boot: str
    who: str
    action: str
    subject: str
    reason: str
    students_sha256: str
    """Over the sorted keys of the students it names; so a student who is deleted one day leaves the chain whole."""
    is_change: int = 0
    """1 for a line that announces a change of the records, which they then mark as carried out."""
    takes_back: int | None = None
    """The line whose change did not happen after all."""


def students_sha256(students: Iterable[int]) -> str:
    """The hash of a set of students."""
    return hashlib.sha256(",".join(map(str, sorted(set(students)))).encode()).hexdigest()


def seal(previous: bytes, line: Line) -> bytes:
    """The hash of a line, given the hash of the line before it."""
    told = {name: value for name, value in asdict(line).items() if value or name not in _SINCE_TWO_FILES}
    return hashlib.sha256(previous + json.dumps(told, sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at one moment."""

    sequence: int
    sha256: str
    at: str
    boot: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a verification found. `first_bad` is the number of the first line that does not fit, or None."""

    lines: int
    first_bad: int | None
    sentence: str

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return self.first_bad is None


@dataclass(frozen=True, slots=True)
class Records:
    """What the other file says of the changes that the log announced.

    `marks`: the line of each change that it holds, with the line's hash. `known`: the newest change it once held.
    """

    marks: Callable[[], Mapping[int, bytes]]
    known: int


def verify(rows: Iterable[Sequence[Any]], witnesses: Iterable[Head], records: Records) -> Finding:
    """Walk the chain: rows in order, each the fields of a `Line`, then the hash before it and its own.

    What the records hold is asked for when the chain is walked, so that they know of each line that was walked.
    """
    previous, expected, count = BEFORE_THE_FIRST, 1, 0
    seen = {head.sequence: head.sha256 for head in witnesses}
    changes: dict[int, bytes] = {}
    for *told, before, sha256 in rows:
        line = Line(*told)
        if line.sequence != expected:
            return Finding(count, expected, f"Line {expected} of the access log is missing.")
        if before != previous or sha256 != seal(previous, line):
            return Finding(count, line.sequence, f"Line {line.sequence} of the access log is not what was written.")
        if seen.pop(line.sequence, sha256.hex()) != sha256.hex():
            return Finding(count, line.sequence, f"Line {line.sequence} is not the one that the witness saw.")
        if line.is_change:
            changes[line.sequence] = sha256
        elif line.takes_back is not None:
            changes.pop(line.takes_back, None)
        previous, expected, count = sha256, expected + 1, count + 1
    if seen:
        sentence = f"The access log ends at line {count}; the witness saw line {max(seen)}. Its end was cut off."
        return Finding(count, count + 1, sentence)
    return _beside_the_records(changes, records, count) or Finding(
        count, None, f"All {count:,} lines of the access log are as they were written."
    )


def _beside_the_records(changes: Mapping[int, bytes], records: Records, count: int) -> Finding | None:
    marks = records.marks()
    for sequence in sorted(changes.keys() - marks.keys()):
        if sequence <= records.known:  # A later one is being made at this moment, or was stopped midway.
            sentence = f"Line {sequence} of the access log tells of a change that the records do not hold."
            return Finding(count, sequence, sentence)
    for sequence in sorted(marks):
        if sequence <= count and changes.get(sequence) != marks[sequence]:
            sentence = f"The records hold a change of line {sequence}, of which the access log tells otherwise."
            return Finding(count, sequence, sentence)
    return None


def write_witness(path: Path, head: Head, key: bytes) -> None:
    """Put the head where it can be compared later; replaced in one step, so there is always a whole one."""
    told = json.dumps(asdict(head), sort_keys=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps({"head": asdict(head), "seal": _mac(told, key)}, indent=2) + "\n")
    beside.replace(path)


def read_witness(path: Path, key: bytes) -> Head | None:
    """The head that a witness holds, None when there is no witness. Raises ValueError when its seal does not fit."""
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text())
        head = Head(**told["head"])
        sound = hmac.compare_digest(told["seal"], _mac(json.dumps(asdict(head), sort_keys=True), key))
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise ValueError("the witness was not written by this home, or was changed")
    return head


def _mac(told: str, key: bytes) -> str:
    witness_key = hmac.digest(key, b"schoolhouse witness of the access log", "sha256")
    return hmac.digest(witness_key, told.encode(), "sha256").hex()


def boot_id() -> str:
    """Which start of the machine this is: it orders lines where the wall clock was changed. Empty where unknown."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
