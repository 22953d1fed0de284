"""The lines of a text file as bytes: their hashes as they go by, and single ones read again."""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np
import xxhash

from appliance.student_level.sources.archive import SourceFile

HASHED_WITH = "xxh3_64"
"""Told with what is remembered: hashes of another kind are never held against these."""
_STEP = 1 << 20
_LONGEST = 1 << 20
"""Bytes. A file with a longer line has no hashes."""
Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]


class LineHashes:
    """A hash of each line, of 64 bits, seeded with the home's key.

    It is fast and not cryptographic: it tells lines apart, and hides nothing. That is enough, because the hashes are
    kept only inside the encrypted database, beside the very records that the lines became. They must never leave it.
    """

    def __init__(self, key: bytes) -> None:
        """`key`: its first eight bytes are the seed."""
        self._seed = int.from_bytes(key[:8], "big")
        self._rest: bytes | None = b""
        self._found = bytearray()

    def take(self, block: bytes) -> None:
        """The next bytes of the file."""
        if self._rest is not None:
            lines = (self._rest + block).split(b"\n")
            self._rest = lines.pop()
            self._add(lines)
            if len(self._rest) > _LONGEST:
                self._rest = None

    def _add(self, lines: list[bytes]) -> None:
        hashes = map(xxhash.xxh3_64_intdigest, lines, repeat(self._seed))  # Millions pass here: no step in Python.
        self._found += np.fromiter(hashes, np.uint64, len(lines)).tobytes()

    def end(self) -> Hashes:
        """Those of all lines, the header's first; none if a line was too long."""
        if self._rest is None:
            return np.empty(0, np.uint64)
        self._add([self._rest] if self._rest else [])
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
