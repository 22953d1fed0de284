"""What waits in quarantine, and how a steward lets go of it."""

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.storage.database import Database, Event
from appliance.student_level.records.quarantine import WAITING, Cause, OfBatch, causes, of_batches
from appliance.student_level.staging import quarantine


def what_waits(database: Database) -> tuple[list[Cause], list[OfBatch]]:
    """The root causes in the order in which to mend them, and the batches that left rows."""
    with database.reading(WAITING) as reading:
        return causes(reading), of_batches(reading)


def drop_batch(database: Database, batch: int, *, reason: str, by: str) -> int:
    """Forget the rows that a batch left in quarantine; how many went. Raises Trouble when there are none."""
    with database.changing(Event(by, Action.DROP_QUARANTINE, f"batch {batch}", reason)) as tables:
        if not (gone := quarantine.drop(tables, batch)):
            raise Trouble(f"Batch {batch} has no row in quarantine. See which have: schoolhouse quarantine list")
    return gone
