"""The receiving side: it knows release packages and nothing else, and needs no home."""

from appliance.state_office.verify import Check, Verdict, verify

__all__ = ["Check", "Verdict", "verify"]
