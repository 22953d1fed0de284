"""Who looked at one student, when, and why they might: what a family may ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.roles import Role
from appliance.storage.database import Reading

_LOOKS = """
    SELECT sequence, at, who, display_name, coalesce(role, '') AS role, action, subject, reason
      FROM visible_opening WHERE student_key = :student ORDER BY sequence DESC LIMIT :most
"""


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
