"""Measures: Mr. Ruiz goes from a number to the students behind it, Dr. Hall to the schools, and nobody further."""

import re
from html import unescape

import pytest

from appliance.actions import Action
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Event
from appliance.student_level.metrics.catalogue import measures
from appliance.student_level.records.rule_book import RuleBook
from tests import maplewood
from tests.access_log import at_desk
from tests.conftest import app_for, sign_in
from tests.page_text import read


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    database = maplewood.build(tmp_path_factory.mktemp("measured") / "home")
    put_in_force(
        database, RuleBook(goals={"chronic_absence": 100}), from_day=20_000, by="kim", reason="our board’s plan"
    )
    with database.changing(Event("test", Action.IMPORT)) as tables:  # grades of one teacher alone would not stand here
        seat = {"staff_key": maplewood.LIND, "section_key": maplewood.READING, "begin_day": 0}
        tables.table("teaching").insert(seat)
    refresh(database, by="test")
    yield database
    database.close()


@pytest.fixture(scope="module")
def visit(counted):
    app, people = app_for(counted), {}

    def as_(username):
        if username not in people:
            people[username] = sign_in(app, username)
        return people[username]

    yield as_
    app.state["uploads"].close()


def said(answer):
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def row(text, called, after):
    return text[text.index(called) : text.index(after)]


def students_of(person, measure):
    page = person.get("/school/measures").text
    address = re.search(rf'href="(/school/measures/students[^"]*measure={measure})"', page)[1]
    return person.get(unescape(address))


def test_each_measure_has_a_row_that_leads_to_its_definition(visit):
    page = visit("ruiz").get("/school/measures").text
    for measure in measures():
        assert f'<a href="/manual/numbers#{measure.name}">{measure.called}</a>' in page


def test_a_row_says_the_share_the_count_the_goal_and_how_far_it_is(visit):
    text = row(said(visit("ruiz").get("/school/measures")), "Missed 10% or more of days", "Days attended")
    assert "18.2% 2 of 11 students at most 10% 8.2 points above: not reached" in text


def test_what_is_not_loaded_is_neither_nought_nor_fine(visit):
    text = said(visit("ruiz").get("/school/measures"))
    assert (
        row(text, "Class meetings missed", "Course grades").split()
        == "Class meetings missed not loaded none set".split()
    )
    assert "no credits are asked for yet" in text


def test_from_the_number_to_the_two_students_behind_it_and_into_the_log(visit, counted):
    before = counted.log_head().sequence
    page = said(students_of(visit("ruiz"), "chronic_absence"))
    assert "Listed are students who missed 10% or more of their days" in page
    names = [" ".join(one[1:]) for one in maplewood.STUDENTS.values()]
    assert [name for name in names if name in page] == ["Cleo Marsh", "Ida Rahimi"]
    named = at_desk(
        counted,
        "SELECT student_key FROM access_log JOIN access_log_student USING (sequence)"
        " WHERE sequence > ? AND who = 'ruiz'",
        (before,),
    )
    assert {key for (key,) in named} == {maplewood.KEY["cleo"], maplewood.KEY["ida"]}


def test_of_a_measure_that_should_be_high_those_outside_it_are_listed(visit):
    page = said(students_of(visit("ruiz"), "attendance_rate"))
    assert "Listed are students who missed a day or more" in page
    assert page.index("Cleo Marsh") < page.index("Ben Ostrow")
    assert "Hal Quist" not in page


def test_a_measure_of_another_school_of_no_name_and_of_no_right_does_not_open(visit):
    ruiz = visit("ruiz")
    at = re.search(r"at=([^&\"]+)", ruiz.get("/school/measures").text)[1]
    assert ruiz.get(f"/school/measures/students?at={at}&measure=membership").status_code == 404
    assert ruiz.get("/school/measures?at=nowhere").status_code == 404
    assert visit("okafor").get("/school/measures").status_code == 403
    assert visit("kim").get("/district/measures").status_code == 403


def test_the_superintendent_reads_the_district_and_no_name(visit):
    text = said(visit("hall").get("/district/measures"))
    assert "counted for Nov 20, 2026" in text
    assert re.search(r"Missed 10% or more of days \d+\.\d% \d of 13 students", text)
    for nick in maplewood.STUDENTS:
        assert maplewood.STUDENTS[nick][2] not in text


def test_by_school_two_students_are_too_few_to_tell_of(visit):
    text = said(visit("hall").get("/district/measures/schools?measure=chronic_absence"))
    assert "Elm School not shown: it would give one away Oak School fewer than 10, not shown" in text
    assert visit("hall").get("/district/measures/schools?measure=nothing").status_code == 404


def test_no_measure_is_red_or_green_and_each_page_is_light(visit):
    for person, address in (("ruiz", "/school/measures"), ("hall", "/district/measures")):
        page = visit(person).get(address).text
        assert not re.search(r'class="[^"]*\b(bad|good|ok)\b', page)
        assert len(page.encode()) < 60_000


def test_the_marks_of_each_line_are_as_many_as_its_months(visit):
    page = visit("ruiz").get("/school/measures").text
    drawn = re.findall(r'<svg class="spark"[^>]*><title>By month</title><desc>([^<]+)</desc>(.*?)</svg>', page)
    assert len(drawn) == page.count('<svg class="spark"') >= 3
    for told, drawing in drawn:
        assert drawing.count("<circle") == len(told.split("; "))


def test_grades_that_are_taken_back_are_not_loaded_any_more_whatever_they_were(own_town):
    refresh(own_town, by="test")
    ruiz = sign_in(app_for(own_town), "ruiz")
    assert "not loaded" not in row(said(ruiz.get("/school/measures")), "Students with an F", "Students with a grade")
    with own_town.changing(Event("test", Action.UNDO_IMPORT)) as tables:
        tables.execute("DELETE FROM grade")
    refresh(own_town, by="test")
    assert "not loaded" in row(said(ruiz.get("/school/measures")), "Students with an F", "Students with a grade")


def test_before_anything_is_counted_the_page_says_so(own_town):
    text = said(sign_in(app_for(own_town), "ruiz").get("/school/measures"))
    assert "Nothing has been counted this school year. That does not mean that all is well" in text


def test_a_list_behind_what_was_never_counted_leads_back_to_the_page_that_says_so(own_town):
    app = app_for(own_town)
    ruiz, hall = sign_in(app, "ruiz"), sign_in(app, "hall")
    at = re.search(r"/school/measures\?at=([^\"]+)", ruiz.get("/school").text)[1]
    answer = ruiz.get(f"/school/measures/students?at={at}&measure=chronic_absence")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/school/measures?at={at}")
    assert hall.get("/district/measures/schools?measure=chronic_absence").headers["location"] == "/district/measures"
