"""A page about one school, one student or the whole district's totals does no more work because there are more schools.

What is counted is the steps of the database itself, not seconds: a question that walks through a table of everybody
takes more of them with everybody who comes.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.compute_metrics import refresh
from appliance.storage.connection import GatedConnection
from appliance.storage.database import Database, Event
from appliance.student_level.onlookers import students_called
from appliance.student_level.records import who_is_who
from tests import maplewood
from tests.conftest import Person, app_for, sign_in

STEPS_AT_ONCE = 20
SCHOOLS, STUDENTS_EACH = 200, 10
"""That come beside Elm and Oak."""


@contextmanager
def counting_steps() -> Iterator[list[int]]:
    """How many steps the database takes while this is open, in twenties: one entry for each."""
    taken: list[int] = []
    begin = GatedConnection.begin

    def watched(connection: GatedConnection, fill: object) -> None:
        connection._connection.set_progress_handler(lambda: taken.append(1), STEPS_AT_ONCE)
        begin(connection, fill)  # type: ignore[arg-type]

    GatedConnection.begin = watched  # type: ignore[method-assign,assignment]
    try:
        yield taken
    finally:
        GatedConnection.begin = begin  # type: ignore[method-assign]


def open_to(person: Person, *way: str) -> str:
    """The address at the end of a way of links."""
    address = way[0]
    for link in way[1:]:
        found = re.search(rf'href="({link})"', person.get(address).text)
        assert found, f"{address} has no link {link}"
        address = unescape(found[1])
    return address


def two_hundred_schools_come(town: Database) -> None:
    """With their students, classes, teachers, principals, counselors, days, and numbers on the counts shelf."""
    begin, end = day_number(maplewood.FIRST_DAY), day_number(maplewood.TODAY) + 200
    schools = [1000 + number for number in range(SCHOOLS)]
    students = [(10_000 + school * 100 + seat, school) for school in schools for seat in range(STUDENTS_EACH)]
    with town.changing(Event("test", Action.IMPORT)) as tables:
        for table, columns, rows in (
            ("organization", "organization_key name kind state_id parent_key",
             [(school, f"School {school}", "school", f"T{school}", maplewood.DISTRICT) for school in schools]),
            ("staff", "staff_key given_name family_name", [(school, "Kay", f"Lee {school}") for school in schools]),
            ("staff_role", "staff_key organization_key role", [(school, school, "principal") for school in schools]),
            ("section", "section_key school_key course_key code title begin_day end_day",
             [(school, school, 1, f"S-{school}", "Science 7", begin, end) for school in schools]),
            ("teaching", "staff_key section_key begin_day", [(school, school, begin) for school in schools]),
            ("student", "student_key given_name family_name birth_day",
             [(key, f"Jo {key}", "Park", 16_000) for key, _ in students]),
            ("identity", "entity system source_id key",
             [("student", "district", f"n-{key}", key) for key, _ in students]),
            ("school_enrollment", "student_key school_key begin_day grade_level",
             [(key, school, begin, "07") for key, school in students]),
            ("section_enrollment", "section_key student_key begin_day",
             [(school, key, begin) for key, school in students]),
            ("caseload", "staff_key student_key begin_day", [(school, key, begin) for key, school in students]),
        ):  # fmt: skip
            maplewood._add(tables, table, columns, *rows)
        for copied in (
            "INSERT INTO attendance_taken SELECT organization_key, day FROM organization JOIN attendance_taken"
            " ON school_key = 2 WHERE organization_key >= 1000",
            "INSERT INTO count_cell SELECT count_table_key, state_id, dimension, category, detail, count, out_of"
            " FROM organization JOIN count_cell ON school_id = 'S2' WHERE organization_key >= 1000",
        ):
            tables.execute(copied)


PAGES = {
    "a school": ("ruiz", "/school"),
    "measures of a school": ("ruiz", "/school/measures"),
    "students behind a measure": ("ruiz", "/school/measures", '/school/measures/students[^"]*'),
    "who may see a student": ("ruiz", "/school", '/students/[^"/]+', '/who-may-see/[^"]+'),
    "measures of the district": ("hall", "/district/measures"),
}

QUESTIONS: dict[str, Callable[[Database], object]] = {
    "students of a whole name": lambda town: students_called(town, "ada lovell", day_number(maplewood.TODAY)),
    "students of an id": lambda town: who_is_who.of_id(town, "n-1"),
}


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """Of each page and question: the database's steps before the schools came, and after."""
    town = maplewood.build(tmp_path_factory.mktemp("work") / "home")
    refresh(town, by="test")
    app = app_for(town)
    people = {who: sign_in(app, who) for who in ("ruiz", "hall")}
    places = {page: (people[who], open_to(people[who], *way)) for page, (who, *way) in PAGES.items()}

    def taken() -> dict[str, int]:
        asked = {question: steps_to(partial(ask, town)) for question, ask in QUESTIONS.items()}
        return asked | {page: steps_to(partial(see, *place)) for page, place in places.items()}

    before = taken()
    two_hundred_schools_come(town)
    after = taken()
    town.close()
    return {name: (before[name], after[name]) for name in before}


def see(person: Person, address: str) -> None:
    assert person.get(address).status_code == 200


def steps_to(do: Callable[[], object]) -> int:
    """The steps of the second time, which a reader meets again and again."""
    do()
    with counting_steps() as taken:
        do()
    return len(taken)


@pytest.mark.parametrize("name", [*PAGES, *QUESTIONS])
def test_two_hundred_more_schools_are_no_more_work(steps: dict[str, tuple[int, int]], name: str) -> None:
    before, after = steps[name]
    assert after < 1.5 * before + 5
    assert name in QUESTIONS or before > 10
