"""One connected group of unknowns: which tables agree with all that is known of them.

Every table found is kept as what it changes in the first one, and answers as many questions as it can. `survey` looks
for tables that answer many at once; what those leave open is asked number by number.
"""

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from math import inf

import numpy as np

from appliance.aggregate.disclosure.attacker.nearby import Nearby, narrowed
from appliance.aggregate.disclosure.attacker.program import Columns, Manner, Program, Rows, SmallChange, Values
from appliance.aggregate.disclosure.attacker.system import Sum, System
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused

TOLERANCE = 1e-6
_MANY = 16
"""Fewer questions than this are asked one by one."""
_LARGE = 3000
"""In a program of more numbers each question is tried in a small part of it first, unless its first table was searched
for: from there it goes on sooner."""
_PART = 0.01
"""Where questions are about a smaller part of all numbers, they are asked one by one as well."""
_SURVEYS = 30


def components(system: System, manner: Manner) -> list["Component"]:
    """Split the sums into groups that share no unknown."""
    leader: dict[Key, Key] = {}

    def find(key: Key) -> Key:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for terms, _ in system.sums:
        first, *others = terms
        for other in others:
            leader[find(other)] = find(first)
    groups: dict[Key, list[Sum]] = defaultdict(list)
    for terms, rest in system.sums:
        groups[find(next(iter(terms)))].append((terms, rest))
    return [Component(sums, system.lowest, manner) for sums in groups.values()]


