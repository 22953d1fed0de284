"""The tables of the state package: what each counts, by whose rule, and by which groups at which places.

Which category set stands where, and why, is decided here once:

- *Schools and declared geographies* have the total and each reporting group family by itself. Enrolment by grade, race
  and sex is public there anyway (the federal school file, the policy's `public` list), and every cell more at a school
  is a cell more in one system over all schools: a school by grade by race hides a fifth of its students, and ties each
  school to all others in three ways at once, for which no whole-number table is sure to exist (disclosure.md 5).
- *Crossings* (grade x race, race x sex and the like, as EDFacts asks for them) stand in the district's row alone. There
  they are tied to their margins only, and few of their numbers are small. No declared geography has them: what it
  leaves of the district would be a group that nobody protected.
- *Rare outcomes* (dropouts, discipline) and what only some grades have are counted at schools in total and by grade at
  most, and by group in the district: nearly every number of a school's group would be hidden.
- *Shares of an outcome* (levels of a test, days of removal) stand at schools in total, by group in the district. In a
  school year they are told once, by the first release that has them: shares change too seldom to be worth the risk.
- *One population*: each student stands at one school, and denominators are group sizes of `membership`. Who subtracts
  two tables finds nobody, or a group that is protected itself. So students who left stand in a table of their own, and
  homeless students and newcomers are groups of the enrolled. The grades of a state's test alone are fewer: a group of
  one grade is in its denominators wholly or not at all, any other group without its students of the other grades.
- *Who was not tested* is the share NT beside the levels of `assessment_performance`. `assessment_participation` says
  whom the test was for, and not once more how many of them took it: that would be one number in two tables.

Mean attendance rates and numbers of removals are not here. They are sums of days and events, of which one student may
have many, and the proof by witness tables is about students: nobody could say how much a hidden one moves them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from appliance.aggregate.codes import ALL, CODES, EDITION, MEANING, MISSING
from appliance.aggregate.crossings import CROSS, category_set, families, is_known
from appliance.aggregate.refusal import Refused

__all__ = ["ALL", "CODES", "EDITION", "MEANING", "METRICS", "MISSING", "Metric", "check", "home", "metric"]

SUBJECTS: Final = ("RLA", "MATH", "SCI", "SOC")
"""What a test was about: reading and language arts, mathematics, science, social studies (FS178, FS175, FS179)."""
ACTIONS: Final = (
    *("ISS", "OSS", "EXPW", "EXPWO", "UNILATERAL", "HEARING"),
    *("ALTPLACE", "MECHANICAL", "PHYSICAL", "SECLUSION"),
)
COHORTS: Final = ("4YR", "5YR", "6YR")

PEOPLE: Final = ("grade", "race", "sex")
PROGRAMS: Final = (
    *("english_learner", "disability", "economic", "section_504", "migrant", "homeless", "foster", "military"),
)
GROUPS: Final = (*PEOPLE, *PROGRAMS)
SHARES: Final = ("level", "cohort_status", "diploma", "removal")
"""The families by which outcomes are split."""


def _crossed(first: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """A family with each of others, in the order of the code lists."""
    order = list(CODES)
    return tuple(CROSS.join(sorted((first, other), key=order.index)) for other in others if other != first)


def _by(shares: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{one}{CROSS}{shares}" for one in groups)


@dataclass(frozen=True, slots=True)
class Metric:
    """What a table of the package counts. A rate has a denominator; a headcount is its own."""

    name: str
    title: str
    definition: str
    dimensions: tuple[str, ...]
    """Counted at every school, in the district and in every declared geography."""
    rate: bool
    details: tuple[str, ...] = ("",)
    totals_in: str = ""
    """The metric that holds the totals of this one, when it has none of its own."""
    in_district: tuple[str, ...] = ()
    """Counted in the district's row alone."""
    detail_name: str = "subject"
    """The column that the detail stands in."""
    everywhere: bool = True
    """Whether every school has rows, and not only those with somebody to count."""
    sizes_in: str = ""
    """The metric whose group sizes are the denominators of this one: the same students, so the same numbers. Tables of
    that metric print them, too: they are protected there.
    """
    within: str = ""
    """The metric of whose students those counted here are some grades: what is left of each group is a number as well.

    A group of one grade (`grade`, `grade*race`) is here as large as there: one number. Rows by grade stand for these
    grades alone.
    """
    by_grade_alone: tuple[str, ...] = ()
    """Details that are told in total and by grade, and in the district by grade and group, only: they are about other
    grades than the first detail, and by group the difference of the two would be a group that nobody protects.
    """
    once: bool = False
    """What is told once in a school year: later releases repeat it, with its date. A yearly test does not change."""

    @property
    def all_dimensions(self) -> tuple[str, ...]:
        """Everything that the table is counted by, in the order of its rows."""
        return self.dimensions + self.in_district


