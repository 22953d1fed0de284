"""Finding a member of staff by the id that the district's own files use, to tie an account to the roster."""

from appliance.errors import Trouble
from appliance.storage.connection import Gate
from appliance.storage.database import Database

_GATE = Gate(
    open_tables=frozenset({"staff", "staff_role", "organization"}),
    views={
        "staff_id": """SELECT source_id, key AS staff_key FROM {vault}.identity
            WHERE entity = 'staff' AND system = 'district'"""
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
