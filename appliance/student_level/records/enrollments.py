"""Where students go to school now, and what they are called."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.storage.database import Reading

_NOW = """
    SELECT student_key, school_key, grade_level, begin_day FROM visible_school_enrollment
     WHERE begin_day <= :today AND (end_day IS NULL OR end_day > :today) AND (:school IS NULL OR school_key = :school)
     ORDER BY student_key, begin_day, school_key DESC
"""
_NAMES = """
    SELECT student_key, given_name, family_name, reason FROM visible_student
     WHERE student_key IN (SELECT value FROM json_each(:students))
"""
_FIND = """
    SELECT student_key, given_name, family_name, reason FROM visible_student ORDER BY family_name, given_name
"""
MOST_FOUND = 50
_BARE_LETTERS = str.maketrans(
    dict.fromkeys("'`´‘’ʻʼʹ＇") | {"ð": "d", "đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Apostrophes go, however a keyboard writes them; letters that Unicode does not take apart become plain ones."""
_UNSEEN = ("Mn", "Cf")
"""Unicode's categories of marks on a letter, and of signs without a shape."""


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A student's present place at a school."""

    student_key: int
    school_key: int
    grade_level: str
    begin_day: int


@dataclass(frozen=True, slots=True)
class Name:
    """What a student is called, and why the reader may know."""

    given_name: str
    family_name: str
    reason: str

    @property
    def full(self) -> str:
        """Ada Lovell."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def sorted(self) -> str:
        """Lovell, Ada."""
        return f"{self.family_name}, {self.given_name}".strip(", ")


def enrollments(reading: Reading, today: int, school_key: int | None = None) -> dict[int, Enrollment]:
    """Each visible student's present school; of two, the one entered last (`school_key`: only that one)."""
    rows = reading.query(_NOW, {"today": today, "school": school_key})
    return {row["student_key"]: Enrollment(**row) for row in rows}


def names(reading: Reading, students: Sequence[int]) -> dict[int, Name]:
    """The names of some of the visible students."""
    rows = reading.query(_NAMES, {"students": json.dumps(list(students))})
    return {row["student_key"]: Name(row["given_name"], row["family_name"], row["reason"]) for row in rows}


def find_by_name(reading: Reading, typed: str) -> tuple[dict[int, Name], bool]:
    """The visible students whose name holds each word that was typed, by name; and whether there were more than fifty.

    Words may come in any order, with or without accents, apostrophes, commas and hyphens. Nothing typed finds all.
    """
    rows = reading.query(_FIND)
    called = ((row["student_key"], Name(row["given_name"], row["family_name"], row["reason"])) for row in rows)
    found = [(key, name) for key, name in called if not typed or answers_to(name, typed)]
    return dict(found[:MOST_FOUND]), len(found) > MOST_FOUND


def answers_to(name: Name, typed: str) -> bool:
    """Whether a name holds each word of what was typed. What holds no word, as %, is nobody's name."""
    wanted = _bare(typed).split()
    given, family = _bare(name.given_name), _bare(name.family_name)
    called = " ".join((given, family, given.replace(" ", ""), family.replace(" ", "")))
    return bool(wanted) and all(word in called for word in wanted)


def _bare(text: str) -> str:
    """Small letters without their marks, the words parted by one space."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_BARE_LETTERS))
    return " ".join(re.findall(r"\w+", "".join(sign for sign in apart if unicodedata.category(sign) not in _UNSEEN)))
