"""What a person decided about one question of who is who, put into the tables."""

import json
from typing import Any, Literal

from sqlite_utils import Database as Tables

Decision = Literal["same", "different", "not yet"]
_LINK = """
    INSERT INTO identity (entity, system, source_id, key, since_day) VALUES ('student', ?, ?, ?, ?)
        ON CONFLICT (entity, system, source_id) DO NOTHING
"""
_DECIDE = """
    UPDATE who_case SET status = ?, reason = ?, decided_by = ?, decided_at = ?, told = ? WHERE case_key = ?
"""
_OTHERS = """
    UPDATE who_case SET status = 'different', reason = ?, decided_by = ?, decided_at = ?, told = '{}'
     WHERE system = ? AND source_id = ? AND status IN ('waiting', 'not yet')
"""
_WAS = """
    INSERT INTO former_identity (entity, system, source_id, key, since_day, gone_day)
    SELECT entity, system, source_id, key, since_day, :today FROM identity
     WHERE entity = 'student' AND system = :system AND source_id = :source_id AND key = :student
"""
_IS_NO_MORE = """
    DELETE FROM identity
     WHERE entity = 'student' AND system = :system AND source_id = :source_id AND key = :student
"""
_BORN = """
    UPDATE student SET birth_day = :birth_day WHERE birth_day IS NULL AND student_key =
           (SELECT key FROM identity WHERE entity = 'student' AND system = :system AND source_id = :source_id)
"""


def decide(
    tables: Tables, case: dict[str, Any], decision: Decision, *, reason: str, by: str, at: str, today: int
) -> None:
    """Answer one question. `case` is its line; what was told of the person is forgotten unless it stays open."""
    told = case["told"] if decision == "not yet" else "{}"
    tables.execute(_DECIDE, [decision, reason, by, at, told, case["case_key"]])
    ids = [(case["system"], case["source_id"]), *([("district", case["local_id"])] if case["local_id"] else [])]
    if decision == "same":
        for system, source_id in ids:
            tables.execute(_LINK, [system, source_id, case["student_key"], today])
        tables.execute(_OTHERS, [reason, by, at, case["system"], case["source_id"]])
    if decision == "different" and case["why"] == "not alike":
        for system, source_id in ids:
            was = {"system": system, "source_id": source_id, "student": case["student_key"], "today": today}
            tables.execute(_WAS, was)
            tables.execute(_IS_NO_MORE, was)


def note_birth_day(tables: Tables, case: dict[str, Any]) -> None:
    """Give a student whom a decision brought the birth day that was told: demographics do not wait in quarantine."""
    told = json.loads(case["told"])
    if told.get("birth_day") is not None:
        values = {"birth_day": told["birth_day"], "system": case["system"], "source_id": case["source_id"]}
        tables.execute(_BORN, values)
