"""The database of a home: how it is made, and the three ways to hold it.

- `changing(event)`: the one way to write. What happens and the line that says so are one transaction.
- `reading(gate, ...)`: a read-only handle that sees only what its gate declares.
- `counts_only()`: a handle that sees the counts shelf and nothing else.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database as Tables

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage import audit
from appliance.storage.connection import Gate, GatedConnection, PastTheGate, open_writer
from appliance.storage.keys import make_keys, read_data_key
from appliance.storage.migrations import steps
from appliance.storage.sealed_file import key_from

__all__ = ["Database", "DatabaseError", "Event", "IntegrityError", "Reading", "Tables", "only_server"]

_ADD_LINE = """
    INSERT INTO access_log (sequence, at, boot, who, action, subject, reason, students_sha256, previous, sha256)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ALL_LINES = """
    SELECT sequence, at, boot, who, action, subject, reason, students_sha256, previous, sha256
      FROM access_log ORDER BY sequence
"""
DATABASE_FILE = "district.db"
_LEAST_BYTES = 4096
"""One page. SQLite takes a shorter file for a new, empty database and would begin afresh in it."""
DatabaseError = sqlcipher.DatabaseError
IntegrityError = sqlcipher.IntegrityError
COUNTS_GATE = Gate(open_tables=frozenset({"count_table", "count_cell"}))


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the access log: who does what, to which students, and why they may."""

    who: str
    action: Action
    subject: str = ""
    reason: str = ""
    students: tuple[int, ...] = ()


class Reading:
    """A question to the database: named parameters in, rows as dicts out, through a gate."""

    def __init__(self, connection: GatedConnection) -> None:
        self._connection: GatedConnection | None = connection

    def query(self, sql: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """All rows of one SELECT. Raises PastTheGate for a table, view or statement beyond the gate."""
        if self._connection is None:
            raise PastTheGate("this reading has ended")
        return self._connection.query(sql, values or {})

    def end(self) -> None:
        """Let go of the connection: the next viewer gets it, and this handle must not see that viewer's students."""
        self._connection = None

    def one(self, sql: str, values: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The first row, or None."""
        rows = self.query(sql, values)
        return rows[0] if rows else None


@dataclass
class _Pool:
    gate: Gate
    idle: list[GatedConnection] = field(default_factory=list)


class Database:
    """The open database of one home. Threads may share it: each reading has a connection to itself, one writes."""

    def __init__(self, home: Path, *, is_new: bool = False) -> None:
        """Open a home that exists and bring its tables up to date. Raises HomeTrouble with the reason if it cannot.

        `is_new` is for `create` alone: any other database file that is empty has lost what was in it.
        """
        if not home.is_dir():
            raise HomeTrouble(f"There is no home at {home}. Make one with: schoolhouse --home {home} init")
        self.home = home
        self._path = home / DATABASE_FILE
        self._data_key = read_data_key(home)
        if not is_new and self._path.exists() and self._path.stat().st_size < _LEAST_BYTES:
            raise HomeTrouble(f"{self._path} is empty or damaged: what it held is lost. Restore it from a backup.")
        self._writer = open_writer(self._path, self._data_key)
        self._boot = audit.boot_id()
        self._writing = threading.Lock()
        self._pools: dict[int, _Pool] = {}
        self._pools_lock = threading.Lock()
        try:
            steps.apply(Tables(self._writer))
        except BaseException:
            self._writer.close()
            raise

    @classmethod
    def create(cls, home: Path) -> "Database":
        """Make keys and an empty encrypted database in a new home. Refuses a home that already has either."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = home / DATABASE_FILE
        if path.exists():
            raise HomeTrouble(f"{home} already is a home. To start afresh, choose another folder.")
        make_keys(home)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return cls(home, is_new=True)

    @contextmanager
    def changing(self, event: Event) -> Iterator[Tables]:
        """A writable handle inside one transaction that also holds the event: both are kept, or neither."""
        with self._writing:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                self._log(event)
                yield Tables(self._writer)
                self._writer.execute("COMMIT")
            except sqlcipher.OperationalError as error:
                self._roll_back()
                if sentence := _what_hinders(self.home, str(error)):
                    raise HomeTrouble(sentence) from error
                raise
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def record(self, event: Event) -> None:
        """Write an event that changes nothing else (somebody looked). Durable when this returns."""
        with self.changing(event):
            pass

    def _log(self, event: Event) -> None:
        newest = "SELECT sequence, sha256 FROM access_log ORDER BY sequence DESC LIMIT 1"
        last, previous = self._writer.execute(newest).fetchone() or (0, audit.BEFORE_THE_FIRST)
        line = audit.Line(
            sequence=last + 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            boot=self._boot,
            who=event.who,
            action=str(event.action),
            subject=event.subject,
            reason=event.reason,
            students_sha256=audit.students_sha256(event.students),
        )
        row = (*astuple(line), previous, audit.seal(previous, line))
        self._writer.execute(_ADD_LINE, row)
        self._writer.executemany(
            "INSERT INTO access_log_student (student_key, sequence) VALUES (?, ?)",
            [(student, line.sequence) for student in sorted(set(event.students))],
        )

    def log_head(self) -> audit.Head | None:
        """The newest line of the access log, as a witness keeps it; None when nothing was logged yet."""
        with self._writing:
            newest = "SELECT sequence, sha256, at, boot FROM access_log ORDER BY sequence DESC LIMIT 1"
            row = self._writer.execute(newest).fetchone()
        return audit.Head(row[0], row[1].hex(), row[2], row[3]) if row else None

    def write_witness(self, path: Path) -> None:
        """Put the head of the access log into a file, sealed with a key that only this home has.

        A witness that says otherwise than the log is never overwritten: it is the only one who knows. Raises
        HomeTrouble for it.
        """
        head = self.log_head()
        try:
            before = audit.read_witness(path, self._data_key)
            same = before is None or (head is not None and self._is_line(before))
        except ValueError:
            same = False
        if not same:
            raise HomeTrouble(
                f"The access log is not the one that {path} has seen: its end was cut off or written anew, or an older "
                "copy of the database was put back. Look into it with: schoolhouse audit verify. If it is explained, "
                "move that file away, and a new one is begun."
            )
        if head:
            audit.write_witness(path, head, self._data_key)

    def _is_line(self, seen: audit.Head) -> bool:
        with self._writing:
            sql = "SELECT sha256 FROM access_log WHERE sequence = ?"
            row = self._writer.execute(sql, (seen.sequence,)).fetchone()
        return row is not None and row[0].hex() == seen.sha256

    def verify_log(self, witness: Path) -> audit.Finding:
        """Walk the whole access log, and hold it against a witness where there is one."""
        try:
            head = audit.read_witness(witness, self._data_key)
        except ValueError as error:
            return audit.Finding(0, 0, f"{witness} cannot be believed: {error}.")
        with self._writing:
            return audit.verify(self._writer.execute(_ALL_LINES), head)

    @contextmanager
    def reading(self, gate: Gate, fill: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> Iterator[Reading]:
        """A read-only handle behind `gate`, on one consistent snapshot, its scratch tables filled for this request."""
        pool = self._pools.setdefault(id(gate), _Pool(gate))
        with self._pools_lock:
            connection = pool.idle.pop() if pool.idle else None
        connection = connection or GatedConnection(self._path, self._data_key, gate)
        handle = Reading(connection)
        try:
            connection.begin(fill)
            yield handle
            connection.end()
        except BaseException:
            connection.close()
            raise
        finally:
            handle.end()
        with self._pools_lock:
            pool.idle.append(connection)

    @contextmanager
    def counts_only(self) -> Iterator[Reading]:
        """A handle that can read the counts shelf and no other table of the database."""
        with self.reading(COUNTS_GATE) as reading:
            yield reading

    def sealing_key(self, salt: bytes) -> bytes:
        """The key of one sealed file of this home."""
        return key_from(self._data_key, salt)

    def close(self) -> None:
        """Close every connection. The write-ahead log is folded into the database by the last one."""
        with self._pools_lock:
            for pool in self._pools.values():
                for connection in pool.idle:
                    connection.close()
            self._pools.clear()
        self._writer.close()


def refresh_statistics(tables: Tables) -> None:
    """Let the query planner learn how full the tables are, without samples: `sqlite_stat4` would keep names."""
    tables.execute("PRAGMA optimize")
    if tables.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'").fetchone():
        tables.execute("DELETE FROM sqlite_stat4")


def _what_hinders(home: Path, reason: str) -> str:
    if "locked" in reason:
        return f"Another Schoolhouse command is still writing to {home}. Wait until it is done, then try again."
    if "full" in reason or "disk I/O" in reason:
        return (
            f"The disk that holds {home} is full or failing ({reason}). Nothing was changed. Make room, then try again."
        )
    return ""


@contextmanager
def only_server(home: Path) -> Iterator[None]:
    """Hold the home's server lock. Raises HomeTrouble if another server holds it; the system frees it at any end."""
    with os.fdopen(os.open(home / "server.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeTrouble(f"Another Schoolhouse server is already running on {home}. Stop it first.") from error
        yield
