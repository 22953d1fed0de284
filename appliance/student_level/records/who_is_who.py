"""Who is who: the questions that wait, what speaks for and against, and what one student's record is made of.

The data steward sees here the few students whom a question is about, and one whose id was typed; nobody else.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from appliance.days import from_day_number
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Reading
from appliance.student_level.records.kept import Kept
from appliance.student_level.staging.linking.likeness import Person, names, slip
from appliance.student_level.staging.linking.people import word_for
from appliance.student_level.staging.quarantine import fingerprint

MOST_SHOWN = 20
"""Questions on one page, and namesakes beside them."""

_TABLES = """school_enrollment section_enrollment transcript_course test_result program_membership caseload
    check_in cares_about""".split()
GATE = Gate(
    open_tables=frozenset({"batch", "batch_file", "organization", "section", "course", "line_item", "test"}),
    scratch=(
        "CREATE TEMP TABLE chosen (student_key INTEGER PRIMARY KEY)",
        "CREATE TEMP TABLE pair (first_key INTEGER, second_key INTEGER)",
        "CREATE TEMP TABLE typed (source_id TEXT)",
    ),
    inner={"chosen": "SELECT student_key FROM temp.chosen"},
    views={
        "question": "SELECT * FROM {vault}.who_case WHERE student_key IN (SELECT student_key FROM {vault}.student)",
        "namesake": "SELECT first_key, second_key FROM temp.pair",
        "waiting_row": "SELECT own_sha256, own_local_sha256, missing_sha256 FROM {vault}.quarantine",
        "of_that_id": """SELECT identity.key AS student_key, system FROM temp.typed
            JOIN {vault}.identity ON identity.entity = 'student' AND identity.source_id = typed.source_id""",
        "person": """SELECT student_key, given_name, middle_name, family_name, birth_day, file_key, file_row
            FROM {gate}chosen CROSS JOIN {vault}.student USING (student_key)
            WHERE student_key NOT IN (SELECT former_key FROM {vault}.merged_student)""",
        "used_id": """SELECT key AS student_key, system, source_id, since_day, gone_day FROM {vault}.identity
            WHERE entity = 'student' AND key IN (SELECT student_key FROM {gate}chosen)""",
        "former_id": """SELECT key AS student_key, system, source_id, since_day, gone_day FROM {vault}.former_identity
            WHERE entity = 'student' AND key IN (SELECT student_key FROM {gate}chosen)""",
        **{
            f"own_{table}": f"SELECT {table}.* FROM {{gate}}chosen CROSS JOIN {{vault}}.{table} USING (student_key)"  # noqa: S608
            for table in _TABLES
        },
    },
)
_CLEAR: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DELETE FROM temp.chosen", {}), ("DELETE FROM temp.pair", {}), ("DELETE FROM temp.typed", {}),
)  # fmt: skip
_ALIKE = Gate(
    open_tables=frozenset({"carried_out"}),
    views={
        "alike": """
            SELECT first.student_key AS first_key, second.student_key AS second_key
              FROM (SELECT family_name, given_name, birth_day FROM {vault}.student WHERE birth_day IS NOT NULL
                     GROUP BY family_name, given_name, birth_day HAVING count(*) > 1) AS called
              CROSS JOIN {vault}.student AS first USING (family_name, given_name, birth_day)
              CROSS JOIN {vault}.student AS second USING (family_name, given_name, birth_day)
             WHERE second.student_key > first.student_key
               AND first.student_key NOT IN (SELECT former_key FROM {vault}.merged_student)
               AND second.student_key NOT IN (SELECT former_key FROM {vault}.merged_student)
               AND (first.student_key, second.student_key) NOT IN
                   (SELECT first_key, second_key FROM {vault}.different_students)"""
    },
)
"""Who shares a name and a birth day, as numbers: the one question here that looks at every student."""
_PAIRS = """
    INSERT INTO temp.pair SELECT value ->> 0, value ->> 1 FROM json_each(:pairs)
     WHERE (SELECT count(*) FROM {vault}.student WHERE student_key IN (value ->> 0, value ->> 1)
               AND student_key NOT IN (SELECT former_key FROM {vault}.merged_student)) = 2
"""
"""Of those found alike a moment ago: two may have become one since, and one may be forgotten."""
_OF_QUESTIONS = """
    INSERT INTO temp.chosen
    SELECT student_key FROM {vault}.who_case WHERE status IN ('waiting', 'not yet')
     UNION SELECT first_key FROM temp.pair UNION SELECT second_key FROM temp.pair
