"""Imports of a million rows and more: time against ready tuples, the nights after, and memory.

Each import is a process of its own, so that its memory is its own too.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.actions import Action
from appliance.jobs.import_files import import_files
from appliance.storage.database import Database, Event
from tests.bench import invented
from tests.bench.imports import TABLES, stored
from tests.student_level.sources import edfi_district

XML_BYTES_A_STUDENT = 25_600


@dataclass(frozen=True)
class Sized:
    """One import. Processor seconds, and the most memory that its process held, in MB."""

    rows: int
    seconds: float
    peak: float


def measure(grades: int, folder: Path) -> None:
    """Print the table of one size: first load, ready tuples, the same files, the next night's."""
    home, other = folder / "home", folder / "tuples"
    first = invented.write(folder / "roster.zip", grades)
    told = {"first load": _import(home, [first]), "ready tuples": _tuples(home, other)}
    shutil.rmtree(other)
    told["the same files again"] = _import(home, [first])
    first.unlink()
    told["the next night, 99.5 % unchanged"] = _import(home, [invented.write(folder / "roster.zip", grades, night=1)])
    _print(told, told["first load"].seconds, told["ready tuples"].seconds)
    print(f"The database takes {_megabytes(home):,.0f} MB.")


def measure_xml(megabytes: int, folder: Path) -> None:
    """Print the table of one Ed-Fi package with so large a file of grades."""
    files = edfi_district.write(folder, megabytes * 10**6 // XML_BYTES_A_STUDENT)
    size = sum(file.stat().st_size for file in files) / 1e6
    told = {
        f"Ed-Fi XML of {size:,.0f} MB": _import(folder / "home", files),
        "ready tuples": _tuples(folder / "home", folder / "t"),
    }
    _print(told, next(iter(told.values())).seconds, told["ready tuples"].seconds)


def measure_attendance(students: int, folder: Path) -> None:
    """Print what a day of a student takes on the disk, of 180 days of which seven in a hundred are exceptions."""
    database = Database.create(folder / "home")
    import_files(database, [_roster(folder, students)])
    before = _pages(database)
    import_files(database, [_exceptions(folder, students)])
    with database.changing(Event("bench", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM batch_undo")
    size = (_pages(database) - before) / (students * 180)
    database.close()
    print(f"Attendance takes {size:.2f} bytes a student and day, with the row each of them came from.")


def _roster(folder: Path, students: int) -> Path:
    classes = students // invented.STUDENTS_A_CLASS * invented.CLASSES_A_STUDENT
    return invented.write(folder / "small.zip", classes * invented.GRADES_A_CLASS)


def _exceptions(folder: Path, students: int) -> Path:
    path = folder / "attendance.csv"
    with path.open("w") as file:
        file.write("student_id,date,category\n")
        for day in range(180):
            when = time.strftime("%Y-%m-%d", time.gmtime(86400 * (20682 + day)))
            file.writelines(f"{100000 + n},{when},Unexcused\n" for n in range(day % 14, students, 14))
    return path


def _pages(database: Database) -> int:
    database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    used, free, size = (
        int(database._writer.execute(f"PRAGMA {what}").fetchone()[0])
        for what in ("page_count", "freelist_count", "page_size")
    )
    return (used - free) * size


def _print(told: dict[str, Sized], first: float, tuples: float) -> None:
    print("| import | rows | processor s | rows/s | ratio to ready tuples | faster than the first load | peak MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, one in told.items():
        print(
            f"| {name} | {one.rows:,} | {one.seconds:.1f} | {one.rows / one.seconds:,.0f} "
            f"| {one.seconds / tuples:.2f} | {first / one.seconds:.1f} | {one.peak:,.0f} |",
            flush=True,
        )


def _megabytes(home: Path) -> float:
    return sum(file.stat().st_size for file in home.iterdir() if file.is_file()) / 1e6


def _import(home: Path, files: Sequence[Path]) -> Sized:
    return _child("import", home, *files)


def _tuples(home: Path, other: Path) -> Sized:
    return _child("tuples", home, other)


def _child(*words: str | Path) -> Sized:
    command = [sys.executable, "-m", "tests.bench.sizes", *map(str, words)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return Sized(**json.loads(answer.stdout))


def _import_here(home: Path, files: list[Path]) -> tuple[int, float]:
    database = Database(home) if home.exists() else Database.create(home)
    begun = time.process_time()
    report = import_files(database, files)
    seconds = time.process_time() - begun
    database.close()
    return sum(file.rows for file in report.files), seconds


def _tuples_here(home: Path, other: Path) -> tuple[int, float]:
    full, empty = Database(home), Database.create(other)
    rows, seconds = 0, 0.0
    with full.changing(Event("bench", Action.IMPORT)) as there, empty.changing(Event("bench", Action.IMPORT)) as here:
        for table in TABLES:
            cursor = there.conn.execute(f"SELECT {stored(there, table)} FROM {table}")
            marks = ", ".join("?" * len(cursor.description))
            while ready := cursor.fetchmany(500_000):
                rows += len(ready)
                begun = time.process_time()
                here.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", ready)
                seconds += time.process_time() - begun
    begun = time.process_time()
    empty.close()
    seconds += time.process_time() - begun
    full.close()
    return rows, seconds


if __name__ == "__main__":
    work, first, *rest = sys.argv[1:]
    os.nice(10)
    found = (
        _import_here(Path(first), list(map(Path, rest)))
        if work == "import"
        else _tuples_here(Path(first), Path(rest[0]))
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": found[0], "seconds": found[1], "peak": peak}))
