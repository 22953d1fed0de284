"""The closed code lists of the state package. A code that is not here cannot leave the district.

Source: EDFacts permitted values (packages.md 1.3). `MISSING` is permitted in every list, so that unknown stays apart
from zero. Race and ethnicity will change under SPD 15: the edition is written into every package.
"""

from dataclasses import dataclass
from typing import Final

from appliance.aggregate.refusal import Refused

EDITION: Final = "EDFacts 2025-26"

ALL: Final = "all"
"""The dimension, and the only category, of a geography's total."""
MISSING: Final = "MISSING"

CODES: Final[dict[str, tuple[str, ...]]] = {
    ALL: (ALL,),
    "grade": (
        *("PK", "KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "UG", "AE"),
        *("ES", "MS", "HS", MISSING),
    ),
    "race": ("AM7", "AS7", "BL7", "HI7", "PI7", "WH7", "MU7", "MAP", "OTHER", MISSING),
    "sex": ("F", "M", "X", "OTHER", MISSING),
    "english_learner": ("LEP", "NLEP", MISSING),
    "disability": ("WDIS", "WODIS", MISSING),
    "economic": ("ECODIS", "NECODIS", MISSING),
}
"""Dimension to its category codes, in the order in which tables list them.

ES, MS, HS, MAP and OTHER occur only where a policy merges categories into them (MAP and HS are EDFacts' own).
"""

DIMENSIONS: Final = tuple(name for name in CODES if name != ALL)

SUBJECTS: Final = ("RLA", "MATH", "SCI", "SOC")
"""What a test was about: reading and language arts, mathematics, science, social studies (FS178, FS175, FS179)."""

MEANING: Final[dict[str, str]] = {
    ALL: "every student",
    "AM7": "American Indian or Alaska Native",
    "AS7": "Asian",
    "BL7": "Black or African American",
    "HI7": "Hispanic or Latino",
    "PI7": "Native Hawaiian or Pacific Islander",
    "WH7": "White",
    "MU7": "Two or more races",
    "MAP": "Asian or Pacific Islander, counted together",
    "ES": "Elementary grades, counted together",
    "MS": "Middle grades, counted together",
    "HS": "High school grades, counted together",
    "OTHER": "Several groups, counted together",
    "F": "Female",
    "M": "Male",
    "X": "Neither female nor male",
    "LEP": "English learner",
    "NLEP": "Not an English learner",
    "WDIS": "Has a disability (IDEA)",
    "WODIS": "Has no disability (IDEA)",
    "ECODIS": "Economically disadvantaged",
    "NECODIS": "Not economically disadvantaged",
    "RLA": "Reading and language arts",
    "MATH": "Mathematics",
    "SCI": "Science",
    "SOC": "Social studies",
    MISSING: "Not recorded",
}

CATEGORY_SETS: Final[dict[str, str]] = {
    ALL: "TOT",
    "grade": "GRADE",
    "race": "RACE",
    "sex": "SEX",
    "english_learner": "EL",
    "disability": "IDEA",
    "economic": "ECON",
}
"""Dimension to the value of `category_set` in a package row."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What a table of the package counts. A rate has a denominator; a headcount is its own."""

    name: str
    title: str
    definition: str
    dimensions: tuple[str, ...]
    rate: bool
    details: tuple[str, ...] = ("",)
    totals_in: str = ""
    """The metric that holds the totals of this one, when it has none of its own."""


METRICS: Final[dict[str, Metric]] = {
    metric.name: metric
    for metric in (
        Metric(
            "membership",
            "Membership",
            "Students enrolled on the snapshot date.",
            (ALL, "grade", "race", "sex"),
            rate=False,
        ),
        Metric(
            "subgroup_membership",
            "Membership by programme",
            "Students enrolled on the snapshot date, by programme and its complement.",
            ("english_learner", "disability", "economic"),
            rate=False,
            totals_in="membership",
        ),
        Metric(
            "chronic_absence",
            "Chronic absence",
            "n: students absent on a tenth or more of the days they were enrolled, for any reason. "
            "denominator: students enrolled at least the smallest number of days that count.",
            (ALL, *DIMENSIONS),
            rate=True,
        ),
        Metric(
            "assessment_performance",
            "Assessment performance",
            "n: students at or above the proficient level. denominator: students tested with a score.",
            (ALL, *DIMENSIONS),
            rate=True,
            details=SUBJECTS,
        ),
    )
}
"""The tables that this version writes, in the order of a package."""


def metric(name: str) -> Metric:
    """The definition of a metric. Raises `Refused` when the package has no such table."""
    if name not in METRICS:
        raise Refused(f"The package has no table {name!r}: it knows {', '.join(METRICS)}.")
    return METRICS[name]


def check(metric_name: str, dimension: str, category: str, detail: str) -> None:
    """Refuse a dimension, a category or a detail that is not on the closed list of the metric."""
    known = metric(metric_name)
    if dimension not in known.dimensions:
        raise Refused(f"Table {metric_name} is not counted by {dimension!r}. Remove those cells.")
    if category not in CODES[dimension]:
        raise Refused(f"Table {metric_name}: {category!r} is not a code of {dimension}. Map it to {CODES[dimension]}.")
    if detail not in known.details:
        raise Refused(f"Table {metric_name}: {detail!r} is not a detail that it knows. It knows {known.details}.")
