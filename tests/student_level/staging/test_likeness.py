"""Who looks like whom: what a person is asked, and what goes by without a word."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.days import day_number
from appliance.student_level.staging.linking.likeness import Person, alike, folded, names, near, slip


def born(text: str) -> int | None:
    return day_number(date.fromisoformat(text)) if text else None


def person(name: str, birth: str = "2012-03-04", grade: str = "") -> Person:
    given_name, _, family_name = name.partition(" ")
    return Person(given_name, family_name, birth_day=born(birth), grade=grade)


ADA = person("Ada Abara")


@pytest.mark.parametrize(
    ("newcomer", "told_apart", "is_asked"),
    [
        (person("Ada Abara"), False, True),
        (person("Ada Abara"), True, True),
        (person("ada ABÁRA"), False, True),
        (person("Abara Ada"), False, True),
        (person("Ada Zeller"), False, True),
        (person("Ada Abara-Zeller"), False, True),
        (person("Ada Zeller"), True, False),
        (person("Eve Abara"), False, False),
        (person("Eve Zeller"), False, False),
        (person("Ada Abara", "2012-04-03"), False, True),
        (person("Ada Abara", "2012-03-05"), False, True),
        (person("Ada Abara", "2014-07-09"), False, False),
        (person("Ada Abara", "2012-03-05"), True, False),
        (person("Ada Abara", ""), False, True),
        (person("Ada Abarra", ""), False, False),
        (person("Ada Abara", ""), True, False),
    ],
    ids=lambda value: "" if isinstance(value, bool) else f"{value.given} {value.family} {value.birth_day}",
)
def test_a_newcomer_beside_ada(newcomer, told_apart, is_asked):
    assert near(newcomer, ADA, told_apart=told_apart) is is_asked


def test_without_a_birth_day_a_first_grader_is_not_taken_for_a_senior():
    assert near(person("Ada Abara", "", "01"), person("Ada Abara", "", "02"), told_apart=False)
    assert not near(person("Ada Abara", "", "01"), person("Ada Abara", "", "12"), told_apart=False)


@pytest.mark.parametrize(
    ("told", "passes"),
    [
        (person("Ada Zeller"), True),
        (person("Zoe Penn"), True),
        (person("Ada Abara", "2012-03-05"), True),
        (person("Ada Zeller", "2012-03-05"), True),
        (person("Ada Zeller", "2014-07-09"), False),
        (person("Zed Quist", "2014-07-09"), False),
        (person("Ada Abara", "2014-07-09"), True),
        (person("Zed Quist", ""), False),
        (person("Ada Quist", ""), True),
    ],
    ids=lambda value: "" if isinstance(value, bool) else f"{value.given} {value.family} {value.birth_day}",
)
def test_a_row_with_adas_id(told, passes):
    assert alike(told, ADA) is passes


NAMES = st.text(st.characters(categories=["L", "Zs", "Pd", "Mn"]), max_size=20)
PEOPLE = st.builds(Person, NAMES, NAMES, NAMES, st.none() | st.integers(-20_000, 40_000))


@given(PEOPLE, PEOPLE)
def test_likeness_is_the_same_both_ways_round_and_everybody_is_like_themselves(one, other):
    assert near(one, other, told_apart=False) == near(other, one, told_apart=False)
    assert alike(one, other) == alike(other, one)
    assert alike(one, one)
    assert names(one, one).same
    if near(one, other, told_apart=True):
        assert near(one, other, told_apart=False)


@given(NAMES)
def test_folding_a_name_twice_is_folding_it_once(name):
    assert folded(folded(name)) == folded(name)


def test_a_slip_is_one_digit_or_day_and_month_swapped():
    assert slip(born("2012-03-04"), born("2012-04-03"))
    assert slip(born("2012-03-04"), born("2012-03-14"))
    assert not slip(born("2012-03-04"), born("2013-04-04"))
