"""The catalogue is what a district shows to parents: it must be all of the database, and nothing else."""

import importlib
import pkgutil

import appliance
from appliance.storage.connection import Gate
from appliance.storage.database import COUNTS_GATE
from appliance.storage.field_catalogue import FIELDS, STUDENT_TABLES
from appliance.web.sessions import ACCOUNTS


def columns_of(database):
    """Those of both files of the home."""
    sql = """SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"""
    return {row for file in (database._writer, database.desk._writer) for row in file.execute(sql)}


def test_v14_1_1_every_column_of_the_live_schema_is_in_the_catalogue_and_none_is_stale(database):
    assert sorted((field.table, field.column) for field in FIELDS) == sorted(columns_of(database))


def test_v14_1_2_each_column_says_what_it_is_for_who_sees_it_and_how_long_it_stays():
    for field in FIELDS:
        assert all((field.what, field.purpose, field.seen_by, field.kept)), f"{field.table}.{field.column}"


def test_a_table_whose_rows_name_a_student_says_that_it_is_about_students(database):
    named = {table for table, column in columns_of(database) if column == "student_key"}
    assert named <= STUDENT_TABLES
    assert {"identity", "access_log"} <= STUDENT_TABLES


def test_a_column_about_one_student_is_never_called_public():
    wrong = [f for f in FIELDS if f.is_about_students and f.sensitivity == "public"]
    assert wrong == []


def gates():
    """Every gate that any module of the house declares."""
    found = {}
    for module in pkgutil.walk_packages(appliance.__path__, "appliance."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            of_roles = value.items() if name == "GATES" else ()
            found |= {f"{module.name}.{name}.{role}": gate for role, gate in of_roles}
            if isinstance(value, Gate):
                found[f"{module.name}.{name}"] = value
    return found


def test_no_gate_opens_a_table_about_students_as_a_whole():
    found = gates()
    assert len(found) >= 15
    opened = {name: (gate.open_tables | gate.open_desk_tables) & STUDENT_TABLES for name, gate in found.items()}
    assert opened == dict.fromkeys(found, frozenset())


def test_secrets_and_exact_counts_are_open_to_the_one_gate_that_is_made_for_them():
    rightful = {
        id(ACCOUNTS): {"account", "web_session"},
        id(COUNTS_GATE): {"count_table", "count_cell", "count_turnover"},
    }
    guarded = {"account", "web_session", "signing_key", "count_cell", "count_turnover"}
    for name, gate in gates().items():
        assert (gate.open_tables | gate.open_desk_tables) & guarded <= rightful.get(id(gate), set()), name
