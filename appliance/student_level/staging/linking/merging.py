"""Two students who turn out to be one, and one who turns out to be two: their rows change hands.

Each row is added under its new owner and deleted under the old one, so that the notes of a batch take it back exactly.
A student who was merged into another stays as an empty shell: the access log names it, and its number is never reused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database as Tables

from appliance.errors import Trouble

MOVES = (
    "school_enrollment", "leaving", "discipline", "completion", "graduation_cohort", "section_enrollment",
    "program_membership", "special_education_detail", "english_learner_detail", "homeless_detail", "caseload", "grade",
    "standard_mark",
    "transcript_course", "test_result", "test_growth", "attendance_day", "attendance_section", "check_in", "support",
    "cares_about", "coach_grant", "guardian_link",
)  # fmt: skip
"""The tables whose rows follow their student."""
STAYS = {
    "student": "the record itself, of which the shell stays",
    "student_attendance": "sums, computed anew after each change",
    "merged_student": "who was merged into whom",
    "who_case": "questions, which name the student that remains",
    "broken_glass": "what happened, under the number of that day",
    "memory_member": "what a release rested on, which is history",
}
"""The other tables that name a student, and why they do not. A test holds both lists against the schema."""
BESIDE_IMPORTS = ("check_in", "support", "cares_about", "coach_grant", "guardian_link")
"""Those of MOVES that no import changes."""
_DETAILS = {
    "special_education": "special_education_detail", "homeless": "homeless_detail",
    "english_learner": "english_learner_detail", "bilingual": "english_learner_detail",
}  # fmt: skip
"""Program -> where the details of its memberships are."""
_COLUMNS = "SELECT name, pk FROM pragma_table_info(?)"
_FILL_IN = """
    UPDATE student SET (middle_name, birth_day, sex, race, is_active) =
           (SELECT CASE student.middle_name WHEN '' THEN former.middle_name ELSE student.middle_name END,
                   coalesce(student.birth_day, former.birth_day), coalesce(student.sex, former.sex),
                   coalesce(student.race, former.race), max(student.is_active, former.is_active)
              FROM student AS former WHERE former.student_key = :former)
     WHERE student_key = :into
"""
_ADD_UP = """
    UPDATE discipline SET (times, days) =
           (SELECT discipline.times + former.times, discipline.days + former.days FROM discipline AS former
             WHERE former.student_key = :former AND former.school_key = discipline.school_key
               AND former.school_year = discipline.school_year AND former.action = discipline.action)
     WHERE student_key = :into AND (school_key, school_year, action) IN
           (SELECT school_key, school_year, action FROM discipline WHERE student_key = :former)
"""
"""Of counts that both have, the sum stays."""
_NEW_STUDENT = """
    INSERT INTO student (student_key, given_name, middle_name, family_name, birth_day, sex, race, is_active)
    SELECT :new, given_name, middle_name, family_name, birth_day, sex, race, is_active FROM student
     WHERE student_key = :student
