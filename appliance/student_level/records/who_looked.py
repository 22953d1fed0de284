"""Who looked at one student, when, and why they might: what a family may ask for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from appliance.actions import Action, Role
from appliance.days import from_day_number
from appliance.errors import Sentence
from appliance.storage.database import Reading

_LOOKS = """
    SELECT sequence, at, who, display_name, coalesce(role, '') AS role, action, subject, reason
      FROM visible_opening WHERE student_key = :student ORDER BY sequence DESC LIMIT :most
"""

OPENINGS_SHOWN_DAYS = 30
_OPENED, _PRINTED, _TAKEN_OUT = Sentence("opened"), Sentence("printed"), Sentence("taken out in a list")
_WAYS = {
    Action.SEE_STUDENT: _OPENED,
    Action.PRINT_STUDENT: _PRINTED,
    Action.PRINT_SECTION: _PRINTED,
    Action.PRINT_SCHOOL: _PRINTED,
    Action.EXPORT_SECTION: _TAKEN_OUT,
    Action.EXPORT_SCHOOL: _TAKEN_OUT,
}
_OPENINGS = """
    SELECT display_name, coalesce(role, '') AS role, action, max(at) AS at FROM visible_opening
     WHERE student_key = :student AND at >= :since AND action IN (SELECT value FROM json_each(:actions))
     GROUP BY display_name, role, action ORDER BY at DESC
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody opened a record, printed about it or took it out in a list, in the last 30 days.

    `at`: the last time, ISO text. `role`: in words, empty without an account.
    """

    display_name: str
    role: str
    at: str
    way: Sentence


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the access log that names the student. `at`: ISO text, UTC."""

    sequence: int
    at: str
    who: str
    display_name: str
    role: str
    action: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody who looked. `role`: in words, empty without an account. `first` and `last`: ISO text, UTC."""

    display_name: str
    role: str
    first: str
    last: str
    times: int
    reasons: tuple[str, ...]


def openings_of(reading: Reading, student_key: int, today: int) -> list[Opening]:
    """Who opened this record in the last 30 days, printed about it or took it out in a list; latest first."""
    since = (from_day_number(today) - timedelta(days=OPENINGS_SHOWN_DAYS)).isoformat()
    values = {"student": student_key, "actions": json.dumps(list(_WAYS)), "since": since}
    found: dict[tuple[str, str, str], Opening] = {}
    for row in reading.query(_OPENINGS, values):
        way = _WAYS[Action(row["action"])]
        one = Opening(row["display_name"], _word(row["role"]), row["at"], way)
        found.setdefault((one.display_name, one.role, way), one)
    return list(found.values())


def looks_at(reading: Reading, student_key: int, most: int) -> list[Look]:
    """Every line that names a student whom the reader may see, latest first; what came to nothing is left out."""
    return [Look(**row) for row in reading.query(_LOOKS, {"student": student_key, "most": most})]


def lookers(looks: Sequence[Look]) -> list[Looker]:
    """The same, person by person; who looked last comes first."""
    by_person: dict[str, list[Look]] = {}
    for look in looks:
        by_person.setdefault(look.who, []).append(look)
    return [
        Looker(mine[0].display_name, _word(mine[0].role), mine[-1].at, mine[0].at, len(mine),
               tuple(dict.fromkeys(look.reason for look in mine if look.reason)))
        for mine in by_person.values()
    ]  # fmt: skip


def _word(role: str) -> str:
    return Role(role).terms.word if role else ""
