"""The students of an invented school and the stays that they make in schools."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from math import exp
from random import Random

from appliance.sample.names import LONGEST, SHORTEST, Name, invent_name
from appliance.sample.programs import Program, Supports, draw_programs
from appliance.sample.schools import DEMO_SCHOOL, GRADES, School
from appliance.sample.year import SchoolYear

# The order of OneRoster's columns: American Indian, Asian, Black, Pacific Islander, White. Shares are of all students.
_RACE_SHARES = (0.016, 0.085, 0.14, 0.006, 0.69)
_TWO_RACES = 0.063
_HISPANIC = 0.3
_ABSENCE_BY_GRADE = dict(
    zip(GRADES, (1.25, 1.05, 0.92, 0.88, 0.86, 0.88, 0.92, 0.96, 1.02, 1.08, 1.12, 1.18, 1.3), strict=True)
)
_TYPICAL_ABSENCE, _SPREAD_OF_ABSENCE = 0.0428, 0.45


@dataclass(frozen=True, slots=True)
class Student:
    """`races`: places in OneRoster's five columns. `skill`: about standard normal. Rates: share of days, 0 to 1."""

    student_id: str
    name: Name
    grade: str
    birth_day: date
    sex: str
    races: tuple[int, ...]
    hispanic: bool
    programs: tuple[Program, ...]
    skill: float
    absence_rate: float
    late_rate: float

    @property
    def key(self) -> str:
        """The student in the OneRoster files."""
        return f"stu-{self.student_id}"


class Attends(Enum):
    """Which part of a school's day."""

    WHOLE_DAY = "whole day"
    ALL_BUT_ELECTIVE = "all but the elective"
    ONE_ELECTIVE = "one elective, belongs to another school"


@dataclass(frozen=True, slots=True)
class Stay:
    """A student at a school on the school days `first` to before `stop` (places in `year.days`).

    `stop` is the length of the year while nobody knows that the student will leave. `settled`: whole day, here from the
    first day of the year to the last. `goes_to`: the school that a student who moved within the district is in now.
    """

    student: Student
    school: School
    first: int
    stop: int
    settled: bool
    attends: Attends = Attends.WHOLE_DAY
    goes_to: School | None = None

    def days_so_far(self, year: SchoolYear) -> range:
        """The school days of the stay that are over."""
        return range(self.first, min(self.stop, year.past))

    def has_left(self, year: SchoolYear) -> bool:
        """Whether the student is no longer at this school."""
        return self.stop < len(year.days)


def invent_students(school: School, year: SchoolYear, rng: Random, *, first_id: int) -> Iterator[Student]:
    """A school's students, grade by grade, with ids counted up from `first_id`. No two schools have the same mix."""
    supports = Supports.of_a_school(rng)
    races = [share * rng.lognormvariate(0, 0.5) for share in _RACE_SHARES]
    hispanic = min(0.8, _HISPANIC * rng.lognormvariate(0, 0.4))
    climate = rng.lognormvariate(0, 0.06)
    names = [LONGEST, SHORTEST] if school.name == DEMO_SCHOOL else []
    for grade, count in school.students_by_grade.items():
        for _ in range(count):
            name = names.pop() if names else invent_name(rng)
            habit = rng.gauss(0, 1)
            skill = 0.8 * rng.gauss(0, 1) - 0.6 * habit
            programs = draw_programs(supports, GRADES.index(grade), skill, year, rng)
            yield Student(
                student_id=str(first_id),
                name=name,
                grade=grade,
                birth_day=_birth_day(grade, year, rng),
                sex=rng.choices(("female", "male", "other"), (0.488, 0.508, 0.004))[0],
                races=tuple(sorted(rng.sample(range(5), 2))) if rng.random() < _TWO_RACES else _one(races, rng),
                hispanic=rng.random() < hispanic,
                programs=programs,
                skill=skill,
                absence_rate=_absence_rate(grade, habit, programs, climate),
                late_rate=min(
                    0.3, 0.016 * rng.lognormvariate(0, 0.8) * (1.4 if grade > "05" and grade != "KG" else 0.8)
                ),
            )
            first_id += 1


def plan_stays(
    students: Iterator[Student], school: School, others: Sequence[School], year: SchoolYear, rng: Random
) -> Iterator[Stay]:
    """Most stay all year; one in twenty comes late, leaves, or moves to one of the `others`.

    A move that lies after today is not in the files yet, so the student is simply there.
    """
    whole = len(year.days)
    for student in students:
        kind, day = rng.random(), rng.randrange(6, whole - 6)
        known = day < year.past - 1
        if kind < 0.012:
            yield Stay(student, school, 0, day if known else whole, settled=False)
        elif kind < 0.036:
            yield Stay(student, school, day if known else 0, whole, settled=False)
        elif kind < 0.06 and others:
            other = rng.choice(others) if known else None
            yield Stay(student, school, 0, day if known else whole, settled=False, goes_to=other)
        else:
            yield Stay(student, school, 0, whole, settled=True)


def _absence_rate(grade: str, habit: float, programs: Sequence[Program], climate: float) -> float:
    rate = _TYPICAL_ABSENCE * exp(_SPREAD_OF_ABSENCE * habit) * _ABSENCE_BY_GRADE[grade] * climate
    names = {program.name for program in programs}
    rate *= 1.12 if "Economically disadvantaged" in names else 0.9
    rate *= 1.7 if "Homeless" in names else 1.0
    rate *= 1.15 if "Special education" in names else 1.0
    return min(rate, 0.5)


def _birth_day(grade: str, year: SchoolYear, rng: Random) -> date:
    """Five years old by the first of September for kindergarten; a few have repeated a grade."""
    age = 5 + GRADES.index(grade) + (rng.random() < 0.03)
    return date(year.ends_in - 1 - age, 9, 1) - timedelta(days=rng.randrange(365))


def _one(weights: Sequence[float], rng: Random) -> tuple[int, ...]:
    return (rng.choices(range(len(weights)), weights)[0],)
