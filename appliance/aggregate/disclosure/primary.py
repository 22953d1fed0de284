"""Which numbers point at a child by themselves, and how little a reader may learn about each. Confidential.

A target is an interval that nobody may be able to narrow from inside: both of its ends must stay possible.
"""

from dataclasses import dataclass

from appliance.aggregate import crossings
from appliance.aggregate.disclosure import coding
from appliance.aggregate.disclosure.coding import Interval
from appliance.aggregate.disclosure.cube import Place, Population
from appliance.aggregate.disclosure.policy import Policy


def code_outcomes(population: Population, policy: Policy) -> dict[Place, Interval]:
    """The outcomes that the policy publishes as a class of counts. A class too narrow for its count is hidden."""
    codes = {}
    for place, count in (population.outcome or {}).items():
        size = population.size[place]
        code = coding.interval(policy.coding, size, count) if size >= policy.minimum_n else None
        if code is not None and coding.wide_enough(code, size, count, policy.k):
            codes[place] = code
    return codes


@dataclass(frozen=True, slots=True)
class Target:
    """A sensitive number. The attacker must be unable to prove that it is above `low` or below `high`."""

    place: Place
    low: int
    high: int


def small_groups(population: Population, policy: Policy) -> list[Target]:
    """Groups of 1 to minimum_n - 1 students, and empty ones where the policy hides them.

    The attacker must not exclude the smallest number that he expects behind a hidden cell, nor minimum_n: he learns no
    more than "fewer than minimum_n, or a larger group that was hidden too".
    """
    low = policy.smallest_hidden
    return [
        Target(place, low, policy.minimum_n)
        for place, size in population.size.items()
        if low <= size < policy.minimum_n
        and place not in population.absent
        and not crossings.is_share(place.dimension)  # a share repeats the size of its group
    ]


def small_rests(population: Population, policy: Policy) -> list[Target]:
    """Of groups that are counted within others: who is left out, where these are 1 to minimum_n - 1 students.

    The rest is what these targets are about; nobody may prove how many they are. An empty group that everybody may see
    to be empty leaves all of the other, which is protected as such.
    """
    least = policy.smallest_hidden
    return [
        Target(place, 0, min(policy.minimum_n, population.outer_size[place] - least))
        for place, rest in population.left_out()
        if population.size[place] >= least and 0 < rest < policy.minimum_n
    ]


def telling_outcomes(population: Population, policy: Policy) -> list[Target]:
    """Outcomes of small groups, of fewer than k students, or of all but fewer than k.

    Even who knows the group's size must not exclude k fewer nor k more, within 0 and that size: so neither nobody, nor
    everybody, nor the number itself can be proved. Of a coded outcome he may learn what its code says.
    """
    found = []
    for place, count in (population.outcome or {}).items():
        size = population.size[place]
        if size == 0:
            continue
        if size < policy.minimum_n or count < policy.k or size - count < policy.k:
            low, high = population.coded.get(place, (0, size))
            found.append(Target(place, max(low, count - policy.k), min(high, count + policy.k)))
    return found
