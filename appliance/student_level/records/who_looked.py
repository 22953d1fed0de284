"""Who looked at one student, when, and why they might: what a family may ask for."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
    """Somebody opened a record, printed about it or took it out in a list, on a day of the last 30.

    `at`: the last time that day, ISO text. `role`: in words, empty without an account. `ways`: which of the three.
    """

    display_name: str
    role: str
    at: str
    ways: tuple[Sentence, ...]


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
    """Who opened this record in the last 30 days, printed about it or took it out in a list; latest first.

    Of each way of each person, the last day.
    """
    since = (from_day_number(today) - timedelta(days=OPENINGS_SHOWN_DAYS)).isoformat()
    values = {"student": student_key, "actions": json.dumps(list(_WAYS)), "since": since}
    last: dict[tuple[str, str, Sentence], str] = {}
    for row in reading.query(_OPENINGS, values):
        last.setdefault((row["display_name"], _word(row["role"]), _WAYS[Action(row["action"])]), row["at"])
    days: dict[tuple[str, str, date], list[tuple[str, Sentence]]] = defaultdict(list)
    for (name, role, way), at in last.items():
        days[name, role, datetime.fromisoformat(at).astimezone().date()].append((at, way))
    return [
        Opening(name, role, ways[0][0], tuple(way for _, way in reversed(ways)))
        for (name, role, _), ways in days.items()
    ]


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
