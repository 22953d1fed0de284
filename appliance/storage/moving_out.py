"""How a home of one file becomes a home of two: the people who look, and their log, move to a file of their own.

The new file is written whole, compared row by row, and put in place in one step, all before the old tables are dropped
(step m011) and while nobody else can write. A crash leaves the old tables as they were, and the next opening begins
again.
"""

import os
from itertools import zip_longest
from pathlib import Path

from sqlite_utils import Database as Tables

from appliance.errors import HomeTrouble
from appliance.storage.connection import Connection, Encrypted, open_writer, transaction
from appliance.storage.migrations import desk_steps

_MOVES = {
    "account": "account_key username password_hash role staff_key display_name is_disabled failures not_before",
    "web_session": "token_hash account_key csrf_token begun_at seen_at",
    "access_log": "sequence at boot who action subject reason students_sha256 previous sha256",
    "access_log_student": "student_key sequence",
}
"""What moves: each table with its columns, parents first."""
_PARTED = "m011_people_who_look_move_out"
_ROWS_AT_ONCE = 5000


def move_out(records: Connection, desk: Encrypted) -> None:
    """Put the desk in place, inside the transaction that will drop the old tables; a new home gets an empty one.

    Raises HomeTrouble when the records are a copy from before the move, put back beside a desk that knows more.
    """
    if _has(records, "_sqlite_migrations") and _is_parted(records):
        return
    moves = _has(records, "access_log")
    if desk.path.exists() and not _is_part_of(records if moves else None, desk):
        raise HomeTrouble(
            f"The records beside {desk.path} are from before it was made, and it knows more than they do: an older "
            "copy was put back. Put the newest copy back, or move that file away to begin again from the older one."
        )
    part = Encrypted(desk.path.with_suffix(".part"), desk.key)
    _remove(part.path)
    part.make()
    writer = open_writer(part)
    try:
        with transaction(writer, part.path):
            desk_steps.apply(Tables(writer), stop_before=_later_steps())
            for table, columns in _MOVES.items() if moves else ():
                _copy(records, writer, table, columns.split())
        # Folded in, so that the file alone is the whole of it.
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        writer.close()
    _put_in_place(part.path, desk.path)


def _later_steps() -> list[str]:
    """All but the first, which has the old tables' shape. What later steps do, they do to the rows that moved, too."""
    return [step.name for step in desk_steps.pending(Tables(memory=True))][1:]


def _has(connection: Connection, table: str) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is not None


def _is_parted(records: Connection) -> bool:
    return records.execute("SELECT 1 FROM _sqlite_migrations WHERE name = ?", (_PARTED,)).fetchone() is not None


def _is_part_of(records: Connection | None, desk: Encrypted) -> bool:
    """Whether all that a desk's log says stands in the old log too: it was left by a move that did not end."""
    found = open_writer(desk)
    try:
        newest = "SELECT sequence, sha256 FROM access_log ORDER BY sequence DESC LIMIT 1"
        line = found.execute(newest).fetchone() if _has(found, "access_log") else None
    finally:
        found.close()
    if line is None or records is None:
        return line is None
    return records.execute("SELECT 1 FROM access_log WHERE sequence = ? AND sha256 = ?", line).fetchone() is not None


def _copy(records: Connection, desk: Connection, table: str, columns: list[str]) -> None:
    names, places = ", ".join(columns), ", ".join("?" * len(columns))
    old = records.execute(f"SELECT {names} FROM {table} ORDER BY 1, 2")  # noqa: S608 our own names
    while rows := old.fetchmany(_ROWS_AT_ONCE):
        desk.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 our own names
    sides = (side.execute(f"SELECT {names} FROM {table} ORDER BY 1, 2") for side in (records, desk))  # noqa: S608
    if any(before != after for before, after in zip_longest(*sides)):
        raise HomeTrouble(
            f"The rows of {table} did not arrive whole in their new file. Nothing was changed; try again."
        )


def _put_in_place(part: Path, final: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    _remove(final)
    part.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove(path: Path) -> None:
    """Take away a database file and what belongs to it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
