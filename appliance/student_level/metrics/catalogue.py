"""The metrics there are: each a `.sql` file beside this one, whose first lines say what it counts, whom, by what rule.

A metric's SELECT gives (place_key, student_key, detail, count, out_of), one row per student, place and detail; place 0
is the district. `counting.py` adds the rows up by the groups the metric is shown by.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_NAMES = (
    "membership",
    "subgroup_membership",
    "chronic_absence",
    "attendance_rate",
    "days_missed",
    "late_arrivals",
    "course_grades",
    "failing_grades",
    "grades_dropping",
    "assessment_performance",
    "test_levels",
)


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


@cache
def metrics() -> tuple[Metric, ...]:
    """All metrics, in the order of the manual. Raises ValueError for a file whose first lines do not say their part."""
    return tuple(_read(name) for name in _NAMES)


def groups_sql() -> str:
    """The statements that make the temporary tables every metric reads from."""
    return (_FOLDER / "stays.sql").read_text() + (_FOLDER / "reporting_groups.sql").read_text()


def sums_sql() -> str:
    """The statements that make the sums which pages read."""
    return (_FOLDER / "stays.sql").read_text() + (_FOLDER / "student_sums.sql").read_text()


def _read(name: str) -> Metric:
    sql = (_FOLDER / f"{name}.sql").read_text()
    said = [line.removeprefix("-- ") for line in sql.splitlines() if line.startswith("-- ")]
    try:
        title = next(line for line in said if line.startswith(f"{name}: ")).removeprefix(f"{name}: ")
        counts = next(line for line in said if line.startswith("Counts "))
        shown = next(line for line in said if line.startswith("Shown by: ")).removeprefix("Shown by: ")
        leaves = next(line for line in said if line.startswith("Leaves the district: ")).endswith("yes")
        rule = next(line for line in said if line.startswith("Rule: ")).removeprefix("Rule: ")
    except StopIteration:
        raise ValueError(f"{name}.sql must begin with its title, Counts, Shown by, Leaves the district, Rule") from None
    return Metric(name, title, counts, tuple(part.strip() for part in shown.split(",")), leaves, rule, sql)
