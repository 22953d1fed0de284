"""Disclosure control at the size of real districts: protect, attack, certify; time, memory, and what stays published.

`python -m tests.bench.disclosure 600` measures one size in this process. Students exist as columns of numbers, one
school at a time, so that the memory that is measured is that of the protection.
"""

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from appliance.aggregate import crossings
from appliance.aggregate.codelists import ALL, METRICS, is_told
from appliance.aggregate.disclosure import Policy, Report, protect
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.aggregate.verifier import Verifier

RACES = ("WH7", "HI7", "BL7", "AS7", "MU7", "AM7", "PI7")
GRADES = ("KG", *(f"{grade:02}" for grade in range(1, 13)))
BANDS = ((0, 6), (6, 9), (9, 13))
PAIRS = {"sex": ("F", "M"), "english_learner": ("LEP", "NLEP"), "disability": ("WDIS", "WODIS"),
         "economic": ("ECODIS", "NECODIS"), "homeless": ("HOMELSENRL", "NHOMELSENRL")}  # fmt: skip
CODES = {
    ALL: (ALL,),
    "grade": GRADES,
    "race": RACES,
    **PAIRS,
    "entered": ("IN", "NIN"),
    "residence": ("D", "HM"),
    "level": ("L1", "L2", "L3", "L4", "NT"),
    "cohort_status": ("COHALTDPL", "COHREM", "COHNO"),
    "removal": ("LTOREQ1", "2TO10", "GREATER10"),
    "language": ("spa", "ara", "hmn", "OTHER"),
    "impairment": ("SLD", "SLI", "AUT", "OHI"),
}
RATES = (("chronic_absence", ""), ("assessment_performance", "RLA"), ("assessment_performance", "MATH"))
HEADCOUNTS = ("membership", "subgroup_membership", "english_learners", "idea_child_count", "homeless_mobility")
OF_LAST_YEAR = ("grad_cohort", "completers", "dropouts")
SOME = {"language": ("english_learner", 0), "impairment": ("disability", 0), "residence": ("homeless", 0)}
"""Families about some students alone: those with a code of another family."""

Counts = dict[tuple[str, str, str], "np.ndarray[tuple[int, ...], np.dtype[np.int64]]"]
"""(metric, detail, dimension) -> by geography and category, the group's size and how many had the outcome.

Of shares the category is that of the group and the share; the size is how many have it.
"""
Column = NDArray[np.generic]
Groups = Mapping[str, Column]
"""Family to each student's place in its codes."""
Told = Mapping[tuple[str, str], tuple[Column, Column]]
"""(metric, detail) -> who is counted, and who of them has the outcome; of a headcount the two are one."""


@dataclass(frozen=True)
class Measured:
    """What one protection took and gave. Seconds and megabytes are of the whole process."""

    schools: int
    students: int
    cells: int
    seconds: float
    verify_seconds: float
    megabytes: float
    counts_published: float
    rates_published: float
    report: Report

    def row(self) -> str:
        """A line of the README's table."""
        fallen = sum(attack.fallen + attack.exact for attack in self.report.attacks)
        return (
            f"| {self.schools} ({self.students:,} students, {self.cells:,} cells) | {self.seconds:.0f} s "
            f"| {self.verify_seconds:.1f} s | {self.megabytes:.0f} MB | {self.report.gap:.1%} "
            f"({self.report.blocks_optimal} of {self.report.blocks}) | {self.counts_published:.0%} "
            f"| {self.rates_published:.0%} | {fallen} of {self.report.certified:,} |"
        )


