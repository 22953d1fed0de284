"""The receiving side: it knows release packages and nothing else, and needs no home."""

from appliance.state_office.attack import Loot, attack, published
from appliance.state_office.verify import Check, Verdict, verify

__all__ = ["Check", "Loot", "Verdict", "attack", "published", "verify"]
