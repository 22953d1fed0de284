"""How much is loaded, and what came in last. Totals only: the handle behind it can read no row of a student."""

from typing import Any

from appliance.storage.connection import Gate
from appliance.storage.database import Database

_TOTALS = {
    "school": "organization WHERE kind = 'school'",
    "student": "student WHERE is_active",
    "staff": "staff WHERE is_active",
    "section": "section WHERE is_active",
    "section_enrollment": "section_enrollment WHERE end_day IS NULL OR end_day > begin_day",
    "school_enrollment": "school_enrollment",
    "grade": "grade",
    "attendance_event": "attendance_event",
    "transcript_course": "transcript_course",
    "test_result": "test_result",
    "program": "program_membership",
}
"""Entity -> what is counted, as scripts and the status page name them."""

_EVENTS = (
    "(SELECT 1 FROM {vault}.attendance_day WHERE basis = 'daily' UNION ALL SELECT 1 FROM {vault}.attendance_section)"
)


def _total(entity: str, counted: str) -> str:
    source = _EVENTS if counted == "attendance_event" else f"{{vault}}.{counted}"
    return f"SELECT '{entity}' AS entity, count(*) AS total FROM {source}"  # noqa: S608 our own names, above


_GATE = Gate(
    open_tables=frozenset({"batch", "batch_file", "batch_count"}),
    views={"total": " UNION ALL ".join(_total(entity, counted) for entity, counted in _TOTALS.items())},
)
_BATCHES = """
    SELECT batch.batch_key AS batch, loaded_at, loaded_by, status, seconds,
           coalesce(sum(added), 0) AS added, coalesce(sum(changed), 0) AS changed,
           coalesce(sum(unchanged), 0) AS unchanged, coalesce(sum(ended), 0) AS ended,
           coalesce(sum(refused), 0) AS refused,
           coalesce((SELECT group_concat(sent, ', ')
              FROM (SELECT DISTINCT substr(name, 1, instr(name || '/', '/') - 1) AS sent
                      FROM batch_file WHERE batch_file.batch_key = batch.batch_key)),
                    CASE work WHEN 'import' THEN 'rows that had waited' ELSE 'who is who' END) AS files
      FROM batch LEFT JOIN batch_count USING (batch_key)
     GROUP BY batch.batch_key
     ORDER BY batch.batch_key DESC
     LIMIT :most
"""


def totals(database: Database) -> dict[str, int]:
    """Records of each kind that are loaded and active."""
    with database.reading(_GATE) as reading:
        return {row["entity"]: row["total"] for row in reading.query("SELECT entity, total FROM total")}


def last_batches(database: Database, most: int = 20) -> list[dict[str, Any]]:
    """The newest batches, newest first, with what each changed."""
    with database.reading(_GATE) as reading:
        return reading.query(_BATCHES, {"most": most})
