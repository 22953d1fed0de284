"""How alike two people are, by what files say of them: name, birth day, school, grade.

It only suggests. What is alike goes to a person; what an identifier links and is not alike goes to a person too.
rapidfuzz scores names from 0 to 100; the lines below were set so that a changed surname, a nickname's spelling and a
slip of the keyboard are asked about, and a twin or a namesake of another age is not.
"""

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from rapidfuzz import fuzz

from appliance.days import from_day_number

ALIKE, SHORT, IN_COMMON = 88, 70, 60
"""From the first on, two names may be one name in two spellings; from the second on, one may be short for the other;
below the last they have nothing in common."""
MOST_GRADES_APART = 2


@dataclass(frozen=True, slots=True)
class Person:
    """What a file or the database says of one person. None and empty: it does not say."""

    given: str
    family: str
    middle: str = ""
    birth_day: int | None = None
    school: str = ""
    grade: str = ""

    def as_told(self) -> dict[str, Any]:
        """As plain data, to be kept with a question."""
        return asdict(self)


def folded(name: str) -> str:
    """A name without accents, capital letters, blanks and dots: `O'Neill-García` is `oneillgarcia`."""
    if not name.isascii():
        name = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return "".join(filter(str.isalnum, name.casefold()))


@dataclass(frozen=True, slots=True)
class Names:
    """How far two people's names agree, given and family name each from 0 to 100, the better way round."""

    given: float
    family: float

    @property
    def same(self) -> bool:
        """Letter for letter, but for accents and capitals."""
        return self.given == 100 and self.family == 100

    @property
    def alike(self) -> bool:
        """One name, perhaps spelled in two ways."""
        return self.given >= ALIKE and self.family >= ALIKE

    @property
    def unlike(self) -> bool:
        """Nothing in common."""
        return self.given < IN_COMMON and self.family < IN_COMMON


def names(one: Person, other: Person) -> Names:
    """Compare two names. A sender that swaps given and family name, or leaves out a second surname, does no harm."""
    straight = Names(_score(one.given, other.given), _score(one.family, other.family))
    swapped = Names(_score(one.given, other.family), _score(one.family, other.given))
    return swapped if swapped.alike and not straight.alike else straight


def _score(one: str, other: str) -> float:
    first, second = folded(one), folded(other)
    if first == second:
        return 100.0
    if not first or not second:
        return 0.0
    shorter, longer = sorted((_parts(one), _parts(other)), key=len)
    if shorter < longer and max(map(len, shorter)) > 2:
        return 95.0  # Garcia, and Garcia Lopez
    return min(fuzz.ratio(first, second), 99.0)


def _parts(name: str) -> set[str]:
    return {folded(part) for part in name.replace("-", " ").split()}


def near(newcomer: Person, known: Person, *, told_apart: bool) -> bool:
    """Whether somebody without a known id may be a student who is loaded, so that a person has to look.

    `told_apart`: the sender's own file names both, so only a namesake born the same day is asked about. Without a birth
    day only the very same name is.
    """
    found = names(newcomer, known)
    if newcomer.birth_day is None or known.birth_day is None:
        return found.same and not told_apart and not _contradicts(newcomer, known)
    if newcomer.birth_day == known.birth_day:
        if told_apart:
            return found.same
        # The given name and the birth day stay when the surname changes; a twin has another given name.
        return found.given >= ALIKE or (found.given >= SHORT and found.family >= ALIKE)
    return not told_apart and found.same and slip(newcomer.birth_day, known.birth_day)


def _contradicts(one: Person, other: Person) -> bool:
    """Whether, without a birth day to go by, school and grade speak against it."""
    if one.grade and other.grade:
        return abs(_GRADES.get(one.grade, 0) - _GRADES.get(other.grade, 0)) > MOST_GRADES_APART
    return False


_GRADES = {"PK": -1, "KG": 0, **{f"{number:02}": number for number in range(1, 14)}}


def alike(told: Person, known: Person) -> bool:
    """Whether a row that an identifier leads to a student can be about that student.

    The birth day beside the id settles it: a child may change the whole name. So do a new surname, a corrected birth
    day, a nickname. Another name with another birth day does not: the number was given to somebody else, or mistyped.
    """
    found = names(told, known)
    if told.birth_day is None or known.birth_day is None:
        return not found.unlike
    if told.birth_day == known.birth_day:
        return True
    if slip(told.birth_day, known.birth_day):
        return found.given >= ALIKE or found.family >= ALIKE
    return found.alike


def slip(one: int, other: int) -> bool:
    """Whether two days differ by one digit, or by day and month swapped."""
    first, second = from_day_number(one), from_day_number(other)
    if (first.year, first.month, first.day) == (second.year, second.day, second.month):
        return True
    return sum(a != b for a, b in zip(first.isoformat(), second.isoformat(), strict=True)) == 1
