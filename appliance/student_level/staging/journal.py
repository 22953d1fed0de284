"""How a batch is taken back: while it loads, every row it touches is noted as it was before.

A table that was empty is noted as empty, in one line, so a first load pays nothing. For any other table, triggers hand
the old row to the journal. Taken back in reverse order, the notes restore exactly the state before the batch.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database as Tables

from appliance.errors import Trouble

LOADED = (
    "organization academic_session calendar_day student staff staff_role course section teaching section_enrollment "
    "school_enrollment program_membership special_education_detail english_learner_detail homeless_detail leaving "
    "discipline completion graduation_cohort caseload line_item standard line_item_standard grade "
    "standard_mark transcript_course test test_result test_growth attendance_taken attendance_day attendance_section "
    "section_met identity former_identity merged_student different_students quarantine quarantine_batch who_case"
).split()
"""The tables that a batch may change, each after those it refers to."""

_OF_SEVERAL = ("quarantine", "quarantine_batch", "who_case")
"""Tables in which batches that changed nothing else leave rows too: theirs stay when another batch is taken back."""
_KEEP = "INSERT INTO batch_undo (batch_key, sequence, table_name, deed, row) VALUES (?, ?, ?, ?, ?)"


class Journal:
    """The notes of one batch, from the first changed row to the last.

    `also`: tables that it changes and no import does. It is noted row by row then, so that it can be taken back from
    between later imports.
    """

    def __init__(self, tables: Tables, batch: int, also: Sequence[str] = ()) -> None:
        self._tables, self._batch, self._written = tables, batch, 0
        self._also = tuple(also)
        self._notes: list[tuple[str, str, str]] = []
        self._triggers: list[str] = []

    def begin(self) -> None:
        """Note which tables are empty, and watch the others."""
        self._tables.conn.create_function("note_for_undo", 3, self._note)
        for table in (*LOADED, *self._also):
            if not self._also and table not in _OF_SEVERAL and self._is_empty(table):
                self._note(table, "was empty", "[]")
                continue
            columns, key = _columns(self._tables, table)
            for deed, seen in (("INSERT", key), ("UPDATE", columns), ("DELETE", columns)):
                side = "NEW" if deed == "INSERT" else "OLD"
                row = ", ".join(f"{side}.{column}" for column in seen)
                name = f"undo_{table}_{deed.lower()}"
                self._tables.execute(
                    f"CREATE TEMP TRIGGER {name} AFTER {deed} ON main.{table} BEGIN"
                    f" SELECT note_for_undo('{table}', '{deed.lower()}', json_array({row})); END"
                )
                self._triggers.append(name)

    def _is_empty(self, table: str) -> bool:
        return next(iter(self._tables.query(f"SELECT 1 FROM {table} LIMIT 1")), None) is None  # noqa: S608 our own names

    def _note(self, table: str, deed: str, row: str) -> None:
        self._notes.append((table, deed, row))

    def end(self) -> None:
        """Write down what is left, and stop watching."""
        self.write()
        for name in self._triggers:
            self._tables.execute(f"DROP TRIGGER temp.{name}")
        self._triggers.clear()

    def write(self) -> None:
        """Write the notes down; called now and then, so that memory stays flat."""
        rows = [(self._batch, number, *note) for number, note in enumerate(self._notes, start=self._written + 1)]
        self._tables.conn.executemany(_KEEP, rows)
        self._written += len(rows)
        self._notes.clear()


def take_back(tables: Tables, batch: int) -> int:
    """Restore what the batch's notes say, newest first; the number of notes.

    Raises Trouble when somebody has since written about a student whom the batch brought: a check-in is never thrown
    away by taking back an import.
    """
    tables.execute("PRAGMA defer_foreign_keys = ON")
    notes = _notes(tables, batch)
    for table, deed, row in notes:
        columns, key = _columns(tables, table)
        # A note may be older than the newest columns; they were empty then.
        values = dict.fromkeys(columns) | dict(zip(key if deed == "insert" else columns, json.loads(row), strict=False))
        same = " AND ".join(f"{name} = :{name}" for name in key)
        if deed == "was empty":
            tables.execute(f"DELETE FROM {table}")  # noqa: S608 our own names
        elif deed == "insert":
            tables.execute(f"DELETE FROM {table} WHERE {same}", values)  # noqa: S608 our own names
        elif deed == "delete":
            tables.table(table).insert(values)
        else:
            sets = ", ".join(f"{name} = :{name}" for name in columns)
            tables.execute(f"UPDATE {table} SET {sets} WHERE {same}", values)  # noqa: S608 our own names
    orphans = next(iter(tables.query("SELECT count(*) AS number FROM pragma_foreign_key_check")))["number"]
    if orphans:
        raise Trouble(
            f"Batch {batch} cannot be taken back: {orphans:,} lines were written since about records that it brought "
            "(check-ins, for example). Correct the data with a further import instead."
        )
    tables.execute("DELETE FROM batch_undo WHERE batch_key = ?", (batch,))
    return len(notes)


def _notes(tables: Tables, batch: int) -> list[tuple[str, str, str]]:
    sql = "SELECT table_name, deed, row FROM batch_undo WHERE batch_key = ? ORDER BY sequence DESC"
    return list(tables.execute(sql, (batch,)).fetchall())


def _columns(tables: Tables, table: str) -> tuple[list[str], list[str]]:
    """(all columns, the columns of the primary key), as the table has them."""
    info: list[Any] = list(tables.query("SELECT name, pk FROM pragma_table_info(?)", [table]))
    return [row["name"] for row in info], [row["name"] for row in info if row["pk"]]
