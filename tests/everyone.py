"""One more person in Maplewood for each role that it lacks, each with something to see, and Ada in reach of all.

Mx. Abel is assistant principal at Elm School, Ms. Cruz coaches there, Mr. Shea stands in for Ms. Okafor today. Ms. Ames
is the district's analyst, Mr. Dunn its administrator, Ms. Otto its auditor. Rosa Lovell is Ada's mother.
"""

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.jobs import broken_glass, grants
from appliance.jobs.accounts import make_account
from appliance.jobs.people import Person, person
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.maplewood import ELM, KEY, NOW, OKAFOR

ABEL, TODAY = 15, day_number(maplewood.TODAY)
EVENING = int(NOW) + 10 * 3600
MORE = {
    "abel": (Role.ASSISTANT_PRINCIPAL, ABEL, "Mx. Abel"),
    "cruz": (Role.COACH, None, "Ms. Cruz"),
    "shea": (Role.SUBSTITUTE, None, "Mr. Shea"),
    "ames": (Role.ANALYST, None, "Ms. Ames"),
    "dunn": (Role.DISTRICT_ADMIN, None, "Mr. Dunn"),
    "otto": (Role.AUDITOR, None, "Ms. Otto"),
    "rosa": (Role.GUARDIAN, None, "Rosa Lovell"),
}
PEOPLE = {**maplewood.ACCOUNTS, **MORE}


def move_in(database: Database) -> None:
    """Everybody of `MORE`, in the roster or with a grant, and with an account."""
    change(database, "INSERT INTO staff (staff_key, given_name, family_name) VALUES (?, 'Kit', 'Abel')", ABEL)
    post = "INSERT INTO staff_role (staff_key, organization_key, role, begin_day) VALUES (?, ?, 'principal', ?)"
    change(database, post, ABEL, ELM, TODAY - 60)
    for username, (role, staff_key, name) in MORE.items():
        make_account(
            database, username=username, password=maplewood.PASSWORD, role=role, staff_key=staff_key,
            display_name=name, by="maplewood",
        )  # fmt: skip
    maplewood.set_up_apps(database)
    open_to_coach(database, maplewood.SCIENCE)
    cover(database, person(database, "shea"), OKAFOR)
    grants.link_family(database, person(database, "rosa"), KEY["ada"], today=TODAY, by="kim")
    for username in ("hall", "ames"):
        looks = person(database, username).as_viewer(TODAY, NOW)
        broken_glass.break_glass(database, looks, "Ada Lovell", "The family called about a transcript.")


def change(database: Database, sql: str, *values: object) -> None:
    with database.changing(Event("maplewood", Action.IMPORT)) as tables:
        tables.execute(sql, values)


def open_to_coach(database: Database, section: int) -> int:
    """A class, open to Ms. Cruz for a week; the grant's key."""
    coach = person(database, "cruz")
    grants.give_to_coach(database, coach, section=section, today=TODAY, until_day=TODAY + 7, reason="labs", by="ruiz")
    return max(one.coach_grant_key for one in grants.grants(database, TODAY))


def cover(database: Database, somebody: Person, staff: int) -> None:
    """Somebody stands in for a teacher until this evening."""
    change(database, "DELETE FROM day_code WHERE account_key = ?", somebody.account_key)
    row = (somebody.account_key, staff, int(NOW), EVENING)
    sql = "INSERT INTO day_code (account_key, staff_key, begins_at, ends_at, given_by) VALUES (?, ?, ?, ?, 'ruiz')"
    change(database, sql, *row)