METRICS: Final[dict[str, Metric]] = {
    metric.name: metric
    for metric in (
        Metric(
            "membership",
            "Membership",
            "Students enrolled on the snapshot date, each at one school.",
            (ALL, *PEOPLE),
            rate=False,
            in_district=("grade*race", "grade*sex", "race*sex", "grade*race*sex"),
        ),
        Metric(
            "subgroup_membership",
            "Membership by program",
            "Students enrolled on the snapshot date, by program and its complement.",
            PROGRAMS,
            rate=False,
            totals_in="membership",
            in_district=(
                *_crossed("grade", PROGRAMS),
                *_crossed("sex", ("english_learner", "section_504", "homeless")),
            ),
        ),
        Metric(
            "english_learners",
            "English learners",
            "English learners enrolled on the snapshot date, by home language and by years as an English learner. "
            "By grade they stand in subgroup_membership.",
            (),
            rate=False,
            totals_in="membership",
            in_district=("english_learner*language", "english_learner*learner_years"),
        ),
        Metric(
            "idea_child_count",
            "Children with disabilities",
            "Students with a program under IDEA on the snapshot date, by disability, environment and age; "
            "by race and by sex, those without one beside them.",
            (),
            rate=False,
            totals_in="membership",
            in_district=(
                *("race*disability", "sex*disability", "disability*impairment"),
                *("disability*environment", "disability*age"),
            ),
        ),
        Metric(
            "homeless_mobility",
            "Homeless students and moves",
            "Students enrolled on the snapshot date: whether they entered their school after the first day of the "
            "school year, and, of those who are homeless on that date, where they spend the night and whether they are "
            "without a parent. How many are homeless stands in subgroup_membership.",
            ("entered",),
            rate=False,
            totals_in="membership",
            in_district=("grade*entered", "homeless*residence", "homeless*unaccompanied"),
        ),
        Metric(
            "chronic_absence",
            "Chronic absence",
            "n: students absent on a tenth or more of the days they were enrolled in the district, for any reason, if "
            "these are at least the smallest number of days that count. denominator: students enrolled on the snapshot "
            "date; whoever has fewer days stays in it and is not in n.",
            (ALL, *GROUPS),
            rate=True,
            in_district=_crossed("sex", ("race", "english_learner", "disability", "section_504", "homeless")),
            sizes_in="membership",
        ),
        Metric(
            "assessment_participation",
            "Assessment participation",
            "Students whom the state's test of a subject was for: those enrolled on the snapshot date in the grades "
            "that have taken it in the year before, at least half of each having a result. They are the denominators "
            "of assessment_performance, where level NT says how many of them have none. Mathematics is tested in the "
            "grades of reading: RLA stands for both.",
            (ALL, *GROUPS),
            rate=False,
            details=("RLA", "SCI", "SOC"),
            in_district=_crossed("grade", GROUPS),
            within="membership",
            by_grade_alone=("SCI", "SOC"),
            once=True,
        ),
        Metric(
            "assessment_performance",
            "Assessment performance",
            "n: students at or above the proficient level. denominator: that of assessment_participation; whoever was "
            "not tested stays in it and is not in n. In rows with a level, n: students at that level, or not tested "
            "(NT); outcome says on which side of proficient it lies.",
            (ALL, *GROUPS, "outcome*level"),
            rate=True,
            details=SUBJECTS,
            in_district=(*_crossed("grade", GROUPS), *_by("outcome*level", GROUPS)),
            sizes_in="assessment_participation",
            by_grade_alone=("SCI", "SOC"),
            once=True,
        ),
        Metric(
            "grad_cohort",
            "Graduation cohort",
            "n: students with a regular diploma in time. denominator: students of the adjusted cohort. "
            "In rows with a cohort_status, n: those of the others who have it.",
            (ALL,),
            rate=True,
            everywhere=False,
            details=COHORTS,
            in_district=(
                *("race", "sex", "english_learner", "disability", "economic", "homeless", "foster"),
                "outcome*cohort_status",
            ),
            detail_name="cohort",
        ),
        Metric(
            "completers",
            "Completers",
            "n: students who got a regular diploma in the school year before or the summer after it. "
            "denominator: students who got any credential of completion. "
            "In rows with a diploma, n: those of the others who got it.",
            (ALL,),
            rate=True,
            everywhere=False,
            in_district=("race", "sex", *PROGRAMS, "race*sex", "outcome*diploma"),
        ),
        Metric(
            "dropouts",
            "Left without a diploma",
            "n: students who left without a diploma and went to no other school. "
            "denominator: students enrolled in grades 7 to 12 at any time in the school year before.",
            (ALL, "grade"),
            rate=True,
            everywhere=False,
            in_district=("race", "sex", *PROGRAMS, "race*sex"),
        ),
        Metric(
            "discipline",
            "Discipline",
            "n: students enrolled on the snapshot date to whom the action happened in the school year, at any school "
            "of the district, each once. denominator: students enrolled on the snapshot date. In rows with a removal, "
            "n: those of them who were removed for so many days in all.",
            (ALL,),
            rate=True,
            details=ACTIONS,
            in_district=("race", "sex", "english_learner", "disability", "section_504", "outcome*removal"),
            detail_name="action",
            sizes_in="membership",
        ),
        Metric(
            "leavers",
            "Leavers",
            "Students who were enrolled in the school year and are not enrolled in the district on the snapshot date, "
            "each once, at the last school.",
            (ALL,),
            rate=False,
            in_district=("grade",),
        ),
    )
}
"""The tables that this version writes, in the order of a package. `directory.csv` comes beside them."""

