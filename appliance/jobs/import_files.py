"""Check files, and load them as one batch: all of it, or nothing."""

import getpass
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database as Tables

from appliance.actions import Action
from appliance.storage.database import Database, Event, refresh_statistics
from appliance.student_level.sources.recognise import recognise
from appliance.student_level.staging.batch import Batch, Progress, quietly
from appliance.student_level.staging.load import load
from appliance.student_level.staging.report import ImportReport


class _OnlyLooking(Exception):
    """Ends a dry run, so that its transaction is rolled back."""


def person_at_the_keyboard() -> str:
    """Who the access log names for work done at the command line."""
    return f"{getpass.getuser()}{AT_THE_KEYBOARD}"


AT_THE_KEYBOARD = " at the command line"


def check_files(database: Database, paths: Sequence[Path], *, progress: Progress = quietly) -> ImportReport:
    """What an import would do and what is wrong, found by doing it and taking it back. Raises BadFile."""
    report = ImportReport()
    begun = time.monotonic()
    files = recognise(paths, database.home)
    try:
        with database.changing(Event(person_at_the_keyboard(), Action.IMPORT, "check only")) as tables:
            load(Batch(tables, report, progress), files)
            raise _OnlyLooking
    except _OnlyLooking:
        report.seconds = time.monotonic() - begun
    return report


def import_files(
    database: Database, paths: Sequence[Path], *, by: str | None = None, progress: Progress = quietly
) -> ImportReport:
    """Load files as one batch. Files that hold what is loaded already change nothing, and the report says so.

    Raises BadFile, with nothing loaded.
    """
    begun = time.monotonic()
    who = by or person_at_the_keyboard()
    files = recognise(paths, database.home)
    report = ImportReport()
    names = ", ".join(path.name for path in paths)
    with database.changing(Event(who, Action.IMPORT, names)) as tables:
        load(Batch(tables, report, progress), files)
        report.seconds = time.monotonic() - begun
        report.batch = _keep(tables, report, who)
        refresh_statistics(tables)
    return report


def _keep(tables: Tables, report: ImportReport, who: str) -> int:
    batch = {
        "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "loaded_by": who,
        "status": "loaded" if report.changed_anything else "unchanged",
        "seconds": round(report.seconds, 3),
    }
    key = int(str(tables.table("batch").insert(batch).last_pk))
    files = [
        {"batch_key": key, "name": f.name, "kind": f.kind, "sha256": f.sha256, "row_count": f.rows}
        for f in report.files
    ]
    tables.table("batch_file").insert_all(files)
    counts = [
        {"batch_key": key, "entity": entity, "added": c.added, "changed": c.changed, "unchanged": c.unchanged,
         "ended": c.ended, "refused": c.refused}
        for entity, c in report.counts.items()
    ]  # fmt: skip
    tables.table("batch_count").insert_all(counts)
    tables.conn.executemany(
        "INSERT INTO problem (batch_key, file, row_number, column_name, code, value_kind, sentence)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(key, p.file, p.row, p.column, p.code, p.value_kind, p.sentence) for p in report.problems],
    )
    return key
