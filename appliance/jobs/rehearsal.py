"""Trying an import out on a copy of the records: whoever reads or writes meanwhile waits for nothing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import HomeTrouble
from appliance.storage.connection import Connection, Encrypted, open_writer
from appliance.storage.database import DATABASE_FILE, Database, Tables
from appliance.storage.keys import read_data_key

_ANY_READ = "SELECT count(*) AS tables FROM count_table"


@contextmanager
def rehearsing(database: Database) -> Iterator[Tables]:
    """A writable copy of the records as they are now, encrypted with the same key, and gone at the end.

    Raises HomeTrouble when the disk has no room for it.
    """
    connection = _open_copy(database)
    try:
        connection.execute("BEGIN")
        yield Tables(connection)
    finally:
        connection.close()


def _open_copy(database: Database) -> Connection:
    folder = Path(tempfile.mkdtemp(prefix=".rehearsal-", dir=database.home))
    try:
        _copy(database, folder)
        connection = open_writer(Encrypted(folder / DATABASE_FILE, read_data_key(database.home)))
        connection.execute("PRAGMA synchronous = OFF")
        return connection
    except OSError as error:
        raise HomeTrouble(
            f"Files are checked on a copy of the records, and it could not be made ({error.strerror}). Make room on "
            f"the disk that holds {database.home}, then try again."
        ) from error
    finally:
        # The open connection needs no names; without them nothing is left behind, however this process ends.
        shutil.rmtree(folder, ignore_errors=True)


def _copy(database: Database, folder: Path) -> None:
    """Copy the file of the records with its log of newest writes.

    As long as somebody reads what the log held, SQLite moves nothing newer from the log into the file, and does not
    begin the log anew; so the file together with the log, copied in this order, is a state that was once committed.
    """
    with database.counts_only() as reading:
        reading.query(_ANY_READ)
        for name in (DATABASE_FILE, f"{DATABASE_FILE}-wal"):
            if (database.home / name).exists():
                shutil.copyfile(database.home / name, folder / name)
                (folder / name).chmod(0o600)
