"""What high school students have on their record: the courses of the years before this one, and their credits."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.sample.courses import CORE, ELECTIVES, Course
from appliance.sample.dice import dice
from appliance.sample.learning import Score
from appliance.sample.people import Student
from appliance.sample.schools import GRADES
from appliance.sample.year import SchoolYear

_FIRST_GRADE = GRADES.index("09")
_MADE_GOOD = 0.5
"""Share of failed courses that are passed in the summer after."""
_LEAST_TO_PASS = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """One attempt at one course. Each gives one credit or none."""

    course: Course
    school_year: int
    grade: str
    term: str
    points: int

    @property
    def is_passed(self) -> bool:
        """Whether it gave its credit."""
        return self.points >= _LEAST_TO_PASS

    @property
    def letter(self) -> str:
        """The letter beside the points."""
        return Score(self.points).letter


def record_of(student: Student, year: SchoolYear, seed: int) -> Iterator[Taken]:
    """The courses of a student's earlier years in high school, oldest first. The draws do not depend on today."""
    rng = dice(seed, "transcript", student.student_id)
    electives = rng.sample(ELECTIVES["High"], len(ELECTIVES["High"]))
    years = GRADES[_FIRST_GRADE : GRADES.index(student.grade)] if student.grade in GRADES[_FIRST_GRADE:] else ()
    for ago, (grade, elective) in enumerate(zip(reversed(years), electives, strict=False), start=1):
        for course in (*CORE[grade], elective):
            taken = Taken(course, year.ends_in - ago, grade, "Year", _points(rng.gauss(78 + 8 * student.skill, 8)))
            yield taken
            if not taken.is_passed and rng.random() < _MADE_GOOD:
                yield Taken(course, taken.school_year, grade, "Summer", rng.randrange(_LEAST_TO_PASS, 75))


def _points(value: float) -> int:
    return max(40, min(100, round(value)))
