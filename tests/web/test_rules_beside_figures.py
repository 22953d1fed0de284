"""Beside each figure of Mr. Ruiz's school stands the rule by which it was counted, and which version said so."""

import re

import pytest

from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Database
from appliance.student_level.metrics.catalogue import metrics
from appliance.student_level.records.rule_book import AS_SHIPPED, RuleBook
from appliance.web.rules_beside import rules_beside
from tests import a_year_before
from tests.conftest import Person, app_for, sign_in

FLOOR = "Students enrolled fewer than {} days are left out."
SINCE = "Rules in force since Sep 1, 2026 (version 1)."


@pytest.fixture
def ruiz(own_town: Database) -> Person:
    a_year_before.have_a_year_before(own_town)
    refresh(own_town, by="test")
    return sign_in(app_for(own_town), "ruiz")


def captions(page: str) -> list[str]:
    return [
        " ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.findall(r"<figcaption>(.*?)</figcaption>", page)
    ]


def test_each_figure_of_the_school_names_its_rule_and_where_it_is_defined(ruiz: Person) -> None:
    page = ruiz.get("/school").text
    told = captions(page)
    assert len(told) == 3  # weeks, grades, groups: no department has grades of two teachers
    assert all("Rules as shipped." in one for one in told)
    assert [FLOOR.format(10) in one for one in told] == [False, True, True]
    assert 'href="/manual/numbers#chronic_absence"' in page


def test_another_version_stands_beside_the_same_figures_from_its_day_on(own_town: Database) -> None:
    late = RuleBook(least_days_enrolled=20, least_days_attended=1)
    put_in_force(own_town, late, from_day=20_697, by="kim", reason="as our state counts")
    refresh(own_town, by="test")
    ruiz = sign_in(app_for(own_town), "ruiz")
    for page in (ruiz.get("/school").text, ruiz.get("/school/numbers").text, ruiz.get("/school/measures").text):
        assert FLOOR.format(20) in page
        assert "Students who attended fewer than 1 day are left out." in page
        assert FLOOR.format(10) not in page
        assert SINCE in page
    assert "Days missed, if enrolled 20 days or more" in ruiz.get("/school").text


def test_paper_and_file_of_the_numbers_carry_the_rules_too(ruiz: Person) -> None:
    page = ruiz.get("/school/numbers").text
    sections = re.findall(r'<section id="([\w-]+)">(.*?)</section>', page, re.DOTALL)
    assert {name for name, _ in sections} >= {"grade", "groups", "missed"}
    for name, section in sections:
        assert name in ("homeroom", "weeks") or "Rules as shipped." in section
    assert FLOOR.format(10) in ruiz.get(re.search(r'href="(/school/meeting[^"]*)"', ruiz.get("/school").text)[1]).text
    on_file = ruiz.get(re.search(r'href="(/school/numbers/file/csv[^"]*)"', ruiz.get("/school").text)[1]).text
    assert FLOOR.format(10) in on_file.splitlines()[-1]


def test_the_sentences_are_those_of_the_manual(ruiz: Person) -> None:
    chronic = next(one for one in metrics() if one.name == "chronic_absence")
    page = ruiz.get("/school").text
    for sentence in rules_beside(chronic, AS_SHIPPED)[:-2]:  # but for the first days and the goal, which are no count
        assert sentence in page
