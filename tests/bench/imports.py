"""An import, end to end, beside inserting the same rows as ready tuples into the same kind of encrypted database."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.actions import Action
from appliance.jobs.import_files import import_files
from appliance.storage.database import Database, Event, Tables
from appliance.student_level.staging.journal import LOADED

TABLES = LOADED[: LOADED.index("identity") + 1]
"""What an import fills, in an order that foreign keys accept; not what it remembers of people who are in doubt."""


@dataclass(frozen=True)
class ImportTimes:
    """Medians over the runs. `rows` are rows of the files; `ratio` is import time to ready-tuple time, pair by pair."""

    name: str
    rows: int
    rows_per_second: float
    again_rows_per_second: float
    ratio: float


def measure(name: str, files: Sequence[Path], folder: Path, runs: int) -> ImportTimes:
    """Import, import the same again, and insert ready tuples, in turn, so many times."""
    seconds, again, ratios, rows = [], [], [], 0
    for run in range(runs):
        first = Database.create(folder / f"{name}-{run}-import".replace(" ", "-"))
        begun = time.process_time()
        report = import_files(first, files)
        seconds.append(time.process_time() - begun)
        begun = time.process_time()
        import_files(first, files)
        again.append(time.process_time() - begun)
        rows = sum(file.rows for file in report.files)
        with first.changing(Event("bench", Action.IMPORT)) as tables:
            ready = {table: _tuples(tables, table) for table in TABLES}
        first.close()
        second = Database.create(folder / f"{name}-{run}-tuples".replace(" ", "-"))
        begun = time.process_time()
        with second.changing(Event("bench", Action.IMPORT)) as tables:
            for table, found in ready.items():
                if found:
                    marks = ", ".join("?" * len(found[0]))
                    tables.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
        ratios.append(seconds[-1] / (time.process_time() - begun))
        second.close()
    middle = statistics.median
    return ImportTimes(name, rows, rows / middle(seconds), rows / middle(again), middle(ratios))


def _tuples(tables: Tables, table: str) -> list[tuple[object, ...]]:
    return tables.conn.execute(f"SELECT {stored(tables, table)} FROM {table}").fetchall()


def stored(tables: Tables, table: str) -> str:
    """The columns of a table but for those that are worked out as they are read."""
    return ", ".join(row["name"] for row in tables.query("SELECT name FROM pragma_table_info(?)", [table]))
