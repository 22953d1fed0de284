"""Behind a number Mr. Ruiz finds his students, each with what put the name there and with what goes well."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import refresh
from appliance.storage import database as storage
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.catalogue import measures
from appliance.student_level.records.rule_book import RuleBook
from tests import a_year_before, maplewood
from tests.conftest import Person, app_for, sign_in

Rows = list[list[str]]


def students_of(person: Person, measure: str, more: str = "") -> str:
    address = re.search(
        rf'href="(/school/measures/students[^"]*measure={measure}[^"]*)"', person.get("/school/measures").text
    )
    assert address, f"no list behind {measure}"
    answer = person.get(unescape(address[1]) + more)
    assert answer.status_code == 200
    return answer.text


def rows_of(page: str) -> Rows:
    """The list, its head first, each cell in words."""
    table = page[page.index("<table") : page.index("</table>")] if "<table" in page else ""
    return [
        [
            re.sub(r"\s+", " ", unescape(re.sub(r'<span aria-hidden="true">.</span>|<[^>]+>', " ", cell))).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]


@pytest.fixture
def elm(own_town: Database) -> Database:
    """At Elm Gus has an F in science and a D in reading; six met the state's test."""
    gus = maplewood.KEY["gus"]
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for item, points in ((maplewood.SCIENCE * 10 + 2, 41.0), (maplewood.READING * 10 + 2, 66.0)):
            tables.execute(
                "UPDATE grade SET score = ? WHERE student_key = ? AND line_item_key = ?", (points, gus, item)
            )
        away = {"student_key": gus, "day": day_number(maplewood.school_days()[-5]), "code": 1}
        tables.table("attendance_day").insert(away)
        seat = {"staff_key": maplewood.LIND, "section_key": maplewood.READING, "begin_day": 0}
        tables.table("teaching").insert(seat)
    a_year_before.take_the_states_test(own_town, date(2026, 4, 28), met=6)
    refresh(own_town, by="test")
    return own_town


@pytest.fixture
def ruiz(elm: Database) -> Iterator[Person]:
    app = app_for(elm)
    yield sign_in(app, "ruiz")
    app.state["uploads"].close()


def test_a_list_by_days_says_how_many_the_grade_and_what_goes_well(ruiz: Person) -> None:
    head, *rows = rows_of(students_of(ruiz, "chronic_absence"))
    assert head == ["Student", "Grade", "Days missed", "Going well", "Where it comes from"]
    assert [row[:3] for row in rows] == [["Cleo Marsh", "Grade 7", "7 of 63"], ["Ida Rahimi", "Grade 7", "7 of 63"]]
    assert rows[0][3] == "A in Reading 7."


def test_a_list_of_fs_names_the_class_and_the_grade(ruiz: Person) -> None:
    head, *rows = rows_of(students_of(ruiz, "failing_grades"))
    assert head[2] == "Course"
    assert [row[:3] for row in rows] == [["Gus Pereira", "Grade 7", "Science 7: F (41)"]]
    low = rows_of(students_of(ruiz, "course_grades"))
    assert [row[:3] for row in low if row[0] == "Gus Pereira"] == [
        ["Gus Pereira", "Grade 7", "Reading 7: D (66); Science 7: F (41)"]
    ]


def test_a_list_of_grades_that_fell_says_from_what_to_what(ruiz: Person) -> None:
    rows = {row[0]: row[2] for row in rows_of(students_of(ruiz, "grades_dropping"))}
    assert rows["Eve Nakai"] == "Science 7: from B (85) to D (64)"
    assert "Ben Ostrow" not in rows


def test_where_nothing_good_is_recorded_one_is_told_to_ask(ruiz: Person) -> None:
    _, *rows = rows_of(students_of(ruiz, "failing_grades"))
    assert [(row[0], row[3]) for row in rows] == [("Gus Pereira", "Nothing recorded yet: ask.")]


def test_the_states_test_says_in_english_who_is_listed_and_who_is_left_out(ruiz: Person) -> None:
    page = students_of(ruiz, "assessment_performance")
    assert "Listed are students who took the state’s test and have not met its standard yet" in page
    assert "Left out is who met it, who was not tested in the year before, and whose result is not loaded." in page
    head, *rows = rows_of(page)
    assert head[2] == "Newest result"
    assert len(rows) == 5
    assert {row[2] for row in rows} == {"Getting there: State test, math, Apr 28, 2026"}
    assert not re.search(r"\b(fail|below|low|outside the number)", re.sub(r"<[^>]+>", " ", page), re.IGNORECASE)


