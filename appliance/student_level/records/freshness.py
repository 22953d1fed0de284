"""How old the data on a page is, and whose school the page is about."""

from dataclasses import dataclass

from appliance.storage.database import Reading

_LAST_BATCH = "SELECT batch_key, loaded_at FROM batch WHERE work = 'import' ORDER BY batch_key DESC LIMIT 1"
_REFUSED = "SELECT coalesce(sum(refused), 0) AS refused FROM batch_count WHERE batch_key = :batch"
_WORKPLACE = """
    SELECT name FROM staff_role JOIN organization USING (organization_key)
     WHERE staff_key = :staff ORDER BY kind = 'district', name
"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """When files last came in (ISO text, UTC), and how many of their rows were held back."""

    loaded_at: str
    refused: int


def freshness(reading: Reading) -> Freshness | None:
    """The last import, or None before the first."""
    batch = reading.one(_LAST_BATCH)
    if batch is None:
        return None
    refused = reading.one(_REFUSED, {"batch": batch["batch_key"]})
    return Freshness(batch["loaded_at"], refused["refused"] if refused else 0)


def workplace(reading: Reading, staff_key: int) -> str:
    """The name of the school a person works at; "2 schools" for several; empty when the roster says nothing."""
    names = sorted({row["name"] for row in reading.query(_WORKPLACE, {"staff": staff_key})})
    return names[0] if len(names) == 1 else f"{len(names)} schools" if names else ""
