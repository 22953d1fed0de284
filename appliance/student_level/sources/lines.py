"""The lines of a text file as bytes: their hashes as they go by, and single ones read again."""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from appliance.student_level.sources.archive import SourceFile

HASH_BYTES = 8
_STEP = 1 << 20
_LONGEST = 1 << 20
"""Bytes. A file with a longer line has no hashes."""
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]


class LineHashes:
    """A keyed hash of each line, of 64 bits: without the key they say nothing of the lines."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hashlib.blake2b(digest_size=HASH_BYTES, key=key)
        self._rest: bytes | None = b""
        self._found = bytearray()

    def take(self, block: bytes) -> None:
        """The next bytes of the file."""
        if self._rest is not None:
            lines = (self._rest + block).split(b"\n")
            self._rest = lines.pop()
            self._found += self._hashes(lines)
            if len(self._rest) > _LONGEST:
                self._rest = None

    def _hashes(self, lines: list[bytes]) -> bytes:
        copy, found = self._keyed.copy, []  # Millions of lines pass here: each step is weighed.
        for line in lines:
            hashed = copy()
            hashed.update(line)
            found.append(hashed.digest())
        return b"".join(found)

    def end(self) -> Hashes:
        """Those of all lines, the header's first; none if a line was too long."""
        if self._rest is None:
            return np.empty(0, np.uint64)
        self._found += self._hashes([self._rest] if self._rest else [])
        return np.frombuffer(self._found, np.uint64)


def lines_at(file: SourceFile, places: np.ndarray[Any, np.dtype[np.integer[Any]]]) -> Iterator[bytes]:
    """The lines at these places, counted from 0 and in rising order, without their ends."""
    first, wanted, rest = 0, 0, b""
    with file.open() as stream:
        while wanted < len(places):
            block = stream.read(_STEP)
            whole = rest + block
            lines = whole.split(b"\n")
            rest = lines.pop() if block else b""
            ahead = int(np.searchsorted(places, first + len(lines)))
            for place in places[wanted:ahead]:
                yield lines[int(place) - first]
            first, wanted = first + len(lines), ahead
            if not block:
                return
