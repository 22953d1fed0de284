"""An invented district as columns of students through a school year: its counts, and who came, left or changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from appliance.aggregate.codelists import ALL
from appliance.aggregate.published import Key, Measure
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.aggregate.turnover import Turnover, Turnovers

RACES = ("WH7", "HI7", "BL7", "AS7", "MU7", "AM7", "PI7")
GRADES = ("KG", *(f"{grade:02}" for grade in range(1, 13)))
BANDS = ((0, 6), (6, 9), (9, 13))
PAIRS = {"sex": ("F", "M"), "english_learner": ("LEP", "NLEP"), "disability": ("WDIS", "WODIS"),
         "economic": ("ECODIS", "NECODIS")}  # fmt: skip
CODES = {ALL: (ALL,), "grade": GRADES, "race": RACES, **PAIRS}
MEMBERSHIP, PROGRAMMES = (ALL, "grade", "race", "sex"), ("english_learner", "disability", "economic")
TABLES = {
    ("membership", ""): MEMBERSHIP,
    ("subgroup_membership", ""): PROGRAMMES,
    ("chronic_absence", ""): (*MEMBERSHIP, *PROGRAMMES),
    ("assessment_performance", "RLA"): (*MEMBERSHIP, *PROGRAMMES),
    ("assessment_performance", "MATH"): (*MEMBERSHIP, *PROGRAMMES),
}
"""Metric and detail to the dimensions by which it is counted."""
SNAPSHOTS = ("2026-10-01", "2026-12-15", "2027-03-01", "2027-05-28")

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Students:
    """One row a student, the same student in the same row all year; `here` says who is enrolled.

    `school` counts from 1, `groups` holds places in `CODES`, `counted` and `outcome` have a row for each rate.
    """

    schools: int
    here: Flags
    school: Numbers
    groups: Mapping[str, Numbers]
    counted: NDArray[np.bool_]
    outcome: NDArray[np.bool_]

    def inside(self, metric: str, detail: str) -> tuple[Flags, Flags]:
        """Who is in a table, and who of them has its outcome; of a headcount both are everybody."""
        rates = [owner for owner in TABLES if "membership" not in owner[0]]
        if (metric, detail) not in rates:
            return self.here, self.here
        number = rates.index((metric, detail))
        counted = self.here & self.counted[number]
        return counted, counted & self.outcome[number]

    def count(self, chosen: Flags, dimension: str) -> NDArray[np.int64]:
        """How many of the chosen are in each category, by school; the first row is the district's."""
        codes = len(CODES[dimension])
        place = self.school[chosen].astype(np.int64) * codes + self.groups[dimension][chosen]
        table = np.bincount(place, minlength=(self.schools + 1) * codes).reshape(-1, codes)
        table[0] = table.sum(axis=0)
        return table


def district(schools: int, seed: int = 1, newcomers: float = 0.1) -> Students:
    """60 % elementary, 20 % middle and 20 % high schools of log-normal sizes.

    Each school mixes races in its own way (Dirichlet around the district's), and outcomes go with the groups.
    `newcomers`: rows for students who are not here yet, as a share of those who are.
    """
    random = np.random.default_rng(seed)
    mix = random.dirichlet([8, 4, 3, 1, 1.2, 0.25, 0.12])
    parts = [_school(random, mix, number, schools) for number in range(1, schools + 1)]
    first = _joined(parts)
    later = np.random.default_rng([seed, 1])
    like = later.integers(0, first.here.size, round(newcomers * first.here.size))
    copies = _rows(first, like)
    return _joined([first, replace(copies, here=np.zeros(like.size, dtype=bool))])


def pass_time(students: Students, seed: int, *, leave: float, come: float, move: float, flip: float) -> Students:
    """The same students some weeks later; the rates are shares of those who are here.

    Who moves goes to a school that teaches the same grade.
    """
    random = np.random.default_rng([seed, 2])
    everybody = students.here.size
    gone = students.here & (random.random(everybody) < leave)
    absent = np.flatnonzero(~students.here)
    new = np.zeros(everybody, dtype=bool)
    new[random.choice(absent, min(absent.size, round(come * students.here.sum())), replace=False)] = True
    school = students.school.copy()
    for grade in range(len(GRADES)):
        alike = students.groups["grade"] == grade
        moved = np.flatnonzero(alike & (random.random(everybody) < move))
        school[moved] = random.choice(np.unique(students.school[alike]), moved.size)
    outcome = students.outcome.copy()
    outcome[0] ^= random.random(everybody) < flip
    return replace(
        students,
        here=(students.here & ~gone) | new,
        school=school,
        outcome=outcome,
    )


