"""Finding somebody, or a class, by what the district's own files call them: for whoever sits at the command line."""

from appliance.errors import Trouble
from appliance.storage.connection import Gate
from appliance.storage.database import Database

_GATE = Gate(
    open_tables=frozenset({"staff", "staff_role", "organization", "section"}),
    views={
        "staff_id": """SELECT source_id, key AS staff_key FROM {vault}.identity
            WHERE entity = 'staff' AND system = 'district'""",
        "student_id": """SELECT source_id, key AS student_key FROM {vault}.identity
            WHERE entity = 'student' AND system = 'district'""",
    },
)
_FIND = (
    "SELECT staff_key, given_name, family_name FROM staff_id JOIN staff USING (staff_key) WHERE source_id = :staff_id"
)


def find_staff(database: Database, staff_id: str) -> tuple[int, str]:
    """(staff key, full name) of the person whose district staff id it is. Raises Trouble when the roster has none."""
    with database.reading(_GATE) as reading:
        found = reading.one(_FIND, {"staff_id": staff_id})
    if found is None:
        raise Trouble(f"The roster has no member of staff with the id {staff_id}. Import the roster first.")
    return int(found["staff_key"]), f"{found['given_name']} {found['family_name']}"


def find_student(database: Database, student_id: str) -> int:
    """The key of the student whose district id it is. Raises Trouble; its sentence does not repeat the id."""
    with database.reading(_GATE) as reading:
        found = reading.one("SELECT student_key FROM student_id WHERE source_id = :id", {"id": student_id})
    if found is None:
        raise Trouble("The roster has no student with that id. Import the roster first, or look at the id again.")
    return int(found["student_key"])


def find_section(database: Database, code: str) -> int:
    """The key of the one running class with that code. Raises Trouble for none, and for several."""
    with database.reading(_GATE) as reading:
        found = reading.query("SELECT section_key FROM section WHERE code = :code AND is_active", {"code": code})
    if len(found) != 1:
        raise Trouble(f"The roster has {len(found) or 'no'} classes with the code {code}. One is needed.")
    return int(found[0]["section_key"])
