"""The first days of school at Elm: whoever looks, and wherever, counts are told and no share."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.days import day_number
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.page_text import read

TODAY = maplewood.FIRST_DAY + timedelta(days=14)
"""Two weeks, nine days each of which Gus missed two."""


@pytest.fixture
def early(own_town: Database) -> Database:
    """Maplewood after nine days of school."""
    today, gus = day_number(TODAY), maplewood.KEY["gus"]
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        for table in ("attendance_taken", "attendance_day", "school_attendance_day"):
            tables.execute(f"DELETE FROM {table} WHERE day >= ?", (today,))
        tables.execute("DELETE FROM grade")
        tables.execute(
            "UPDATE student_attendance SET days_enrolled = 9, days_missed = 0, days_excused = 0, days_late = 0"
        )
        tables.execute("UPDATE student_attendance SET days_missed = 2 WHERE student_key = ?", (gus,))
        ids = dict(tables.execute("SELECT name, state_id FROM organization").fetchall())
        places = (ids["Elm School"], ids["Oak School"], DISTRICT)
        cells = tuple(Cell(place, "all", "all", 17, 60) for place in places)
        for metric in ("chronic_absence", "membership", "attendance_rate"):
            counts.put(tables, [Tabulation(metric, "2026-2027", TODAY.isoformat(), cells)])
    return own_town


def rows_of(person, address: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(person.get(address).content.decode("utf-8-sig"))) if row]


def test_the_principal_reads_student_days_and_can_list_nobody_by_a_share(early: Database) -> None:
    ruiz = sign_in(app_for(early, as_of=TODAY), "ruiz")
    page = ruiz.get("/school?missed=tenth").text
    facts = page[page.index('id="h-now"') : page.index('id="h-list"')]
    assert "student-days attended in the week of" in facts
    assert "%" not in facts
    assert 'id="trend"' not in page
    assert 'name="missed"' not in page
    assert "Ada Lovell" in page
    assert "Gus" in page
    assert 'class="spark"' not in page


def test_a_principals_file_holds_everybody_and_no_share_of_a_week(early: Database) -> None:
    ruiz = sign_in(app_for(early, as_of=TODAY), "ruiz")
    rows = rows_of(ruiz, "/school/file/csv?missed=tenth")[1:-1]
    assert len(rows) == 11
    assert {row[4] for row in rows} == {""}
    assert ["2", "9"] in [row[2:4] for row in rows]


def test_a_teachers_class_is_counted_too_on_its_page_and_in_its_file(early: Database) -> None:
    okafor = sign_in(app_for(early, as_of=TODAY), "okafor")
    science = okafor.link_to("Science 7", on="/classes")
    assert 'class="spark"' not in okafor.get(science).text
    assert {row[3] for row in rows_of(okafor, f"{science}/file/csv")[1:-1]} == {""}


def test_who_is_in_a_number_by_the_share_of_days_is_neither_told_nor_listed(early: Database) -> None:
    ruiz = sign_in(app_for(early, as_of=TODAY), "ruiz")
    page = ruiz.get("/school/measures").text
    assert page.count("of 60 students") == 0
    assert "of 60 days; a share after 20 school days" in page
    assert "shown after 20 school days" in page
    assert "measure=chronic_absence" not in page
    students = unescape(re.search(r'href="(/school/measures/students[^"]*measure=)attendance_rate', page)[1])
    assert ruiz.get(f"{students}attendance_rate").status_code == 200
    assert ruiz.get(f"{students}chronic_absence").headers["location"].startswith("/school/measures?at=")


def test_the_superintendent_reads_days_and_no_share_of_any_school(early: Database) -> None:
    hall = sign_in(app_for(early, as_of=TODAY), "hall")
    page = hall.get("/district").text
    assert "Shares are shown after 20 school days." in page
    assert "17" not in read(page[page.index('id="h-now"') : page.index('id="h-ask"')].partition(">")[2])
    assert "17 of 60" not in page
    assert 'id="trend"' not in page
    for row in rows_of(hall, "/district/file/csv")[1:3]:
        assert [row[place] for place in (2, 4, 5, 6)] == ["first days"] * 4
