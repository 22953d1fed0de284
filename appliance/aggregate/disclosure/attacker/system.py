"""Unknown numbers, what is known of them, and the sums that tie them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused

Terms = dict[Key, int]
"""Coefficients of numbers, which together give nothing."""
Sum = tuple[Terms, int]
"""Coefficients of unknown numbers, and what they add up to."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the attacker knows beside the tables.

    `smallest_hidden`: no hidden group is smaller; 1 where empty groups are published as 0.
    `numbers`: exact numbers from elsewhere (public group sizes; an insider's own group).
    """

    smallest_hidden: int = 1
    numbers: Mapping[Key, int] = field(default_factory=dict)


@dataclass(slots=True)
class System:
    """Unknown numbers with their bounds, the numbers already known, and the sums that tie the unknown ones."""

    known: dict[Key, int]
    lowest: dict[Key, int]
    hidden: set[Key]
    """The numbers that the release hides, whether or not the attacker knows them from elsewhere."""
    coded: set[Key] = field(default_factory=set)
    """Those of them that the release publishes as a class of counts."""
    sums: list[Sum] = field(default_factory=list)

    def say(self, terms: Mapping[Key, int], constant: int) -> None:
        """Add that these numbers, with these coefficients, give a constant. Raises `Refused` on a contradiction."""
        unknown, rest = {}, constant
        for key, factor in terms.items():
            number = self.known.get(key)
            if number is None:
                unknown[key] = factor
            else:
                rest -= factor * number
        if unknown:
            self.sums.append((unknown, rest))
        elif rest:
            raise Refused(f"The published numbers contradict each other in {where(next(iter(terms)))}.")

    def knowing(self, numbers: Mapping[Key, int]) -> "System":
        """The same with some numbers known. Raises `Refused` when they contradict it."""
        system = System(dict(self.known), dict(self.lowest), self.hidden, self.coded)
        for key, number in numbers.items():
            if number < system.lowest.pop(key, number) or number != system.known.setdefault(key, number):
                raise Refused(f"The published numbers contradict each other in {where(key)}.")
        for terms, rest in self.sums:
            system.say(terms, rest)
        system.simplify()
        return system

    def simplify(self) -> None:
        """Solve every sum that leaves no choice, until there is none: one with a single unknown, and one whose unknown
        numbers, none subtracted, can only all be as small as they may. Raises `Refused` on a contradiction.
        """
        touching: dict[Key, list[int]] = defaultdict(list)
        for number, (terms, _) in enumerate(self.sums):
            for key in terms:
                touching[key].append(number)
        room = [self._room(*sum_) for sum_ in self.sums]
        todo = [number for number, (terms, _) in enumerate(self.sums) if len(terms) == 1 or room[number] <= 0]
        while todo:
            for key, value in self._forced(*self.sums[todo.pop()]).items():
                above = value - self.lowest.pop(key)
                self.known[key] = value
                todo += [number for number in touching[key] if self._put(number, key, value, above, room)]
        self.sums = [(terms, rest) for terms, rest in self.sums if terms]

    def _forced(self, terms: Mapping[Key, int], rest: int) -> dict[Key, int]:
        """The numbers of a sum that leaves no choice."""
        if len(terms) != 1:
            return {key: self.lowest[key] for key in terms}
        ((key, factor),) = terms.items()
        value, remainder = divmod(rest, factor)
        if remainder or value < self.lowest[key]:
            raise Refused(f"The published numbers contradict each other in {where(key)}.")
        return {key: value}

    def _put(self, number: int, key: Key, value: int, above: int, room: list[float]) -> bool:
        """Write a solved number into a sum; whether that leaves no choice in it."""
        terms, rest = self.sums[number]
        if key not in terms:
            return False
        factor = terms.pop(key)
        rest -= factor * value
        self.sums[number] = (terms, rest)
        room[number] = room[number] - factor * above if factor > 0 else self._room(terms, rest)
        if not terms and rest:
            raise Refused(f"The published numbers contradict each other in {where(key)}.")
        return len(terms) == 1 or room[number] <= 0

    def _room(self, terms: Mapping[Key, int], rest: int) -> float:
        """How far the unknown numbers of a sum are above their lowest together; no bound when one is subtracted."""
        if any(factor < 0 for factor in terms.values()):
            return inf
        return rest - sum(factor * self.lowest[key] for key, factor in terms.items())


def where(key: Key) -> str:
    """Where a number stands, for a sentence about it."""
    geography = f"school {key.school_id}" if key.school_id else "the district"
    return f"table {key.metric} {key.detail}, {geography}, {key.dimension} {key.category}".replace(" ,", ",")
