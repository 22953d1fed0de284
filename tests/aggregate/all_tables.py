"""Every table of the package for an invented district: crossings, shares of an outcome, rare outcomes.

Each number is first the set of those who stand behind it; its count is the size of that set.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from districts import Pupil

from appliance.aggregate import crossings
from appliance.aggregate.codelists import ALL, METRICS
from appliance.aggregate.published import Key
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.aggregate.turnover import Turnover, Turnovers

LEVELS = {True: ("L3", "L4"), False: ("L1", "L2")}


class Child:
    """What the other tables count of a pupil; the same for the same pupil of a district."""

    def __init__(self, pupil: Pupil, number: int) -> None:
        rng = random.Random(f"{number} {sorted(pupil.groups.items())}")
        self.serial, self.schools = pupil.serial, pupil.schools
        grade = pupil.groups["grade"]
        self.groups = dict(pupil.groups)
        if self.groups["english_learner"] == "LEP":
            self.groups["language"] = rng.choice(("spa", "spa", "spa", "ara", "hmn", "OTHER"))
            self.groups["learner_years"] = rng.choice(("Y1", "Y2TO3", "Y4TO5", "MISSING"))
        if self.groups["disability"] == "WDIS":
            self.groups["impairment"] = rng.choice(("SLD", "SLD", "SLI", "AUT", "OHI"))
        # table, detail -> whether the outcome is there, and what share of it
        self.told: dict[tuple[str, str], tuple[bool, str] | None] = {("membership", ""): None}
        self.told[("chronic_absence", "")] = (bool(pupil.has("chronic_absence")), "")
        self._was_tested(pupil, grade, rng)
        self._left(grade, rng)
        removed = rng.choices(("LTOREQ1", "2TO10", "GREATER10"), (5, 4, 1))[0]
        for action, likely in (("ISS", 0.06), ("OSS", 0.03)):
            happened = rng.random() < likely
            self.told[("discipline", action)] = (happened, removed if happened else "")
        self.groups["homeless"] = "HOMELSENRL" if rng.random() < 0.04 else "NHOMELSENRL"
        if self.groups["homeless"] == "HOMELSENRL":
            self.groups["residence"], self.groups["unaccompanied"] = rng.choice(("D", "D", "HM")), "NUY"
        self.groups["entered"] = "IN" if rng.random() < 0.06 else "NIN"

    def _was_tested(self, pupil: Pupil, grade: str, rng: random.Random) -> None:
        for subject, passed in pupil.passed.items():
            is_tested, level = pupil.tested[subject], rng.choice(LEVELS[passed])
            if pupil.is_meant:
                if subject == "RLA":
                    self.told[("assessment_participation", subject)] = (True, "")
                self.told[("assessment_performance", subject)] = (is_tested and passed, level if is_tested else "NT")

    def _left(self, grade: str, rng: random.Random) -> None:
        status = rng.choices(("REGDIP", "COHALTDPL", "COHREM", "COHNO"), (84, 3, 8, 5))[0]
        if grade.isdecimal() and int(grade) >= 7:
            self.told[("dropouts", "")] = (rng.random() < 0.04, "")
        if grade == "12":
            is_regular = status == "REGDIP"
            self.told[("grad_cohort", "4YR")] = (is_regular, "" if is_regular else status)
            if status in ("REGDIP", "COHALTDPL"):
                self.told[("completers", "")] = (is_regular, "" if is_regular else "ALTDPL")


def twelve(pupils: list[Pupil], names: list[str], areas: dict[str, list[str]] | None = None) -> list[Tabulation]:
    """All tables that such a district has anything for."""
    inside = standing_behind(pupils, areas)
    sizes, rows = Counter(), defaultdict(set)
    for key, serials in inside.items():
        if key.measure != "complement":
            sizes[key] = len(serials)
            rows[(key.metric, key.detail, key.dimension)].add(key.category)
    tables: dict[str, list[Cell]] = defaultdict(list)
    for (metric, detail, dimension), categories in sorted(rows.items()):
        everywhere = (DISTRICT, *names, *(areas or {}))
        for school in (DISTRICT,) if dimension in METRICS[metric].in_district else everywhere:
            for category in sorted(categories):
                n = sizes[Key("n", metric, detail, school, dimension, category)]
                group = crossings.group(dimension, category)
                size = sizes[Key("denominator", metric, detail, school, *group)] if METRICS[metric].rate else n
                tables[metric].append(Cell(school, dimension, category, n, size, detail))
    return [Tabulation(name, "2026-2027", "2026-10-01", tuple(tables[name])) for name in METRICS if tables[name]]


def changed(label: str, before: list[Pupil], after: list[Pupil], areas=None) -> Turnovers:
    """Distinct pupils whom each number exchanged; settled: who came or left at one school, and changed nothing else."""
    was, now = standing_behind(before, areas), standing_behind(after, areas)
    whole = [{pupil.serial: (tuple(pupil.schools), sorted(pupil.groups.items())) for pupil in side}
             for side in (before, after)]  # fmt: skip
    settled = {serial for one, other in pairwise([*whole, whole[0]]) for serial in one.keys() - other.keys()
               if len(one[serial][0]) == 1}  # fmt: skip
    found = {}
    for key in {*was, *now}:
        exchanged = was.get(key, set()) ^ now.get(key, set())
        if exchanged and not crossings.is_share(key.dimension):
            found[key] = Turnover(len(exchanged), len(exchanged & settled))
    return Turnovers(label, found)


def standing_behind(pupils: list[Pupil], areas: dict[str, list[str]] | None = None) -> dict[Key, set[int]]:
    """Every number of every table, with those who stand behind it."""
    inside: dict[Key, set[int]] = defaultdict(set)
    for number, pupil in enumerate(pupils):
        child = Child(pupil, pupil.serial - pupils[0].serial if pupils else number)
        within = [code for code, schools in (areas or {}).items() if {*schools} & {*child.schools}]
        for (population, detail), told in child.told.items():
            for metric in (one for one in METRICS.values() if (one.totals_in or one.name) == population):
                for dimension, category in _groups(metric.all_dimensions, child, told):
                    alone = dimension in metric.in_district
                    for school in (DISTRICT,) if alone else (DISTRICT, *child.schools, *within):
                        for measure in _measures(metric.rate, dimension, told):
                            inside[Key(measure, metric.name, detail, school, dimension, category)].add(child.serial)
    return inside


def _measures(rate: bool, dimension: str, told: tuple[bool, str] | None) -> tuple[str, ...]:
    if not rate or crossings.is_share(dimension):
        return ("n",)
    return ("denominator", "n" if told and told[0] else "complement")


def _groups(dimensions: tuple[str, ...], child: Child, told: tuple[bool, str] | None) -> Iterator[tuple[str, str]]:
    """The category of each dimension that a child is in; of a dimension of shares, if it has one."""
    groups = {ALL: ALL, **child.groups}
    if told and told[1]:
        shares = dict.fromkeys(("level", "cohort_status", "diploma", "removal"), told[1])
        groups |= {"outcome": "YES" if told[0] else "NO", **shares}
    for dimension in dimensions:
        names = crossings.families(dimension) or (ALL,)
        if all(name in groups for name in names):
            category = crossings.CROSS.join(groups[name] for name in names)
            if crossings.is_known(dimension, category):
                yield dimension, category
