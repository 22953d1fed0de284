"""Check files, and load them as one batch: all of it, or nothing."""

import getpass
import hashlib
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from sqlite_utils import Database as Tables

from appliance import __version__
from appliance.actions import Action
from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.choose_fields import turn_off_lapsed
from appliance.jobs.named_at_desk import none_lost
from appliance.jobs.rehearsal import rehearsing
from appliance.progress import Progress, quietly
from appliance.settings import Settings
from appliance.storage.database import Database, Event, refresh_statistics
from appliance.student_level.sources.archive import Source
from appliance.student_level.sources.mapping.shelf import known_mappings
from appliance.student_level.sources.recognise import Recognised, recognise
from appliance.student_level.staging import quarantine
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.holds import HoldRule, holds
from appliance.student_level.staging.journal import Journal, take_back
from appliance.student_level.staging.known_files import KNOWN, KnownFiles, excerpts, forget_files, sizes
from appliance.student_level.staging.known_lines import Excerpt
from appliance.student_level.staging.linking.cases import forget_dangling
from appliance.student_level.staging.load import load
from appliance.student_level.staging.report import ImportReport
from appliance.student_level.staging.retry import try_again
from appliance.student_level.staging.ssn_gate import refuse_file_names
from appliance.student_level.staging.tally import Tally


class _TakenBack(Exception):
    """Ends a transaction that shall leave nothing behind: a batch that is held."""


_LAST_STEPS = "Writing down what was done"
AT_THE_KEYBOARD = " at the command line"
MOST_UNDO = 10
"""How many of the newest batches can be taken back."""


def person_at_the_keyboard() -> str:
    """Who the access log names for work done at the command line."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container, or a service under a user that has no line in passwd
        user = f"user {os.getuid()}"
    return f"{user}{AT_THE_KEYBOARD}"


def check_files(
    database: Database,
    paths: Sequence[Source],
    settings: Settings | None = None,
    *,
    by: str | None = None,
    progress: Progress = quietly,
) -> ImportReport:
    """What an import would do and what is wrong, found by doing it to a copy of the records. Raises BadFile."""
    report = ImportReport()
    begun = time.monotonic()
    files = _recognised(database, paths, settings, progress)
    way = _way(database, settings)
    picked = _excerpts(database, files, way)
    with rehearsing(database) as tables:
        tally = Tally(tables, report)
        tally.begin()
        batch = Batch(tables, report, progress, tally=tally, leading_system=_leading(settings))
        load(batch, files, KnownFiles(tables, report, way, picked, batch.off))
        tally.end()
    report.seconds = time.monotonic() - begun
    report.held = holds(report, _rule(settings))
    return report


def import_files(
    database: Database,
    paths: Sequence[Source],
    settings: Settings | None = None,
    *,
    by: str | None = None,
    despite_hold: str = "",
    progress: Progress = quietly,
    last_look: Callable[[], None] = lambda: None,
) -> ImportReport:
    """Load files as one batch. Files that hold what is loaded already change nothing, and the report says so.

    A batch in which too much would vanish or change is not loaded but held (`report.held` says why), unless
    `despite_hold` gives a person's reason. Refused rows go into quarantine, and those of earlier batches are tried
    again. `last_look` is called when all is read, just before it is kept; it may raise BadFile. Raises BadFile, with
    nothing loaded.
    """
    begun = time.monotonic()
    who = by or person_at_the_keyboard()
    turn_off_lapsed(database, by=who)
    files = _recognised(database, paths, settings, progress)
    way = _way(database, settings)
    picked = _excerpts(database, files, way)
    report, today = ImportReport(), day_number(date.today())
    names = ", ".join(path.name for path in paths)
    try:
        with database.changing(Event(who, Action.IMPORT, names, despite_hold)) as tables:
            quarantine.forget_expired(tables, today)
            report.batch = begin_batch(tables, who)
            journal = Journal(tables, report.batch)
            journal.begin()
            tally = Tally(tables, report)
            tally.begin()
            batch = Batch(tables, report, progress, journal, tally, _leading(settings))
            known = KnownFiles(tables, report, way, picked, batch.off)
            was_read = load(batch, files, known)
            progress(_LAST_STEPS, 0, 0)
            tally.end()
            quarantine.keep(batch, report.batch, was_read, today)
            last_look()
            report.held = [] if despite_hold else holds(report, _rule(settings))
            if report.held:
                raise _TakenBack
            try_again(tables, report.batch, report, journal, known_mappings(database.home))
            journal.end()
            report.seconds = time.monotonic() - begun
            status = "loaded" if report.changed_anything else "unchanged"
            keep_batch(tables, report.batch, report, status, despite_hold)
            known.write(report.batch)
            refresh_statistics(tables)
            progress(_LAST_STEPS, 1, 1)
    except _TakenBack:
        report.seconds, report.quarantined = time.monotonic() - begun, 0
        with database.changing(Event(who, Action.HOLD_IMPORT, names, " ".join(report.held))) as tables:
            report.batch = begin_batch(tables, who)
            keep_batch(tables, report.batch, report, "held", " ".join(report.held))
    return report


def retry_quarantine(database: Database, *, by: str | None = None) -> ImportReport:
    """Try all rows in quarantine again, as a batch of its own that can be taken back; see `retry.try_again`."""
    begun, report, who = time.monotonic(), ImportReport(), by or person_at_the_keyboard()
    turn_off_lapsed(database, by=who)
    with database.changing(Event(who, Action.RETRY_QUARANTINE)) as tables:
        quarantine.forget_expired(tables, day_number(date.today()))
        report.batch = begin_batch(tables, who)
        journal = Journal(tables, report.batch)
        journal.begin()
        try_again(tables, report.batch, report, journal, known_mappings(database.home))
        journal.end()
        report.seconds = time.monotonic() - begun
        keep_batch(tables, report.batch, report, "loaded" if report.changed_anything else "unchanged", "")
    return report


def undo_batch(database: Database, key: int, *, reason: str, by: str | None = None) -> int:
    """Restore exactly the state before a batch; returns the number of rows put back.

    Raises Trouble when a later batch has to be taken back first, when its notes are gone, or when somebody has since
    written about a record that it brought.
    """
    with database.changing(Event(by or person_at_the_keyboard(), Action.UNDO_IMPORT, f"batch {key}", reason)) as tables:
        newest = "SELECT batch_key FROM batch WHERE status = 'loaded' ORDER BY batch_key DESC LIMIT 1"
        row = next(iter(tables.query(newest)), None)
        if row is None or row["batch_key"] != key:
            first = f"Batch {row['batch_key']} has to be taken back first." if row else "No batch is loaded."
            raise Trouble(f"Batch {key} is not the newest that is loaded, so taking it back would mix states. {first}")
        notes = next(iter(tables.query("SELECT count(*) AS number FROM batch_undo WHERE batch_key = ?", [key])))
        if not notes["number"]:
            raise Trouble(f"Batch {key} is too old to be taken back: only the newest {MOST_UNDO} can be.")
        with none_lost(database, tables):
            count = take_back(tables, key)
        forget_dangling(tables)
        forget_files(tables)
        tables.table("batch").update(key, {"status": "undone", "reason": reason})
    return count


_FORGET_OLDEST = """
    DELETE FROM batch_undo WHERE batch_key < (
        SELECT min(batch_key) FROM (SELECT batch_key FROM batch WHERE status = 'loaded' AND work = 'import'
                                     ORDER BY batch_key DESC LIMIT ?))
