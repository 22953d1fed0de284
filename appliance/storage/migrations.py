"""How the tables came to be: one named step after another, forward only, each a file of SQL in `steps/`.

A step that has shipped is history and stays as it was. Each step is one transaction together with its own record
(sqlite-utils keeps both), so a crash leaves the step done or not begun. Never `executescript` here: it commits.
What each column is for, who may see it and how long it is kept stands in `field_catalogue`.
"""

from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database as Tables
from sqlite_utils.migrations import Migrations


def _read(folder: Path) -> Migrations:
    found = Migrations("schoolhouse")
    for file in sorted(folder.glob("m*.sql")):
        found(name=file.stem)(_step(file.read_text()))
    return found


def _step(statements: str) -> Callable[[Tables], None]:
    def run(db: Tables) -> None:
        for statement in statements.split(";\n"):
            if statement.strip():
                db.execute(statement)

    return run


steps = _read(Path(__file__).parent / "steps")
"""All steps in their order, which is the order of their names."""
