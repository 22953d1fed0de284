"""The students that are loaded, found by birth day or by name: whoever might be meant by a row without a known id.

Made only when a file brings somebody new, and kept for that file: a nightly file with nobody new costs nothing.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.linking.likeness import Person, folded, names, near

_ALL = """
    SELECT student_key, given_name, family_name, middle_name, birth_day FROM student
     WHERE student_key NOT IN (SELECT former_key FROM merged_student)
"""
_ONE = "SELECT given_name, family_name, middle_name, birth_day FROM student WHERE student_key = ?"
_PLACE = """
    SELECT organization.name, grade_level FROM school_enrollment
      JOIN organization ON organization_key = school_key
     WHERE student_key = ? ORDER BY begin_day DESC LIMIT 1
"""
MOST_ASKED = 5
"""Students among whom a person is asked to choose."""


def stored(batch: Batch, key: int) -> Person:
    """What is stored of one student, with the school entered last."""
    given, family, middle, birth_day = next(batch.ask(_ONE, (key,)))
    school, grade = next(batch.ask(_PLACE, (key,)), ("", ""))
    return Person(given, family, middle, birth_day, school, grade)


class Candidates:
    """All students at the moment it is made, but those who turned out to be another one."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._by_birth_day: dict[int, list[tuple[int, Person]]] = defaultdict(list)
        self._by_name: dict[str, list[tuple[int, Person]]] = defaultdict(list)
        for key, given, family, middle, birth_day in batch.ask(_ALL):
            entry = key, Person(given, family, middle, birth_day)
            if birth_day is not None:
                self._by_birth_day[birth_day].append(entry)
            self._by_name[_beginnings(given, family)].append(entry)

    def near(self, newcomer: Person, told_apart: set[int]) -> list[int]:
        """Students who may be the newcomer, the likeliest first; namesakes born the same day alone, where there are."""
        found: dict[int, Person] = {}
        for key, known in self._around(newcomer):
            if key in found or not near(newcomer, known, told_apart=key in told_apart):
                continue
            if newcomer.birth_day is None or known.birth_day is None:  # Then the grade has a word to say.
                place = next(self._batch.ask(_PLACE, (key,)), ("", ""))
                known = replace(known, school=place[0], grade=place[1])
                if not near(newcomer, known, told_apart=key in told_apart):
                    continue
            found[key] = known
        sure = [key for key, known in found.items() if _is_namesake(newcomer, known)]
        return sure or sorted(found, key=lambda key: -_score(newcomer, found[key]))[:MOST_ASKED]

    def _around(self, newcomer: Person) -> Iterator[tuple[int, Person]]:
        if newcomer.birth_day is not None:
            yield from self._by_birth_day.get(newcomer.birth_day, ())
        yield from self._by_name.get(_beginnings(newcomer.given, newcomer.family), ())
        yield from self._by_name.get(_beginnings(newcomer.family, newcomer.given), ())


def _beginnings(given: str, family: str) -> str:
    return f"{folded(given)[:2]} {folded(family)[:3]}"


def _is_namesake(newcomer: Person, known: Person) -> bool:
    return newcomer.birth_day is not None and newcomer.birth_day == known.birth_day and names(newcomer, known).same


def _score(newcomer: Person, known: Person) -> float:
    found = names(newcomer, known)
    return found.given + found.family + 100 * (newcomer.birth_day == known.birth_day)
