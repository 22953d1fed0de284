"""Is the noise what it says it is, and does it cost what it says it costs? Asked of OpenDP by a second sampler and a
second accountant.
"""

import builtins
import math
from fractions import Fraction

import opendp.prelude as dp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_sampler import ReferenceSampler, chi_square_surprise, mass, renyi
from weeks import WEEK, a_question, tabulation

from appliance.aggregate.pulse import Mechanism, check_counts
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT

WEEK_RHO = Fraction(1, 144)
SURPRISE = 6
"""Standard deviations. OpenDP's noise has no seed; it strays so far once in a thousand million runs."""
DRAWS = 40_000


@pytest.mark.parametrize("rho", [Fraction(1, 8), WEEK_RHO])
def test_opendps_noise_and_the_papers_cannot_be_told_apart(rho):
    ours = Mechanism(rho).draw([1_000] * DRAWS)
    reference = ReferenceSampler(seed=2026)
    theirs = [1_000 + reference.gaussian(1 / (2 * rho)) for _ in range(DRAWS)]
    assert chi_square_surprise(ours, theirs) < SURPRISE


def test_opendps_noise_has_the_probabilities_that_the_definition_gives():
    drawn = Mechanism(Fraction(1, 8)).draw([0] * 2 * DRAWS)
    expected = mass(Fraction(4), reach=40)
    for value in range(-6, 7):
        seen, hoped = drawn.count(value), 2 * DRAWS * expected[value]
        assert abs(seen - hoped) < SURPRISE * math.sqrt(hoped), value
    assert abs(sum(drawn) / len(drawn)) < SURPRISE * 2 / math.sqrt(len(drawn))


@pytest.mark.parametrize("wrong", [Fraction(72 * 80, 100), Fraction(72 * 125, 100)])
def test_the_comparison_notices_noise_that_is_a_little_too_small_or_too_great(wrong):
    reference = ReferenceSampler(seed=7)
    right = Mechanism(WEEK_RHO).draw([0] * DRAWS)
    assert chi_square_surprise(right, [reference.gaussian(wrong) for _ in range(DRAWS)]) > SURPRISE


def test_the_comparison_notices_laplace_noise_of_the_same_spread():
    reference = ReferenceSampler(seed=8)
    right = Mechanism(WEEK_RHO).draw([0] * DRAWS)
    assert chi_square_surprise(right, [reference.laplace(6) for _ in range(DRAWS)]) > SURPRISE


def test_the_reference_sampler_has_the_variance_it_is_asked_for():
    reference = ReferenceSampler(seed=9)
    drawn = [reference.gaussian(Fraction(72)) for _ in range(DRAWS)]
    assert abs(sum(x * x for x in drawn) / DRAWS - 72) < 72 * SURPRISE * math.sqrt(2 / DRAWS)


@settings(max_examples=60, deadline=None)
@given(st.fractions(min_value=Fraction(1, 2000), max_value=2, max_denominator=10_000))
def test_opendps_map_certifies_no_more_than_was_debited_and_agrees_with_the_closed_form(rho):
    """Canonne, Kamath and Steinke: the discrete Gaussian with a shift of 1 is 1/(2 sigma^2)-zCDP."""
    mechanism = Mechanism(rho)
    closed_form = 1 / (2 * Fraction(mechanism.scale) ** 2)
    assert closed_form <= rho
    assert mechanism.loss <= rho
    assert abs(mechanism.loss - closed_form) < rho / 10**12


@pytest.mark.parametrize("alpha", [1.01, 1.5, 2, 5, 20, 100])
def test_the_loss_summed_up_by_hand_stays_under_what_was_debited(alpha):
    variance = 1 / (2 * WEEK_RHO)
    assert 0.99 * alpha * WEEK_RHO < renyi(variance, 1, alpha) <= alpha * WEEK_RHO * (1 + 1e-9)


def test_schools_and_district_together_cost_the_weeks_rho_by_opendps_composition():
    question = a_question()
    mechanism = Mechanism(question.rho_of_a_level)
    both = dp.c.make_composition([mechanism._measurement, mechanism._measurement])
    assert Fraction(both.map(1)) <= question.rho
    assert 2 * question.rho_of_a_level == question.rho


def test_the_same_loss_said_as_epsilon_is_below_the_textbooks_bound_and_not_far_below():
    mechanism, rho, delta = Mechanism(WEEK_RHO), Fraction(1, 2), Fraction(1, 1_000_000)
    textbook = 0.5 + 2 * math.sqrt(0.5 * math.log(1_000_000))
    assert 0.85 * textbook < mechanism.epsilon(rho, delta) < textbook


@pytest.mark.parametrize("count", [1.0, "1", True, -1, 10**8, Fraction(1)])
def test_nothing_but_a_number_of_students_gets_into_the_noise(count):
    with pytest.raises(TypeError):
        Mechanism(WEEK_RHO).draw([3, count])


def test_the_answer_has_the_district_and_each_school_and_new_noise_in_each():
    question = a_question()
    exact = tabulation({"S1": (20, 400), "S2": (30, 500)})
    answers = [Mechanism(question.rho_of_a_level).measure(question, exact) for _ in range(8)]
    assert {tuple(answer.counts) for answer in answers} == {(DISTRICT, "S1", "S2")}
    for place in (DISTRICT, "S1", "S2"):
        for part in (0, 1):
            assert len({answer.counts[place][part] for answer in answers}) > 1
    assert any(a.counts["S1"][0] - 20 != a.counts["S2"][0] - 30 for a in answers)


@pytest.mark.parametrize(
    ("exact", "sentence"),
    [
        (tabulation({"S1": (20, 400)}), "each school"),
        (tabulation({"S1": (20, 400), "S2": (30, 500), "S3": (1, 2)}), "each school"),
        (tabulation({"S1": (20, 400), "S2": (30, 500)}, district=(51, 900)), "do not add up"),
        (tabulation({"S1": (20, 400), "S2": (30, 500)}, district=(50, 901)), "do not add up"),
        (tabulation({"S1": (20, 400), "S2": (30, 500)}, week="2026-11-02"), "another week"),
    ],
)
def test_counts_that_are_not_those_asked_for_are_refused_before_anything_is_drawn(exact, sentence, monkeypatch):
    question = a_question()
    mechanism = Mechanism(question.rho_of_a_level)
    monkeypatch.setattr(mechanism, "draw", lambda counts: pytest.fail("it drew"))
    with pytest.raises(Refused, match=sentence):
        mechanism.measure(question, exact)
    with pytest.raises(Refused, match=sentence):
        check_counts(question, exact)


def test_without_opendp_a_person_is_told_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("opendp"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Refused, match=r'pip install "schoolhouse\[dp\]".*Nothing was debited'):
        Mechanism(WEEK_RHO)


def test_adding_any_one_student_moves_one_cell_by_one_at_each_level():
    """The argument of `question.py`, on counts: whichever school and category the new student is in."""
    before = check_counts(a_question(), tabulation({"S1": (20, 400), "S2": (30, 500)}))
    for changed in ({"S1": (21, 401)}, {"S1": (20, 401)}, {"S2": (31, 501)}, {"S2": (30, 501)}):
        after = check_counts(a_question(), tabulation({"S1": (20, 400), "S2": (30, 500)} | changed))
        schools = [after[s][part] - before[s][part] for s in ("S1", "S2") for part in (0, 1)]
        district = [after[DISTRICT][part] - before[DISTRICT][part] for part in (0, 1)]
        assert sorted(schools) == [0, 0, 0, 1]
        assert sorted(district) == [0, 1]
    assert WEEK.weekday() == 0
