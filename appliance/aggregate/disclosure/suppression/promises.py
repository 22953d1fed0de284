"""What a policy promises to publish: never given up for another number's sake. A release that would is refused.

A number that is itself too small is not promised, nor one that an earlier release of the year hid: it stays hidden.
"""

from collections.abc import Collection, Iterator, Mapping

from appliance.aggregate import codelists, crossings
from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure import primary
from appliance.aggregate.disclosure.cube import Cube, Place, Population
from appliance.aggregate.disclosure.policy import Policy, Promise
from appliance.aggregate.disclosure.suppression.model import Name
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT

Owner = tuple[str, str]
"""Metric and detail of a population."""
Names = dict[Owner, set[Name]]
_TOLD = 5
"""So many broken promises a sentence names; of more it says how many."""


class Unkept(Refused):
    """Something sensitive can only be protected by hiding numbers that the policy promises."""

    def __init__(self, policy: Policy, owner: Owner, names: Collection[Name]) -> None:
        self.owner, self.names = owner, frozenset(names)
        super().__init__(_sentence(policy, owner[0], sorted({name.place for name in names})))


def made(cube: Cube, policy: Policy, kept: Mapping[Owner, Collection[Name]]) -> Names:
    """The numbers of a cube that the policy promises. `kept`: what earlier releases of the year hid."""
    found: Names = {}
    for population in cube.populations:
        owner = (population.metric, population.detail)
        names = {name for promise in policy.promises for name in _of(promise, population, policy)}
        found[owner] = names - set(kept.get(owner, ()))
    return found


def _of(promise: Promise, population: Population, policy: Policy) -> Iterator[Name]:
    if population.home.get(promise.dimension) != promise.table:
        return
    telling = {target.place for target in primary.telling_outcomes(population, policy)}
    for place in population.places(promise.dimension):
        if population.size[place] < policy.minimum_n or (promise.in_district and place.school_id != DISTRICT):
            continue
        if not crossings.is_share(promise.dimension):
            yield Name("size", place)
        if population.outcome is not None and place not in telling:
            yield Name("outcome", place)


def check(policy: Policy, promised: Names, hidden: Mapping[Owner, Collection[Name]]) -> None:
    """Raise `Unkept` when something promised is hidden after all."""
    for owner, names in promised.items():
        if broken := names.intersection(hidden.get(owner, ())):
            raise Unkept(policy, owner, broken)


def _sentence(policy: Policy, metric: str, places: list[Place]) -> str:
    lines = {
        promise.line
        for promise in policy.promises
        if metric == (codelists.metric(promise.table).totals_in or promise.table)
        and any(place.dimension == promise.dimension for place in places)
    }
    told = [_where(place) for place in places[:_TOLD]]
    told += [f"{len(places) - _TOLD} more"] if len(places) > _TOLD else []
    return (
        f"must_publish promises {' and '.join(map(repr, sorted(lines)))}, but a smaller group could be worked out from "
        f"it: table {metric}, {'; '.join(told)}. Nothing was released. Take that line off the policy's must_publish, "
        "promise the district's own row alone by adding the word district to it, or merge small groups; then propose "
        "and sign the policy."
    )


def _where(place: Place) -> str:
    of = "the district" if place.school_id == DISTRICT else place.school_id
    return f"all students of {of}" if place.dimension == ALL else f"{place.dimension} {place.category} of {of}"
