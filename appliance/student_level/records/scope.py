"""How many students a reader may see, and for which reason."""

from dataclasses import dataclass

from appliance.storage.database import Reading

_REASONS = "SELECT reason, count(*) AS students FROM visible_student GROUP BY reason ORDER BY students DESC, reason"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as the end of a sentence about a student ("is in your class Science 7"), and of how many it is true."""

    reason: str
    students: int


def reasons(reading: Reading) -> list[Reason]:
    """Each reason with its count."""
    return [Reason(**row) for row in reading.query(_REASONS)]
