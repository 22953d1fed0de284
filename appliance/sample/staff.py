"""The adults, and those among them whom the demo and the tests sign in as."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from appliance.sample.names import Name, account_name, invent_name
from appliance.sample.schools import DISTRICT_KEY, School

TEACHER_NAME, MATH_TEACHER_NAME = ("Tom", "Hale"), ("Joy", "Amadi")
COUNSELOR_NAME, PRINCIPAL_NAME = ("Dana", "Wu"), ("Ana", "Rivera")
ASSISTANT_NAME, STEWARD_NAME, SUPERINTENDENT_NAME = ("Kit", "Abel"), ("Sam", "Ortiz"), ("Grace", "Lindqvist")


class Role(StrEnum):
    """Roles in OneRoster's words; there is none for a superintendent, who is a district administrator too."""

    TEACHER = "teacher"
    COUNSELOR = "counselor"
    PRINCIPAL = "principal"
    DISTRICT_ADMINISTRATOR = "districtAdministrator"
    SYSTEM_ADMINISTRATOR = "systemAdministrator"


@dataclass(frozen=True, slots=True)
class Staff:
    """`staff_id` is text and begins with zeros. `school` is None in the district office."""

    staff_id: str
    name: Name
    username: str
    roles: tuple[Role, ...]
    school: School | None

    @property
    def key(self) -> str:
        """The person in the OneRoster files."""
        return f"stf-{self.staff_id}"

    @property
    def org_key(self) -> str:
        """Where the person works, in the OneRoster files."""
        return self.school.key if self.school else DISTRICT_KEY


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the roster to sign in as. `role`: one of the appliance's, such as assistant_principal."""

    given: str
    family: str
    staff_id: str
    role: str
    school: str
    username: str
    sees: str


class Office:
    """Hires people one after the other, so that ids and user names are unique in the district."""

    def __init__(self) -> None:
        self._hired = 0
        self._usernames: Counter[str] = Counter()
        teachers, others = (TEACHER_NAME, MATH_TEACHER_NAME), (COUNSELOR_NAME, PRINCIPAL_NAME, ASSISTANT_NAME)
        for name in (*teachers, *others, STEWARD_NAME, SUPERINTENDENT_NAME):
            self._usernames[account_name(Name(name[0], "", name[1]))] = 1

    def hire(self, school: School | None, *roles: Role, rng: Random, name: tuple[str, str] | None = None) -> Staff:
        """Somebody new. The demo's people keep the plain form of their user names."""
        self._hired += 1
        invented = invent_name(rng)
        whole = Name(name[0], "", name[1]) if name else invented
        username = account_name(whole)
        if not name:
            self._usernames[username] += 1
            count = self._usernames[username]
            username = username if count == 1 else f"{username}{count}"
        return Staff(f"{100 + self._hired:06d}", whole, username, roles, school)


def introduce(staff: Staff, role: str, sees: str) -> DemoPerson:
    """The person as the demo presents them."""
    school = staff.school.name if staff.school else ""
    return DemoPerson(staff.name.given, staff.name.family, staff.staff_id, role, school, staff.username, sees)
