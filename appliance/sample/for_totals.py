"""What only the state's tables count: discipline, leaving, details of programs, diplomas, and who left last year.

Shares follow the national ones, roughly. What local systems write is written: codes of CEDS, EDFacts, or plain words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from appliance.sample.dice import dice
from appliance.sample.people import Stay, Student, invent_students
from appliance.sample.programs import Program
from appliance.sample.schools import GRADES, School
from appliance.sample.year import SchoolYear

END_OF_YEAR = "End of school year"
_WITHIN_THE_DISTRICT = "01907"
_ELSEWHERE = {"01908": 0.55, "01909": 0.2, "01910": 0.08, "01918": 0.07, "01916": 0.05, "01924": 0.01, "01931": 0.04}
_FROM_HIGH_SCHOOL = {**_ELSEWHERE, "01927": 0.25}
_REMOVALS = dict(zip(GRADES, (0.006, 0.008, 0.01, 0.013, 0.018, 0.024, 0.06, 0.085, 0.095, 0.1, 0.08, 0.06, 0.05),
                     strict=True))  # fmt: skip
"""Share of students with any removal in a year, by grade."""
_AGAIN = 0.42
_ACTIONS = {"ISS": 0.46, "OSS": 0.47, "Detention": 0.04, "Alternative placement": 0.02,
            "Expulsion with services": 0.008, "Expulsion": 0.002}  # fmt: skip
_DAYS = {"ISS": (1, 1, 1, 2, 3), "OSS": (1, 1, 2, 3, 3, 5, 10), "Alternative placement": (30, 45),
         "Expulsion with services": (45, 90), "Expulsion": (90,)}  # fmt: skip
_DISABILITIES = {"SLD": 0.33, "SLI": 0.19, "OHI": 0.16, "AUT": 0.12, "DD": 0.07, "ID": 0.06, "EMN": 0.05, "MD": 0.02,
                 "HI": 0.01, "OI": 0.005, "TBI": 0.004, "VI": 0.004, "DB": 0.0005}  # fmt: skip
_ENVIRONMENTS = {"RC80": 0.67, "RC79TO40": 0.16, "RC39": 0.13, "SS": 0.023, "PPPS": 0.012, "HH": 0.003, "RF": 0.002}
_LANGUAGES = {"Spanish": 0.75, "Arabic": 0.03, "Chinese": 0.025, "English": 0.02, "Vietnamese": 0.02,
              "Portuguese": 0.015, "Russian": 0.012, "Haitian Creole": 0.01, "Hmong": 0.01, "Somali": 0.01,
              "Ukrainian": 0.009, "Urdu": 0.008, "Tagalog": 0.007, "Korean": 0.006, "Swahili": 0.005,
              "Nepali": 0.004}  # fmt: skip
_RESIDENCES = {"Doubled-up": 0.76, "Shelters": 0.11, "Hotels/motels": 0.09, "Unsheltered": 0.04}
_OUTCOMES = {"Regular diploma": 0.87, "Certificate of completion": 0.02, "Alternate diploma": 0.01, "": 0.1}
"""Of last year's twelfth grade: what they were given, empty for those who left with nothing."""
_LEFT_EARLIER = {"07": 0.02, "08": 0.02, "09": 0.05, "10": 0.05, "11": 0.05}
"""Share of last year's students of a grade who have not come back."""
_FIRST_LEAVER = 700_001
_NINTH = GRADES.index("09")


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who was here last year and is no longer. `credential`: what was given on the last day, or empty."""

    stay: Stay
    reason: str
    credential: str
    ninth_grade_year: int | None


def _years(student: Student) -> int:
    """Of school so far: 0 in kindergarten."""
    return GRADES.index(student.grade)


def _reasons(student: Student) -> dict[str, float]:
    return _FROM_HIGH_SCHOOL if _years(student) >= _NINTH else _ELSEWHERE


def _one_of(shares: dict[str, float], rng: Random) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]


def reason_for_leaving(stay: Stay, seed: int) -> str:
    """Why somebody who has left a school in the course of the year did so."""
    if stay.goes_to:
        return _WITHIN_THE_DISTRICT
    return _one_of(_reasons(stay.student), dice(seed, "leaving", stay.student.student_id))


def actions_of(stay: Stay, year: SchoolYear, seed: int) -> Iterator[tuple[str, date, int | str]]:
    """A student's disciplinary actions so far: what, when, for how many days. The draw does not depend on today."""
    student = stay.student
    rng = dice(seed, "discipline", student.student_id, year.ends_in)
    disabled = any(program.name == "Special education" for program in student.programs)
    chance = _REMOVALS[student.grade] * (1.8 if disabled else 0.9) * (1.4 if student.skill < 0 else 0.6)
    while rng.random() < chance:
        chance = _AGAIN
        place, action = rng.randrange(len(year.days)), _one_of(_ACTIONS, rng)
        days: int | str = rng.choice(_DAYS[action]) if action in _DAYS else ""
        if place in stay.days_so_far(year):
            yield action, year.days[place], days


