"""What the access log says of a person or of a day. Whom a line is about, it says in numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from appliance.days import from_day_number
from appliance.storage.connection import Gate
from appliance.storage.database import Database

_LOG = Gate(
    views={
        "line": """SELECT sequence, at, who, action, subject, reason, coalesce(display_name, who) AS display_name,
                coalesce(role, '') AS role,
                (SELECT count(*) FROM {desk}.access_log_student WHERE sequence = told.sequence) AS students,
                EXISTS (SELECT 1 FROM {desk}.access_log WHERE takes_back = told.sequence) AS came_to_nothing
            FROM {desk}.access_log AS told LEFT JOIN {desk}.account ON username = who""",
        "person": "SELECT username, display_name FROM {desk}.account",
    }
)
_OF_A_DAY = "SELECT * FROM line WHERE at >= :since AND at < :until ORDER BY at DESC, sequence DESC LIMIT :most"
_OF_A_PERSON = """
    SELECT * FROM line WHERE who = :who AND at >= :since AND at < :until ORDER BY at DESC, sequence DESC LIMIT :most
"""
_CALLED = """
    SELECT username FROM person WHERE username = :typed COLLATE NOCASE OR display_name = :typed COLLATE NOCASE LIMIT 2
"""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `at`: ISO text, UTC. `role` is empty for whoever has no account, as people at the command line."""

    sequence: int
    at: str
    who: str
    action: str
    subject: str
    reason: str
    display_name: str
    role: str
    students: int
    came_to_nothing: int


def lines_of_day(database: Database, day: int, most: int) -> list[LogLine]:
    """The last lines of a day, local time, latest first."""
    return _lines(database, _OF_A_DAY, _between(day, day + 1) | {"most": most})


def lines_of_person(database: Database, typed: str, first_day: int, last_day: int, most: int) -> list[LogLine]:
    """The last lines of a person within some days, local time, latest first.

    `typed`: a user name, a name as it is shown, or what the log calls somebody who has no account.
    """
    with database.reading(_LOG) as reading:
        found = reading.query(_CALLED, {"typed": typed})
    who = found[0]["username"] if len(found) == 1 else typed
    return _lines(database, _OF_A_PERSON, _between(first_day, last_day + 1) | {"who": who, "most": most})


def _lines(database: Database, sql: str, values: Mapping[str, Any]) -> list[LogLine]:
    with database.reading(_LOG) as reading:
        return [LogLine(**row) for row in reading.query(sql, values)]


def _between(first_day: int, end_day: int) -> dict[str, Any]:
    return {"since": _midnight(first_day), "until": _midnight(end_day)}


def _midnight(day: int) -> str:
    """When a day begins here, as the log writes moments: UTC."""
    begins = datetime.combine(from_day_number(day), datetime.min.time()).astimezone(UTC)
    return begins.isoformat(timespec="milliseconds")
