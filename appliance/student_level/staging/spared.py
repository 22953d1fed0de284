"""Records that a file names in rows that were refused. Such a row is wrong, and yet its record has not vanished."""

from collections.abc import Mapping
from typing import Any

_MOST = 20_000
_FIELDS = ("source_id", "section", "user", "student", "day")
"""What names a record, in the layouts of files that end what they do not hold."""


class Spared:
    """What could be read of one file's refused rows. From 20,000 such rows on it is a broken export: nothing ends."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []

    def clear(self) -> None:
        """Begin the next file."""
        self._rows.clear()

    def note(self, refused: Mapping[str, Any]) -> None:
        """Take a refused row into account, by field."""
        if not self.all:
            self._rows.append({field: refused[field] for field in _FIELDS if refused.get(field) is not None})

    @property
    def all(self) -> bool:
        """Whether nothing may end by this file."""
        return len(self._rows) >= _MOST

    def texts(self, field: str) -> set[str]:
        """What stands in a field of the rows in which it could be read."""
        return {row[field] for row in self._rows if field in row}

    def keys(self, **known: Mapping[str, int] | None) -> set[tuple[int, ...]]:
        """The records of rows in which these fields could be read, as our keys; days, which need none, with None."""
        found = (tuple(_key(row.get(field), names) for field, names in known.items()) for row in self._rows)
        return {keys for keys in found if None not in keys}  # type: ignore[misc]  # None was taken out


def _key(value: Any, known: Mapping[str, int] | None) -> int | None:
    if known is None or value is None:
        return value  # type: ignore[no-any-return]  # a day, or nothing
    return known.get(value)
