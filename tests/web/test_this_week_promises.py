"""What This week promises on every role's first page: few names, each with news, what goes well and an action."""

import dataclasses
import re
from pathlib import Path

import pytest

from appliance.student_level.records import rules
from appliance.web.rendering import STATIC
from tests import maplewood
from tests.conftest import Person

LISTS = {"okafor": "/this-week", "wu": "/this-week", "ruiz": "/school"}
TOTALS = {"hall": "/district", "kim": "/data"}


def cards(person: Person, page: str) -> list[str]:
    """The items of the list, each from its name to the next."""
    text = person.get(page).text
    listed = re.split(r'<section aria-labelledby="h-list">', text)[1].split("</section>")[0]
    return [item for item in re.split(r"<li[ >]", listed)[1:] if "good-news" not in item[:40]]


@pytest.mark.parametrize("username", LISTS)
def test_each_name_has_news_what_goes_well_and_an_action(visit, username: str) -> None:
    found = cards(visit(username), LISTS[username])
    assert 0 < len(found) <= 10
    for card in found:
        assert "<strong>New:</strong>" in card
        assert re.search(r"<strong>Going well:</strong> (Nothing recorded yet: ask\.|\w[^<]+\.)", card)
        assert re.search(r"Record a check-in<span class=\"vh\"> with [^<]+</span>", card)
        assert 'name="not_needed"' in card
        assert re.search(r"check-in|Not needed, said", card)


@pytest.mark.parametrize("username", LISTS)
def test_the_page_leads_to_how_the_list_is_made_and_there_stands_the_rule_in_force(visit, username: str) -> None:
    person = visit(username)
    assert person.link_to("How this list is made", on=LISTS[username]) == "/manual/this-week"
    manual = person.get("/manual/this-week").text
    assert "These are the rules as they were shipped" in manual or re.search(r"Version \d+ of these rules", manual)
    assert manual.count("<li>") > len(rules.RULES)
    assert "no other" in manual


@pytest.mark.parametrize("username", LISTS)
def test_the_page_says_when_a_name_leaves_and_that_nothing_is_foretold(visit, username: str) -> None:
    text = visit(username).get(LISTS[username]).text
    assert re.search(
        r"leaves (this list )?when somebody records a check-in or says “not needed”, or after four weeks", text
    )
    assert "Nothing here predicts a child’s future" in text


@pytest.mark.parametrize("username", TOTALS)
def test_who_sees_totals_reads_no_name_and_finds_things_to_do_by_school_or_file(visit, username: str) -> None:
    text = visit(username).get(TOTALS[username]).text
    assert not any(family in text for _, _, family in maplewood.STUDENTS.values() if family.isalpha())
    assert "Elm School" in text


def test_the_rules_look_at_days_and_courses_and_know_nothing_else_of_a_child() -> None:
    assert {field.name for field in dataclasses.fields(rules.Situation)} == {
        "days", "missed", "late", "days_enrolled", "days_missed", "takes_part_in_attendance", "courses",
    }  # fmt: skip


@pytest.mark.parametrize("username", LISTS)
def test_no_number_ranks_a_child_and_no_colour_marks_one(visit, username: str) -> None:
    for card in cards(visit(username), LISTS[username]):
        assert not re.search(r"\b(score|index|probab|likely|percentile|priority|urgent|high|low)\b", card, re.I)
        assert set(re.findall(r'class="([^"]+)"', card)) <= {
            "card", "meta", "row", "open-form", "btn", "vh", "check-in", "hint", "link", "who", "why",
            "do",
        }  # fmt: skip
    styles = (Path(STATIC) / "schoolhouse.css").read_text()
    assert not re.search(r"\.(red|yellow|green|amber|danger|warning)\b", styles)
