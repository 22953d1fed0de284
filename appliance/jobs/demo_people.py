"""The demo's people: somebody of each role, with a sign-in, and with something to see."""

import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from appliance.actions import Role
from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs import grants
from appliance.jobs.accounts import make_account
from appliance.jobs.demo_codes import set_up_app
from appliance.jobs.people import person
from appliance.jobs.roster_lookup import find_staff
from appliance.sample import SampleDistrict
from appliance.storage.database import Database
from appliance.student_level.access import Viewer, reading_as
from appliance.student_level.records.sections import sections_of

_WORDS = "amber birch cedar daisy ember fern grove heron iris juniper kestrel larch maple nettle otter poppy".split()
_OFFICE = (
    ("c.cruz", "Carla Cruz", Role.COACH, "a class that was opened to her for two weeks"),
    ("n.ames", "Nora Ames", Role.ANALYST, "totals; one student for an hour, with a reason"),
    ("d.dunn", "Dale Dunn", Role.DISTRICT_ADMIN, "accounts and the machine, and no student"),
    ("o.otto", "Olga Otto", Role.AUDITOR, "who looked at whom, and who may"),
    ("family", "A family", Role.GUARDIAN, "their own child"),
)
"""Those whom no roster names: (user name, name, role, what they see)."""
_GRANT_DAYS = 14


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody to sign in as."""

    username: str
    role: Role
    sees: str
    app_secret: str = ""
    """Of an authenticator app, where the role needs one."""


def sign_ins(database: Database, made: SampleDistrict, folder: Path) -> tuple[str, list[SignIn]]:
    """Accounts for everybody, all with one password drawn for this run, noted in `sign-ins.json`."""
    password = " ".join(secrets.choice(_WORDS) for _ in range(5))
    found = []
    for one in made.people:
        staff_key, name = find_staff(database, one.staff_id)
        secret = _account(database, one.username, name, Role(one.role), password, staff_key)
        found.append(SignIn(one.username, Role(one.role), one.sees, secret))
    for username, name, role, sees in _OFFICE:
        secret = _account(database, username, name, role, password, None)
        found.append(SignIn(username, role, sees, secret))
    teacher = next(one for one in made.people if one.role == Role.TEACHER)
    staff_key, _ = find_staff(database, teacher.staff_id)
    _give_reach(database, staff_key, day_number(made.last_day))
    note: dict[str, object] = {"password": password}
    try:
        code = grants.give_day_code(
            database, absent_staff=staff_key, today=day_number(made.last_day), now=time.time(), by="the demo"
        )
    except Trouble:
        pass  # After six, or on a day on which nobody teaches, there is nobody to stand in for.
    else:
        sees = f"names in {teacher.family}’s classes until six; the password is  {code.code}"
        found.append(SignIn(code.username, Role.SUBSTITUTE, sees))
        note["day_code"] = code.code
    note["people"] = [{"username": one.username, "role": one.role, "app_secret": one.app_secret} for one in found]
    file = folder / "sign-ins.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(note, indent=2) + "\n")
    return password, found


def _account(database: Database, username: str, name: str, role: Role, password: str, staff_key: int | None) -> str:
    account_key = make_account(
        database, username=username, password=password, role=role, staff_key=staff_key, display_name=name,
        by="the demo",
    )  # fmt: skip
    return set_up_app(database, account_key, username, role)


def _give_reach(database: Database, staff_key: int, today: int) -> None:
    """A class of the demo's teacher for the coach, and one of its students for the family."""
    teacher = Viewer(0, "", "", Role.TEACHER, staff_key, today)
    with reading_as(database, teacher) as reading:
        section = sections_of(reading, staff_key, today)[0].section_key
        sql = "SELECT min(student_key) AS child FROM visible_section_enrollment WHERE section_key = :section"
        row = reading.one(sql, {"section": section})
    assert row is not None
    grants.give_to_coach(
        database, person(database, "c.cruz"), section=section, today=today, until_day=today + _GRANT_DAYS,
        reason="coaching science labs", by="the demo",
    )  # fmt: skip
    grants.link_family(database, person(database, "family"), row["child"], today=today, by="the demo")
