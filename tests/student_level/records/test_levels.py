"""Several marks become one level by the rule that the district chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.student_level.records.level_examples import level_examples
from appliance.student_level.records.levels import LEVELS, ROLL_UPS, Levels, level_in_words

EXAMPLES = level_examples()
ROWS = [(one, marks, level) for one in EXAMPLES for marks, level in one.rows]


@pytest.mark.parametrize(("example", "marks", "level"), ROWS, ids=[f"{one.title}: {marks}" for one, marks, _ in ROWS])
def test_the_rule_gives_what_the_example_says(example, marks: str, level: str) -> None:
    assert example.given_by(marks) == level


def test_every_choice_has_an_example() -> None:
    assert {example.levels.roll_up for example in EXAMPLES} == set(ROLL_UPS)


RULES = st.builds(Levels, roll_up=st.sampled_from(list(ROLL_UPS)), newest=st.integers(2, 10))


@given(RULES, st.lists(st.integers(0, 4), max_size=12))
def test_a_level_lies_between_the_lowest_and_the_highest_that_was_given(levels: Levels, marks: list[int]) -> None:
    said = [mark for mark in marks if mark]
    level = levels.rolled_up(marks)
    assert level == 0 if not said else min(said) <= level <= max(said)


@given(RULES, st.lists(st.integers(1, 4), min_size=1, max_size=12))
def test_a_mark_that_says_no_level_changes_nothing(levels: Levels, marks: list[int]) -> None:
    assert levels.rolled_up([0, *marks]) == levels.rolled_up(marks)


@given(st.sets(st.integers(1, 100), min_size=3, max_size=3), st.floats(0, 100), st.floats(0, 100))
def test_more_points_are_never_a_lower_level(lines: set[int], one: float, other: float) -> None:
    getting_there, meets, exceeds = sorted(lines)
    levels = Levels(getting_there=getting_there, meets=meets, exceeds=exceeds)
    assert not levels.what_hinders
    assert levels.level_of(min(one, other), None, 100) <= levels.level_of(max(one, other), None, 100)


def test_a_word_says_its_level_whatever_the_points_are() -> None:
    assert LEVELS[Levels().level_of(12, " Proficient ", 100)] == "meets"
    assert level_in_words("LoAvg") == level_in_words("") == level_in_words(None) == 0
