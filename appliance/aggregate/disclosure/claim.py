"""What is promised about one hidden number."""

from dataclasses import dataclass

from appliance.aggregate.published import Key


@dataclass(frozen=True, slots=True)
class Claim:
    """The attacker shall be unable to prove that a number is above `low` or below `high`."""

    key: Key
    low: int
    high: int
