"""What the desk names of the records: whom somebody looked at, and whose account it is.

No foreign key reaches from one file into the other, so whatever takes records away asks here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from appliance.errors import Trouble
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Tables

_GATE = Gate(
    open_tables=frozenset({"staff"}),
    views={
        "named": """SELECT 'student' AS kind, student_key AS key FROM {desk}.access_log_student
            UNION SELECT 'staff', staff_key FROM {desk}.account WHERE staff_key IS NOT NULL"""
    },
)
_PRESENT = "SELECT 'student' AS kind, student_key AS key FROM student UNION ALL SELECT 'staff', staff_key FROM staff"


@contextmanager
def none_lost(database: Database, tables: Tables) -> Iterator[None]:
    """Raises Trouble when what happens inside takes away a student who was looked at, or a person with an account."""
    before = _present(tables)
    yield
    gone = before - _present(tables)
    if not gone:
        return
    with database.reading(_GATE) as reading:
        named = {(row["kind"], row["key"]) for row in reading.query("SELECT kind, key FROM named")}
    if lost := gone & named:
        raise Trouble(
            f"This cannot be taken back: {len(lost):,} of the records that it brought were used since (a student's "
            "page was opened, or a person has an account). Correct the data with a further import instead."
        )


def is_in_roster(database: Database, staff_key: int) -> bool:
    """Whether the roster has this person, to whom an account is to be tied."""
    with database.reading(_GATE) as reading:
        return reading.one("SELECT 1 FROM staff WHERE staff_key = :key", {"key": staff_key}) is not None


def _present(tables: Tables) -> set[tuple[str, int]]:
    return set(tables.execute(_PRESENT).fetchall())
