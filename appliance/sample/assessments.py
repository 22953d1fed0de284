"""Two tests: the state's, in spring of last school year, and the district's own benchmark in fall."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import log

from appliance.sample.dice import dice
from appliance.sample.people import Student
from appliance.sample.schools import GRADES
from appliance.sample.year import SchoolYear

LEVELS = ("Beginning", "Getting there", "Meets", "Exceeds")

_SHORT = {"MATH": "math", "ELA": "reading and writing"}
_LEAST_FOR_LEVEL = (-0.7, 0.15, 1.0)
_BENCHMARK_DAY = 18
_NOT_TESTED = 0.03


@dataclass(frozen=True, slots=True)
class TestResult:
    """One student's result. Scale scores of the state run from about 2200 to 2800, of the benchmark from 140 to 280."""

    __test__ = False

    source_file: str
    assessment_id: str
    title: str
    subject: str
    day: date
    raw_score: int
    scale_score: int
    standard_error: float
    level: str


def tests_of(student: Student, year: SchoolYear, seed: int) -> Iterator[TestResult]:
    """The state test of everyone who was in grade 3 to 8 or 11 last year, and this fall's benchmark from grade 2.

    The benchmark is there once its day, in the fourth week, is over.
    """
    rng = dice(seed, "tests", student.student_id)
    grade = GRADES.index(student.grade)
    for subject, code in (("Mathematics", "MATH"), ("English Language Arts", "ELA")):
        spread, tested, benched = rng.gauss(0, 0.5), rng.random() > _NOT_TESTED, rng.random() > _NOT_TESTED
        standing = 0.85 * student.skill + spread
        if tested and grade - 1 in (3, 4, 5, 6, 7, 8, 11):
            last = year.ends_in - 1
            yield TestResult(
                f"state_spring_{last}.csv",
                f"STATE-{code}-{grade - 1:02d}-{last}",
                f"State test, {_SHORT[code]}, grade {grade - 1}",
                subject,
                date(last, 4, 20 if code == "ELA" else 22),
                _items_right(48, standing),
                round(2330 + 28 * grade + 85 * standing),
                float(round(24 + 6 * abs(standing))),
                _level(standing),
            )
        if benched and grade >= 2 and year.past > _BENCHMARK_DAY:
            now = standing + rng.gauss(0, 0.25)
            yield TestResult(
                f"benchmark_fall_{year.ends_in - 1}.csv",
                f"BENCH-{code}-FALL-{year.ends_in - 1}",
                f"Fall benchmark, {_SHORT[code]}",
                subject,
                year.days[_BENCHMARK_DAY],
                _items_right(40, now),
                round(150 + 35 * log(grade) + 13 * now),
                round(3.0 + 0.4 * abs(now), 1),
                _level(now),
            )


SPAN = "spring to fall"


@dataclass(frozen=True, slots=True)
class Growth:
    """Points gained on the benchmark since last spring, what is typical, and the error of the points gained."""

    observed: int
    typical: int
    standard_error: float


def growth_of(student: Student, tests: Iterable[TestResult], seed: int) -> Iterator[tuple[TestResult, Growth]]:
    """The growth that comes with the fall benchmark, from grade 3: who is younger took none in spring."""
    rng = dice(seed, "growth", student.student_id)
    grade = GRADES.index(student.grade)
    for test in tests:
        if test.assessment_id.startswith("BENCH-") and grade >= 3:
            typical = max(2, round(8 - 0.5 * grade))
            yield test, Growth(round(typical + rng.gauss(0, 4)), typical, round(test.standard_error * 1.4, 1))


def _level(standing: float) -> str:
    return LEVELS[sum(standing >= least for least in _LEAST_FOR_LEVEL)]


def _items_right(items: int, standing: float) -> int:
    return max(0, min(items, round(items * (0.58 + 0.16 * standing))))