"""
_NEXT_KEY = """
    SELECT 1 + max((SELECT coalesce(max(student_key), 0) FROM student),
                   (SELECT coalesce(max(key), 0) FROM identity WHERE entity = 'student')) AS key
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is one student's and may be another's: an id, an enrollment, a result.

    `where` are the columns and values of its row; `label` says what it is, without the student's name or id.
    """

    table: str
    label: str
    where: tuple[tuple[str, Any], ...]


def merge(tables: Tables, former: int, into: int) -> int:
    """Make one student of two; `into` remains. Of rows that both have, those of `into` stay; returns how many."""
    keys = {"former": former, "into": into}
    tables.execute(_ADD_UP, keys)
    both = 0
    for table in MOVES:
        both += _hand_over(tables, table, former, into)
    tables.execute("UPDATE identity SET key = :into WHERE entity = 'student' AND key = :former", keys)
    tables.execute("UPDATE merged_student SET student_key = :into WHERE student_key = :former", keys)
    tables.execute(_FILL_IN, keys)
    tables.execute("UPDATE student SET is_active = 0 WHERE student_key = :former", keys)
    tables.execute("INSERT INTO merged_student VALUES (:former, :into)", keys)
    ours = "SELECT system, source_id FROM who_case WHERE student_key = :into"
    tables.execute(f"DELETE FROM who_case WHERE student_key = :former AND (system, source_id) IN ({ours})", keys)  # noqa: S608 our own words
    tables.execute("UPDATE who_case SET student_key = :into WHERE student_key = :former", keys)
    return both


def split(tables: Tables, student: int, parts: Sequence[Part]) -> int:
    """Give some of a student's parts to a new student, and what follows from them; the new student's key.

    With a class go its marks and its attendance, with a time at a school what happened there, with a program its
    details. The new student has the same name and birth day until a roster says otherwise.
    """
    new = int(next(iter(tables.query(_NEXT_KEY)))["key"])
    tables.execute(_NEW_STUDENT, {"new": new, "student": student})
    for part in parts:
        if part.table == "identity":
            system, source_id = (value for _, value in part.where)
            sql = "UPDATE identity SET key = ? WHERE entity = 'student' AND system = ? AND source_id = ? AND key = ?"
            tables.execute(sql, [new, system, source_id, student])
            continue
        for table, condition, values in (_row(part), *_follows(part)):
            _hand_over(tables, table, student, new, condition, values)
    return new


def _row(part: Part) -> tuple[str, str, dict[str, Any]]:
    return part.table, " AND ".join(f"{name} IS :{name}" for name, _ in part.where), dict(part.where)


def _follows(part: Part) -> list[tuple[str, str, dict[str, Any]]]:
    """What goes with a part: (table, condition, values)."""
    values: dict[str, Any] = dict(part.where)
    if part.table == "section_enrollment":
        items = "line_item_key IN (SELECT line_item_key FROM line_item WHERE section_key = :section_key)"
        theirs = ("grade", "standard_mark")
        return [
            *((table, items, values) for table in theirs),
            ("attendance_section", "section_key = :section_key", values),
        ]
    if part.table == "test_result":
        return [("test_growth", "test_key = :test_key AND day = :day", values)]
    if part.table == "school_enrollment":
        values["end_day"] = values.get("end_day")
        return [
            ("attendance_day", "day >= :begin_day AND (:end_day IS NULL OR day < :end_day)", values),
            ("leaving", "school_key = :school_key AND begin_day = :begin_day", values),
            ("discipline", "school_key = :school_key", values),
            ("completion", "school_key = :school_key AND day >= :begin_day", values),
        ]
    if part.table == "program_membership":
        table = _DETAILS.get(str(values["program"]))
        return [(table, "begin_day = :begin_day", values)] if table else []
    return []


def _hand_over(
    tables: Tables, table: str, former: int, into: int, condition: str = "1", values: Mapping[str, Any] | None = None
) -> int:
    """Rows of one table from one student to another; how many the other had already, which go."""
    if table not in MOVES:
        raise Trouble(f"Rows of {table} do not change hands.")
    keys = {"former": former, "into": into, **(values or {})}
    columns = list(tables.query(_COLUMNS, [table]))
    of_former = f"FROM {table} WHERE student_key = :former AND ({condition})"
    if not any(column["name"] == "student_key" and column["pk"] for column in columns):
        tables.execute(f"UPDATE {table} SET student_key = :into WHERE student_key = :former AND ({condition})", keys)  # noqa: S608 our own names
        return 0
    names = [column["name"] for column in columns]
    given = ", ".join(":into" if name == "student_key" else name for name in names)
    insert = f"INSERT INTO {table} ({', '.join(names)}) SELECT {given} {of_former} ON CONFLICT DO NOTHING"
    added = tables.execute(insert, keys).rowcount
    gone = tables.execute(f"DELETE {of_former}", keys).rowcount
    return int(gone - added)
