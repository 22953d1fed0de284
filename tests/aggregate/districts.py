"""Invented districts of counts, for the tests of the aggregate wing: small schools, rare groups, newcomers."""

import copy
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from appliance.aggregate.codelists import ALL
from appliance.aggregate.published import Key, Measure
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.aggregate.turnover import Turnover, Turnovers

RACES = {"WH7": 55, "HI7": 20, "BL7": 12, "AS7": 5, "MU7": 6, "AM7": 1, "PI7": 1}
GRADES = ("KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
BANDS = (GRADES[:6], GRADES[:6], GRADES[6:9], GRADES[9:])
DIMENSIONS = ("grade", "race", "sex", "english_learner", "disability", "economic")


_SERIALS = itertools.count()


class Pupil:
    """One invented member of a district: where, in which groups, with which outcomes."""

    def __init__(self, rng: random.Random, schools: list[str], band: tuple[str, ...]) -> None:
        self.serial = next(_SERIALS)
        self.schools = self.places = schools  # one: where the pupil counts
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
        self.is_meant = self.groups["grade"] in GRADES[3:9]
        """Whether the state's test is for the pupil's grade."""
        self.tested = {subject: self.is_meant and rng.random() < 0.95 for subject in self.passed}

    def has(self, metric: str, subject: str = "") -> bool | None:
        """Whether the pupil has the outcome of a rate; None when the pupil is not in its groups."""
        if metric == "chronic_absence":
            return self.counted and self.absent
        return self.tested[subject] and self.passed[subject] if self.is_meant else None


def district(seed: int, schools: int = 4, sizes: tuple[int, int] = (8, 260), **options) -> list[Tabulation]:
    """The four tabulations of a district of invented pupils; the same for the same seed."""
    return tabulate(*pupils_of(seed, schools, sizes), **options)


def pupils_of(seed: int, schools: int = 4, sizes: tuple[int, int] = (8, 260)):
    """The pupils of that district, and the ids of its schools."""
    rng = random.Random(seed)
    names = [f"S{number:03d}" for number in range(1, schools + 1)]
    pupils = []
    for number, name in enumerate(names):
        pupils += [Pupil(rng, [name], BANDS[number % len(BANDS)]) for _ in range(rng.randint(*sizes))]
    return pupils, names


def tabulate(pupils: list[Pupil], names: list[str], areas: dict[str, list[str]] | None = None) -> list[Tabulation]:
    """Count pupils as the metrics do: each at one school, in the district and in each area that holds it."""
    areas = areas or {}
    names = [*names, *areas]
    for pupil in pupils:
        pupil.places = (DISTRICT, *pupil.schools, *(code for code in areas if {*areas[code]} & {*pupil.schools}))
    enrolled = lambda pupil: True  # noqa: E731
    tables = {
        "membership": _cells(pupils, names, (ALL, "grade", "race", "sex"), enrolled, None),
        "subgroup_membership": _cells(pupils, names, DIMENSIONS[3:], enrolled, None),
        "chronic_absence": _cells(
            pupils, names, (ALL, *DIMENSIONS), enrolled, lambda pupil: pupil.has("chronic_absence")
        ),
        "assessment_performance": [
            cell
            for subject in ("RLA", "MATH")
            for cell in _cells(
                pupils,
                names,
                (ALL, *DIMENSIONS),
                lambda pupil: pupil.is_meant,
                lambda pupil, of=subject: pupil.has("assessment_performance", of),
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
            if dimension != "grade" or counted(pupil):
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


class YearOfPupils:
    """A district through a school year: some leave, some come, some change school or outcome between releases."""

    def __init__(self, seed: int, schools: int = 4, sizes: tuple[int, int] = (40, 260)) -> None:
        self.rng = random.Random(seed)
        self.names = [f"S{number:03d}" for number in range(1, schools + 1)]
        self.pupils = [self._pupil(number) for number in range(schools) for _ in range(self.rng.randint(*sizes))]

    def _pupil(self, number: int) -> Pupil:
        return Pupil(self.rng, [self.names[number]], BANDS[number % len(BANDS)])

    def pass_time(self, *, leave: float, come: float, move: float, flip: float) -> None:
        """Let each happen to such a share of the pupils. What was before stays as it was: pupils are copied."""
        stayed = []
        for pupil in self.pupils:
            if self.rng.random() < leave:
                continue
            now = copy.copy(pupil)
            now.groups, now.passed, now.tested = dict(pupil.groups), dict(pupil.passed), dict(pupil.tested)
            if len(self.names) > 1 and self.rng.random() < move:
                now.schools = [self.rng.choice(self.names)]
            if self.rng.random() < flip:
                now.absent = not now.absent
            stayed.append(now)
        newcomers = round(come * len(stayed)) if come * len(stayed) >= 1 else int(self.rng.random() < come)
        self.pupils = stayed + [self._pupil(self.rng.randrange(len(self.names))) for _ in range(newcomers)]


HOMES = {"membership": (ALL, "grade", "race", "sex"), "subgroup_membership": DIMENSIONS[3:]}


def turnovers(label: str, before: list[Pupil], after: list[Pupil]) -> Turnovers:
    """Distinct pupils whom each number exchanged, found in plain sets of pupils, number by number.

    Pupils are matched by their serial number, which a copy keeps.
    """
    sides = [_memberships(pupils) for pupils in (before, after)]
    changed: dict[Key, set[int]] = {
        key: sides[0].get(key, set()) ^ sides[1].get(key, set()) for key in {*sides[0], *sides[1]}
    }
    touched: dict[tuple, set[tuple]] = defaultdict(set)
    for key, serials in changed.items():
        family = "membership" if "membership" in key.metric else key.metric
        for serial in serials:
            touched[(serial, key.measure, family, key.detail)].add((key.dimension, key.school_id, key.category))
    settled = {
        who
        for who, cells in touched.items()
        if Counter(dimension for dimension, *_ in cells) == dict.fromkeys((ALL, *DIMENSIONS), 2)
        and len({school for _, school, _ in cells}) == 2
        and DISTRICT in {school for _, school, _ in cells}
        and len({(dimension, category) for dimension, _, category in cells}) == 1 + len(DIMENSIONS)
    }
    found = {}
    for key, serials in changed.items():
        family = "membership" if "membership" in key.metric else key.metric
        calm = [serial for serial in serials if (serial, key.measure, family, key.detail) in settled]
        found[key] = Turnover(len(serials), len(calm))
    return Turnovers(label, {key: turnover for key, turnover in found.items() if turnover.changed})


def _memberships(pupils: list[Pupil], areas: Mapping[str, Collection[str]] | None = None) -> dict[Key, set[int]]:
    inside: dict[Key, set[int]] = defaultdict(set)

    def put(pupil: Pupil, measure: Measure, metric: str, detail: str, dimensions: tuple[str, ...]) -> None:
        for dimension in dimensions:
            code = ALL if dimension == ALL else pupil.groups[dimension]
            within = [code for code, schools in (areas or {}).items() if {*schools} & {*pupil.schools}]
            for school in (DISTRICT, *pupil.schools, *within):
                inside[Key(measure, metric, detail, school, dimension, code)].add(pupil.serial)

    for pupil in pupils:
        for metric, dimensions in HOMES.items():
            put(pupil, "n", metric, "", dimensions)
        told = [("chronic_absence", ""), *(("assessment_performance", name) for name in pupil.tested)]
        for metric, detail in told:
            if (has := pupil.has(metric, detail)) is not None:
                put(pupil, "denominator", metric, detail, (ALL, *DIMENSIONS))
                put(pupil, "n" if has else "complement", metric, detail, (ALL, *DIMENSIONS))
    return inside
