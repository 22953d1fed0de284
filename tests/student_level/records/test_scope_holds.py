"""Whatever SQL is run on a page's handle, it returns the reader's own students and nobody else."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

from appliance.actions import Role
from appliance.days import day_number
from appliance.roles import Scope
from appliance.storage.connection import PastTheGate
from appliance.storage.database import Database
from appliance.student_level import records
from appliance.student_level.access import Viewer, reading_as
from tests import maplewood

TODAY = day_number(maplewood.TODAY)
OKAFOR = Viewer(1, "okafor", "Ms. Okafor", Role.TEACHER, maplewood.OKAFOR, TODAY)
LIND = Viewer(3, "lind", "Ms. Lind", Role.TEACHER, maplewood.LIND, TODAY)
RUIZ = Viewer(2, "ruiz", "Mr. Ruiz", Role.PRINCIPAL, maplewood.RUIZ, TODAY)
KIM = Viewer(5, "kim", "Mr. Kim", Role.DATA_STEWARD, None, TODAY)
ACROSS_TOWN = {"Vance", "Wilde", "Oscar", "Petra"}

HOSTILE = [
    "SELECT * FROM student",
    "SELECT * FROM main.student",
    "SELECT * FROM temp.student",
    "SELECT family_name FROM visible_student UNION SELECT family_name FROM student",
    "SELECT family_name FROM visible_student UNION ALL SELECT family_name FROM vault.student",
    "WITH visible_student AS (SELECT * FROM student) SELECT * FROM visible_student",
    "WITH scope AS (SELECT student_key, 'mine' AS reason FROM attendance_day) SELECT * FROM visible_student",
    "WITH gate_scope(student_key, reason) AS (VALUES (201, 'mine')) SELECT * FROM visible_student",
    "WITH RECURSIVE visible_grade AS (SELECT * FROM grade) SELECT * FROM visible_grade",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM sqlite_temp_master",
    "SELECT sql FROM temp.sqlite_temp_schema",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_list",
    "SELECT * FROM temp.scope",
    "SELECT count(*) FROM student",
    "SELECT (SELECT group_concat(family_name) FROM student)",
    "SELECT * FROM visible_student WHERE EXISTS (SELECT 1 FROM student WHERE family_name = 'Vance')",
    "INSERT INTO temp.scope VALUES (201, 'mine')",
    "INSERT INTO scope SELECT student_key, 'mine' FROM student",
    "UPDATE temp.scope SET reason = 'mine'",
    "DELETE FROM temp.scope",
    "CREATE TEMP TABLE copy AS SELECT * FROM student",
    "CREATE TEMP VIEW visible_student2 AS SELECT * FROM student",
    "DROP VIEW visible_student",
    "ATTACH 'elsewhere.db' AS elsewhere",
    "DETACH vault",
    "PRAGMA database_list",
    "PRAGMA query_only = 0",
    "PRAGMA writable_schema = 1",
    "EXPLAIN SELECT * FROM visible_student",
    "EXPLAIN QUERY PLAN SELECT * FROM student",
    "VACUUM INTO 'copy.db'",
    "SELECT load_extension('x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT sqlcipher_export('main')",
    "SELECT * FROM account",
    "SELECT password_hash FROM account",
    "SELECT * FROM web_session",
    "SELECT * FROM access_log",
    "SELECT * FROM signing_key",
    "SELECT * FROM count_cell",
    "SELECT birth_day FROM visible_student",
    "SELECT race FROM visible_student",
    "SELECT * FROM visible_program WHERE program = 'special_education' UNION SELECT * FROM program_membership",
    "SELECT 1; SELECT * FROM student",
    "/* hello */ SELECT * FROM student",
    "VALUES (1)",
    "select * from STUDENT",
    'SELECT * FROM "student"',
    "SELECT * FROM [student]",
    "BEGIN; SELECT * FROM student",
    "COMMIT",
    "REINDEX",
    "ANALYZE",
]


@pytest.mark.parametrize("viewer", [OKAFOR, LIND, RUIZ, KIM], ids=lambda viewer: viewer.username)
@pytest.mark.parametrize("sql", HOSTILE)
def test_hostile_sql_returns_nobody_elses_student(town: Database, viewer: Viewer, sql: str) -> None:
    try:
        with reading_as(town, viewer) as reading:
            told = str(reading.query(sql))
    except PastTheGate as refused:
        told = str(refused)
    if viewer is not LIND:
        assert not any(name in told for name in ACROSS_TOWN)
    if viewer is not OKAFOR and viewer is not RUIZ:
        assert "Lovell" not in told
    for secret in ("argon2", "special_education'", "CREATE TABLE", "vault_"):
        assert secret not in told


@pytest.mark.parametrize("sql", [sql for sql in HOSTILE if "visible_" not in sql and "VALUES" not in sql])
def test_everything_past_the_gate_is_refused_outright(town: Database, sql: str) -> None:
    with pytest.raises(PastTheGate), reading_as(town, OKAFOR) as reading:
        reading.query(sql)


def test_a_statement_prepared_for_one_teacher_holds_the_next_ones_scope(town: Database) -> None:
    everybody = "SELECT family_name FROM visible_student ORDER BY family_name"
    for _ in range(3):
        with reading_as(town, OKAFOR) as reading:
            own = {row["family_name"] for row in reading.query(everybody)}
        with reading_as(town, LIND) as reading:
            linds = {row["family_name"] for row in reading.query(everybody)}
        assert linds == {"Vance", "Wilde"}
        assert len(own) == 11
        assert not own & linds


def test_a_filling_statement_cannot_be_replayed_by_a_page(town: Database) -> None:
    from appliance.student_level.scopes import REACHES

    for scope, reach in REACHES.items():
        if scope is Scope.NOBODY:
            continue
        with pytest.raises(PastTheGate), reading_as(town, OKAFOR) as reading:
            reading.query(reach.students.format(vault="main"), LIND.values)


def test_a_query_without_any_filter_counts_only_ones_own(town: Database) -> None:
    for table in ("student", "attendance_day", "grade", "test_result", "section_enrollment", "student_attendance"):
        with reading_as(town, OKAFOR) as reading:
            own = {row["student_key"] for row in reading.query(f"SELECT student_key FROM visible_{table}")}
        assert own <= {key for key in maplewood.KEY.values() if key < 200}
        with reading_as(town, LIND) as reading:
            assert {row["student_key"] for row in reading.query(f"SELECT student_key FROM visible_{table}")} <= {
                201,
                202,
            }


def test_a_teacher_whose_class_ended_keeps_it_for_two_weeks(own_town: Database) -> None:
    from appliance.actions import Action
    from appliance.storage.database import Event

    everybody = "SELECT student_key FROM visible_student"
    for days_ago, sees in ((13, True), (14, False)):
        with own_town.changing(Event("test", Action.IMPORT)) as tables:
            tables.execute(
                "UPDATE section SET end_day = ? WHERE section_key = ?", (TODAY - days_ago, maplewood.SCIENCE)
            )
        with reading_as(own_town, OKAFOR) as reading:
            assert bool(reading.query(everybody)) == sees


BEHIND = {
    "program": "program_membership",
    "student": "(SELECT *, 'mine' AS reason FROM student)",
    "opening": "(SELECT *, '' AS display_name, '' AS role FROM access_log JOIN access_log_student USING (sequence))",
}
"""What stands behind a view, where it is not a table of that name with the same columns."""
PAST = "prohibited|not authorized|no such table"
OPEN = {"section", "school"}
"""Views of what is open to every reader anyhow: of a class its title, of a school its name."""


def questions() -> Iterator[tuple[str, str]]:
    """(its name, its SQL) of every question of these rooms that is put to a view cut to the reader's students."""
    for module in pkgutil.iter_modules(records.__path__):
        for name, value in vars(importlib.import_module(f"{records.__name__}.{module.name}")).items():
            if isinstance(value, str) and re.search(r"\b(FROM|JOIN) visible_", value) and "{" not in value:
                yield f"{module.name}.{name}", value


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in questions()])
def test_v8_2_1_a_question_that_forgets_its_scope_is_answered_to_nobody(town: Database, sql: str) -> None:
    """Each question of the house is asked as it is, and then of the table behind each view that holds its scope."""
    values = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    answered = 0
    for role in Role:
        if role.terms.scope is Scope.NOBODY:
            continue
        viewer = Viewer(1, "somebody", "Somebody", role, maplewood.OKAFOR, TODAY)
        try:
            with reading_as(town, viewer) as reading:
                reading.query(sql, values)
        except PastTheGate:
            continue  # A view that this role does not have at all.
        answered += 1
        for view in set(re.findall(r"\bvisible_(\w+)", sql)) - OPEN:
            forgetful = re.sub(rf"\bvisible_{view}\b(?! AS|\.)", f"{BEHIND.get(view, view)} AS visible_{view}", sql)
            forgetful = re.sub(rf"\bvisible_{view} AS ", f"{BEHIND.get(view, view)} AS ", forgetful)
            with pytest.raises(PastTheGate, match=PAST), reading_as(town, viewer) as reading:
                reading.query(forgetful, values)
    assert answered


def test_every_room_that_asks_about_students_is_among_them() -> None:
    names = [name for name, _ in questions()]
    assert len(names) > 25
    assert {"students._STUDENT", "roster._SEATS", "enrollments._FIND", "supports._OF_STUDENT"} <= set(names)
