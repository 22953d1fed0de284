"""Invented districts of counts, for the tests of the aggregate wing: small schools, rare groups, movers."""

import random
from collections import Counter, defaultdict

from appliance.aggregate.codelists import ALL
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation

RACES = {"WH7": 55, "HI7": 20, "BL7": 12, "AS7": 5, "MU7": 6, "AM7": 1, "PI7": 1}
GRADES = ("KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
BANDS = (GRADES[:6], GRADES[:6], GRADES[6:9], GRADES[9:])
DIMENSIONS = ("grade", "race", "sex", "english_learner", "disability", "economic")


class Pupil:
    """One invented member of a district: where, in which groups, with which outcomes."""

    def __init__(self, rng: random.Random, schools: list[str], band: tuple[str, ...]) -> None:
        self.schools = self.places = schools
        self.groups = {
            "grade": rng.choice(band),
            "race": rng.choices(list(RACES), list(RACES.values()))[0],
            "sex": rng.choice("FM"),
            "english_learner": "LEP" if rng.random() < 0.08 else "NLEP",
            "disability": "WDIS" if rng.random() < 0.14 else "WODIS",
            "economic": "ECODIS" if rng.random() < 0.45 else "NECODIS",
        }
        self.absent = rng.random() < 0.17
        self.counted = rng.random() < 0.97
        self.passed = {"RLA": rng.random() < 0.5, "MATH": rng.random() < 0.4}
        self.tested = {subject: self.groups["grade"] in GRADES[3:9] and rng.random() < 0.95 for subject in self.passed}


def district(
    seed: int, schools: int = 4, sizes: tuple[int, int] = (8, 260), movers: float = 0.0, **options
) -> list[Tabulation]:
    """The four tabulations of a district of invented pupils; the same for the same seed."""
    return tabulate(*pupils_of(seed, schools, sizes, movers), **options)


def pupils_of(seed: int, schools: int = 4, sizes: tuple[int, int] = (8, 260), movers: float = 0.0):
    """The pupils of that district, and the ids of its schools."""
    rng = random.Random(seed)
    names = [f"S{number:03d}" for number in range(1, schools + 1)]
    pupils = []
    for number, name in enumerate(names):
        for _ in range(rng.randint(*sizes)):
            where = [name]
            if schools > 1 and rng.random() < movers:
                where.append(rng.choice([other for other in names if other != name]))
            pupils.append(Pupil(rng, where, BANDS[number % len(BANDS)]))
    return pupils, names


def tabulate(pupils: list[Pupil], names: list[str], areas: dict[str, list[str]] | None = None) -> list[Tabulation]:
    """Count pupils as the metrics do: each school, and the district and each area without counting anybody twice."""
    areas = areas or {}
    names = [*names, *areas]
    for pupil in pupils:
        pupil.places = (DISTRICT, *pupil.schools, *(code for code in areas if {*areas[code]} & {*pupil.schools}))
    enrolled = lambda pupil: True  # noqa: E731
    tables = {
        "membership": _cells(pupils, names, (ALL, "grade", "race", "sex"), enrolled, None),
        "subgroup_membership": _cells(pupils, names, DIMENSIONS[3:], enrolled, None),
        "chronic_absence": _cells(pupils, names, (ALL, *DIMENSIONS), lambda p: p.counted, lambda p: p.absent),
        "assessment_performance": [
            cell
            for subject in ("RLA", "MATH")
            for cell in _cells(
                pupils,
                names,
                (ALL, *DIMENSIONS),
                lambda p, s=subject: p.tested[s],
                lambda p, s=subject: p.passed[s],
                subject,
            )
        ],
    }
    return [Tabulation(metric, "2026-2027", "2026-10-01", tuple(cells)) for metric, cells in tables.items()]


def _cells(pupils, names, dimensions, counted, outcome, detail=""):
    sizes, outcomes, codes = Counter(), Counter(), defaultdict(set)
    for pupil in pupils:
        for dimension in dimensions:
            code = ALL if dimension == ALL else pupil.groups[dimension]
            codes[dimension].add(code)
            for school in pupil.places if counted(pupil) else ():
                sizes[(school, dimension, code)] += 1
                outcomes[(school, dimension, code)] += outcome is None or outcome(pupil)
    return [
        Cell(*place, outcomes[place], sizes[place], detail)
        for dimension in dimensions
        for school in (DISTRICT, *names)
        for code in sorted(codes[dimension])
        for place in [(school, dimension, code)]
    ]