HEADER = (
    "| schools | protect, attack, certify | certificate alone | memory | above the proven optimum (blocks proven) "
    "| counts shown | rates shown | fell |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def district(schools: int, seed: int = 1) -> list[Tabulation]:
    """The tabulations of an invented district: 60 % elementary, 20 % middle and 20 % high schools, log-normal sizes.

    Each school mixes races in its own way (Dirichlet around the district's), and outcomes go with the groups.
    """
    random = np.random.default_rng(seed)
    mix = random.dirichlet([8, 4, 3, 1, 1.2, 0.25, 0.12])
    counts: Counts = {}
    for number in range(1, schools + 1):
        count(counts, number, schools, *students(random, mix))
    return list(tabulated(counts, schools))


def students(random: np.random.Generator, mix: NDArray[np.float64]) -> tuple[Groups, Told]:
    """The students of one school: those who are enrolled, and a few who have left in the year."""
    band = BANDS[random.choice(3, p=[0.6, 0.2, 0.2])]
    size = int(np.clip(random.lognormal(6.3, 0.45), 40, 3000))
    groups = {
        ALL: np.zeros(size, dtype=np.int64),
        "grade": random.integers(*band, size),
        "race": random.choice(len(RACES), size, p=random.dirichlet(mix * 25 + 0.02)),
        "sex": random.integers(0, 2, size),
    }
    poor = random.random(size) < random.beta(4, 5)
    groups["economic"] = (~poor).astype(np.int64)
    groups["english_learner"] = (random.random(size) > np.where(np.isin(groups["race"], (1, 3)), 0.3, 0.02)).astype(int)
    groups["disability"] = (random.random(size) > 0.14).astype(np.int64)
    disabled = groups["disability"] == 0
    given, is_tested = (groups["grade"] >= 3) & (groups["grade"] <= 8), random.random(size) < 0.97
    passed = [is_tested & (random.random(size) < base - 0.2 * poor - 0.2 * disabled) for base in (0.6, 0.55)]
    absent = (random.random(size) < 0.1 + 0.12 * poor + 0.08 * disabled) & (random.random(size) < 0.98)
    level = np.where(passed[0], random.integers(2, 4, size), random.integers(0, 2, size))
    groups |= {"level": np.where(is_tested, level, CODES["level"].index("NT"))}
    groups |= {"language": random.choice(4, size, p=(0.7, 0.1, 0.1, 0.1)), "removal": random.choice(3, size)}
    groups |= {"impairment": random.choice(4, size, p=(0.4, 0.3, 0.1, 0.2))}
    groups["cohort_status"] = random.choice(3, size, p=(0.1, 0.6, 0.3))
    older, last = groups["grade"] >= 7, groups["grade"] == 12
    groups |= {"homeless": (random.random(size) > 0.03).astype(int), "residence": random.choice(2, size, p=(0.7, 0.3))}
    groups["entered"] = (random.random(size) > 0.05).astype(np.int64)
    science = np.isin(groups["grade"], (5, 8))
    enrolled = random.random(size) > 0.015
    of_today = dict.fromkeys(product(HEADCOUNTS, [""]), (enrolled, enrolled)) | {
        RATES[0]: (enrolled, absent),
        RATES[1]: (enrolled & given, passed[0]),
        RATES[2]: (enrolled & given, passed[1]),
        ("assessment_performance", "SCI"): (enrolled & science, passed[0]),
        ("assessment_participation", "RLA"): (enrolled & given, enrolled & given),
        ("assessment_participation", "SCI"): (enrolled & science, enrolled & science),
        ("discipline", "ISS"): (enrolled, random.random(size) < 0.06),
        ("discipline", "OSS"): (enrolled, random.random(size) < 0.04),
    }
    told = of_today | {
        ("leavers", ""): (~enrolled, ~enrolled),
        ("grad_cohort", "4YR"): (last, random.random(size) < 0.85),
        ("completers", ""): (last & (random.random(size) < 0.87), random.random(size) < 0.97),
        ("dropouts", ""): (older, random.random(size) < 0.03),
    }
    return groups, told


def dimensions(metric: str, detail: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a detail of a table is counted by in these districts, each with its families."""
    for dimension in METRICS[metric].all_dimensions:
        names = crossings.families(dimension) or (ALL,)
        if set(names) <= CODES.keys() | {"outcome"} and is_told(metric, detail, dimension):
            yield dimension, names


def count(counts: Counts, number: int, schools: int, groups: Groups, told: Told) -> None:
    """Add the students of one school."""
    everybody = np.ones(len(groups[ALL]), dtype=bool)
    for (metric, detail), (counted, outcome) in told.items():
        known = METRICS[metric]
        for dimension, names in dimensions(metric, detail):
            shape = (schools + 1, *_shape(names), 2)
            table = counts.setdefault((metric, detail, dimension), np.zeros(shape, dtype=np.int64))
            inside = counted.copy()
            for family, (of, code) in SOME.items():
                inside &= (groups[of] == code) if family in names else everybody
            side = crossings.side(names[-1]) if crossings.is_share(dimension) else None
            inside &= {None: everybody, "YES": outcome, "NO": ~outcome}[side]
            at = tuple(np.where(outcome, 0, 1) if name == "outcome" else groups[name] for name in names)
            for part, chosen in enumerate((inside, inside & outcome)):
                found = np.zeros(table.shape[1:-1], dtype=np.int64)
                np.add.at(found, tuple(index[chosen] for index in at), 1)
                table[0, ..., part] += found
                if dimension not in known.in_district:
                    table[number, ..., part] += found


def _shape(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(2 if name == "outcome" else len(CODES[name]) for name in names)


def tabulated(counts: Counts, schools: int, snapshot: str = "2026-10-01") -> Iterator[Tabulation]:
    """The counts as the metrics tell them."""
    for metric in dict.fromkeys(metric for metric, *_ in counts):
        yield Tabulation(metric, "2026-2027", snapshot, tuple(_cells(counts, metric, schools)))


def places(schools: int) -> list[str]:
    """The district and its schools, as the first axis of counts has them."""
    return [DISTRICT, *(f"S{number:04}" for number in range(1, schools + 1))]


def _cells(counts: Counts, metric: str, schools: int) -> Iterator[Cell]:
    names = places(schools)
    for (of, detail, dimension), table in counts.items():
        if of != metric:
            continue
        families = crossings.families(dimension) or (ALL,)
        lists = [("YES", "NO") if family == "outcome" else CODES[family] for family in families]
        told = [("*".join(codes), at) for at, codes in zip(np.ndindex(*_shape(families)), product(*lists), strict=True)]
        alone = dimension in METRICS[metric].in_district
        for place, line in zip(names[:1] if alone else names, table, strict=False):
            if not (METRICS[metric].everywhere or line.any()):
                continue
            for category, at in told:
                if "grade" in families and not table[0][at][0]:
                    continue  # rows stand for the grades of a test alone
                size, count = (int(part) for part in line[at])
                if crossings.is_share(dimension):
                    if size:
                        yield Cell(place, dimension, category, size, size, detail)
                elif size or not alone:
                    yield Cell(place, dimension, category, count, size, detail)


def measure(schools: int) -> Measured:
    """Protect one district under the shipped rules. Call it in a process of its own: memory is the process's most."""
    tabulations = district(schools)
    verifying = [0.0]
    _time(Verifier, "take", verifying)
    _time(Verifier, "uncertified", verifying)
    begun = time.perf_counter()
    report = protect(tabulations, Policy(), year_key=b"bench").report
    seconds = time.perf_counter() - begun
    enrolled = tabulations[0].cells
    lines = {line.metric: line for line in report.tables}
    counts = [lines[name] for name in (*HEADCOUNTS, "assessment_participation")]
    rates = [lines[metric] for metric in dict.fromkeys(metric for metric, _ in RATES)]
    return Measured(
        schools,
        next(cell.count for cell in enrolled if (cell.school_id, cell.dimension) == (DISTRICT, ALL)),
        sum(len(table.cells) for table in tabulations),
        seconds,
        verifying[0],
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        *(
            sum(one.published for one in kind) / sum(one.published + one.hidden for one in kind)
            for kind in (counts, rates)
        ),
        report,
    )


def _time(owner: type, name: str, total: list[float]) -> None:
    real = getattr(owner, name)

    def timed(self: object, *given: object, **named: object) -> object:
        begun = time.perf_counter()
        try:
            return real(self, *given, **named)
        finally:
            total[0] += time.perf_counter() - begun

    setattr(owner, name, timed)


if __name__ == "__main__":
    print(measure(int(sys.argv[1])).row())
