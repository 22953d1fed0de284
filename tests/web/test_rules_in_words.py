"""Mr. Kim takes the rules into a meeting: every number of them is a sentence."""

import msgspec
import pytest

from appliance.student_level.records.levels import Levels
from appliance.student_level.records.marks import Letters
from appliance.student_level.records.rule_book import AS_SHIPPED, PRESETS, Line, QuietDays, RuleBook
from appliance.student_level.records.rules import RULES
from appliance.web.rules_in_words import in_words, said_anew

OTHERWISE = {
    "least_days_enrolled": 31, "least_days_attended": 1, "part_of_day": "whole", "first_days": 0, "most_names": 3,
    "leaves_after_days": 21, "quiet_days": QuietDays(family=7), "lines": {"mondays": Line(4, 1)},
    "goals": {"chronic_absence": 125}, "least_change": 2, "credits_by_grade": {"09": 6}, "letters": Letters(d=55),
    "points_fallen": 20, "levels": Levels("latest"), "bands": (10, 20),
}  # fmt: skip


def test_no_field_of_the_book_is_forgotten_here() -> None:
    assert set(OTHERWISE) == {field.name for field in msgspec.structs.fields(RuleBook)}


@pytest.mark.parametrize("name", OTHERWISE)
def test_whatever_is_changed_is_said_and_was_said_otherwise_before(name: str) -> None:
    book = msgspec.structs.replace(AS_SHIPPED, **{name: OTHERWISE[name]})
    assert said_anew(book, AS_SHIPPED)
    assert said_anew(AS_SHIPPED, book) or name == "least_days_attended"  # 0 is no rule, so nothing is said of it
    assert said_anew(book, book) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_that_is_switched_off_says_so(rule) -> None:
    off = msgspec.structs.replace(AS_SHIPPED, lines={rule.name: Line(rule.at_least, rule.window, is_on=False)})
    assert f"Not in use: {rule.meaning}" in said_anew(off, AS_SHIPPED)
    assert rule.meaning in said_anew(AS_SHIPPED, off)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_definition_that_was_taken_over_is_named_with_its_source(preset) -> None:
    attendance = dict(in_words(preset.applied_to(AS_SHIPPED)))["Who counts in attendance figures"]
    assert attendance[0] == f"{preset.title}. Source: {preset.source}."


def test_numbers_of_nobody_are_called_so() -> None:
    attendance = dict(in_words(RuleBook(least_days_enrolled=17)))["Who counts in attendance figures"]
    assert attendance[0] == "The numbers follow none of the shipped definitions."
    assert "Students enrolled fewer than 17 days are left out." in attendance
