"""The manual's pages of numbers: each metric with its definition, the rule in force, and the examples of the tests."""

import re
from html import unescape

import pytest

from appliance.jobs.change_rules import put_in_force
from appliance.student_level.metrics.catalogue import metrics, released
from appliance.student_level.metrics.worked_examples import worked_examples
from appliance.student_level.records.rule_book import AS_SHIPPED, RuleBook
from appliance.web.pages.manual import ManualPage
from appliance.web.rules_beside import rules_beside
from tests.conftest import app_for, sign_in
from tests.page_text import read
from tests.test_wording import labels

OURS, RELEASED = {one.name: one for one in metrics()}, {one.name: one for one in released()}
PAGES = {"numbers": OURS, "examples": OURS, "released-numbers": RELEASED}


def each(*pages):
    return [(page, name) for page in pages for name in PAGES[page]]


@pytest.fixture(scope="module")
def printed(town):
    """Page -> metric -> its part of the page."""
    return {page: parts_of(sign_in(app_for(town), None).get(f"/manual/{page}").text) for page in PAGES}


def parts_of(page):
    parts = re.split(r'<h2 id="(\w+)">', page)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(html):
    """Each table as rows of cells, the columns' names first."""
    return [
        [[read(cell) for cell in re.split("<t[hd]>", row)[1:]] for row in one.split("<tr>")[1:]]
        for one in re.findall(r"<table>(.*?)</table>", html, re.DOTALL)
    ]


@pytest.mark.parametrize(("page", "name"), each("numbers", "released-numbers"))
def test_a_metric_is_printed_with_its_definition_and_the_rule_in_force(printed, page, name):
    metric, text = PAGES[page][name], read(printed[page][name])
    assert metric.title[1:].removesuffix(".") in text
    assert metric.counts in text
    assert metric.rule in text
    for sentence in rules_beside(metric, AS_SHIPPED) if page == "numbers" else ():
        assert sentence in text


@pytest.mark.parametrize(("page", "name"), each("examples", "released-numbers"))
def test_a_metric_is_printed_with_every_table_that_the_tests_count(printed, page, name):
    examples = [one for one in worked_examples() if one.metric == name and one.is_released == (page != "examples")]
    wanted = [
        [
            ["By" if column == "family" else column[:1].upper() + column[1:] for column in one.columns],
            *([*map(ManualPage.cell, one.columns, row)] for row in one.rows),
        ]
        for example in examples
        for one in (example.given, example.result)
    ]  # fmt: skip
    assert wanted or page == "released-numbers"
    assert tables(printed[page][name]) == wanted
    for example in examples:
        assert read(f"<b>{example.title}</b>") in read(printed[page][name])


def test_each_definition_leads_to_its_examples_and_back(printed):
    for name in OURS:
        assert f'href="/manual/examples#{name}"' in printed["numbers"][name]
        assert f'href="/manual/numbers#{name}"' in printed["examples"][name]


@pytest.mark.parametrize("name", ["numbers", "examples"])
def test_headings_and_cells_are_words_of_people_and_no_label(town, name):
    page = sign_in(app_for(town), None).get(f"/manual/{name}").text
    assert "`" not in page
    assert labels("en", read(re.sub(r'<p class="meta">Rule: .*?</p>', "", page, flags=re.DOTALL))) == []
    headings = [unescape(heading) for heading in re.findall(r"<h2[^>]*>([^<]+)", page)]
    assert "Met the standard of the state’s test" in headings
    assert len(set(headings)) == len(headings)
    cells = {cell for table in tables(page) for row in table for cell in row}
    groups = {"English learner", "Has a disability (IDEA)", "Economically disadvantaged"}
    assert groups & cells == (groups if name == "examples" else set())
    assert not [cell for cell in cells if re.search(r"\b(N?LEP|W[IO]?DIS|N?ECODIS|MISSING|TOT|RLA)\b", cell)]


def test_a_letter_grade_is_not_read_as_a_code_of_a_group():
    assert ManualPage.cell("detail", "F") == "F"
    assert ManualPage.cell("sex", "F") == "Female"
    assert ManualPage.cell("student", "LEP") == "LEP"


def test_the_rules_beside_a_metric_are_those_in_force(own_town):
    book = RuleBook(
        least_days_enrolled=31, least_days_attended=1, part_of_day="whole", goals={"chronic_absence": 125},
        credits_by_grade={"09": 6, "10": 12.5},
    )  # fmt: skip
    put_in_force(own_town, book, from_day=20_000, by="kim", reason="our state’s guide")
    page = read(sign_in(app_for(own_town), None).get("/manual/numbers").text)
    assert (
        "Students enrolled fewer than 31 days are left out. Students who attended fewer than 1 day are left out. Where "
        "attendance comes class by class, a day is missed when all of it was. On the first 20 school days pages show "
        "the count, not the share. Goal: at most 12.5%."
    ) in page
    assert "Classes that met on fewer than 31 days are left out." in page
    assert "Credits asked for: 6 by the end of grade 9 and 12.5 by the end of grade 10." in page


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_within_its_budget(town, page):
    assert len(sign_in(app_for(town), None).get(f"/manual/{page}").content) < 60_000
