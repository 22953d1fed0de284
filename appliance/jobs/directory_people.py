"""Whom the directory vouches for, and who that is in the roster.

The directory says who; the roster says what they may see. A person whom the roster does not know gets no account and
no session, only an explanation. The key of a person is the directory's own (`subject` at `issuer`), for life: names and
mail addresses change hands.
"""

from appliance.actions import Action, Role
from appliance.doorkeeper.asking import Person
from appliance.errors import Trouble
from appliance.jobs.accounts import ACCOUNTS, AccountTrouble, make_account
from appliance.jobs.roster_lookup import find_staff
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event

_LINKED = """
    SELECT account_key FROM known_outside WHERE issuer = :issuer AND subject = :subject
"""
_OF_STAFF = "SELECT account_key FROM account WHERE staff_key = :staff AND NOT is_disabled"
_ROLES = Gate(open_tables=frozenset({"staff_role"}))
_ROLE = """
    SELECT DISTINCT role FROM staff_role
     WHERE staff_key = :staff AND (begin_day IS NULL OR begin_day <= :today) AND (end_day IS NULL OR end_day > :today)
"""
_FROM_ROSTER = (Role.PRINCIPAL, Role.COUNSELOR, Role.TEACHER)
"""Roles that a roster gives, the widest first. Every other role is given by an administrator."""


class NotInRoster(Trouble):
    """The directory knows the person, the roster does not: there is nothing that they could be shown."""


def account_for(database: Database, person: Person, today: int) -> int:
    """The key of the person's account, made at the first sign-in. Raises NotInRoster."""
    with database.reading(ACCOUNTS) as reading:
        linked = reading.one(_LINKED, {"issuer": person.issuer, "subject": person.subject})
    if linked:
        return int(linked["account_key"])
    staff_key, name = _in_roster(database, person)
    with database.reading(ACCOUNTS) as reading:
        theirs = reading.query(_OF_STAFF, {"staff": staff_key})
    account_key = int(theirs[0]["account_key"]) if len(theirs) == 1 else _make(database, person, staff_key, name, today)
    with database.desk.changing(
        Event(person.username or name, Action.MAKE_ACCOUNT, "known to the directory")
    ) as tables:
        sql = "INSERT OR IGNORE INTO outside_identity (issuer, subject, account_key) VALUES (?, ?, ?)"
        tables.execute(sql, (person.issuer, person.subject, account_key))
    return account_key


def _in_roster(database: Database, person: Person) -> tuple[int, str]:
    if person.roster_id:
        try:
            return find_staff(database, person.roster_id)
        except Trouble:
            pass
    raise NotInRoster(
        "The district’s directory knows you, and the roster in Schoolhouse does not, so there is nothing to show you. "
        "If you are new, the roster may need another day. Otherwise ask the data steward whether your staff number in "
        "the directory is the one in the roster."
    )


def _make(database: Database, person: Person, staff_key: int, name: str, today: int) -> int:
    with database.reading(_ROLES) as reading:
        held = {row["role"] for row in reading.query(_ROLE, {"staff": staff_key, "today": today})}
    role = next((role for role in _FROM_ROSTER if role in held), None)
    if role is None:
        raise NotInRoster(
            "You are in the roster, but not as somebody who teaches, counsels or leads a school. If you need "
            "Schoolhouse, the district’s administrator can make you an account."
        )
    try:
        return make_account(
            database, username=person.username, password=None, role=role, staff_key=staff_key, display_name=name,
            by="the directory",
        )  # fmt: skip
    except AccountTrouble:
        raise AccountTrouble(
            "Somebody else here has your user name. Ask the district’s administrator to make you an account."
        ) from None
