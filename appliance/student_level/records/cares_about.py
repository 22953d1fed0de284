"""What a student cares about: one line that a talk can begin with. The family reads it too."""

from dataclasses import dataclass

from appliance.storage.database import Reading, Tables

LONGEST_LINE = 200

_OF_STUDENT = "SELECT line, day, recorded_by FROM visible_cares_about WHERE student_key = :student"
_KEEP = """
    INSERT INTO cares_about (student_key, line, day, recorded_by) VALUES (:student, :line, :day, :by)
    ON CONFLICT (student_key) DO UPDATE SET line = excluded.line, day = excluded.day, recorded_by = excluded.recorded_by
"""
_TAKE_AWAY = "DELETE FROM cares_about WHERE student_key = :student"


@dataclass(frozen=True, slots=True)
class CaresAbout:
    """The line, and who wrote it when."""

    line: str
    day: int
    recorded_by: str


def cares_about(reading: Reading, student_key: int) -> CaresAbout | None:
    """The newest line; None where nobody has asked yet."""
    row = reading.one(_OF_STUDENT, {"student": student_key})
    return CaresAbout(**row) if row else None


def keep_cares_about(tables: Tables, *, student_key: int, line: str, day: int, by: str) -> None:
    """Keep a line in place of the one before, inside the transaction that logs it; an empty one takes it away.

    Whoever calls has seen to it that the writer may.
    """
    values = {"student": student_key, "line": line, "day": day, "by": by}
    tables.execute(_KEEP if line else _TAKE_AWAY, values)
