"""An invented district as columns of students through a school year: all its counts, and who came, left or changed.

The students of the first day are those of `tests.bench.disclosure`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from appliance.aggregate import crossings
from appliance.aggregate.codelists import METRICS
from appliance.aggregate.published import Key, Measure
from appliance.aggregate.tabulation import Tabulation
from appliance.aggregate.turnover import Turnover, Turnovers
from tests.bench import disclosure
from tests.bench.disclosure import BANDS, CODES, OF_LAST_YEAR, PAIRS, SOME

SNAPSHOTS = ("2026-10-01", "2026-12-15", "2027-03-01", "2027-05-28")

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Students:
    """One row a student, the same student in the same row all year; `here` says who is enrolled, `first` who was in the
    year before, `ever` who was on any day.

    Schools count from 1, `groups` holds places in `CODES`; `told` says who is in each table if present, and who has its
    outcome.
    """

    schools: int
    here: Flags
    first: Flags
    ever: Flags
    first_school: Numbers
    school: Numbers
    groups: Mapping[str, Numbers]
    told: Mapping[tuple[str, str], tuple[Flags, Flags]]

    def inside(self, metric: str, detail: str) -> tuple[Flags, Flags]:
        """Who is in a table, and who of them has its outcome; of a headcount both are the same."""
        if metric == "leavers":
            return (self.ever & ~self.here,) * 2
        counted, outcome = self.told[(metric, detail)]
        there = self.first if metric in OF_LAST_YEAR else self.here
        return there & counted, there & counted & outcome

    def school_of(self, metric: str) -> Numbers:
        """Where a table counts each student."""
        return self.first_school if metric in OF_LAST_YEAR else self.school

    def codes(self, names: tuple[str, ...]) -> tuple[NDArray[np.int64], Flags]:
        """The place of each student's category among those of some families, and whether the student has one."""
        places = np.zeros(self.here.size, dtype=np.int64)
        has_one = np.ones(self.here.size, dtype=bool)
        for name in names:
            places = places * len(CODES[name]) + self.groups[name]
            if name in SOME:
                of, code = SOME[name]
                has_one &= self.groups[of] == code
        return places, has_one


def district(schools: int, seed: int = 1, newcomers: float = 0.1) -> Students:
    """As `disclosure.district`. `newcomers`: rows for students who are not here yet, as a share of those who are."""
    random = np.random.default_rng(seed)
    mix = random.dirichlet([8, 4, 3, 1, 1.2, 0.25, 0.12])
    parts = [disclosure.students(random, mix) for _ in range(schools)]
    sizes = [groups["all"].size for groups, _ in parts]
    later = np.random.default_rng([seed, 1])
    enrolled = _flags([told[("membership", "")][0] for _, told in parts])
    come = later.choice(np.flatnonzero(enrolled), round(newcomers * sum(sizes)))
    rows = np.concatenate([np.arange(sum(sizes)), come])
    ever = np.arange(rows.size) < sum(sizes)

    school = np.repeat(np.arange(1, schools + 1, dtype=np.int16), sizes)[rows]
    groups = {name: np.concatenate([one[name] for one, _ in parts]).astype(np.int16)[rows] for name in CODES}
    told = {
        owner: (_flags([one[owner][0] for _, one in parts])[rows], _flags([one[owner][1] for _, one in parts])[rows])
        for owner in parts[0][1]
    }
    return Students(schools, ever & enrolled[rows], ever, ever, school, school, groups, told)


def _flags(columns: list[disclosure.Column]) -> Flags:
    return np.concatenate(columns).astype(np.bool_)


def pass_time(
    students: Students,
    seed: int,
    *,
    leave: float,
    come: float,
    move: float,
    flip: float,
    regroup: float = 0.0,
    happen: float = 0.0,
    correct: float = 0.0,
) -> Students:
    """The same students some weeks later; the rates are shares of those who are here.

    Who moves goes to a school that teaches the same grade. `flip`: chronically absent now, or not any more.
    `regroup`: change group in one of the families of two. `happen`: are disciplined for the first time in the year.
    `correct`: were put down wrong in a table of last year. Tests are told once a year, so nothing happens to them.
    """
    random = np.random.default_rng([seed, 2])
    everybody = students.here.size

    def some(rate: float) -> Flags:
        return random.random(everybody) < rate

    gone = students.here & some(leave)
    absent = np.flatnonzero(~students.here & ~students.ever)
    new = np.zeros(everybody, dtype=bool)
    new[random.choice(absent, min(absent.size, round(come * students.here.sum())), replace=False)] = True
    school = students.school.copy()
    for grade in range(max(top for _, top in BANDS)):
        alike = students.groups["grade"] == grade
        moved = np.flatnonzero(alike & students.here & some(move))
        if moved.size:
            school[moved] = random.choice(np.unique(students.school[alike]), moved.size)
    groups = dict(students.groups)
    for family in PAIRS:
        if family != "sex":
            groups[family] = groups[family] ^ some(regroup)
    groups["entered"] = np.where(new, CODES["entered"].index("IN"), groups["entered"]).astype(np.int16)
    rates = {"flip": flip, "happen": happen, "correct": correct}
    told = {owner: _told(random, owner[0], sides, rates) for owner, sides in students.told.items()}
    here = (students.here & ~gone) | new
    return replace(students, here=here, ever=students.ever | new, school=school, groups=groups, told=told)