_HOMES: Final = {
    (one.totals_in or one.name, dimension): one.name for one in METRICS.values() for dimension in one.all_dimensions
}


def metric(name: str) -> Metric:
    """The definition of a metric. Raises `Refused` when the package has no such table."""
    if name not in METRICS:
        raise Refused(f"The package has no table {name!r}: it knows {', '.join(METRICS)}.")
    return METRICS[name]


@cache
def sizes_of(name: str, detail: str) -> tuple[str, str]:
    """The metric, and the detail, whose group sizes those of this one are: where the same number is counted first."""
    root = METRICS[name]
    while of := root.totals_in or root.sizes_in:
        root = METRICS[of]
    return root.name, detail if detail in root.details else root.details[0]


@cache
def size_of(name: str, detail: str, dimension: str) -> tuple[str, str]:
    """The same for the groups of one dimension, which of a single grade are those of the whole that it is within."""
    outer = held_by(name, detail) if "grade" in families(dimension) else None
    return outer or sizes_of(name, detail)


@cache
def size_key(name: str, detail: str, dimension: str) -> tuple[Literal["n", "denominator"], str, str]:
    """The one name of a group size that several tables print: measure, metric that prints the dimension, and detail."""
    root, of = size_of(name, detail, dimension)
    return "denominator" if METRICS[root].rate else "n", home(root, dimension) or root, of


@cache
def held_by(name: str, detail: str) -> tuple[str, str] | None:
    """The metric, and the detail, of whose groups those counted here are some; None for all others."""
    known = METRICS[sizes_of(name, detail)[0]]
    return sizes_of(known.within, detail) if known.within else None


def home(name: str, dimension: str) -> str:
    """The metric that prints a dimension for the students whom another one counts; empty when none does."""
    return _HOMES.get((METRICS[name].totals_in or name, dimension), "")


def parts_named(parts: Iterable[tuple[str, str]]) -> str:
    """Tables and dimensions for a sentence: `Enrollment by grade and race; Discipline in total`."""
    told = sorted({(metric(name).title, " and ".join(families(dimension))) for name, dimension in parts})
    return "; ".join(f"{title} by {by}" if by else f"{title} in total" for title, by in told)


def columns(name: str) -> list[str]:
    """The columns that name a group in a table, in order; that of the detail comes first where a table has it."""
    known = metric(name)
    used = {family for dimension in known.all_dimensions for family in families(dimension)}
    detail = [known.detail_name] if known.details != ("",) else []
    return detail + [family for family in CODES if family in used]


def dimension_of(name: str, told: str) -> str | None:
    """The dimension of a table that a `category_set` names."""
    return next((dimension for dimension in metric(name).all_dimensions if category_set(dimension) == told), None)


def check(metric_name: str, dimension: str, category: str, detail: str) -> None:
    """Refuse a dimension, a category or a detail that is not on the closed list of the metric.

    The sentence names table and column and repeats nothing of the row: what is on no list can be a name.
    """
    known = metric(metric_name)
    if dimension not in known.all_dimensions:
        raise Refused(f"Table {metric_name} has cells of a dimension that it does not know. Remove those cells.")
    if not is_known(dimension, category):
        lists = " and ".join(str(CODES[family]) for family in families(dimension) or (ALL,))
        raise Refused(f"Table {metric_name}: a category is not a code of {dimension}. Map it to {lists}.")
    if detail not in known.details:
        raise Refused(f"Table {metric_name}: a cell has a detail that is not one of {known.details}.")
    if not is_told(metric_name, detail, dimension):
        raise Refused(
            f"Table {metric_name}: {detail} is told in total and by grade alone. Remove cells of {dimension}."
        )


def is_told(name: str, detail: str, dimension: str) -> bool:
    """Whether a table has rows of a dimension for a detail."""
    named = set(families(dimension)) - set(SHARES) - {"outcome"}
    return detail not in METRICS[name].by_grade_alone or not named or "grade" in named
