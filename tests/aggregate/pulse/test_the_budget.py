"""The ledger: exact sums, a cap that holds, a chain that shows what was changed."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import reduce
from operator import add

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weeks import WEEK, a_question, entries_of

from appliance.aggregate.pulse import PulsePolicy, Question, check_chain, least_cap, next_entry, rational, spent
from appliance.aggregate.refusal import Refused

YEAR = "2026-2027"
FIRST_MONDAY = date(2026, 8, 24)


def weeks(number, **changes):
    return [a_question(monday=FIRST_MONDAY + timedelta(days=7 * n), **changes) for n in range(number)]


def test_thirty_six_weeks_spend_the_cap_to_the_last_fraction_and_a_thirty_seventh_is_refused():
    entries = entries_of(weeks(36))
    assert spent(entries, YEAR) == Fraction(1, 2)
    assert reduce(add, [1 / 72] * 36) != 0.5, "as floats it would not be"  # From Python 3.12 on sum() mends this.
    with pytest.raises(Refused, match="1/2 of 1/2 is spent"):
        next_entry(entries, weeks(37)[-1])


def test_a_second_accountant_finds_the_same_sum_from_the_noise_alone():
    """Closed form: a count with noise of variance v costs 1/(2v), and each student is in two counts a week."""
    entries = entries_of([*weeks(20), *[replace(q, rho=Fraction(3, 400)) for q in weeks(25)[20:]]])
    assert spent(entries, YEAR) == sum(2 / (2 * entry.question.variance) for entry in entries)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.fractions(min_value=Fraction(1, 500), max_value=Fraction(1, 3), max_denominator=997), max_size=40))
def test_whatever_weeks_cost_the_years_sum_never_passes_the_cap(costs):
    entries = []
    for question, rho in zip(weeks(40), costs, strict=False):
        asked = replace(question, rho=rho)
        room = Fraction(1, 2) - spent(entries, YEAR)
        if rho <= room:
            entries.append(next_entry(entries, asked))
        else:
            with pytest.raises(Refused, match="budget"):
                next_entry(entries, asked)
        check_chain(entries)
    assert spent(entries, YEAR) <= Fraction(1, 2)


def test_a_new_school_year_begins_afresh():
    entries = entries_of(weeks(36))
    july = a_question(monday=date(2027, 7, 5))
    assert july.school_year == "2027-2028"
    assert next_entry(entries, july).number == 37


def test_the_cap_of_a_running_year_can_be_lowered_and_not_raised_again():
    entries = entries_of(weeks(18, cap=Fraction(1, 4)))
    with pytest.raises(Refused, match="cannot be raised"):
        next_entry(entries, weeks(19, cap=Fraction(2))[-1])
    assert least_cap(entries, YEAR, Fraction(2)) == Fraction(1, 4)
    assert least_cap(entries, "2027-2028", Fraction(2)) == 2


@pytest.mark.parametrize(
    "same_week", [{}, {"rho": Fraction(1, 100)}, {"school_ids": ("S1",)}, {"delta": Fraction(1, 10**7)}]
)
def test_a_week_is_asked_once_in_whatever_words(same_week):
    entries = entries_of([a_question()])
    with pytest.raises(Refused, match="asked in entry 1"):
        next_entry(entries, a_question(**same_week))


@pytest.mark.parametrize("where", [0, 1, 2])
@pytest.mark.parametrize(
    "harm",
    [
        lambda entry: replace(entry, rho=Fraction(1, 1000)),
        lambda entry: replace(entry, question=replace(entry.question, rho=Fraction(1, 1000))),
        lambda entry: replace(entry, question=replace(entry.question, school_ids=("S1",))),
        lambda entry: replace(entry, number=entry.number + 1),
        lambda entry: replace(entry, previous_sha256="1" * 64),
        lambda entry: replace(entry, sha256="1" * 64),
    ],
)
def test_an_entry_that_was_changed_is_noticed(where, harm):
    entries = entries_of(weeks(3))
    entries[where] = harm(entries[where])
    with pytest.raises(Refused, match="was changed"):
        check_chain(entries)
    with pytest.raises(Refused, match="was changed"):
        next_entry(entries, a_question())


@pytest.mark.parametrize("where", [0, 1])
def test_an_entry_that_was_taken_out_is_noticed(where):
    entries = entries_of(weeks(3))
    del entries[where]
    with pytest.raises(Refused, match="taken out"):
        check_chain(entries)


def test_a_question_reads_back_as_it_was_written_and_no_other_text_does():
    question = a_question()
    assert Question.from_text(question.text()) == question
    for text in ("", "{}", "[]", question.text() + " ", question.text().replace('"unit":"student"', '"unit":"row"')):
        with pytest.raises(Refused, match="ledger"):
            Question.from_text(text)


def test_questions_that_differ_in_anything_have_different_identities():
    asked = [
        a_question(),
        a_question(lea_id="D2"),
        a_question(monday=WEEK - timedelta(days=7)),
        a_question(school_ids=("S1",)),
        a_question(rho=Fraction(1, 71)),
        a_question(cap=Fraction(1, 3)),
        a_question(delta=Fraction(1, 10**7)),
    ]
    assert len({question.sha256 for question in asked}) == len(asked)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"monday": date(2026, 11, 17)}, "Monday"),
        ({"school_ids": ()}, "No school has a school day"),
        ({"school_ids": ("S2", "S1")}, "sorted"),
        ({"school_ids": ("S1", "S1")}, "sorted"),
        ({"school_ids": ("S 1",)}, "not an id"),
        ({"rho": Fraction(0)}, "cap"),
        ({"rho": Fraction(3, 5)}, "cap"),
        ({"cap": Fraction(5, 2), "rho": Fraction(1)}, "at most at 2"),
        ({"delta": Fraction(1, 10)}, "delta"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(changes, sentence):
    with pytest.raises(Refused, match=sentence):
        a_question(**changes)


@pytest.mark.parametrize("changes", [{"weeks": 0}, {"weeks": 53}, {"cap": Fraction(0)}, {"cap": Fraction(-1)}])
def test_a_policy_out_of_range_is_refused(changes):
    with pytest.raises(Refused):
        PulsePolicy(**changes)


def test_settings_are_fractions_of_whole_numbers_and_nothing_else():
    assert rational("1/2") == Fraction(1, 2)
    assert rational("2") == 2
    for text in ("0.5", "1/0", "-1/2", "1/2/3", "", "/2", "1e3", "٣/4"):
        with pytest.raises(Refused, match="fraction"):
            rational(text)


def test_the_standard_policy_is_the_one_the_report_speaks_of():
    assert PulsePolicy().week == Fraction(1, 72)
    assert a_question().variance == 72