"""
"""Decisions about who is who are kept as long as the imports around them: they do not crowd those out."""


def _recognised(
    database: Database, paths: Sequence[Source], settings: Settings | None, progress: Progress
) -> list[Recognised]:
    refuse_file_names([path.name for path in paths])
    line_key = database.sealing_key(b"lines of files")
    with database.reading(KNOWN) as reading:
        known_sizes = sizes(reading.query)
    found = recognise(paths, database.home, (settings or Settings()).inclusive_ends, line_key, known_sizes, progress)
    refuse_file_names([one.table.name for one in found])
    return found


def _way(database: Database, settings: Settings | None) -> str:
    """A fingerprint of all that decides how files are read: when it changes, none of them is known any more."""
    chosen = settings or Settings()
    how = __version__, sorted(chosen.inclusive_ends), chosen.leading_system, known_mappings(database.home)
    return hashlib.sha256(repr(how).encode()).hexdigest()


def _excerpts(database: Database, files: Sequence[Recognised], way: str) -> dict[str, Excerpt]:
    """What of the files has to be read, where most of their lines are known; found while anybody may write."""
    with database.reading(KNOWN) as reading:
        return excerpts(reading.query, files, way)


def _leading(settings: Settings | None) -> str:
    return (settings or Settings()).leading_system


def _rule(settings: Settings | None) -> HoldRule:
    chosen = settings or Settings()
    return HoldRule(chosen.hold_rows, chosen.hold_share)


def begin_batch(tables: Tables, who: str, work: str = "import") -> int:
    """The number of a batch that begins now."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    row = {"loaded_at": at, "loaded_by": who, "status": "unchanged", "seconds": 0.0, "work": work}
    return int(str(tables.table("batch").insert(row).last_pk))


def keep_batch(tables: Tables, key: int, report: ImportReport, status: str, reason: str) -> None:
    """Write down what the batch was; and, once it is loaded, forget the notes of the oldest."""
    tables.table("batch").update(key, {"status": status, "reason": reason, "seconds": round(report.seconds, 3)})
    files = [
        {"batch_key": key, "name": f.name, "kind": f.kind, "sha256": f.sha256, "row_count": f.rows,
         "file_key": None if status == "held" else f.file_key, "system": f.system or None}
        for f in report.files
    ]  # fmt: skip
    tables.table("batch_file").insert_all(files)
    links = [
        {"batch_key": key, "name": f.name, "how": how, "row_count": rows}
        for f in report.files for how, rows in f.linked.items()
    ]  # fmt: skip
    tables.table("batch_link").insert_all(links)
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
    if status == "loaded":
        tables.execute(_FORGET_OLDEST, [MOST_UNDO])
    else:
        tables.execute("DELETE FROM batch_undo WHERE batch_key = ?", [key])
