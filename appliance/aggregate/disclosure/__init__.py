"""Disclosure control: exact tabulations in, tables that may leave out, or a refusal with the reason."""

from appliance.aggregate.disclosure.history import Earlier
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.disclosure.protect import Protected, protect
from appliance.aggregate.disclosure.protected import ProtectedTable
from appliance.aggregate.disclosure.report import AttackLine, Report, TableLine

__all__ = ["AttackLine", "Earlier", "Policy", "Protected", "ProtectedTable", "Report", "TableLine", "protect"]
