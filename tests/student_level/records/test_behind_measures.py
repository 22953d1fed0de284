"""From a number to its students: a principal finds those who were counted, and nobody of another school."""

from collections import defaultdict

import msgspec
import pytest

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.storage.connection import PastTheGate
from appliance.storage.database import Database, Event
from appliance.student_level.access import Viewer, counting_as
from appliance.student_level.metrics.catalogue import measures, sums_sql
from appliance.student_level.metrics.counting import count_everything
from appliance.student_level.metrics.worked_examples import worked_examples
from appliance.student_level.records.behind_causes import causes
from appliance.student_level.records.behind_measures import behind
from appliance.student_level.records.rule_book import AS_SHIPPED
from tests import maplewood
from tests.sensitive_fields import keep
from tests.student_level.metrics.worked_examples import Builder, day

MORE_IS_BETTER = {measure.name: measure.more_is_better for measure in measures()}
MEASURES = set(MORE_IS_BETTER)
EXAMPLES = [example for example in worked_examples() if example.metric in MEASURES]


def principal(today):
    return Viewer(1, "pat", "Pat", Role.PRINCIPAL, 1, today)


def lead(tables, school):
    tables.execute("DELETE FROM staff_role")
    tables.execute("INSERT OR IGNORE INTO staff (staff_key, given_name, family_name) VALUES (1, 'Pat', '')")
    tables.execute("INSERT INTO staff_role VALUES (1, ?, 'principal', NULL, NULL)", (school,))


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e.metric}: {e.title}" for e in EXAMPLES])
def test_the_list_behind_a_number_has_who_was_counted_and_is_still_here_and_says_what_put_each_there(tmp_path, example):
    database, today = Database.create(tmp_path / "home"), day(example.snapshot)
    keep(database)
    book = msgspec.structs.replace(AS_SHIPPED, credits_by_grade=example.credits_asked)
    with database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        builder = Builder(tables)
        builder.build(example.given.records)
        tables.execute("DELETE FROM attendance_taken WHERE day > ?", (today,))
        for statement in sums_sql().split(";\n"):
            if statement.strip():
                tables.execute(statement)
        counted = {t.metric: t for t in count_everything(tables, snapshot=today, book=book)}[example.metric]
    numbers = {(c.school_id, c.detail): (c.count, c.out_of) for c in counted.cells if c.dimension == "all"}
    gone = {
        row["school"] for row in example.given.records
        if not any(other["student"] == row["student"] and other["school"] == row["school"]
                   and int(other["days"].split("-")[1]) >= example.snapshot for other in example.given.records)
    }  # fmt: skip
    for school, key in builder.keys["school"].items():
        with database.changing(Event("test", Action.SET_UP)) as tables:
            lead(tables, key)
        for detail in {detail for _, detail in numbers}:
            with counting_as(database, principal(today)) as counting:
                found = behind(counting, example.metric, detail, key, today, book)
                why = causes(counting, example.metric, detail, key, today, book)
            more = MORE_IS_BETTER[example.metric]
            listed = {one.student_key for one in found if (one.count < one.out_of if more else one.count)}
            assert example.metric == "advanced_courses" or listed <= why.keys()
            told = (sum(one.count for one in found), sum(one.out_of for one in found))
            if school in gone:
                assert all(one <= number for one, number in zip(told, numbers[school, detail], strict=True))
            else:
                assert told == numbers[school, detail]
    database.close()


def test_whatever_she_asks_a_principal_counts_no_student_of_another_school(town):
    today = day_number(maplewood.TODAY)
    ruiz = Viewer(2, "ruiz", "Mr. Ruiz", Role.PRINCIPAL, maplewood.RUIZ, today)
    tables = ("attendance_day", "grade", "school_enrollment", "section_enrollment", "test_result", "reporting_student",
              "reporting_days")  # fmt: skip
    seen = defaultdict(set)
    with counting_as(town, ruiz) as counting:
        for table in tables:
            seen[table] = {row["student_key"] for row in counting.query(f"SELECT student_key FROM {table}")}
        for name in MEASURES:
            assert behind(counting, name, "", maplewood.OAK, today, AS_SHIPPED) == []
        for table in ("student", "program_membership", "caseload", "count_cell"):
            with pytest.raises(PastTheGate):
                counting.query(f"SELECT * FROM {table}")
    across_town = {key for nick, key in maplewood.KEY.items() if key > 200}
    assert all(keys and not keys & across_town for keys in seen.values())
