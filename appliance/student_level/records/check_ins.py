"""Check-ins: who talked with whom, when, and one line about it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.errors import Trouble
from appliance.storage import in_tray
from appliance.storage.database import Database, Event, Reading

KINDS = {
    "talked": "Talked with the student",
    "family": "Talked with the family",
    "plan": "Made a plan",
    "not_needed": "Not needed",
}
LONGEST_NOTE = 300

_LAST = """
    SELECT student_key, day, kind, by_whom, follow_up_day FROM (
        SELECT student_key, day, kind, by_whom, follow_up_day,
               row_number() OVER (PARTITION BY student_key ORDER BY day DESC, check_in_key DESC) AS place
          FROM visible_check_in WHERE day BETWEEN :since AND :today
    ) WHERE place = 1
"""
_LAST_OF_SOME = """
    SELECT student_key, day, kind, by_whom, follow_up_day FROM (
        SELECT student_key, day, kind, by_whom, follow_up_day,
               row_number() OVER (PARTITION BY student_key ORDER BY day DESC, check_in_key DESC) AS place
          FROM visible_check_in
         WHERE student_key IN (SELECT value FROM json_each(:students)) AND day BETWEEN :since AND :today
    ) WHERE place = 1
"""
_OF_STUDENT = """
    SELECT day, kind, by_whom, note, follow_up_day FROM visible_check_in
     WHERE student_key = :student AND day <= :today ORDER BY day DESC, check_in_key DESC LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One check-in. `note` is what its writer wants the family to be able to read; on `follow_up_day` the writer, or
    whoever follows, wants to look again.
    """

    day: int
    kind: str
    by_whom: str
    note: str = ""
    follow_up_day: int | None = None


def last_check_ins(
    reading: Reading, today: int, *, since: int, students: Sequence[int] | None = None
) -> dict[int, CheckIn]:
    """The latest check-in of each visible student (or of some of them) since a day."""
    values = {"today": today, "since": since, "students": json.dumps(students)}
    return {
        row["student_key"]: CheckIn(row["day"], row["kind"], row["by_whom"], "", row["follow_up_day"])
        for row in reading.query(_LAST if students is None else _LAST_OF_SOME, values)
    }


def check_ins_of(reading: Reading, student_key: int, today: int) -> list[CheckIn]:
    """A student's check-ins, newest first."""
    return [CheckIn(**row) for row in reading.query(_OF_STUDENT, {"student": student_key, "today": today})]


def record_check_in(
    database: Database,
    event: Event,
    *,
    student_key: int,
    account_key: int,
    day: int,
    kind: str,
    note: str,
    follow_up_day: int | None = None,
) -> None:
    """Keep a check-in with its line in the log. Durable when this returns, and it waits for no import.

    Whoever calls has seen to it that the writer may. A day to look again on that is not after `day` is a slip: Trouble.
    """
    if follow_up_day is not None and follow_up_day <= day:
        raise Trouble("The day to look again on has to come after today. Choose a later one, or none.")
    told = student_key, account_key, day, kind, note, follow_up_day
    database.record(event, lambda desk: in_tray.put(desk, *told))
