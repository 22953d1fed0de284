"""Mr. Ruiz and Dr. Hall hold this year against the same day of the last one, and read what it is held against."""

import re
from datetime import date
from html import unescape

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Database, Event
from appliance.student_level.records.rule_book import RuleBook
from tests import a_year_before
from tests.conftest import app_for, sign_in

CALLED = {"tenth": "Missed 10% or more of days", "days": "Days attended", "grades": "Students with an F in a class",
          "test": "Met the standard of the state’s test"}  # fmt: skip


def cell(town: Database, who: str, measure: str) -> str:
    """What stands against last year in a measure's row of the page."""
    address = "/school/measures" if who == "ruiz" else "/district/measures"
    answer = sign_in(app_for(town), who).get(address)
    assert answer.status_code == 200
    row = next(row for row in answer.text.split("<tr>") if f">{CALLED[measure]}</a>" in row)
    cells = re.findall(r"<td>(.*?)</td>", row, re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", cells[2]))).strip()


@pytest.fixture
def two_years(own_town: Database) -> Database:
    """Last year Cleo, Dev and Ida missed every Monday; this year Cleo and Ida missed a tenth of their days."""
    a_year_before.have_a_year_before(own_town, missed=["cleo", "dev", "ida"])
    a_year_before.take_the_states_test(own_town, date(2025, 4, 22), met=10)
    a_year_before.take_the_states_test(own_town, date(2026, 4, 28), met=6)
    refresh(own_town, by="test")
    return own_town


def test_a_number_stands_beside_the_one_of_the_same_day_last_year_and_names_that_day(two_years: Database) -> None:
    said = "▬ the same it was 27.3% on the same day last year, Nov 21, 2025; fewer than three students apart"
    assert cell(two_years, "ruiz", "tenth") == said
    assert cell(two_years, "ruiz", "days") == "▲ 2.3 points more it was 94.5% on the same day last year, Nov 21, 2025"


def test_more_and_less_say_than_what_and_no_measure_is_worse_or_better(two_years: Database) -> None:
    assert cell(two_years, "hall", "test") == "▼ 30.7 points less it was 76.9% in the test a year before"
    page = sign_in(app_for(two_years), "hall").get("/district/measures").text
    assert not re.search(r"\b(worse|better|margin|chance)\b", page)
    assert "Differences under 1 point are called the same: a rule of your district." in page


def test_the_district_says_from_when_on_a_difference_counts(two_years: Database) -> None:
    put_in_force(two_years, RuleBook(least_change=20), from_day=20_000, by="kim", reason="our board’s plan")
    assert cell(two_years, "hall", "test").startswith("▼ 30.7 points less")
    assert cell(two_years, "hall", "tenth").startswith("▬ the same it was 23.1%")
    page = sign_in(app_for(two_years), "hall").get("/district/measures").text
    assert "Differences under 20 points are called the same: a rule of your district." in page


def test_with_no_earlier_year_nothing_is_the_same(own_town: Database) -> None:
    refresh(own_town, by="test")
    for measure in ("tenth", "days"):
        assert cell(own_town, "ruiz", measure) == "no earlier year is loaded"


def test_a_year_that_began_later_is_not_called_missing(two_years: Database) -> None:
    with two_years.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM attendance_taken WHERE day < ?", (day_number(date(2026, 1, 5)),))
        tables.execute("DELETE FROM count_table")
    refresh(two_years, by="test")
    assert cell(two_years, "ruiz", "tenth") == "not loaded for this day last year"


def test_grades_that_only_this_year_has_are_held_against_none(two_years: Database) -> None:
    assert cell(two_years, "hall", "grades") == "no earlier year is loaded"


def test_last_month_stands_beside_the_line_of_months_without_a_verdict(two_years: Database) -> None:
    row = sign_in(app_for(two_years), "ruiz").get("/school/measures").text.split(CALLED["tenth"])[1].split("</tr>")[0]
    assert re.search(r'</svg><br><span class="sub">\d+(\.\d)?% on Oct 30</span>', row)