class Component:
    """One connected group of unknowns and the program that holds it."""

    def __init__(self, sums: Sequence[Sum], lowest: Mapping[Key, int], manner: Manner) -> None:
        self.keys = sorted({key for terms, _ in sums for key in terms})
        self.programs = 0
        self._column = {key: column for column, key in enumerate(self.keys)}
        self._lowest = np.array([lowest[key] for key in self.keys], dtype=np.float64)
        self._rows = Rows.of([terms for terms, _ in sums], self._column)
        self._totals = np.array([rest for _, rest in sums], dtype=np.float64)
        self._program = Program(self._rows, self._totals, self._lowest, manner)
        self._manner = manner
        self._first: Values | None = None
        self._is_offered = False
        self._least = self._most = np.zeros(0)
        self._proved: dict[tuple[int, int], float] = {}
        self._found: list[tuple[Columns, Values]] = []

    @functools.cached_property
    def _near(self) -> Nearby:
        """Around a school a program is small."""
        return Nearby(self.keys, self._rows, self.settle(), self._lowest, self._manner)

    @functools.cached_property
    def _small_change(self) -> SmallChange:
        return SmallChange(self._rows, self.settle() - self._lowest, self._manner)

    @functools.cached_property
    def _ends(self) -> tuple[Values, Values]:
        """What no table goes beyond."""
        return self._narrowed({})

    def _narrowed(self, known: Mapping[int, float]) -> tuple[Values, Values]:
        return narrowed(self._rows, self._totals, self._lowest, known)

    def begin_with(self, table: Mapping[Key, int]) -> None:
        """Begin from a table that somebody knows. Raises `Refused` when it does not agree with all that is known."""
        values = np.array([table[key] for key in self.keys], dtype=np.float64)
        if np.any(values < self._lowest) or np.any(self._rows.at(values) != self._totals):
            raise Refused("What the attacker takes for certain is not so. Nothing was released; report this.")
        self._is_offered = True
        self._begin(values)

    def settle(self) -> Values:
        """The first table. Raises `Refused` unless some values satisfy all sums."""
        if self._first is None:
            values = self._program.settle()
            whole = np.rint(values)
            return self._begin(whole if np.abs(values - whole).max() < TOLERANCE else values)
        return self._first

    def reaches(self, key: Key, sign: int, value: float) -> bool:
        """Whether the number can be at or beyond `value` in a direction."""
        column = self._column[key]
        if self._is_seen(column, sign, value):
            return True
        if sign * (self._end(column, sign) - value) < -TOLERANCE:
            return False
        return self._is_near(column, sign, value) or sign * (self._push(column, sign, value) - value) >= -TOLERANCE

    def is_open(self, key: Key) -> bool:
        """Whether the number can have more than one value."""
        column, first = self._column[key], self._at_first(self._column[key])
        if self._is_seen_open(column):
            return True
        ways = [sign for sign in (+1, -1) if self._end(column, sign) != first]
        return any(self._is_near(column, sign, first + sign) for sign in ways) or any(
            abs(self._push(column, sign)) == inf or self._is_seen_open(column) for sign in ways
        )

    def extreme(self, key: Key, sign: int) -> float:
        """The greatest (+1) or least (-1) possible value of a number."""
        column = self._column[key]
        if (column, sign) not in self._proved:
            end = self._end(column, sign)
            is_found = self._is_seen(column, sign, end) or self._is_near(column, sign, end)
            self._proved[column, sign] = end if is_found else self._push(column, sign)
        return self._proved[column, sign]

    def survey(self, ends: Mapping[Key, tuple[float, float] | None]) -> None:
        """Look for tables in which many numbers at once are at one of their ends; what is left is for the others.

        In each, every number that has not been seen at both of its ends is pulled towards one of them, by lot. None for
        the ends: it is enough to see it away from its first value.
        """
        if len(ends) < max(_MANY, len(self.keys) * _PART):
            return
        first, lots = self.settle(), np.random.default_rng(len(self.keys))
        low, high, either = first.copy(), first.copy(), np.zeros(first.size, dtype=np.bool_)
        for column, end in ((self._column[key], end) for key, end in ends.items()):
            either[column] = end is None
            low[column], high[column] = (first[column] - 1, first[column] + 1) if end is None else end
        low = np.maximum(low, self._lowest)
        left = 3 * len(ends)
        for _ in range(_SURVEYS):
            down, up = self._least > low + TOLERANCE, self._most < high - TOLERANCE
            done = either & (self._most - self._least > 0.5)
            down, up = down & ~done, up & ~done
            before, left = left, int((down | up).sum())
            if left < _MANY or left > 0.98 * before:
                return
            pull = np.where(down & up, lots.choice([-1.0, 1.0], low.size), up * 1.0 - down)
            self._note(
                self._program.together(pull, np.where(pull < 0, low, self._lowest), np.where(pull > 0, high, inf))
            )

    def exact_to_insiders(
        self, insiders: Iterable[Mapping[Key, int]], sensitive: Iterable[Key]
    ) -> Iterator[tuple[Mapping[Key, int], Key]]:
        """Each insider with the sensitive numbers of others that have one value left for who knows so much.

        The first table has to be the true one. One already found in which nothing moves that the insider knows answers
        most questions.
        """
        asked = np.array(sorted(self._column[key] for key in sensitive), dtype=np.int32)
        moved, moving, noted = np.zeros(len(self.keys), dtype=np.int32), defaultdict[int, list[int]](list), 0
        for knows in insiders:
            own = {self._column[key] for key in knows if key in self._column}
            for number, (columns, _) in enumerate(self._found[noted:], noted):
                moved[columns] += 1
                for column in columns.tolist():
                    moving[column].append(number)
            noted = len(self._found)
            without = moved.copy()
            for number in {number for column in own for number in moving[column]}:
                without[self._found[number][0]] -= 1
            still = [column for column in asked[without[asked] == 0].tolist() if column not in own]
            if still:
                least, most = self._narrowed({column: self._at_first(column) for column in own})
                fixed = {column for column in still if least[column] == most[column]}
                fixed |= {column for column in still if column not in fixed and not self._leaves(column, own)}
                yield from ((knows, self.keys[column]) for column in still if column in fixed)

    def _leaves(self, column: int, still: Set[int]) -> bool:
        """Whether a number can differ from its first value by one student while others stand still."""
        value = self._at_first(column)
        if any(self._is_near(column, sign, value + sign, still) for sign in (+1, -1)):
            return True
        for sign in (+1, -1):
            change = self._small_change.moving(column, sign, still)
            if change is not None:
                self._note(self.settle() + change)
                return True
            self.programs += 1
        return False

    def tables(self) -> Iterator[Mapping[Key, int]]:
        """The tables of whole students met so far.

        Where the first table was offered, each gives only the numbers in which it differs from that.
        """
        for columns, values in self._found:
            if np.abs(values - np.rint(values)).max(initial=0.0) < TOLERANCE:
                yield self._told(columns, values)

    def whole_table(self, key: Key, sign: int, value: int) -> Mapping[Key, int] | None:
        """A table in whole numbers in which one number is at or beyond `value`; rather one that moves few schools.

        None when there is no such table.
        """
        column, first = self._column[key], self.settle()
        for moving in (self._near.moving(column), np.ones(first.size, dtype=np.bool_)):
            values = self._program.whole(column, sign, value, np.where(moving, np.nan, first))
            if values is not None:
                return self._told(*self._changed(values))
        return None

    def _begin(self, values: Values) -> Values:
        self._first, self._least, self._most = values, values.copy(), values.copy()
        if not self._is_offered:
            self._found.append((np.zeros(0, dtype=np.int32), np.zeros(0)))
        return values

    def _at_first(self, column: int) -> float:
        return float(self.settle()[column])

    def _is_seen_open(self, column: int) -> bool:
        return bool(self._most[column] - self._least[column] > 0.5)

    def _is_seen(self, column: int, sign: int, value: float) -> bool:
        """Whether a table found so far has the number at or beyond a value."""
        self.settle()
        seen = float(self._most[column] if sign > 0 else self._least[column])
        return sign * (seen - value) >= -TOLERANCE

    def _end(self, column: int, sign: int) -> float:
        return float(self._ends[sign > 0][column])

    def _is_near(self, column: int, sign: int, value: float, still: Collection[int] = ()) -> bool:
        """Whether a number can be at or beyond a value while only a few schools differ from the first table."""
        if len(self.keys) < _LARGE or not self._is_offered:
            return False
        values = self._near.push(column, sign, value, still)
        if values is None:
            self.programs += 1
            return True
        self._note(values)
        return sign * (float(values[column]) - value) >= -TOLERANCE

    def _push(self, column: int, sign: int, enough: float = inf) -> float:
        """Push a number as far as it goes, or to `enough`, and remember the table; inf where nothing stops it."""
        values = self._program.push(column, sign, enough)
        if values is None:
            self.programs += 1
            return inf
        self._note(values)
        return float(values[column])

    def _note(self, values: Values) -> None:
        self.programs += 1
        self._found.append(self._changed(values))
        np.minimum(self._least, values, out=self._least)
        np.maximum(self._most, values, out=self._most)

    def _changed(self, values: Values) -> tuple[Columns, Values]:
        columns = np.flatnonzero(np.abs(values - self.settle()) > TOLERANCE).astype(np.int32)
        return columns, values[columns]

    def _told(self, columns: Columns, values: Values) -> dict[Key, int]:
        told = (
            {} if self._is_offered else dict(zip(self.keys, np.rint(self.settle()).astype(int).tolist(), strict=True))
        )
        return told | {self.keys[at]: round(value) for at, value in zip(columns.tolist(), values.tolist(), strict=True)}
