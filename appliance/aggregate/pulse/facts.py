"""What a pulse says about itself besides its numbers, and the names of what its file holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from appliance.aggregate.pulse.ledger import Entry
from appliance.aggregate.refusal import Refused

NAMESPACE: Final = "schoolhouse-pulse"
DESCRIPTOR, SIGNATURE = "pulse.json", "pulse.json.sig"
PULSE_COLUMNS = ["school_year", "lea_id", "school_id", "week", "missed", "enrolled", "percent", "margin"]
MEASURED_COLUMNS = ["school_id", "missed", "missed_none"]


@dataclass(frozen=True, slots=True)
class PulseFacts:
    """What the file says about itself besides its numbers. Raises `Refused` for a name that cannot be printed."""

    entry: Entry
    spent: Fraction
    """What the year has cost with this pulse."""
    cap: Fraction
    """What the year may cost: the least that was in force in it."""
    epsilon_week: float
    epsilon_year: float
    """The same losses, of this pulse and of the whole cap, as epsilon at the question's delta."""
    drawn: str
    """ISO date."""
    district_name: str
    schools: Mapping[str, str]
    """Name by state school id."""
    software: str

    def __post_init__(self) -> None:
        names = (self.district_name, *self.schools.values())
        if not all(name.isprintable() and name[:1] not in ("=", "+", "-", "@") for name in names):
            raise Refused("The name of the district or of a school is not one that a spreadsheet may open.")
