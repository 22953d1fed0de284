"""Whose result a row of a test file is: by the ids that the vendor was given, held against the name beside them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.linking.candidates import Candidates, stored
from appliance.student_level.staging.linking.cases import WAITS, Cases, Row
from appliance.student_level.staging.linking.likeness import Person, alike
from appliance.student_level.staging.linking.people import DECIDED, NOT_ALIKE, WAITING, word_for
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Typed

NOBODY = "nobody loaded"
TEST_FILES = "test files"
"""The system of ids in test files that do not say whose they are."""
_SAID = "student", "state_id", "source", "given_name", "family_name", "birth_day"
"""What a row says of its student: rows that say the same have one answer."""
_ALIKE = (
    "no student who is loaded has this id, but one has this name. The result waits until the data steward decides on "
    'the page "Who is who".'
)


@dataclass(frozen=True, slots=True)
class _Answer:
    key: int | None
    how: str
    sentence: str = ""


class Results:
    """The students of one test file. Each id is looked up once, however many results it has."""

    def __init__(self, batch: Batch, layout: Layout, read: FileRead) -> None:
        self._batch, self._layout, self._read = batch, layout, read
        self._answers: dict[tuple[Any, ...], _Answer] = {}
        self._cases: dict[str, Cases] = {}
        self._candidates: Candidates | None = None
        self._how: Counter[str] = Counter()

    def found(self, block: Typed) -> Typed:
        """The rows whose student is loaded, with `student_key`. The others are refused, and stand in the report."""
        given = list(zip(*block.of(*_SAID), strict=True))
        for place, said in enumerate(given):
            if said not in self._answers:
                self._answers[said] = self._look(block.numbers[place], block.at(place))
        answers = [self._answers[said] for said in given]
        self._how.update(answer.how for answer in answers)
        nobodys = {place: answer for place, answer in enumerate(answers) if answer.key is None}
        for place, answer in nobodys.items():
            number = block.numbers[place]
            if answer.sentence:
                self._batch.refuse(self._layout, self._read, number, "", WAITS, answer.sentence, missing="student")
            else:
                self._batch.refuse_reference(self._layout, self._read, number, "student_id", "student")
        return block.plus(student_key=[answer.key for answer in answers]).without(nobodys)

    def close(self) -> None:
        """The end of the file: tell the report how its rows found their students."""
        self._read.linked = dict(self._how)

    def _look(self, number: int, row: Any) -> _Answer:
        system = row.source or TEST_FILES
        if (key := self._batch.known("student", system).get(row.student)) is not None:
            return _Answer(key, DECIDED)
        if system not in self._cases:
            self._cases[system] = Cases(self._batch, system)
        cases = self._cases[system]
        asked = cases.of(row.student)
        key, how = self._by_id(row)
        person = Person(row.given_name, row.family_name, "", row.birth_day, "", row.grade_level or "")
        place = Row(system, row.student, "", self._read.name, number)
        if asked and asked.open:
            return _Answer(None, WAITING, _ALIKE if key is None else NOT_ALIKE)
        if asked and (key is None or key in asked.different):
            return _Answer(None, NOBODY)
        if key is not None:
            if not (row.given_name and row.family_name) or alike(person, stored(self._batch, key)):
                return _Answer(key, word_for(how))
            cases.ask(place, person, "not alike", (key,))
            return _Answer(None, WAITING, NOT_ALIKE)
        if row.given_name and row.family_name and row.birth_day is not None:
            self._candidates = self._candidates or Candidates(self._batch)
            if found := self._candidates.near(person, set()):
                cases.ask(place, person, "alike", found)
                return _Answer(None, WAITING, _ALIKE)
        return _Answer(None, NOBODY)

    def _by_id(self, row: Any) -> tuple[int | None, str]:
        state_ids = self._batch.known("student", "state")
        # A vendor's file without a local id has the state's in its place, and a number may be one child's here and
        # another's there. Only a district that tells no state ids may use them as its own.
        if row.student != row.state_id or not state_ids:
            key = self._batch.known("student", "district").get(row.student)
            if key is not None:
                return key, "district"
        return state_ids.get(row.state_id), "state"
