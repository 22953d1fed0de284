"""Who has an account here: as much of it as deciding about reach needs, and nothing that opens it."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from appliance.actions import Role
from appliance.errors import Trouble
from appliance.storage.connection import Gate
from appliance.storage.database import Database
from appliance.student_level.access import Viewer

_GATE = Gate(
    open_tables=frozenset(),
    views={
        "visible_account": """SELECT account_key, username, display_name, role, staff_key FROM {desk}.account
            WHERE NOT is_disabled"""
    },
)
_PEOPLE = """
    SELECT account_key, username, display_name, role, staff_key FROM visible_account
     WHERE (:role = '' OR role = :role) AND (:username = '' OR username = :username COLLATE NOCASE)
       AND (:staff IS NULL OR staff_key IN (SELECT value FROM json_each(:staff))
            OR account_key IN (SELECT value FROM json_each(:accounts)))
     ORDER BY display_name, username
"""
_WITHOUT_ROSTER = """
    SELECT count(*) AS number FROM visible_account
     WHERE staff_key IS NULL AND role IN (SELECT value FROM json_each(:roles))
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    account_key: int
    username: str
    display_name: str
    role: Role
    staff_key: int | None

    def as_viewer(self, today: int, now: float, *, family_pages: bool = False) -> Viewer:
        """The person, as the database's row scope knows them on a day."""
        return Viewer(
            self.account_key, self.username, self.display_name, self.role, self.staff_key, today,
            now=now, family_pages=family_pages,
        )  # fmt: skip


def people(
    database: Database,
    role: Role | None = None,
    username: str = "",
    *,
    staff: Collection[int] | None = None,
    accounts: Collection[int] = (),
) -> list[Person]:
    """Everybody who can sign in: of one role, or of one name; with `staff`, only these and the people of `accounts`."""
    of = {"staff": None if staff is None else json.dumps(sorted(staff)), "accounts": json.dumps(sorted(accounts))}
    with database.reading(_GATE) as reading:
        rows = reading.query(_PEOPLE, {"role": role or "", "username": username, **of})
    return [Person(**{**row, "role": Role(row["role"])}) for row in rows]


def person(database: Database, username: str, role: Role | None = None) -> Person:
    """The person of that user name. Raises Trouble when there is none, or none with that role."""
    found = people(database, role, username) if username else []
    if not found:
        raise Trouble(
            f"Nobody signs in as {username}{f' with the role {role.terms.word}' if role else ''}. "
            "An administrator makes accounts: schoolhouse user add."
        )
    return found[0]


def number_without_roster(database: Database, roles: Collection[Role]) -> int:
    """How many who can sign in with one of these roles are nobody in the roster."""
    with database.reading(_GATE) as reading:
        row = reading.one(_WITHOUT_ROSTER, {"roles": json.dumps(sorted(roles))})
    return int(row["number"]) if row else 0
