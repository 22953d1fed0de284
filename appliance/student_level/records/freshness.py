"""How old the data on a page is, and whose school the page is about."""

from dataclasses import dataclass
from typing import Any

from appliance.storage.database import Reading

_LAST_BATCH = """
    SELECT batch_key, loaded_at FROM batch WHERE work = 'import' AND status IN ('loaded', 'unchanged')
     ORDER BY batch_key DESC LIMIT 1
"""
_REFUSED = "SELECT coalesce(sum(refused), 0) AS refused FROM batch_count WHERE batch_key = :batch"
_LAST_DAYS = """
    SELECT (SELECT max(day) FROM attendance_taken WHERE school_key = organization_key AND day <= :today) AS day
      FROM organization WHERE kind = 'school' AND is_active
"""
_OWN = """
    SELECT (SELECT max(day) FROM attendance_taken WHERE school_key = organization_key AND day <= :today) AS day
      FROM organization WHERE kind = 'school' AND is_active
       AND organization_key IN (SELECT organization_key FROM staff_role WHERE staff_key = :staff)
"""
_CHILDRENS = """
    SELECT (SELECT max(day) FROM attendance_taken WHERE school_key = organization_key AND day <= :today) AS day
      FROM organization WHERE kind = 'school' AND is_active
       AND organization_key IN (SELECT school_key FROM visible_school_enrollment
                                 WHERE begin_day <= :today AND (end_day IS NULL OR end_day > :today))
"""
_WORKPLACE = """
    SELECT name FROM staff_role JOIN organization USING (organization_key)
     WHERE staff_key = :staff ORDER BY kind = 'district', name
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """When files were last loaded (ISO text, UTC), and how many of their rows were held back."""

    loaded_at: str
    refused: int
    attendance: "AttendanceUntil"


@dataclass(frozen=True, slots=True)
class AttendanceUntil:
    """The newest day with attendance among some schools, None where there is none; and how many of those schools have
    an older one, or none.
    """

    day: int | None
    schools: int
    behind: int


def freshness(reading: Reading, attendance: AttendanceUntil) -> Freshness | None:
    """The last import that was loaded, and not held or taken back; None before the first."""
    batch = reading.one(_LAST_BATCH)
    if batch is None:
        return None
    refused = reading.one(_REFUSED, {"batch": batch["batch_key"]})
    return Freshness(batch["loaded_at"], refused["refused"] if refused else 0, attendance)


def attendance_until(reading: Reading, today: int) -> AttendanceUntil:
    """How far attendance goes at all schools."""
    return _newest(reading.query(_LAST_DAYS, {"today": today}))


def attendance_until_here(reading: Reading, today: int, staff_key: int | None) -> AttendanceUntil | None:
    """How far it goes at the schools where somebody works, or (`staff_key` None) of those whom the reader may see; None
    where there is no such school.
    """
    rows = reading.query(_CHILDRENS if staff_key is None else _OWN, {"today": today, "staff": staff_key})
    return _newest(rows) if rows else None


def _newest(rows: list[dict[str, Any]]) -> AttendanceUntil:
    newest = max((row["day"] for row in rows if row["day"] is not None), default=None)
    return AttendanceUntil(newest, len(rows), sum(row["day"] != newest for row in rows))


def workplace(reading: Reading, staff_key: int) -> str:
    """The name of the school a person works at; "2 schools" for several; empty when the roster says nothing."""
    names = sorted({row["name"] for row in reading.query(_WORKPLACE, {"staff": staff_key})})
    return names[0] if len(names) == 1 else f"{len(names)} schools" if names else ""
