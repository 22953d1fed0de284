"""The attacker: one linear system over every published table and geography, and what follows from it.

It reads a release as any outsider would, knows the rules, and may be told more: every group size, or what an insider
knows. It shares no code with the optimiser whose work it judges.
"""

from appliance.aggregate.disclosure.attacker.guess import with_guesses
from appliance.aggregate.disclosure.attacker.reading import canonical, is_repeated, read, rests
from appliance.aggregate.disclosure.attacker.search import Attack, Fallen
from appliance.aggregate.disclosure.attacker.system import Knowledge, System

__all__ = ["Attack", "Fallen", "Knowledge", "System", "canonical", "is_repeated", "read", "rests", "with_guesses"]
