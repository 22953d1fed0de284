"""The database of a home, two encrypted files: the records, `district.db`, and the desk, `desk.db`. How it is held:

- `changing(event)`: the one way to change the records. The log at the desk says it first; the records mark it.
- `record(event)`: somebody looked. Waits for no import.
- `desk.changing(event)`: the one way to change what is kept about the people who look, as their accounts.
- `reading(gate, ...)`: a read-only handle that sees only what its gate declares.
- `counts_only()`: a handle that sees the counts shelf and nothing else.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database as Tables

from appliance.errors import HomeTrouble, Sentence
from appliance.storage import audit
from appliance.storage.connection import Encrypted, Gate, GatedConnection, PastTheGate, open_writer, transaction
from appliance.storage.desk import DESK_FILE, GIVEN_UP, STOPPED_MIDWAY, Desk, Entry, Event
from appliance.storage.keys import desk_key, make_keys, read_data_key
from appliance.storage.migrations import catch_up, steps
from appliance.storage.moving_out import move_out
from appliance.storage.sealed_file import key_from

__all__ = ["Database", "DatabaseError", "Event", "IntegrityError", "Reading", "Tables", "only_server"]

DATABASE_FILE = "district.db"
_SHORTEST_MOMENT, _LONGEST_MOMENT = 0.001, 0.02
DatabaseError = sqlcipher.DatabaseError
IntegrityError = sqlcipher.IntegrityError
COUNTS_GATE = Gate(open_tables=frozenset({"count_table", "count_cell", "count_turnover"}))
_CHAIN = Gate(
    views={
        "chain": """SELECT sequence, at, boot, who, action, subject, reason, students_sha256, is_change, takes_back,
                previous, sha256 FROM {desk}.access_log""",
        "known": "SELECT sequence FROM {desk}.newest_change",
        "mark": "SELECT sequence, sha256 FROM {vault}.carried_out",
    }
)
"""The log as a chain, and what the records say of it. No student stands in either."""
_NEXT_LINES = "SELECT * FROM chain WHERE sequence > :after ORDER BY sequence LIMIT :most"
_LINES_AT_ONCE = 10_000
_NEWEST_MARK = "SELECT sequence, sha256 FROM carried_out ORDER BY sequence DESC LIMIT 1"


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

    def __init__(self, home: Path, *, is_new: bool = False, accepting: Event | None = None) -> None:
        """Open a home that exists and bring its tables up to date. Raises HomeTrouble with the reason if it cannot.

        `is_new` is for `create` alone: any other file that is empty has lost what was in it. `accepting` is somebody's
        word that one of the two files is an older copy, and that what came after it is lost.
        """
        if not home.is_dir():
            raise HomeTrouble(f"There is no home at {home}. Make one with: schoolhouse --home {home} init")
        self.home = home
        self._data_key = read_data_key(home)
        self._records = Encrypted(home / DATABASE_FILE, self._data_key)
        self._at_desk = Encrypted(home / DESK_FILE, desk_key(self._data_key))
        for file in (self._records, self._at_desk):
            if not is_new and file.is_too_short:
                raise HomeTrouble(f"{file.path} is empty or damaged: what it held is lost. Restore it from a backup.")
        self._writer = open_writer(self._records)
        self._writing = threading.Lock()
        self._pools: dict[int, _Pool] = {}
        self._pools_lock = threading.Lock()
        self._readers = 0
        try:
            catch_up(self._writer, self._records.path, steps, lambda: move_out(self._writer, self._at_desk))
            self.desk = Desk(self._at_desk)
        except BaseException:
            self._writer.close()
            raise
        try:
            self._hold_side_by_side(accepting)
            self._settle_if_nobody_writes()
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, home: Path) -> "Database":
        """Make keys and an empty encrypted database in a new home. Refuses a home that already has either."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (home / DATABASE_FILE).exists():
            raise HomeTrouble(f"{home} already is a home. To start afresh, choose another folder.")
        Encrypted(home / DATABASE_FILE, make_keys(home)).make()
        return cls(home, is_new=True)

    @contextmanager
    def changing(self, event: Event, patience_seconds: float = 30) -> Iterator[Tables]:
        """A writable handle to the records, inside one transaction: all of the change is kept, or nothing.

        The event stands in the log, durably, before anything is changed; the change marks that it was carried out. If
        nothing comes of it, the next line of the log says so. What lies in the desk's in-tray comes in with it. Raises
        HomeTrouble when somebody else writes for longer than `patience_seconds`.
        """
        entry: Entry | None = None
        taken_in: list[int] = []
        with self._turn(patience_seconds):
            try:
                with transaction(self._writer, self._records.path, patience_seconds):
                    self._settle()
                    entry = self.desk.announce(event)
                    taken_in = self.desk.take_in(self._writer)
                    yield Tables(self._writer)
                    self._writer.execute("INSERT INTO carried_out VALUES (?, ?)", (entry.sequence, entry.sha256))
            except BaseException:
                if entry:
                    self._take_back(entry)
                raise
            with suppress(HomeTrouble):
                self.desk.note_carried_out(entry.sequence, taken_in)

    def _take_back(self, entry: Entry) -> None:
        # When there is no room for that line either, whoever changes something next, or opens the home, writes it.
        with suppress(HomeTrouble):
            self.desk.take_back(entry.sequence, GIVEN_UP)

    @contextmanager
    def _turn(self, patience_seconds: float) -> Iterator[None]:
        if not self._writing.acquire(timeout=patience_seconds):
            raise HomeTrouble(
                Sentence("Files are being loaded, or something else is being written. Try again in a few minutes.")
            )
        try:
            yield
        finally:
            self._writing.release()

    def record(self, event: Event, also: Callable[[Tables], None] | None = None) -> int:
        """Write an event that changes no record (somebody looked), and what `also` writes to the desk with it.

        Returns the number of its line. Durable when this returns; waits for no import. Raises HomeTrouble when it
        cannot be written.
        """
        return self.desk.record(event, also).sequence

    def _settle(self) -> None:
        """Say of each change that was begun what became of it. Only while nobody else can be changing anything."""
        for sequence in self.desk.unsettled(after=self.desk.newest_carried_out()):
            if self._writer.execute("SELECT 1 FROM carried_out WHERE sequence = ?", (sequence,)).fetchone():
                self.desk.note_carried_out(sequence)
            else:
                self.desk.take_back(sequence, STOPPED_MIDWAY)

    def _settle_if_nobody_writes(self) -> None:
        if self.desk.unsettled(after=self.desk.newest_carried_out()):
            with suppress(HomeTrouble), transaction(self._writer, self._records.path, patience_seconds=0):
                self._settle()

    def _hold_side_by_side(self, accepting: Event | None) -> None:
        """Notice that one of the two files is an older copy. Raises HomeTrouble, unless somebody accepts it."""
        known = self.desk.newest_carried_out()  # Read first: the records then hold this change, and may hold more.
        newest, sha256 = self._writer.execute(_NEWEST_MARK).fetchone() or (0, b"")
        if newest < known:
            lost = f"{self._records.path} is an older copy: the access log tells of changes up to line {known}, and it"
            lost += f" holds them up to line {newest}."
        elif newest and not self.desk.holds(newest, sha256):
            lost = f"{self._at_desk.path} is an older copy, or its end was cut off: {self._records.path.name} holds a"
            lost += f" change of line {newest}, which the access log does not tell."
        else:
            return
        if accepting is None:
            raise HomeTrouble(
                f"{lost} Put the newest copies of both files back. If what came after is lost, say so with: "
                f"schoolhouse --home {self.home} audit accept-loss --reason WHY"
            )
        with transaction(self._writer, self._records.path):
            for sequence, mark in self._writer.execute("SELECT sequence, sha256 FROM carried_out").fetchall():
                if not self.desk.holds(sequence, mark):
                    self._writer.execute("DELETE FROM carried_out WHERE sequence = ?", (sequence,))
            (newest,) = self._writer.execute("SELECT coalesce(max(sequence), 0) FROM carried_out").fetchone()
            self.desk.accept_loss(accepting, lost, after=newest)

    def log_head(self) -> audit.Head | None:
        """The newest line of the access log, as a witness keeps it; None when nothing was logged yet."""
        return self.desk.head()

    def write_witness(self, path: Path) -> None:
        """Put the head of the access log into a file, sealed with a key that only this home has.

        A witness that says otherwise than the log is never overwritten: it is the only one who knows. Raises
        HomeTrouble for it.
        """
        head = self.log_head()
        try:
            before = audit.read_witness(path, self._data_key)
            same = before is None or self.desk.holds(before.sequence, bytes.fromhex(before.sha256))
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

    def verify_log(self, *witnesses: Path) -> audit.Finding:
        """Walk the whole access log; hold it against the records, and against those witnesses that are there."""
        heads = []
        for witness in witnesses:
            try:
                heads.append(audit.read_witness(witness, self._data_key))
            except ValueError as error:
                return audit.Finding(0, 0, f"{witness} cannot be believed: {error}.")
        with self.reading(_CHAIN) as reading:
            known = reading.one("SELECT sequence FROM known")
            records = audit.Records(lambda: _marks(reading), known["sequence"] if known else 0)
            return audit.verify(_chain(reading), filter(None, heads), records)

    @contextmanager
    def reading(self, gate: Gate, fill: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> Iterator[Reading]:
        """A read-only handle behind `gate`, on one consistent snapshot, its scratch tables filled for this request."""
        with self._pools_lock:
            self._readers += 1
        try:
            with self._lent(gate, fill) as handle:
                yield handle
        finally:
            with self._pools_lock:
                self._readers -= 1

    def give_way(self) -> None:
        """Let those who read at this moment come to their end first: for long work, between two small pieces of it.

        Only one thread runs Python at a time, and a page would wait for an import again and again. A moment at most.
        """
        until = time.monotonic() + _LONGEST_MOMENT
        while self._readers and time.monotonic() < until:
            time.sleep(_SHORTEST_MOMENT)

    @contextmanager
    def _lent(self, gate: Gate, fill: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Reading]:
        pool = self._pools.setdefault(id(gate), _Pool(gate))
        with self._pools_lock:
            connection = pool.idle.pop() if pool.idle else None
        connection = connection or GatedConnection(self._records, self._at_desk, gate)
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
        """Close every connection. The write-ahead logs are folded into the files by the last one."""
        with self._pools_lock:
            for pool in self._pools.values():
                for connection in pool.idle:
                    connection.close()
            self._pools.clear()
        self.desk.close()
        self._writer.close()


def _chain(reading: Reading) -> Iterator[tuple[Any, ...]]:
    after = 0
    while rows := reading.query(_NEXT_LINES, {"after": after, "most": _LINES_AT_ONCE}):
        yield from (tuple(row.values()) for row in rows)
        after = rows[-1]["sequence"]


def _marks(reading: Reading) -> dict[int, bytes]:
    return {row["sequence"]: row["sha256"] for row in reading.query("SELECT sequence, sha256 FROM mark")}


def refresh_statistics(tables: Tables) -> None:
    """Let the query planner learn how full the tables are, without samples: `sqlite_stat4` would keep names."""
    tables.execute("PRAGMA optimize")
    if tables.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'").fetchone():
        tables.execute("DELETE FROM sqlite_stat4")


@contextmanager
def only_server(home: Path) -> Iterator[None]:
    """Hold the home's server lock. Raises HomeTrouble if another server holds it; the system frees it at any end."""
    with os.fdopen(os.open(home / "server.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeTrouble(f"Another Schoolhouse server is already running on {home}. Stop it first.") from error
        yield