"""
_OF_KEYS = "INSERT INTO temp.chosen SELECT value FROM json_each(:keys)"
_OPEN = """
    SELECT case_key, system, source_id, local_id, student_key, why, batch_key, file, row_number, told, status, reason
      FROM question WHERE status IN ('waiting', 'not yet')
     ORDER BY status = 'not yet', system, source_id, case_key LIMIT :most
"""
_PRINTS = """
    SELECT print, count(*) AS number FROM (SELECT own_sha256 AS print FROM waiting_row
                                           UNION ALL SELECT missing_sha256 FROM waiting_row)
     WHERE print <> '' GROUP BY print
"""
_DONE = """
    SELECT batch_key, loaded_at, loaded_by, status, reason FROM batch WHERE work = 'who is who'
     ORDER BY batch_key DESC LIMIT :most
"""


@contextmanager
def reading_questions(database: Database, kept: Kept | None = None) -> Iterator[Reading]:
    """A handle that sees the open questions and the students in them.

    `kept`: where to keep, until a record changes, which students are alike: as keys, and the same for all who may ask.
    """
    with database.reading(_ALIKE) as looking:
        pairs = kept.of(looking, "alike", lambda: _alike(looking)) if kept else _alike(looking)
    fill = (*_CLEAR, (_PAIRS, {"pairs": json.dumps(pairs)}), (_OF_QUESTIONS, {}))
    with database.reading(GATE, fill) as reading:
        yield reading


def _alike(looking: Reading) -> list[tuple[int, int]]:
    rows = looking.query("SELECT first_key, second_key FROM alike LIMIT :most", {"most": MOST_SHOWN})
    return [(row["first_key"], row["second_key"]) for row in rows]


@contextmanager
def reading_students(database: Database, *keys: int) -> Iterator[Reading]:
    """A handle that sees these students and no other."""
    with database.reading(GATE, (*_CLEAR, (_OF_KEYS, {"keys": json.dumps(keys)}))) as reading:
        yield reading


def of_id(database: Database, source_id: str) -> list[int]:
    """The students who have this id, in any system."""
    fill = (*_CLEAR, ("INSERT INTO temp.typed VALUES (:typed)", {"typed": source_id.strip()}))
    with database.reading(GATE, fill) as reading:
        rows = reading.query("SELECT DISTINCT student_key FROM of_that_id ORDER BY student_key")
    return [row["student_key"] for row in rows]


@dataclass(frozen=True, slots=True)
class UsedId:
    """An id, in whose system, and from when until when it was in use; None: since before that was kept, or still."""

    word: str
    source_id: str
    since_day: int | None
    gone_day: int | None
    is_former: bool = False
    """Whether it is another person's by now."""


@dataclass(frozen=True, slots=True)
class Known:
    """A student who is loaded, as a question shows them."""

    student_key: int
    person: Person
    ids: tuple[UsedId, ...]
    came_from: str
    """The file, row and batch that made the record what it is; empty where that was not kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the evidence: what the row says, what the record says, do they agree (None: one is silent)."""

    what: str
    told: str
    known: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Question:
    """Is this row about that student?"""

    case_key: int
    student_key: int
    why: str
    told: Person
    word: str
    source_id: str
    known: Known
    lines: tuple[Line, ...]
    batch_key: int
    file: str
    row_number: int
    rows_waiting: int
    is_not_yet: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two loaded students with one name and one birth day."""

    first: Known
    second: Known
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A decision that was carried out. `at` is ISO text in UTC; `reason` says what was done, and why."""

    batch_key: int
    loaded_at: str
    loaded_by: str
    status: str
    reason: str


def questions(reading: Reading) -> list[Question]:
    """The open questions with their evidence; those set aside by "not yet" come last."""
    waiting = _waiting(reading)
    found = []
    for row in reading.query(_OPEN, {"most": MOST_SHOWN}):
        told, known = Person(**json.loads(row["told"])), known_student(reading, row["student_key"])
        ids = {fingerprint(one) for one in (row["source_id"], row["local_id"]) if one}
        question = Question(
            row["case_key"], row["student_key"], row["why"], told, word_for(row["system"]), row["source_id"], known,
            evidence(told, known.person), row["batch_key"], row["file"], row["row_number"],
            sum(waiting.get(one, 0) for one in ids), row["status"] == "not yet", row["reason"],
        )  # fmt: skip
        found.append(question)
    return found


