"""Records into one table: those that are new are added, those that differ are changed, the others cost no write."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from appliance.student_level.staging.report import EntityCount
from appliance.student_level.staging.tally import Tally

ORIGIN = ("file_key", "file_row")
"""Columns that say from which row of which file a record came. Another origin alone is no change of a record."""
BETWEEN_RESTS = 10_000
"""Records after which the notes for taking the batch back are written down."""


class Upsert:
    """The records of one file on their way into one table.

    `key` and `columns` are names, separated by commas. Where `ORIGIN` is among them, a record keeps the origin of the
    row that made it what it is. Into a table that was empty, of two records with one key the first goes.
    """

    def __init__(
        self,
        connection: Any,
        table: str,
        key: str,
        columns: str,
        *,
        adds_only: bool,
        tally: Tally | None,
        rest: Callable[[], None],
        only: str = "",
    ) -> None:
        """`only`: a condition on the rows that may be changed."""
        self._connection, self._table, self._tally, self._rest = connection, table, tally, rest
        self._names = [*names_in(key), *names_in(columns)]
        self.was_empty = is_empty(connection, table)
        self._before = 0 if self.was_empty else rows_in(connection, table)
        adds_only = adds_only or self.was_empty
        self._sql = _statement(table, names_in(key), names_in(columns), adds_only=adds_only, only=only)
        self._is_told = tally is not None and tally.takes(table)
        self._passed = self._moved = self._since_rest = 0

    def put(self, records: Sequence[Sequence[Any]]) -> int:
        """Write records; how many of them made a difference."""
        before = self._connection.total_changes
        self._connection.executemany(self._sql, records)
        moved = int(self._connection.total_changes - before)
        self._moved += moved
        return moved

    def passed(self, records: Sequence[Sequence[Any]]) -> None:
        """Count records that were put."""
        self._passed += len(records)
        if self._is_told and self._tally:
            self._tally.take(self._table, self._names, records)
        self._since_rest += len(records)
        if self._since_rest >= BETWEEN_RESTS:
            self._since_rest = 0
            self._rest()

    def end(self, count: EntityCount) -> EntityCount:
        """Add what was done to the count of an entity."""
        added = self._moved if self.was_empty else rows_in(self._connection, self._table) - self._before
        changed = self._moved - added
        count.added += added
        count.changed += changed
        count.unchanged += self._passed - added - changed
        return count


def _statement(table: str, key: Collection[str], columns: Collection[str], *, adds_only: bool, only: str) -> str:
    names = [*key, *columns]
    marks = ", ".join("?" * len(names))
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns)
    differs = " OR ".join(f"{table}.{name} IS NOT excluded.{name}" for name in columns if name not in ORIGIN)
    where = f"({differs}) AND {only}" if only else differs
    update = f"DO UPDATE SET {sets} WHERE {where}" if sets and not adds_only else "DO NOTHING"
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) {update}"  # noqa: S608 our own names


def is_empty(connection: Any, table: str) -> bool:
    """Whether a table has no row."""
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None  # noqa: S608 our own names


def rows_in(connection: Any, table: str) -> int:
    """How many rows a table has."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 our own names


def names_in(listed: str) -> list[str]:
    """The names in a list separated by commas."""
    return [name.strip() for name in listed.split(",") if name.strip()]
