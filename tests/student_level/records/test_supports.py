"""Supports: two counts side by side, and no claim beyond them."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.student_level.records.supports import compare

DAYS = tuple(range(100, 200))


def test_as_many_school_days_after_as_before() -> None:
    found = compare(190, None, DAYS, frozenset({189, 188, 150, 195}))
    assert found is not None
    assert (found.days, found.missed_before, found.missed_after) == (10, 2, 1)


def test_never_more_than_eight_weeks_on_a_side() -> None:
    found = compare(150, None, DAYS, frozenset({100, 199}))
    assert found is not None
    assert (found.days, found.missed_before, found.missed_after) == (40, 0, 0)


def test_too_early_to_compare_is_said_and_not_guessed() -> None:
    assert compare(196, None, DAYS, frozenset()) is None
    assert compare(104, None, DAYS, frozenset()) is None


def test_days_after_a_support_ended_are_not_its_own() -> None:
    found = compare(150, 158, DAYS, frozenset({158, 159, 160}))
    assert found is not None
    assert (found.days, found.missed_after) == (8, 0)


@given(st.integers(90, 210), st.sets(st.sampled_from(DAYS)), st.one_of(st.none(), st.integers(100, 220)))
def test_no_count_is_larger_than_its_days(begin, missed, end) -> None:
    found = compare(begin, end, DAYS, frozenset(missed))
    if found:
        assert 5 <= found.days <= 40
        assert 0 <= found.missed_before <= found.days
        assert 0 <= found.missed_after <= found.days
