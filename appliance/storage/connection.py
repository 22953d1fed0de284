"""How a connection is opened: one way to write, and one way to read through a gate. And how a change is kept whole.

Every connection of the house is made here, because the dangerous settings are the ones somebody forgets: a missing key
makes a silent plaintext file, a deny list of pragmas is bypassed by the next alias, `synchronous=NORMAL` loses
acknowledged batches at a power cut (all measured).
"""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlcipher3 import dbapi2 as sqlcipher

from appliance.errors import DiskFull, HomeTrouble
from appliance.storage.ballast import throw_off

PLAINTEXT_HEADER = b"SQLite format 3\x00"
_LEAST_BYTES = 4096
"""One page: the least that a file which was ever written to holds."""
_WRITTEN_AHEAD_BYTES = 64 * 1024 * 1024
Connection = Any
"""sqlcipher3 has no type stubs."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """An encrypted file and its key: 32 bytes, used as they are."""

    path: Path
    key: bytes = field(repr=False)

    @property
    def is_too_short(self) -> bool:
        """Whether the file is there but has lost what it held. SQLite would take it for a new, empty database."""
        return self.path.exists() and self.path.stat().st_size < _LEAST_BYTES

    def make(self) -> None:
        """Make the file, empty, for its owner alone. Raises FileExistsError when there is one."""
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def open_writer(file: Encrypted) -> Connection:
    """The one kind of connection that may change a file. Raises HomeTrouble if its key cannot read it."""
    path = file.path
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    try:
        connection = sqlcipher.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    except sqlcipher.DatabaseError as error:
        raise HomeTrouble(_why_not(path, error)) from None
    try:
        # What is wrong is said once, in our own words; the driver would write its own lines to stderr as well.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{file.key.hex()}'\"")
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")
        # A large import leaves no large file behind: what it wrote ahead is cut to this size when it is folded in.
        connection.execute(f"PRAGMA journal_size_limit = {_WRITTEN_AHEAD_BYTES}")
        # Without it INSERT OR REPLACE would pass the triggers that keep the access log.
        connection.execute("PRAGMA recursive_triggers = ON")
        # Sorting and temporary tables hold plaintext, so they stay in memory whatever the build's default is.
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlcipher.DatabaseError as error:
        connection.close()
        trouble = _what_hinders(path, error)
        if isinstance(trouble, DiskFull) and throw_off(path.parent):
            return open_writer(file)
        raise trouble or HomeTrouble(_why_not(path, error)) from None
    return connection


def _why_not(path: Path, error: Exception) -> str:
    if not path.exists():
        return f"{path} is missing. Restore it from a backup."
    try:
        with path.open("rb") as file:
            if file.read(16) == PLAINTEXT_HEADER:
                return f"{path} is not encrypted, so Schoolhouse did not make it. It was left as it is."
    except PermissionError:
        return f"You may not read {path}. Run as the user that owns the home."
    # The text of a driver error about keys can hold the key, so only its kind is passed on.
    return f"{path} cannot be read with this home's key ({type(error).__name__}): damaged, or of another home."


@contextmanager
def transaction(connection: Connection, path: Path, patience_seconds: float = 30) -> Iterator[None]:
    """All that is written inside is kept, or nothing is. Waits its turn for so long.

    Raises HomeTrouble, with nothing changed, when another process writes for longer, or the disk takes no more.
    """
    try:
        connection.execute(f"PRAGMA busy_timeout = {round(patience_seconds * 1000)}")
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        trouble = _what_hinders(path, error)
        if isinstance(trouble or error, DiskFull):
            _give_room_back(connection, path)
        if trouble:
            raise trouble from error
        raise


def _give_room_back(connection: Connection, path: Path) -> None:
    """Cut off what a change that did not fit wrote ahead: others need the room, first of all the access log."""
    throw_off(path.parent)
    with suppress(sqlcipher.DatabaseError):
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _what_hinders(path: Path, error: BaseException) -> HomeTrouble | None:
    """What a person can mend of what the driver met, as a sentence."""
    reason = str(error) if isinstance(error, sqlcipher.OperationalError) else ""
    if "locked" in reason:
        return HomeTrouble(
            f"Another Schoolhouse command is still writing to {path.parent}. Wait until it is done, then try again."
        )
    if "readonly" in reason:
        return HomeTrouble(
            f"{path} cannot be written to ({reason}). Nothing was changed. See whose the file is, then try again."
        )
    if "full" in reason or "disk I/O" in reason:
        return DiskFull(
            f"The disk that holds {path} is full or failing ({reason}). Nothing was changed. Make room, then try again."
        )
    return None


class PastTheGate(Exception):
    """A reading connection was handed SQL that its gate does not let through, or that is wrong. A fault of ours."""


@dataclass(frozen=True)
class Gate:
    """What a reading connection may see.

    `open_tables` of the records, and `open_desk_tables` of the desk, may be read freely. Everything else can be read
    only through `views`: name -> SELECT, in which `{vault}` stands for the records, `{desk}` for the desk, and `{gate}`
    for the prefix of the gate's own inner views. `inner` are views that only other views may read. `scratch` are the
    CREATE statements of temporary tables; who fills them for a request is said by `GatedConnection.begin`.
    """

    open_tables: frozenset[str] = frozenset()
    views: Mapping[str, str] = field(default_factory=dict)
    inner: Mapping[str, str] = field(default_factory=dict)
    scratch: tuple[str, ...] = ()
    open_desk_tables: frozenset[str] = frozenset()
    cache_kib: int = 16384
    """How much of the records a connection keeps in memory: little for what is read once."""

    @property
    def reads_desk(self) -> bool:
        """Whether the desk is there at all behind this gate."""
        return bool(self.open_desk_tables) or any(
            "{desk}" in select for select in (*self.views.values(), *self.inner.values())
        )


_FUNCTIONS = frozenset(
    "abs avg cast ceil coalesce concat concat_ws count cume_dist date datetime dense_rank exp first_value floor format "
    "glob group_concat hex ifnull iif instr json json_array json_each json_extract json_group_array json_group_object "
    "json_object julianday lag last_value lead length like lower ltrim max min nth_value ntile nullif percent_rank "
    "printf rank replace round row_number rtrim sign sqrt strftime string_agg substr substring sum time total trim "
    "typeof unicode unixepoch upper".split()
)
_FREE_FORMS = frozenset({"json_each", "json_tree"})
_ANSWERS = (sqlcipher.SQLITE_SELECT, sqlcipher.SQLITE_RECURSIVE)


class GatedConnection:
    """A connection that can read what its gate lets through, and nothing else, whatever SQL it is handed.

    The records are attached, read-only, under a name that is drawn at random, and so is the desk if the gate reads it;
    the base tables may be read only by views whose names begin with another random word. SQL that does not know these
    words cannot name a table past the gate, nor pass a common table expression off as one of the gate's views. CREATE,
    ATTACH, PRAGMA, EXPLAIN and every write are refused.
    """

    def __init__(self, records: Encrypted, desk: Encrypted, gate: Gate) -> None:
        self._gate = gate
        self._vault = f"vault_{secrets.token_hex(16)}"
        self._desk = f"desk_{secrets.token_hex(16)}"
        self._prefix = f"gate_{secrets.token_hex(16)}_"
        self._filling = False
        self._connection = sqlcipher.connect(":memory:", uri=True, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._attach(records, self._vault, gate.cache_kib)
        if gate.reads_desk:
            self._attach(desk, self._desk, 4096)
        self._declare()
        self._connection.set_authorizer(self._authorize)

    def _attach(self, file: Encrypted, name: str, cache_kib: int) -> None:
        try:
            address = f"file:{quote(str(file.path.absolute()))}?mode=ro"
            self._connection.execute(f"ATTACH ? AS {name} KEY ?", (address, f"x'{file.key.hex()}'"))
            self._connection.execute(f"PRAGMA {name}.cache_size = -{cache_kib}")
            self._connection.execute(f"SELECT count(*) FROM {name}.sqlite_schema").fetchone()
        except sqlcipher.DatabaseError as error:
            self._connection.close()
            raise HomeTrouble(_why_not(file.path, error)) from None

    def _declare(self) -> None:
        for statement in self._gate.scratch:
            self._connection.execute(statement)
        words = {"vault": self._vault, "desk": self._desk, "gate": self._prefix}
        for name, select in self._gate.inner.items():
            self._connection.execute(f"CREATE TEMP VIEW {self._prefix}{name} AS {select.format(**words)}")
        for name, select in self._gate.views.items():
            # Two layers: the inner one, with the unguessable name, is the only reader of base tables.
            self._connection.execute(f"CREATE TEMP VIEW {self._prefix}{name} AS {select.format(**words)}")
            self._connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {self._prefix}{name}")

    def _authorize(self, action: int, first: str, second: str, schema: str | None, accessor: str | None) -> int:
        if self._filling or action in _ANSWERS:
            return int(sqlcipher.SQLITE_OK)
        if action == sqlcipher.SQLITE_FUNCTION:
            return int(sqlcipher.SQLITE_OK if (second or "").lower() in _FUNCTIONS else sqlcipher.SQLITE_DENY)
        if action == sqlcipher.SQLITE_READ and self._readable(first, second, schema, accessor or ""):
            return int(sqlcipher.SQLITE_OK)
        return int(sqlcipher.SQLITE_DENY)

    def _readable(self, table: str, column: str, schema: str | None, accessor: str) -> bool:
        by_gate = accessor.startswith(self._prefix)
        if schema == self._vault:
            # A read of no column is how SQLite reports count(*): only the gate's views can have named the vault.
            return by_gate or column == "" or table in self._gate.open_tables
        if schema == self._desk:
            return by_gate or column == "" or table in self._gate.open_desk_tables
        if schema == "temp":
            return by_gate or column == "" or table in self._gate.views or table.startswith(self._prefix)
        is_open = table in self._gate.open_tables or table in self._gate.open_desk_tables
        return (is_open and column == "") or table in _FREE_FORMS

    def begin(self, fill: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Begin one consistent view of the database, and set the scratch tables for this request."""
        self._filling = True
        try:
            self._connection.execute("BEGIN")
            for sql, values in fill:
                # The random word keeps these statements out of reach of SQL that hopes to reuse a prepared one.
                self._connection.execute(
                    f"/* {self._prefix} */ {sql.format(vault=self._vault, desk=self._desk)}", values
                )
        finally:
            self._filling = False

    def end(self) -> None:
        """End the view that `begin` began."""
        self._filling = True
        try:
            self._connection.execute("COMMIT")
        finally:
            self._filling = False

    def query(self, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of one SELECT (or WITH) statement. Raises PastTheGate for anything else, and past the gate."""
        if not sql.lstrip().lower().startswith(("select", "with")):
            raise PastTheGate("a reading connection answers SELECT and WITH only")
        try:
            cursor = self._connection.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        except (sqlcipher.Error, sqlcipher.Warning, ValueError) as error:
            # The driver's sentence names the files by their random words, so these are taken out before it travels.
            sentence = str(error).replace(self._vault, "vault").replace(self._desk, "desk")
            raise PastTheGate(sentence.replace(self._prefix, "gate_")) from None

    def close(self) -> None:
        """Close the connection; its temporary tables go with it."""
        self._connection.close()
