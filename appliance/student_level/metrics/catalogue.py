"""The metrics there are: each a `.sql` file beside this one, whose first lines say what it counts, whom, by what rule.

A metric's SELECT gives (place_key, student_key, detail, count, out_of), one row per student, place and detail, or more
where it does not count students; place 0 is the district. `counting.py` adds the rows up by the groups the metric is
shown by. What several metrics stand on is prepared once, by a SELECT of its own, into a temporary table.

A metric that has a line `Measure:` is also shown to people, with a goal, last year’s figure and its history; `Listed:`
says who is on the list behind it.

In a release each student stands at one school, and denominators are groups of the enrolled, so that nobody can subtract
one table from another. A metric that is counted otherwise for that has a second file in `released/`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from appliance.aggregate import codelists

_FOLDER = Path(__file__).parent
_NAMES = (
    "membership",
    "subgroup_membership",
    "chronic_absence",
    "attendance_rate",
    "days_missed",
    "late_arrivals",
    "class_absence",
    "class_meetings_missed",
    "course_grades",
    "grades_by_course",
    "failing_grades",
    "grades_dropping",
    "credit_accumulation",
    "on_track",
    "advanced_courses",
    "advanced_passed",
    "assessment_performance",
    "assessment_participation",
    "english_learners",
    "idea_child_count",
    "grad_cohort",
    "completers",
    "dropouts",
    "discipline",
    "homeless_mobility",
    "further_state_tests",
    "benchmark_mastery",
    "test_levels",
)


PREPARED = {
    "reporting_levels": "state_levels",
    "reporting_marks": "course_marks",
    "reporting_meetings": "class_meetings",
    "reporting_rounds": "state_rounds",
    "reporting_tested": "state_tested",
}
"""Temporary tables that metrics stand on, beside those of `groups_sql`: name -> the file that selects its rows."""


_HEAD = re.compile(
    r"(?P<name>\w+): (?P<title>.+?)\n(?P<counts>Counts .+?)\nShown by: (?P<shown>[\w, ]+)\n"
    r"Leaves the district: (?P<leaves>yes|no)\nRule: (?P<rule>.+?)"
    r"(?:\nWithout records: (?P<without>.+?))?(?:\nListed: (?P<listed>.+?))?(?:\nMeasure: (?P<measure>.+))?\Z",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric is shown to people: its family, what it is called and counts, and which way is better."""

    name: str
    family: str
    called: str
    unit: str
    more_is_better: bool
    is_yearly: bool
    """Whether it is of a test that comes once a year: then it is compared with the test before it."""
    listed: str
    """Who is on the list behind it, and who is left out and why."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as its file describes it. `leaves`: whether it may go into a release."""

    name: str
    title: str
    counts: str
    dimensions: tuple[str, ...]
    leaves: bool
    rule: str
    sql: str
    measure: Measure | None = None
    without: str = ""
    """Why a release lacks the table when nothing is counted for it, as a sentence."""

    @property
    def groups(self) -> str:
        """The temporary table that says who is in which group."""
        return "reporting_past" if "reporting_past" in self.sql else "reporting_student"

    @property
    def stands_on(self) -> tuple[str, ...]:
        """The tables of `PREPARED` that it reads from."""
        return tuple(table for table in PREPARED if table in self.sql)

    @property
    def called(self) -> str:
        """What people call it: its measure's name, or its title without what it is counted out of."""
        if self.measure:
            return self.measure.called
        first = re.sub(r", out of [^,.]*", "", self.title).partition(". ")[0].rstrip(".")
        return first[:1].upper() + first[1:]


@cache
def metrics() -> tuple[Metric, ...]:
    """All metrics, in the order of the manual. Raises ValueError for a file whose first lines do not say their part."""
    return tuple(_read(name) for name in _NAMES)


@cache
def released() -> tuple[Metric, ...]:
    """What a release counts, in the order of its tables."""
    return tuple(_read(f"released/{name}" if _is_released_alone(name) else name) for name in codelists.METRICS)


def _is_released_alone(name: str) -> bool:
    return (_FOLDER / "released" / f"{name}.sql").is_file()


def groups_sql(*, at_one_school: bool = False) -> str:
    """The statements that make the temporary tables every metric reads from; `at_one_school`: for a release."""
    students = students_sql("reporting_student", at_one_school=at_one_school)
    return (_FOLDER / "stays.sql").read_text() + students + (_FOLDER / "reporting_days.sql").read_text()


def students_sql(table: str, *, at_one_school: bool) -> str:
    """The statements that make a temporary table of students by place, with their groups."""
    select = (_FOLDER / "reporting_student.sql").read_text()
    if at_one_school:
        select = f"WITH everywhere AS MATERIALIZED (\n{select})\n{(_FOLDER / 'one_school.sql').read_text()}"
    return f"""CREATE TEMP TABLE {table} AS
{select};
CREATE UNIQUE INDEX temp.{table}_by_place ON {table} (place_key, student_key);
CREATE INDEX temp.{table}_by_student ON {table} (student_key);
"""


@cache
def further_sql() -> str:
    """A SELECT from `reporting_student` that makes a further temporary table of groups."""
    return (_FOLDER / "further_groups.sql").read_text()


@cache
def prepared_sql(table: str) -> str:
    """The SELECT that fills one of the tables of `PREPARED`."""
    return (_FOLDER / f"{PREPARED[table]}.sql").read_text()


def with_prepared(asked: str) -> str:
    """What stands before a question so that it finds, made anew, each table of `PREPARED` that it reads from."""
    made = [f"{table} AS MATERIALIZED ({prepared_sql(table)})" for table in PREPARED if table in asked]
    return f"WITH {', '.join(made)} " if made else ""


@cache
def measures() -> tuple[Measure, ...]:
    """The metrics that people are shown, in the order of the manual."""
    return tuple(metric.measure for metric in metrics() if metric.measure)


def sums_sql() -> str:
    """The statements that make the sums which pages read."""
    return (_FOLDER / "stays.sql").read_text() + (_FOLDER / "student_sums.sql").read_text()


def _read(path: str) -> Metric:
    sql, name = (_FOLDER / f"{path}.sql").read_text(), path.removeprefix("released/")
    head = "\n".join(line.removeprefix("-- ") for line in sql.splitlines() if line.startswith("-- "))
    said = _HEAD.match(head)
    if said is None or said["name"] != name:
        raise ValueError(f"{path}.sql must begin with its title, Counts, Shown by, Leaves the district, Rule")
    title, counts, rule = (" ".join(said[part].split()) for part in ("title", "counts", "rule"))
    dimensions = tuple(part.strip() for part in said["shown"].split(","))
    measure = _measure(name, said["measure"], said["listed"], is_yearly="reporting_rounds" in sql)
    without = "Not collected: " + " ".join((said["without"] or "nothing is loaded that it counts.").split())
    return Metric(name, title, counts, dimensions, said["leaves"] == "yes", rule, sql, measure, without)


def _measure(name: str, told: str | None, listed: str | None, *, is_yearly: bool) -> Measure | None:
    if told is None:
        return None
    if listed is None:
        raise ValueError(f"{name}.sql: a measure says who is listed behind it, and who is left out")
    match told.split(" / "):
        case [family, called, unit, ("more is better" | "fewer is better") as better]:
            return Measure(name, family, called, unit, better == "more is better", is_yearly, " ".join(listed.split()))
    raise ValueError(f"{name}.sql: a measure is told as family / name / what it counts / more or fewer is better")