def tabulations(students: Students, snapshot: str) -> list[Tabulation]:
    """What the metrics count of them."""
    cells: dict[str, list[Cell]] = {}
    for (metric, detail), dimensions in TABLES.items():
        counted, outcome = students.inside(metric, detail)
        for dimension in dimensions:
            size, count = students.count(counted, dimension), students.count(outcome, dimension)
            cells.setdefault(metric, []).extend(
                Cell(name, dimension, code, int(count[row, column]), int(size[row, column]), detail)
                for row, name in enumerate(_names(students))
                for column, code in enumerate(CODES[dimension])
            )
    return [Tabulation(metric, "2026-2027", snapshot, tuple(found)) for metric, found in cells.items()]


def turnovers(label: str, before: Students, now: Students) -> Turnovers:
    """Whom each number exchanged. Nobody is in two schools, so who is in a number's table once only is settled."""
    found: dict[Key, Turnover] = {}
    for (metric, detail), dimensions in TABLES.items():
        for measure, was, here in _measures(metric, detail, before, now):
            for dimension in dimensions:
                changed, settled = _exchanged(before, was, now, here, dimension)
                for row, name in enumerate(_names(now)):
                    for column in np.flatnonzero(changed[row]):
                        key = Key(measure, metric, detail, name, dimension, CODES[dimension][column])
                        found[key] = Turnover(int(changed[row, column]), int(settled[row, column]))
    return Turnovers(label, found)


def _measures(metric: str, detail: str, before: Students, now: Students) -> Iterator[tuple[Measure, Flags, Flags]]:
    was, here = before.inside(metric, detail), now.inside(metric, detail)
    if "membership" in metric:
        yield "n", was[0], here[0]
        return
    yield "denominator", was[0], here[0]
    yield "n", was[1], here[1]
    yield "complement", was[0] & ~was[1], here[0] & ~here[1]


def _exchanged(
    before: Students, was: Flags, now: Students, here: Flags, dimension: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """By geography and category: students who entered or left, and those of them who are there on one day only."""
    same_group = before.groups[dimension] == now.groups[dimension]
    same_place = same_group & (before.school == now.school)
    stayed, stayed_in_district = was & here & same_place, was & here & same_group
    changed = before.count(was & ~stayed, dimension) + now.count(here & ~stayed, dimension)
    changed[0] = (
        before.count(was & ~stayed_in_district, dimension) + now.count(here & ~stayed_in_district, dimension)
    )[0]
    return changed, before.count(was & ~here, dimension) + now.count(here & ~was, dimension)


def _names(students: Students) -> list[str]:
    return [DISTRICT, *(f"S{number:04}" for number in range(1, students.schools + 1))]


def _school(random: np.random.Generator, mix: NDArray[np.float64], number: int, schools: int) -> Students:
    band = BANDS[random.choice(3, p=[0.6, 0.2, 0.2])]
    size = int(np.clip(random.lognormal(6.3, 0.45), 40, 3000))
    groups = {
        ALL: np.zeros(size),
        "grade": random.integers(*band, size),
        "race": random.choice(len(RACES), size, p=random.dirichlet(mix * 25 + 0.02)),
        "sex": random.integers(0, 2, size),
    }
    poor = random.random(size) < random.beta(4, 5)
    groups["economic"] = ~poor
    groups["english_learner"] = random.random(size) > np.where(np.isin(groups["race"], (1, 3)), 0.3, 0.02)
    groups["disability"] = random.random(size) > 0.14
    disabled = groups["disability"] == 0
    taken = (groups["grade"] >= 3) & (groups["grade"] <= 8) & (random.random(size) < 0.97)
    passed = [random.random(size) < base - 0.2 * poor - 0.2 * disabled for base in (0.6, 0.55)]
    absent = random.random(size) < 0.1 + 0.12 * poor + 0.08 * disabled
    return Students(
        schools,
        np.ones(size, dtype=bool),
        np.full(size, number, dtype=np.int16),
        {dimension: column.astype(np.int16) for dimension, column in groups.items()},
        np.array([random.random(size) < 0.98, taken, taken]),
        np.array([absent, *passed]),
    )


def _joined(parts: list[Students]) -> Students:
    return Students(
        parts[0].schools,
        np.concatenate([one.here for one in parts]),
        np.concatenate([one.school for one in parts]),
        {dimension: np.concatenate([one.groups[dimension] for one in parts]) for dimension in CODES},
        np.concatenate([one.counted for one in parts], axis=1),
        np.concatenate([one.outcome for one in parts], axis=1),
    )


def _rows(students: Students, chosen: NDArray[np.int64]) -> Students:
    return Students(
        students.schools,
        students.here[chosen],
        students.school[chosen],
        {dimension: column[chosen] for dimension, column in students.groups.items()},
        students.counted[:, chosen],
        students.outcome[:, chosen],
    )
