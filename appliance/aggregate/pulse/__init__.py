"""The weekly pulse: noisy school and district totals, drawn under a budget that is debited before the noise.

A pulse is a small signed file of its own and not a table of a release. A release is exact numbers at a snapshot, four
eyes, and one linear system that an attacker solves; a noisy number fits none of these: it would make that system
contradict itself, and it comes weekly. What it has in common with a release (archive, sums, signature) it shares.

`Question` says what is asked, `next_entry` what it costs, `Mechanism` alone makes noise, `estimate` makes the noisy
numbers fit each other, `package_bytes` makes the file, `open_pulse` checks one. Nothing here knows a student or a
database.
"""

from appliance.aggregate.pulse.check import OpenedPulse, open_pulse
from appliance.aggregate.pulse.estimate import Estimate, estimate
from appliance.aggregate.pulse.facts import PulseFacts
from appliance.aggregate.pulse.ledger import Entry, check_chain, least_cap, next_entry, spent
from appliance.aggregate.pulse.measured import Measured
from appliance.aggregate.pulse.mechanism import Mechanism, check_counts
from appliance.aggregate.pulse.package import package_bytes
from appliance.aggregate.pulse.policy import PulsePolicy, rational
from appliance.aggregate.pulse.question import METRIC, Question

__all__ = [
    "METRIC",
    "Entry",
    "Estimate",
    "Measured",
    "Mechanism",
    "OpenedPulse",
    "PulseFacts",
    "PulsePolicy",
    "Question",
    "check_chain",
    "check_counts",
    "estimate",
    "least_cap",
    "next_entry",
    "open_pulse",
    "package_bytes",
    "rational",
    "spent",
]