def details_of(student: Student, program: Program, seed: int) -> tuple[object, ...]:
    """Disability, environment, home language, first day as a learner, night residence, unaccompanied: of a program."""
    rng = dice(seed, "details", student.student_id, program.name)
    if program.name == "Special education":
        young = _years(student) < 4
        shares = {name: share for name, share in _DISABILITIES.items() if young or name != "DD"}
        return _one_of(shares, rng), _one_of(_ENVIRONMENTS, rng), "", "", "", ""
    if program.name == "English learner":
        years = rng.choice((0, 0, 1, 2, 3)) if _years(student) else 0
        since = max(program.begin - timedelta(days=365 * years), student.birth_day + timedelta(days=5 * 365))
        return "", "", _one_of(_LANGUAGES, rng), min(since, program.begin), "", ""
    if program.name == "Homeless":
        alone = rng.random() < (0.14 if _years(student) >= 8 else 0.02)
        return "", "", "", "", _one_of(_RESIDENCES, rng), "yes" if alone else "no"
    return ("",) * 6


def ninth_grade_year(student: Student, year: SchoolYear, seed: int) -> int | None:
    """The school year of first entering grade 9, None for who has not. One in thirty has repeated a grade since."""
    since = _years(student) - _NINTH
    if since < 0:
        return None
    repeated = bool(since) and dice(seed, "cohort", student.student_id).random() < 1 / 30
    return year.ends_in - since - repeated


def credential_this_year(student: Student, year: SchoolYear, seed: int) -> str:
    """What a twelfth-grader is given once the year is over."""
    if student.grade != "12" or not year.is_over:
        return ""
    return _one_of(_OUTCOMES, dice(seed, "credential", student.student_id))


class Leavers:
    """Everybody who has not come back this year, school by school."""

    def __init__(self, before: SchoolYear, seed: int) -> None:
        self._before, self._seed, self._next_id = before, seed, _FIRST_LEAVER

    def of(self, school: School) -> Iterator[Leaver]:
        """Those of one school: nearly all of its twelfth grade, and some of its other upper grades."""
        rng = dice(self._seed, "leavers", school.identifier)
        by_grade = {grade: self._number(grade, count, rng) for grade, count in school.students_by_grade.items()}
        gone = replace(school, name="", students_by_grade={grade: n for grade, n in by_grade.items() if n})
        for student in invent_students(gone, self._before, rng, first_id=self._next_id):
            self._next_id += 1
            yield self._leaver(student, school, rng)

    @staticmethod
    def _number(grade: str, count: int, rng: Random) -> int:
        share = 1.0 if grade == "12" else _LEFT_EARLIER.get(grade, 0.0)
        return sum(rng.random() < share for _ in range(count))

    def _leaver(self, student: Student, school: School, rng: Random) -> Leaver:
        whole = len(self._before.days)
        credential = _one_of(_OUTCOMES, rng) if student.grade == "12" else ""
        if credential:
            reason, stop = "01921" if credential != "Certificate of completion" else "01922", whole
        else:
            reason = _one_of(_reasons(student), rng)
            stop = rng.choice((whole, rng.randrange(10, whole)))
        stay = Stay(student, school, 0, stop, settled=False)
        return Leaver(stay, reason, credential, ninth_grade_year(student, self._before, self._seed))
