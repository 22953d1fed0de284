"""How many students a reader may see, and for which reason."""

import re
from dataclasses import dataclass
from datetime import datetime

from appliance.days import day_number
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


def first_end(reading: Reading) -> int | None:
    """The first day on which a reach that was given for a time ends, as the reasons say; None where none does."""
    ends = re.findall(r"opened for you until (\w+ \d+, \d+)", " ".join(one.reason for one in reasons(reading)))
    return min((day_number(datetime.strptime(end, "%b %d, %Y").date()) for end in ends), default=None)
