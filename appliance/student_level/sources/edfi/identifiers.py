"""The ids of a student beside the unique one: the state's, the district's, a school's. Never a social security number.

Ed-Fi 1.0 keeps these identification codes with the student, Ed-Fi 5 with the student's place in an organization.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from appliance.student_level.sources.edfi.keys import NOT_AN_ID, person_id, student_of
from appliance.student_level.sources.edfi.records import Record, first
from appliance.student_level.sources.edfi.references import Package
from appliance.student_level.sources.ssn import is_code_type

_CODES = ("StudentIdentificationCode", "StaffIdentificationCode")
_SYSTEMS = ("@IdentificationSystem", "StudentIdentificationSystem", "StaffIdentificationSystem")
_STATES = "state"
_LOCAL = ("district", "local", "school", "student number")
"""Systems of ids that files of the district may use. Of the others (family, federal, migrant) nobody here knows any."""


@dataclass(slots=True)
class Ids:
    """What else a student is known by."""

    state: str = ""
    local: dict[str, None] = field(default_factory=dict)


def codes_of(record: Record) -> list[tuple[str, str]]:
    """(identification system in lower case, code) of a record."""
    groups = record.groups(*_CODES)
    return [(first(group, *_SYSTEMS).lower(), first(group, "IdentificationCode", "ID")) for group in groups]


def social_security_numbers(record: Record) -> set[str]:
    """The codes that a record says are social security numbers: none of its ids may be one of them."""
    return {code for system, code in codes_of(record) if is_code_type(system)}


def ids(package: Package) -> dict[str, Ids]:
    """Student -> their other ids. A code that several students of the package have is nobody's."""
    found: dict[str, Ids] = defaultdict(Ids)
    owners: dict[str, str] = {}
    shared: set[str] = set()
    for record in package.records("Student", "StudentEducationOrganizationAssociation"):
        student = student_of(record.group("StudentReference")) or record.text("StudentUniqueStateId")
        student = student or record.text("StudentUniqueId")
        its, never = found[student], social_security_numbers(record)
        for system, code in codes_of(record):
            if not code or code in never or person_id(code) == NOT_AN_ID or "," in code:
                continue
            if system == _STATES:
                its.state = code
            elif system in _LOCAL and code != student:
                if owners.setdefault(code, student) != student:
                    shared.add(code)
                its.local[code] = None
    for its in found.values():
        its.local = {code: None for code in its.local if code not in shared and code not in found}
    return found
