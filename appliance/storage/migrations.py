"""How the tables came to be: one named step after another, forward only, each a file of SQL in `steps/`.

A step that has shipped is history and stays as it was. The steps that a home still lacks are one transaction together
with their record (sqlite-utils keeps it), so a crash leaves them done or not begun. Never `executescript` here: it
commits. What each column is for, who may see it and how long it is kept stands in `field_catalogue`.
"""

from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations

from appliance.storage.connection import Connection, transaction


def _read(folder: Path, pattern: str, name: str) -> Migrations:
    found = Migrations(name)
    for file in sorted(folder.glob(pattern)):
        found(name=file.stem)(_step(file.read_text()))
    return found


def _step(statements: str) -> Callable[[Tables], None]:
    def run(db: Tables) -> None:
        for statement in statements.split(";\n"):
            if statement.strip():
                db.execute(statement)

    return run


_FOLDER = Path(__file__).parent / "steps"
steps = _read(_FOLDER, "m*.sql", "schoolhouse")
"""The steps of the records, district.db, in their order, which is the order of their names."""
desk_steps = _read(_FOLDER / "desk", "d*.sql", "desk")
"""The steps of the desk, desk.db."""


def catch_up(connection: Connection, path: Path, to: Migrations, first: Callable[[], None] = lambda: None) -> None:
    """Take the steps that are not taken yet, all in one transaction, after what has to be done `first`."""
    tables = Tables(connection)
    if to.pending(tables):
        with transaction(connection, path):
            if to.pending(tables):  # Somebody else may have opened the home, and taken them, while we waited.
                first()
                to.apply(tables)
