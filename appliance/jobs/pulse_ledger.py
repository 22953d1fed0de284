"""Where a pulse's debits, draws and files are kept: each in a transaction of its own, none ever changed.

Asking for noise happens here and nowhere else, inside the transaction that keeps the answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

from appliance.actions import Action
from appliance.aggregate.pulse import Entry, Measured, Mechanism, Question, check_chain, next_entry, open_pulse
from appliance.aggregate.pulse.question import D_IN, MECHANISM, UNIT
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Signer
from appliance.aggregate.tabulation import Tabulation
from appliance.days import day_number
from appliance.errors import BadFile
from appliance.jobs.signing import district_signer
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event, Tables

PULSE_GATE = Gate(open_tables=frozenset({"pulse_debit", "pulse_measurement", "pulse_package", "organization"}))

RESTORED = (
    "This home seems to be restored from a backup that is older than the pulses it has given out. No pulse is drawn in "
    "it any more, as the budget that it remembers is not what was spent: restore the newest backup."
)


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn for an entry, and when (ISO text, UTC)."""

    measured: Measured
    at: str


_LEDGER = """
    SELECT entry, question, rho_numerator, rho_denominator, previous_sha256, entry_sha256
      FROM pulse_debit ORDER BY entry
"""


def ledger(source: Database | Tables) -> list[Entry]:
    """All entries, in order. Raises Refused when the chain is broken."""
    if isinstance(source, Database):
        with source.reading(PULSE_GATE) as reading:
            rows: Sequence[dict[str, Any]] = reading.query(_LEDGER)
    else:
        rows = list(source.query(_LEDGER))
    entries = [
        Entry(
            number=row["entry"],
            question=Question.from_text(row["question"]),
            rho=Fraction(row["rho_numerator"], row["rho_denominator"]),
            previous_sha256=row["previous_sha256"],
            sha256=row["entry_sha256"],
        )
        for row in rows
    ]
    check_chain(entries)
    return entries


class _DoneByAnother(Exception):
    """Ends a transaction in which nothing is left to do, so that its line in the access log goes with it."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.number)
        self.entry = entry


def debit(database: Database, question: Question, outboxes: set[Path], by: str) -> Entry:
    """Spend the question's cost. Durable when this returns; if somebody else has asked the week since, theirs."""
    try:
        with database.changing(Event(by, Action.DEBIT_PULSE, question.release, f"rho {question.rho}")) as tables:
            entries = ledger(tables)
            theirs = next((one for one in entries if one.question.monday == question.monday), None)
            if theirs is not None:
                raise _DoneByAnother(theirs)
            _refuse_if_forgetful(tables, outboxes)
            entry = next_entry(entries, question)
            row = {
                "entry": entry.number,
                "release": question.release,
                "monday_day": day_number(question.monday),
                "question": question.text(),
                "question_sha256": question.sha256,
                "unit": UNIT,
                "d_in": D_IN,
                "rho_numerator": entry.rho.numerator,
                "rho_denominator": entry.rho.denominator,
                "mechanism": MECHANISM,
                "previous_sha256": entry.previous_sha256,
                "entry_sha256": entry.sha256,
                "debited_by": by,
                "debited_at": _now(),
            }
            tables.table("pulse_debit").insert(row)
    except _DoneByAnother as done:
        entry = done.entry
    return entry


def draw(database: Database, entry: Entry, exact: Tabulation, outboxes: set[Path], by: str) -> Draw:
    """Draw the answer to a debited question and keep it, in one transaction; what was drawn already stands."""
    mechanism = Mechanism(entry.question.rho_of_a_level)
    try:
        with database.changing(Event(by, Action.DRAW_PULSE, entry.question.release)) as tables:
            kept = list(tables.query(_DRAWN, {"entry": entry.number}))
            if kept:
                raise _DoneByAnother(entry)
            _refuse_if_forgetful(tables, outboxes)
            measured = mechanism.measure(entry.question, exact)
            drawn_at = _now()
            tables.conn.executemany(
                "INSERT INTO pulse_measurement (entry, school_id, missed, missed_none, drawn_at)"
                " VALUES (?, ?, ?, ?, ?)",
                [(entry.number, place, *pair, drawn_at) for place, pair in measured.counts.items()],
            )
    except _DoneByAnother:
        return _recall(entry, kept)
    return Draw(measured, drawn_at)


_DRAWN = "SELECT school_id, missed, missed_none, drawn_at FROM pulse_measurement WHERE entry = :entry"


def kept_draw(database: Database, entry: Entry) -> Draw | None:
    """What was drawn for an entry; None when nothing was."""
    with database.reading(PULSE_GATE) as reading:
        rows = reading.query(_DRAWN, {"entry": entry.number})
    return _recall(entry, rows) if rows else None


def _recall(entry: Entry, rows: Sequence[dict[str, Any]]) -> Draw:
    found = {row["school_id"]: (row["missed"], row["missed_none"]) for row in rows}
    return Draw(Measured(entry.question, dict(sorted(found.items()))), rows[0]["drawn_at"])


def kept_file(database: Database, entry: Entry) -> bytes | None:
    """The file of an entry; None when it was not made."""
    with database.reading(PULSE_GATE) as reading:
        row = reading.one("SELECT content, sha256 FROM pulse_package WHERE entry = :entry", {"entry": entry.number})
    if row is None:
        return None
    if sha256(row["content"]).hexdigest() != row["sha256"]:
        raise Refused(f"The kept file of {entry.question.release} is damaged. Restore the home from its newest backup.")
    return bytes(row["content"])


def keep_file(database: Database, entry: Entry, make: Callable[[Signer], bytes], by: str) -> bytes:
    """Have the file of an entry made with the district's key, and keep it. The one that was kept first stands."""
    with database.changing(Event(by, Action.DRAW_PULSE, entry.question.release, "file made")) as tables:
        content = make(district_signer(tables))
        row = (entry.number, content, sha256(content).hexdigest())
        tables.execute("INSERT OR IGNORE INTO pulse_package (entry, content, sha256) VALUES (?, ?, ?)", row)
    return kept_file(database, entry) or content


def _refuse_if_forgetful(tables: Tables, outboxes: set[Path]) -> None:
    """Refuse to spend or draw when a pulse of ours lies in an outbox that the ledger has not drawn."""
    key = district_signer(tables).public
    drawn = {
        row["entry_sha256"]
        for row in tables.query(
            "SELECT entry_sha256 FROM pulse_debit WHERE entry IN (SELECT entry FROM pulse_measurement)"
        )
    }
    for path in sorted(file for folder in outboxes for file in folder.glob("schoolhouse-pulse-*.zip")):
        try:
            found = open_pulse(path.read_bytes())
        except (BadFile, OSError):
            continue
        if found.key == key and found.entry_sha256 not in drawn:
            raise Refused(f"{path.name} lies in the outbox and the ledger does not know it. {RESTORED}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