def _told(
    random: np.random.Generator, metric: str, sides: tuple[Flags, Flags], rates: Mapping[str, float]
) -> tuple[Flags, Flags]:
    counted, outcome = sides
    drawn = random.random(counted.size)
    if metric == "chronic_absence":
        return counted, outcome ^ (drawn < rates["flip"])
    if metric == "discipline":
        return counted, outcome | (drawn < rates["happen"])
    return (counted, outcome ^ (drawn < rates["correct"])) if metric in OF_LAST_YEAR else sides


def tabulations(students: Students, snapshot: str) -> list[Tabulation]:
    """What the metrics count of them."""
    counts: disclosure.Counts = {}
    for is_past in (False, True):
        owners = [owner for owner in students.told if (owner[0] in OF_LAST_YEAR) == is_past]
        inside = {owner: students.inside(*owner) for owner in owners}
        school = students.school_of(owners[0][0])
        order = np.argsort(school, kind="stable")
        ends = np.searchsorted(school[order], np.arange(1, students.schools + 2))
        for number in range(1, students.schools + 1):
            at = order[ends[number - 1] : ends[number]]
            groups = {name: column[at] for name, column in students.groups.items()}
            told = {owner: (counted[at], outcome[at]) for owner, (counted, outcome) in inside.items()}
            disclosure.count(counts, number, students.schools, groups, told)
    return list(disclosure.tabulated(counts, students.schools, snapshot))


def turnovers(label: str, before: Students, now: Students) -> Turnovers:
    """Whom each number exchanged. Nobody is in two schools, so who is in a number's table once only is settled.

    Of shares nobody is asked, nor of what is told once.
    """
    found: dict[Key, Turnover] = {}
    names = disclosure.places(now.schools)
    for (metric, detail), (dimension, families) in (
        (owner, by) for owner in now.told if not METRICS[owner[0]].once for by in disclosure.dimensions(*owner)
    ):
        if crossings.is_share(dimension):
            continue
        categories = [crossings.CROSS.join(codes) for codes in product(*(CODES[family] for family in families))]
        for measure, was, here in _measures(metric, detail, before, now):
            changed, settled = (
                table.reshape(-1, len(categories)) for table in _exchanged(before, was, now, here, metric, families)
            )
            for row, column in np.argwhere(changed[:1] if dimension in METRICS[metric].in_district else changed):
                key = Key(measure, metric, detail, names[row], dimension, categories[column])
                found[key] = Turnover(int(changed[row, column]), int(settled[row, column]))
    return Turnovers(label, found)


def _measures(metric: str, detail: str, before: Students, now: Students) -> Iterator[tuple[Measure, Flags, Flags]]:
    was, here = before.inside(metric, detail), now.inside(metric, detail)
    if not METRICS[metric].rate:
        yield "n", was[0], here[0]
        return
    yield "denominator", was[0], here[0]
    yield "n", was[1], here[1]
    yield "complement", was[0] & ~was[1], here[0] & ~here[1]


def _exchanged(
    before: Students, was: Flags, now: Students, here: Flags, metric: str, families: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """By geography and category: students who entered or left, and those of them who are there on one day only."""
    (then, in_then), (code, in_now) = before.codes(families), now.codes(families)
    schools = before.school_of(metric), now.school_of(metric)
    was_in, is_in, once = was & in_then, here & in_now, was != here
    same_group = was_in & is_in & (then == code)
    same_place = same_group & (schools[0] == schools[1])

    def both(left: Flags, entered: Flags) -> NDArray[np.int64]:
        width = int(np.prod([len(CODES[family]) for family in families]))
        counted = np.zeros((now.schools + 1, width), dtype=np.int64)
        for chosen, school, codes in ((left, schools[0], then), (entered, schools[1], code)):
            at = school[chosen].astype(np.int64) * width + codes[chosen]
            counted += np.bincount(at, minlength=counted.size).reshape(counted.shape)
        counted[0] = counted.sum(axis=0)
        return counted

    changed = both(was_in & ~same_place, is_in & ~same_place)
    changed[0] = both(was_in & ~same_group, is_in & ~same_group)[0]
    return changed, both(was_in & once, is_in & once)
