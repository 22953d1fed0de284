"""How many students somebody opens in an hour: a budget for each role, and the alarm when it is spent.

A teacher opens the pages of a few classes; a stolen password, or somebody curious, opens one after another (OWASP ASVS
5.0, V2.4.1). Lists do not count, only records that are opened one by one. Whoever says once more who they are may go on
with a fresh budget; the data steward sees each time that one was spent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appliance.actions import Action, Role
from appliance.errors import HomeTrouble, Sentence, Trouble
from appliance.settings import Settings
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event

OPENS = frozenset(
    {Action.SEE_STUDENT, Action.PRINT_STUDENT, Action.BREAK_GLASS, Action.SEE_WHO_MAY_SEE, Action.SEE_AUDIT}
)
"""What opens the record of a student, or what is told about one."""
BUDGETS = {
    Role.TEACHER: 60, Role.COUNSELOR: 60, Role.COACH: 40, Role.SUBSTITUTE: 10, Role.PRINCIPAL: 120,
    Role.ASSISTANT_PRINCIPAL: 120, Role.SUPERINTENDENT: 5, Role.ANALYST: 5, Role.DATA_STEWARD: 20,
    Role.DISTRICT_ADMIN: 5, Role.AUDITOR: 20, Role.GUARDIAN: 10,
}  # fmt: skip
"""Different students in an hour, where the settings say nothing: two classes, or a morning of talks, and some more."""
LONGEST_NOTE = 300
_HOUR = timedelta(hours=1)

_OPENED = Gate(
    views={
        "opened": """SELECT who, at, action, student_key
            FROM {desk}.access_log CROSS JOIN {desk}.access_log_student USING (sequence)"""
    }
)
_HOW_MANY = """
    SELECT count(DISTINCT student_key) AS students FROM opened
     WHERE who = :who AND at >= :since AND action IN (SELECT value FROM json_each(:actions))
       AND student_key NOT IN (SELECT value FROM json_each(:students))
"""
_ALARMS = Gate(
    views={
        "open_alarm": """SELECT sequence, at, who, reason, coalesce(display_name, who) AS display_name
            FROM {desk}.alarm JOIN {desk}.access_log USING (sequence)
            LEFT JOIN {desk}.account ON username = who WHERE settled_at IS NULL"""
    }
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a data steward should look into. `at`: ISO text, UTC."""

    sequence: int
    at: str
    who: str
    reason: str
    display_name: str


class OverBudget(Exception):
    """Somebody has opened as many students as their role does in an hour. Its text is a sentence for them."""


def budgets(settings: Settings) -> Mapping[Role, int]:
    """Different students in an hour, by role. Raises HomeTrouble when the settings name a role that there is not."""
    unknown = settings.students_an_hour.keys() - {str(role) for role in Role}
    if unknown:
        raise HomeTrouble(f"students_an_hour: there is no role {', '.join(sorted(unknown))}. Roles: {', '.join(Role)}.")
    return BUDGETS | {Role(name): most for name, most in settings.students_an_hour.items()}


def spend(
    database: Database, who: str, role: Role, students: tuple[int, ...], most: int, *, proved: timedelta = _HOUR
) -> None:
    """See whether somebody may open these students too. `proved`: how long ago they last said who they are.

    Raises OverBudget; the first time in the hour, an alarm is raised as well.
    """
    since = (datetime.now(UTC) - min(_HOUR, proved)).isoformat(timespec="milliseconds")
    values = {"who": who, "since": since, "actions": json.dumps(sorted(OPENS)), "students": json.dumps(students)}
    with database.reading(_OPENED) as reading:
        row = reading.one(_HOW_MANY, values)
    if row is None or row["students"] + len(set(students)) <= most:
        return
    if any(one.who == who and one.at >= since for one in alarms(database)):
        database.record(Event(who, Action.REFUSED, "a student", "has opened as many students as the role does"))
    else:
        told = f"has opened as many students in an hour as a {role.terms.word} does: {most}"
        with database.desk.changing(Event(who, Action.RAISE_ALARM, "many students", told)) as tables:
            tables.execute("INSERT INTO alarm (sequence) SELECT max(sequence) FROM access_log")
    raise OverBudget(
        Sentence(
            "You have opened as many different students within an hour as a %(role)s usually does: %(most)s. The data "
            "steward has been told. If you need to go on, say once more who you are.",
            role=role.terms.word,
            most=most,
        )
    )


def alarms(database: Database) -> list[Alarm]:
    """What nobody has looked into yet, latest first."""
    with database.reading(_ALARMS) as reading:
        return [Alarm(**row) for row in reading.query("SELECT * FROM open_alarm ORDER BY sequence DESC LIMIT 200")]


def settle(database: Database, sequence: int, *, note: str, by: str) -> None:
    """Say what became of an alarm. Raises Trouble when it is settled already, or nothing is said."""
    note = " ".join(note.split())
    if not 1 <= len(note) <= LONGEST_NOTE:
        raise Trouble(f"Say in up to {LONGEST_NOTE} characters what you found. It is kept in the access log.")
    with database.desk.changing(Event(by, Action.SETTLE_ALARM, f"line {sequence}", note)) as tables:
        done = tables.execute(
            "UPDATE alarm SET settled_at = ?, settled_by = ?, note = ? WHERE sequence = ? AND settled_at IS NULL",
            (datetime.now(UTC).isoformat(timespec="seconds"), by, note, sequence),
        )
        if done.rowcount != 1:
            raise Trouble("Somebody has looked into this already.")
