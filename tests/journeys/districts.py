"""Two whole districts to walk through: the demo's invented one, and Grand Bend's real export; somebody of each role.

Both teachers of the demo walk: one's classes show missing work and standards, the other's growth.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from litestar import Litestar

from appliance.actions import Role
from appliance.days import day_number, from_day_number, school_year
from appliance.jobs import demo, grants
from appliance.jobs.accounts import make_account
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.demo_codes import set_up_app
from appliance.jobs.import_files import import_files
from appliance.jobs.make_release import draft
from appliance.jobs.people import person
from appliance.jobs.second_factors import current_code
from appliance.server import build_app
from appliance.settings import Settings
from appliance.storage.database import Database
from tests import grandbend
from tests.signed_rules import sign_rules

_PASSWORD = "a long road along the lake 7"
_LAST_DAY = date(2011, 5, 20)
"""A Friday late in Grand Bend's school year."""


@dataclass(frozen=True, slots=True)
class District:
    """A district that is served, and its people: user name -> role, password, secret of their app."""

    app: Litestar
    database: Database
    people: dict[str, Role]
    passwords: dict[str, str]
    secrets: dict[str, str]

    def codes_of(self, username: str) -> Callable[[], Sequence[str]]:
        """The codes that somebody's app shows about now; each counts once."""
        now = time.time()
        return lambda: [current_code(self.secrets[username], now + seconds) for seconds in (-30, 0, 30)]


def invented(folder: Path, students: int = 600) -> District:
    """What `schoolhouse demo` makes: people, a release, sign-ins."""
    return of_demo(
        demo.prepare(folder / "demo", students=students, port=None, say=lambda _: None, progress=lambda *_: None).parent
    )


def of_demo(folder: Path) -> District:
    """What `schoolhouse demo --dir FOLDER` left there."""
    note = json.loads((folder / "sign-ins.json").read_text())
    people = {one["username"]: Role(one["role"]) for one in note["people"]}
    passwords = {name: note["day_code" if role is Role.SUBSTITUTE else "password"] for name, role in people.items()}
    database = Database(folder / "home")
    return District(
        build_app(database, Settings(family_pages=True), secure_cookies=False), database, people, passwords,
        {one["username"]: one["app_secret"] for one in note["people"]},
    )  # fmt: skip


def empty(folder: Path) -> District:
    """A home on its first day: somebody of each role has an account, and nothing is loaded."""
    database = Database.create(folder / "empty")
    # A substitute's account is a day code, for which somebody must be away.
    people: dict[str, Role] = {str(role.value): role for role in Role if role is not Role.SUBSTITUTE}
    secrets = {name: _account(database, name, role, None) for name, role in people.items()}
    app = build_app(database, Settings(family_pages=True), secure_cookies=False)
    return District(app, database, people, dict.fromkeys(people, _PASSWORD), secrets)


def unusual_days(district: District) -> dict[str, Litestar]:
    """The same district as it would be read on its first school day, and ten weeks after its last file.

    Whoever has signed in to the district is signed in here too.
    """
    ask = district.database._writer.execute
    (last,) = ask("SELECT max(day) FROM attendance_taken").fetchone()
    summer = day_number(date(school_year(from_day_number(last)) - 1, 7, 1))
    (first,) = ask("SELECT min(day) FROM attendance_taken WHERE day > ?", [summer]).fetchone()
    return {
        name: build_app(
            district.database, Settings(family_pages=True), secure_cookies=False, as_of=from_day_number(day)
        )
        for name, day in (("first-day", first), ("stale", last + 70))
    }


def grand_bend(folder: Path) -> District:
    """Grand Bend's roster and what its student information system exports, on a Friday in May 2011."""
    database = Database.create(folder / "grandbend")
    import_files(database, [grandbend.ROSTER_1P2, *grandbend.SIS])
    refresh(database)
    staff = _staff(database)
    people = {str(role.value): role for role in staff}
    secrets = {name: _account(database, name, role, staff[role]) for name, role in people.items()}
    today = day_number(_LAST_DAY)
    section, child = _first_class(database, staff[Role.TEACHER])
    grants.give_to_coach(
        database, person(database, Role.COACH.value), section=section, today=today, until_day=today + 14,
        reason="a reading group", by="the test",
    )  # fmt: skip
    grants.link_family(database, person(database, Role.GUARDIAN.value), child, today=today, by="the test")
    sign_rules(database, proposer=people[Role.DATA_STEWARD], signer=people[Role.SUPERINTENDENT])
    draft(database, date(2010, 10, 1), by=Role.DATA_STEWARD.value)
    app = build_app(database, Settings(family_pages=True), secure_cookies=False, as_of=_LAST_DAY)
    return District(app, database, people, dict.fromkeys(people, _PASSWORD), secrets)


def _account(database: Database, username: str, role: Role, staff_key: int | None) -> str:
    """Make one; the secret of its app, where the role needs one."""
    key = make_account(
        database, username=username, password=_PASSWORD, role=role, staff_key=staff_key,
        display_name=role.terms.word, by="the test",
    )  # fmt: skip
    return set_up_app(database, key, username, role)


def _staff(database: Database) -> dict[Role, int | None]:
    """Who plays each role: a teacher with many classes, somebody of the office as principal, others in no roster."""
    ask = database._writer.execute
    busiest = "SELECT staff_key FROM teaching GROUP BY staff_key ORDER BY count(*) DESC, staff_key LIMIT 1"
    (teacher,) = ask(busiest).fetchone()
    leads = "SELECT staff_key FROM staff_role WHERE role = 'principal' ORDER BY staff_key LIMIT 1"
    (principal,) = ask(leads).fetchone() or (teacher,)
    staff: dict[Role, int | None] = {role: None for role in Role if role not in (Role.SUBSTITUTE,)}
    of_a_school = (Role.PRINCIPAL, Role.ASSISTANT_PRINCIPAL, Role.COUNSELOR)
    return staff | dict.fromkeys(of_a_school, principal) | {Role.TEACHER: teacher}


def _first_class(database: Database, staff_key: int | None) -> tuple[int, int]:
    found = database._writer.execute(
        "SELECT section_key, student_key FROM teaching JOIN section_enrollment USING (section_key)"
        " WHERE staff_key = ? ORDER BY section_key, student_key LIMIT 1",
        [staff_key],
    ).fetchone()
    return int(found[0]), int(found[1])