def number_open(reading: Reading) -> int:
    """How many questions are open."""
    row = reading.one("SELECT count(*) AS number FROM question WHERE status IN ('waiting', 'not yet')")
    return int(row["number"]) if row else 0


def question_line(reading: Reading, case_key: int) -> dict[str, Any] | None:
    """One open question as it is stored."""
    sql = "SELECT * FROM question WHERE case_key = :case AND status IN ('waiting', 'not yet')"
    return reading.one(sql, {"case": case_key})


def namesakes(reading: Reading) -> list[Pair]:
    """Loaded students who may be one: the same name, born the same day, and nobody said that they are two."""
    found = []
    for row in reading.query("SELECT first_key, second_key FROM namesake ORDER BY first_key, second_key"):
        first, second = known_student(reading, row["first_key"]), known_student(reading, row["second_key"])
        found.append(Pair(first, second, evidence(first.person, second.person)))
    return found


def done_lately(reading: Reading) -> list[Done]:
    """What was decided, newest first."""
    return [Done(**row) for row in reading.query(_DONE, {"most": MOST_SHOWN})]


def known_student(reading: Reading, student_key: int) -> Known:
    """One of the students whom the handle sees. Raises KeyError for another."""
    values = {"student": student_key}
    row = reading.one("SELECT given_name, family_name, middle_name, birth_day FROM person WHERE student_key = :student",
                      values)  # fmt: skip
    if row is None:
        raise KeyError(student_key)
    place = reading.one(_PLACE, values) or {"name": "", "grade_level": ""}
    person = Person(row["given_name"], row["family_name"], row["middle_name"], row["birth_day"], place["name"],
                    place["grade_level"])  # fmt: skip
    used = [_id(one) for one in reading.query(_IDS, values)]
    former = [_id(one, is_former=True) for one in reading.query(_FORMER_IDS, values)]
    origin = reading.one(_ORIGIN, values)
    came_from = f"{origin['name']}, row {origin['file_row']:,}, batch {origin['batch_key']}" if origin else ""
    return Known(student_key, person, (*used, *former), came_from)


_PLACE = """
    SELECT organization.name, grade_level FROM own_school_enrollment JOIN organization ON organization_key = school_key
     WHERE student_key = :student ORDER BY begin_day DESC LIMIT 1
"""
_ORIGIN = """
    SELECT name, file_row, batch_key FROM person JOIN batch_file USING (file_key) WHERE student_key = :student
"""
_IDS = "SELECT system, source_id, since_day, gone_day FROM used_id WHERE student_key = :student ORDER BY 1, 2"
_FORMER_IDS = "SELECT system, source_id, since_day, gone_day FROM former_id WHERE student_key = :student ORDER BY 1, 2"


def _id(row: dict[str, Any], *, is_former: bool = False) -> UsedId:
    return UsedId(word_for(row["system"]), row["source_id"], row["since_day"], row["gone_day"], is_former)


def evidence(told: Person, known: Person) -> tuple[Line, ...]:
    """What agrees and what differs, line by line."""
    found = names(told, known)
    birth = told.birth_day, known.birth_day
    near_miss = None not in birth and birth[0] != birth[1] and slip(*birth)  # type: ignore[arg-type]
    return (
        Line("Given name", told.given, known.given, found.given == 100),
        Line("Middle name", told.middle, known.middle, _agree(told.middle, known.middle)),
        Line("Family name", told.family, known.family, found.family == 100),
        Line("Born" + (", one slip apart" if near_miss else ""), _day(birth[0]), _day(birth[1]), _agree(*birth)),
        Line("School", told.school, known.school, _agree(told.school, known.school)),
        Line("Grade", told.grade, known.grade, _agree(told.grade, known.grade)),
    )


def _agree(one: object, other: object) -> bool | None:
    return None if one in (None, "") or other in (None, "") else one == other


def _day(day: int | None) -> str:
    return "" if day is None else from_day_number(day).isoformat()


def _waiting(reading: Reading) -> dict[str, int]:
    """Fingerprint of an id -> rows in quarantine that are its own or wait for it."""
    found: dict[str, int] = {}
    for row in reading.query(_PRINTS):
        found[row["print"]] = found.get(row["print"], 0) + row["number"]
    return found
