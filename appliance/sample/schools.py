"""The schools of an invented district: how many, how large, what they are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

DISTRICT_NAME = "Maplewood Unified School District"
DISTRICT_ID = "0612345"
DISTRICT_KEY = f"org-{DISTRICT_ID}"
GRADES = ("KG", *(f"{grade:02d}" for grade in range(1, 13)))
DEMO_SCHOOL = "Cottonwood Middle School"

_SPANS = {"Elementary": GRADES[:6], "Middle": GRADES[6:9], "High": GRADES[9:]}
_STUDENTS_IN_AN_ELEMENTARY = 460
_PLACES = tuple(
    """
    Juniper Larkspur Alder Sycamore Redbud Hawthorn Tamarack Willow Magnolia Hickory Aspen Bluestem Buckeye Cedar
    Dogwood Elderberry Goldenrod Hemlock Ironwood Laurel Manzanita Mesquite Pinyon Ponderosa Sagebrush Sequoia
    Spruce Sumac Sweetgum Tupelo
    """.split()
)
_FEATURES = ("", "Creek ", "Hill ", "Grove ", "Park ", "Meadow ", "Ridge ", "Lake ", "Bend ", "Prairie ", "Springs ")


@dataclass(frozen=True, slots=True)
class School:
    """`identifier` is the number that other systems use, as text: it begins with a zero."""

    number: int
    name: str
    level: str
    students_by_grade: Mapping[str, int]

    @property
    def identifier(self) -> str:
        """Like a national school number: seven digits of the district, five of the school."""
        return f"{DISTRICT_ID}{self.number:05d}"

    @property
    def key(self) -> str:
        """The school in the OneRoster files."""
        return f"org-{self.identifier}"

    @property
    def is_elementary(self) -> bool:
        """One teacher for all subjects, instead of six periods."""
        return self.level == "Elementary"


def plan_schools(students: int, rng: Random) -> list[School]:
    """Elementary, then middle, then high schools, with exactly so many students. Two thousand fill four schools.

    Larger districts have three elementary schools for each middle and each high school, of lognormal sizes.
    """
    elementary = 1 if students < 400 else max(2, round(students * 6 / 13 / _STUDENTS_IN_AN_ELEMENTARY))
    upper = max(1, round(elementary / 3))
    by_grade = dict(zip(GRADES, share_out(students, [1.0] * len(GRADES)), strict=True))
    schools: list[School] = []
    for level, count in (("Elementary", elementary), ("Middle", upper), ("High", upper)):
        sizes = [1.0, *(rng.lognormvariate(0, 0.35) for _ in range(count - 1))]
        shares = {grade: share_out(by_grade[grade], sizes) for grade in _SPANS[level]}
        for place in range(count):
            number = 101 + len(schools)
            name = DEMO_SCHOOL if level == "Middle" and place == 0 else _name(number - 101, level)
            schools.append(School(number, name, level, {grade: shares[grade][place] for grade in shares}))
    return schools


def share_out(whole: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `whole` (largest remainders)."""
    total = sum(weights)
    exact = [whole * weight / total for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in by_remainder[: whole - sum(parts)]:
        parts[place] += 1
    return parts


def _name(number: int, level: str) -> str:
    turn, place = divmod(number, len(_PLACES))
    again, feature = divmod(turn, len(_FEATURES))
    return f"{_PLACES[place]} {_FEATURES[feature]}{level} School{f' {again + 1}' if again else ''}"
