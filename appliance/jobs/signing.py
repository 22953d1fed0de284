"""The district's signing key: one for everything that it signs."""

from datetime import UTC, datetime

from appliance.actions import Action
from appliance.aggregate.release import Signer
from appliance.storage.database import Database, Event, Tables


def district_signer(tables: Tables) -> Signer:
    """The district's newest signing key, made when it is first needed."""
    row = next(iter(tables.query("SELECT private_key FROM signing_key ORDER BY signing_key_key DESC LIMIT 1")), None)
    if row is not None:
        return Signer.from_private_bytes(row["private_key"])
    signer = Signer.generate()
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    tables.table("signing_key").insert(
        {"private_key": signer.private_bytes(), "public_key": signer.public.line("district"), "made_at": made_at}
    )
    return signer


def signer_of(database: Database) -> Signer:
    """The district's key, where nothing else is being changed."""
    with database.changing(Event("the release desk", Action.COMPUTE_METRICS, "signing key")) as tables:
        return district_signer(tables)
