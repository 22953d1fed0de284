"""A home whose rules of releases two people have signed: before that nothing can be drafted in it."""

from typing import Any

from appliance.jobs.policy import SHIPPED, propose_shipped, sign
from appliance.settings import Settings
from appliance.storage.database import Database


def sign_rules(database: Database, *, proposer: str = "s.ortiz", signer: str = "g.lindqvist") -> dict[str, Any]:
    """Put the shipped rules in force, as a first step of a district; the proposal, signed."""
    why = "The board took the shipped rules over."
    proposed = propose_shipped(database, SHIPPED, Settings(), reason=why, by=proposer)
    return sign(database, proposed["policy_key"], by=signer)
