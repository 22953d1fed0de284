"""Questions of who is who: asked once, and not again when a person has answered."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database as Tables

from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.linking.likeness import Person

WAITS = "who_is_who"
"""The code of a row that waits for a person's decision."""
_ASKED = "SELECT source_id, student_key, why, status FROM who_case WHERE system = ?"
_ASK = """
    INSERT INTO who_case (system, source_id, local_id, student_key, why, batch_key, file, row_number, told)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (system, source_id, student_key) DO UPDATE
       SET told = excluded.told, why = excluded.why, local_id = excluded.local_id WHERE status IN ('waiting', 'not yet')
        AND (told, why, local_id) IS NOT (excluded.told, excluded.why, excluded.local_id)
"""


@dataclass(slots=True)
class Asked:
    """What was asked of one id of a system so far, by student."""

    open: set[int]
    same: set[int]
    different: set[int]


@dataclass(frozen=True, slots=True)
class Row:
    """The row that brings a question: whose id it carries, and where it stands."""

    system: str
    source_id: str
    local_id: str
    file: str
    number: int


class Cases:
    """The questions of one system's ids."""

    def __init__(self, batch: Batch, system: str) -> None:
        self._batch = batch
        self._by_id: dict[str, Asked] = {}
        for source_id, student, _, status in batch.ask(_ASKED, (system,)):
            asked = self._by_id.setdefault(source_id, Asked(set(), set(), set()))
            {"same": asked.same, "different": asked.different}.get(status, asked.open).add(student)

    def of(self, source_id: str) -> Asked | None:
        """What was asked of an id; None for one that nobody ever asked about."""
        return self._by_id.get(source_id)

    def ask(self, row: Row, told: Person, why: str, students: Iterable[int]) -> None:
        """Ask whether the row is about one of these students. What a person decided already is not asked again."""
        asked = self._by_id.setdefault(row.source_id, Asked(set(), set(), set()))
        text = json.dumps(told.as_told(), ensure_ascii=False, sort_keys=True)
        for student in students:
            asked.open.add(student)
            batch_key = self._batch.report.batch or 0
            place = row.system, row.source_id, row.local_id, student, why, batch_key, row.file, row.number, text
            self._batch.run(_ASK, place)


def forget_dangling(tables: Tables) -> None:
    """Forget questions about students who are not there any more, because the import that brought them was taken back.

    Their numbers may be given to others.
    """
    tables.execute("DELETE FROM who_case WHERE student_key NOT IN (SELECT student_key FROM student)")