def test_every_measure_says_of_its_list_who_is_on_it_and_who_is_not() -> None:
    for measure in measures():
        assert re.fullmatch(r"students .+\. Left out (is|are) .+\.", measure.listed)


def test_the_headings_sort_without_a_script_and_the_file_keeps_the_order(ruiz: Person) -> None:
    page = students_of(ruiz, "attendance_rate")
    assert [row[0] for row in rows_of(page)[1:3]] == ["Cleo Marsh", "Ida Rahimi"]
    assert 'aria-sort="descending"><a href="/school/measures/students?' in page
    by_name = students_of(ruiz, "attendance_rate", "&sort=name")
    assert [row[0] for row in rows_of(by_name)[1:]] == [
        "Ada Lovell",
        "Cleo Marsh",
        "Ben Ostrow",
        "Gus Pereira",
        "Ida Rahimi",
    ]
    on_csv = re.search(r'href="([^"]+/file/csv[^"]*)"', by_name)
    assert on_csv
    lines = ruiz.get(unescape(on_csv[1])).content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:6]] == [
        "Ada Lovell",
        "Cleo Marsh",
        "Ben Ostrow",
        "Gus Pereira",
        "Ida Rahimi",
    ]
    assert rows_of(students_of(ruiz, "attendance_rate", "&sort=nonsense")) == rows_of(page)


def test_behind_fewer_than_ten_there_is_no_list_as_there_is_no_number(elm: Database) -> None:
    ruiz = sign_in(app_for(elm), "ruiz")
    at = re.search(r"at=([^&\"]+)", ruiz.get("/school/measures").text)
    assert at
    asked = f"/school/measures/students?at={at[1]}&measure=assessment_performance&detail=MATH"
    assert ruiz.get(asked).status_code == 200
    with elm.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM test_result WHERE student_key <= ?", (maplewood.KEY["ben"],))
    refresh(elm, by="test")
    assert "measure=assessment_performance" not in ruiz.get("/school/measures").text
    assert ruiz.get(asked).headers["location"].startswith("/school/measures?at=")


def test_a_list_names_what_is_left_to_earn_where_the_district_asks_for_credits(elm: Database) -> None:
    asks = RuleBook(credits_by_grade={"09": 6})
    put_in_force(elm, asks, from_day=20_000, by="kim", reason="our board’s plan")
    with elm.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE school_enrollment SET grade_level = '10' WHERE student_key < 200")
        for key in maplewood.KEY.values():
            for course in range(6):
                earned = 0 if (key, course) == (maplewood.KEY["hal"], 3) else 1
                tables.table("transcript_course").insert(
                    {"student_key": key, "school_year": 2026, "course_code": f"C{course}", "grade_level": "09",
                     "course_title": f"Course {course}", "credits_attempted": 1, "credits_earned": earned,
                     "result": "passed" if earned else "failed"}
                )  # fmt: skip
    refresh(elm, by="test")
    ruiz = sign_in(app_for(elm), "ruiz")
    assert [row[:3] for row in rows_of(students_of(ruiz, "on_track"))[1:]] == [["Hal Quist", "Grade 10", "5 of 6"]]
    assert [row[:3] for row in rows_of(students_of(ruiz, "credit_accumulation"))[1:]] == [
        ["Hal Quist", "Grade 10", "Course 3: 0 of 1 credits"]
    ]


def test_a_list_of_many_asks_the_database_no_more_often_than_a_list_of_few(
    ruiz: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    query = storage.Reading.query

    def counted(self: storage.Reading, sql: str, values: dict[str, object] | None = None) -> list[dict[str, object]]:
        asked.append(sql)
        return query(self, sql, values or {})

    monkeypatch.setattr(storage.Reading, "query", counted)
    many = []
    for measure, least in (("failing_grades", 1), ("attendance_rate", 4)):
        asked.clear()
        assert len(rows_of(students_of(ruiz, measure))) > least
        many.append(len(asked))
    assert many[0] == many[1]
