"""Where students go to school now, and what they are called."""

import json
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
    SELECT student_key, given_name, family_name, reason FROM visible_student
     WHERE instr(lower(given_name || ' ' || family_name || ', ' || given_name), lower(:typed)) > 0
     ORDER BY family_name, given_name LIMIT :most
"""
MOST_FOUND = 50


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
    """The visible students whose name holds what was typed, by name; and whether there were more than fifty."""
    rows = reading.query(_FIND, {"typed": typed, "most": MOST_FOUND + 1})
    found = {row["student_key"]: Name(row["given_name"], row["family_name"], row["reason"]) for row in rows}
    return dict(list(found.items())[:MOST_FOUND]), len(rows) > MOST_FOUND
