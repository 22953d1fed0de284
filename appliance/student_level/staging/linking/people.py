"""Which student a row of a roster is: found by an identifier, new, or a question that only a person can answer.

Rows of students whom an identifier finds and whose name is as stored pass at once: two look-ups a row. Everybody else
is set aside until the file told whom it names, so that a twin whom it names beside is not taken for the newcomer.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import LOCAL_CODE, Batch, Taken
from appliance.student_level.staging.linking.candidates import Candidates, stored
from appliance.student_level.staging.linking.cases import WAITS, Cases, Row
from appliance.student_level.staging.linking.days_of_ids import DaysOfIds
from appliance.student_level.staging.linking.likeness import Person, alike
from appliance.student_level.staging.report import FileRead

NEW, DECIDED, WAITING = "new", "decision", "waiting"
_WORDS = {
    "oneroster": "roster id",
    "edfi": "Ed-Fi id",
    "clever": "Clever id",
    "district": "local id",
    "state": "state id",
    LOCAL_CODE: "local code",
}
MOST_ASIDE = 20_000
"""Rows that are set aside at once: a whole second roster shall not fill the memory."""
_ALIKE = (
    "this may be a student who is loaded under another id. It waits, with all that belongs to it, until the data "
    'steward decides on the page "Who is who".'
)
NOT_ALIKE = (
    "its id belongs to a student of another name and birth date who is loaded: the number was given to somebody else, "
    'or is mistyped. It waits until the data steward decides on the page "Who is who".'
)
_NOBODY = "SELECT NOT EXISTS (SELECT 1 FROM student)"
_NAMES = "SELECT student_key, given_name, family_name FROM student"
_ONE_OF_TWO = "SELECT student_key FROM merged_student UNION SELECT student_key FROM who_case WHERE status = 'same'"
Settled = tuple[int, Any, int | Taken]
"""(row number, row, the student's key or why there is none)."""


def word_for(system: str) -> str:
    """How a report calls the ids of a system."""
    return _WORDS.get(system, f"id of {system}")


class Students:
    """The students of one roster file, one after the other."""

    def __init__(self, batch: Batch, layout: Layout, read: FileRead) -> None:
        self._batch, self._layout, self._read = batch, layout, read
        self._by_source, self._by_local = batch.known("student", batch.system), batch.known("student", "district")
        self._is_first = bool(next(batch.ask(_NOBODY))[0])
        self._names: dict[int, int] = {}
        if not self._is_first and not batch.adds_only:
            self._names = {key: hash((given, family)) for key, given, family in batch.ask(_NAMES)}
        self._cases = Cases(batch, batch.system)
        self._days = DaysOfIds(batch, "student")
        self._one_of_two = {key for (key,) in batch.ask(_ONE_OF_TWO)}
        self._aside: list[tuple[int, Any]] = []
        self._how: Counter[str] = Counter()
        self._spared: set[int] = set()
        """Students who may be somebody who waits: nobody ends before it is decided."""

    def take(self, number: int, row: Any) -> Sequence[Settled]:
        """Settle a row; nothing for one that is set aside, and all of those when they are many."""
        self._days.see(row)
        key, how = self._found(row)
        if key in self._one_of_two and key in self._batch.seen.get("student", ()):
            self._how[DECIDED] += 1  # A person said that two ids are one student: the first row of the two counts.
            return ()
        if self._is_first or (key is not None and self._is_as_stored(key, row)):
            return ((number, row, self._claim(row, how)),)
        self._aside.append((number, row))
        return tuple(self._settle()) if len(self._aside) >= MOST_ASIDE else ()

    def rest(self) -> Iterator[Settled]:
        """The rows that were set aside, but for those that wait; and the end of the file."""
        yield from self._settle()
        self._batch.seen.setdefault("student", set()).update(self._spared)
        self._days.close()
        self._read.linked = dict(self._how)

    def _found(self, row: Any) -> tuple[int | None, str]:
        """Whom an identifier names, and which one."""
        if (key := self._by_source.get(row.source_id)) is not None:
            return key, self._batch.system
        if (key := self._by_local.get(row.local_id or row.source_id)) is not None:
            return key, "district"
        if row.state_id and (key := self._batch.known("student", "state").get(row.state_id)) is not None:
            return key, "state"
        for code in row.other_ids:
            if (key := self._by_local.get(code)) is not None:
                return key, LOCAL_CODE
        return None, ""

    def _is_as_stored(self, key: int, row: Any) -> bool:
        if self._batch.adds_only:
            return True
        name = self._names.get(key)  # None: another row of this file brought the student.
        return name is None or name == hash((row.given_name, row.family_name))

    def _claim(self, row: Any, how: str) -> int | Taken:
        asked = self._cases.of(row.source_id)
        word = DECIDED if asked and (asked.same or asked.different) else word_for(how) if how else NEW
        key = self._batch.claim(
            "student", row.source_id, row.local_id or row.source_id, state_id=row.state_id, other_ids=row.other_ids
        )
        if not isinstance(key, Taken):
            self._how[word] += 1
        return key

    def _settle(self) -> Iterator[Settled]:
        rows, self._aside = self._aside, []
        if not rows:
            return
        births = self._batch.births({row.source_id for _, row in rows})
        schools = dict(self._batch.ask("SELECT organization_key, name FROM organization"))
        candidates: Candidates | None = None
        told_apart = self._batch.seen.get("student", set())
        for number, row in rows:
            person = self._person(row, births.get(row.source_id), schools)
            key, how = self._found(row)
            asked = self._cases.of(row.source_id)
            if asked and asked.open:
                self._wait(number, row, person, "", sorted(asked.open))
                continue
            if key is not None and not (asked and key in asked.same) and not alike(person, stored(self._batch, key)):
                self._wait(number, row, person, "not alike", (key,))
                continue
            if key is None and not (asked and asked.different):
                candidates = candidates or Candidates(self._batch)
                if found := candidates.near(person, told_apart):
                    self._wait(number, row, person, "alike", found)
                    continue
            yield number, row, self._claim(row, how)

    def _person(self, row: Any, birth_day: int | None, schools: dict[int, str]) -> Person:
        known = self._batch.known("organization", self._batch.system)
        school = next((schools.get(known[one], "") for one in row.organizations if one in known), "")
        grade = row.grades[0].zfill(2) if row.grades else ""
        return Person(row.given_name, row.family_name, row.middle_name, birth_day, school, grade)

    def _wait(self, number: int, row: Any, person: Person, why: str, students: Sequence[int]) -> None:
        batch, read = self._batch, self._read
        local_id = row.local_id or row.source_id
        self._spared.update(students)
        if why:
            self._cases.ask(Row(batch.system, row.source_id, local_id, read.name, number), person, why, students)
        if why == "not alike":
            batch.dispute(row.source_id, local_id)
        self._how[WAITING] += 1
        sentence = NOT_ALIKE if why == "not alike" else _ALIKE
        batch.refuse(self._layout, read, number, "", WAITS, sentence)
