"""Deciding who is who: same person, different people, not yet; one student of two, two of one; and taking it back.

Each decision that changes records is a batch of its own, beside the imports: noted, logged, and exactly undoable.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypedDict

from sqlite_utils import Database as Tables

from appliance.actions import Action
from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.import_files import begin_batch, keep_batch
from appliance.jobs.named_at_desk import none_lost
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.student_level.records import student_parts, who_is_who
from appliance.student_level.sources.mapping.shelf import known_mappings
from appliance.student_level.staging.journal import Journal, take_back
from appliance.student_level.staging.known_files import forget_files
from appliance.student_level.staging.linking import decisions, merging
from appliance.student_level.staging.linking.decisions import Decision
from appliance.student_level.staging.linking.undoing import touched_since
from appliance.student_level.staging.report import ImportReport
from appliance.student_level.staging.retry import try_again


class By(TypedDict):
    """Who decides, and how totals are brought up to date afterwards."""

    by: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Carried:
    """What a decision did. `batch`: its number, None when nothing changed but the question; `rows`: that it loaded.

    `student_key`: the student it was about, the new one for a split. `dropped`: rows that both of two students had.
    """

    batch: int | None
    student_key: int
    rows: int = 0
    dropped: int = 0


def decide(
    database: Database, case_key: int, decision: Decision, *, reason: str, by: str, settings: Settings
) -> Carried:
    """Answer an open question, and load the rows that waited for the answer. Raises Trouble when it is not open."""
    need_reason(reason)
    with who_is_who.reading_students(database) as reading:
        case = who_is_who.question_line(reading, case_key)
    if case is None:
        raise Trouble(f"There is no open question {case_key}. See those that are: schoolhouse who list")
    student = int(case["student_key"])
    said = {"same": "same person", "different": "different people", "not yet": "not yet"}[decision]
    event = Event(by, Action.DECIDE_WHO_IS_WHO, f"question {case_key}: {said}", reason, (student,))
    answer = {"reason": reason, "by": by, "at": _now(), "today": day_number(date.today())}
    if decision == "not yet":
        with database.changing(event) as tables:
            decisions.decide(tables, case, decision, **answer)  # type: ignore[arg-type]
        return Carried(None, student)
    with batch_of_decision(database, event) as (tables, report, journal):
        decisions.decide(tables, case, decision, **answer)  # type: ignore[arg-type]
        try_again(tables, _key(report), report, journal, known_mappings(database.home))
        if decision == "different":
            decisions.note_birth_day(tables, case)
    refresh(database, by=by)
    return Carried(report.batch, student, report.left_quarantine)


def keep_apart(database: Database, first: int, second: int, *, reason: str, by: str) -> None:
    """Remember that two loaded students who look alike are two, so that nobody is asked again."""
    need_reason(reason)
    low, high = sorted((first, second))
    event = Event(by, Action.DECIDE_WHO_IS_WHO, "two students are two", reason, (low, high))
    row = {"first_key": low, "second_key": high, "reason": reason, "decided_by": by, "decided_at": _now()}
    with database.changing(event) as tables:
        tables.table("different_students").insert(row, ignore=True)


def merge(database: Database, former: int, into: int, *, reason: str, by: str, settings: Settings) -> Carried:
    """Make one student of two; `into` remains. Raises Trouble when either is not there, or they are one already."""
    need_reason(reason)
    if former == into:
        raise Trouble("These are one and the same student already.")
    _must_be_there(database, former, into)
    event = Event(by, Action.MERGE_STUDENTS, f"student {former} is student {into}", reason, (former, into))
    with batch_of_decision(database, event) as (tables, report, _):
        dropped = merging.merge(tables, former, into)
    refresh(database, by=by)
    return Carried(report.batch, into, dropped=dropped)


def split(
    database: Database, student: int, chosen: Sequence[int], mark: str, *, reason: str, by: str, settings: Settings
) -> Carried:
    """Give the chosen parts (places in `parts_of`) to a new student. `mark`: that of the list from which was chosen."""
    need_reason(reason)
    _must_be_there(database, student)
    with who_is_who.reading_students(database, student) as reading:
        parts = student_parts.parts_of(reading, student)
    if student_parts.mark_of(parts) != mark:
        raise Trouble("The student's record changed since you chose. Look at it again, then choose anew.")
    picked = sorted(set(chosen))
    if not picked or picked[0] < 0 or picked[-1] >= len(parts) or len(picked) == len(parts):
        raise Trouble("Choose what belongs to the second student: something, and not everything.")
    event = Event(by, Action.SPLIT_STUDENT, f"student {student} is two", reason, (student,))
    with batch_of_decision(database, event) as (tables, report, _):
        new = merging.split(tables, student, [parts[place] for place in picked])
    refresh(database, by=by)
    return Carried(report.batch, new)


def undo(database: Database, batch: int, *, reason: str, by: str, settings: Settings) -> int:
    """Take a decision back, exactly; returns the number of rows put back. Imports may have come after it.

    Raises Trouble when it is no such decision, or when a later batch changed a row that it changed.
    """
    need_reason(reason)
    with database.changing(Event(by, Action.UNDO_WHO_IS_WHO, f"batch {batch}", reason)) as tables:
        sql = "SELECT status, work FROM batch WHERE batch_key = ?"
        row = next(iter(tables.query(sql, [batch])), None)
        if row is None or (row["work"], row["status"]) != ("who is who", "loaded"):
            raise Trouble(f"Batch {batch} is no decision about who is who that stands. See: schoolhouse who list")
        if not tables.execute("SELECT 1 FROM batch_undo WHERE batch_key = ? LIMIT 1", [batch]).fetchone():
            raise Trouble(f"Batch {batch} is too old to be taken back. Merge or split the students instead.")
        if later := touched_since(tables, batch):
            raise Trouble(
                f"Batch {later} has since changed a record that batch {batch} changed, so taking it back would mix "
                "states. Take that one back first, or merge or split the students instead."
            )
        with none_lost(database, tables):
            count = take_back(tables, batch)
        forget_files(tables)
        tables.table("batch").update(batch, {"status": "undone", "reason": reason})
    refresh(database, by=by)
    return count


@contextmanager
def batch_of_decision(database: Database, event: Event) -> Iterator[tuple[Tables, ImportReport, Journal]]:
    """A batch of its own, noted so that it can be taken back."""
    begun, report = time.monotonic(), ImportReport()
    with database.changing(event) as tables:
        report.batch = begin_batch(tables, event.who, "who is who")
        journal = Journal(tables, report.batch, merging.BESIDE_IMPORTS)
        journal.begin()
        yield tables, report, journal
        journal.end()
        report.seconds = time.monotonic() - begun
        keep_batch(tables, report.batch, report, "loaded", f"{event.subject}. {event.reason}")


def _key(report: ImportReport) -> int:
    assert report.batch is not None
    return report.batch


def _must_be_there(database: Database, *students: int) -> None:
    with who_is_who.reading_students(database, *students) as reading:
        found = {row["student_key"] for row in reading.query("SELECT student_key FROM person")}
    if missing := set(students) - found:
        raise Trouble(f"There is no student {min(missing)}.")


def need_reason(reason: str) -> None:
    """Raise Trouble for a decision without a reason."""
    if not reason.strip():
        raise Trouble("A reason is needed; it is kept with the decision and in the access log.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def note_looked(database: Database, students: Sequence[int], *, by: str) -> None:
    """Write down that somebody looked at students in order to tell who is who."""
    if students:
        event = Event(by, Action.SEE_WHO_IS_WHO, "", "decides who is who", tuple(sorted(set(students))))
        database.record(event)
