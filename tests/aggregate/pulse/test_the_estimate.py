"""Post-processing: nearest, not negative, adding up, whole; and from the draw alone."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from weeks import a_question, tabulation

from appliance.aggregate.pulse import Estimate, Measured, Mechanism, estimate
from appliance.aggregate.pulse.estimate import WIDEST_MARGIN, margin_of_a_count, nearest
from appliance.aggregate.tabulation import DISTRICT

NOISY = st.integers(min_value=-60, max_value=900)


def distance(x, schools, district):
    return sum((a - s) ** 2 for a, s in zip(x, schools, strict=True)) + (sum(x) - district) ** 2


@given(st.lists(NOISY, min_size=1, max_size=12), st.integers(min_value=-100, max_value=5000))
def test_the_nearest_numbers_meet_the_conditions_of_the_least(schools, district):
    """Karush, Kuhn and Tucker: the slope is 0 where a number is above zero, and not downhill where it is zero."""
    x = nearest(schools, district)
    pull = district - sum(x)
    for number, school in zip(x, schools, strict=True):
        assert number >= 0
        slope = number - school - pull
        assert slope == 0 if number > 0 else slope >= 0


@given(st.lists(NOISY, min_size=1, max_size=6), NOISY, st.lists(st.integers(-3, 3), min_size=6, max_size=6))
def test_no_numbers_nearby_are_nearer(schools, district, steps):
    x = nearest(schools, district)
    other = [max(Fraction(0), number + Fraction(step, 2)) for number, step in zip(x, steps, strict=False)]
    assert distance(x, schools, district) <= distance(other, schools, district)


def measured(district, schools):
    ids = tuple(f"S{n:03}" for n in range(len(schools)))
    return Measured(a_question(school_ids=ids), {DISTRICT: district, **dict(zip(ids, schools, strict=True))})


@given(st.tuples(NOISY, NOISY), st.lists(st.tuples(NOISY, NOISY), min_size=1, max_size=10))
def test_what_is_published_adds_up_and_is_whole_and_not_negative(district, schools):
    total, *rows = estimate(measured(district, schools))
    assert all(type(row.missed) is int and 0 <= row.missed <= row.enrolled for row in (total, *rows))
    assert total.missed == sum(row.missed for row in rows)
    assert total.enrolled == sum(row.enrolled for row in rows)
    for row in (total, *rows):
        assert (row.percent is None) == (row.margin is None)
        assert row.percent is None or (0 <= row.percent <= 100 and row.margin <= WIDEST_MARGIN)


@given(st.tuples(NOISY, NOISY), st.lists(st.tuples(NOISY, NOISY), min_size=2, max_size=10))
def test_rounding_moves_no_school_by_a_whole_student(district, schools):
    rows = estimate(measured(district, schools))[1:]
    for part, seen in ((0, [r.missed for r in rows]), (1, [r.enrolled - r.missed for r in rows])):
        exact = nearest([school[part] for school in schools], district[part])
        assert all(abs(a - b) < 1 for a, b in zip(seen, exact, strict=True))


def test_the_small_example_that_can_be_done_by_hand():
    """Schools 88, 64, 80, 111 make 343, the district says 350: 7 too few, so each of the five numbers gives way by
    7/5, and the schools become 89.4, 65.4, 81.4, 112.4, together 348.6. Rounded: 349, three of them up to it.
    """
    rows = estimate(measured((350, 1666), [(88, 405), (64, 347), (80, 390), (111, 510)]))
    assert [row.missed for row in rows] == [349, 90, 66, 81, 112]
    assert nearest([88, 64, 80, 111], 350) == [Fraction(n, 5) for n in (447, 327, 407, 562)]


def test_a_school_too_small_for_its_noise_gets_no_share():
    rows = estimate(measured((103, 930), [(100, 900), (3, 30)]))
    assert rows[1].percent == 10
    assert rows[2] == Estimate("S001", 3, 33, None, None)


def test_a_district_with_one_school_takes_the_middle_of_its_two_draws():
    total, school = estimate(measured((100, 400), [(110, 420)]))
    assert (total.missed, total.enrolled) == (school.missed, school.enrolled) == (105, 515)


def test_a_school_of_which_the_draw_says_less_than_nobody_is_at_nobody():
    total, small, large = estimate(measured((90, 400), [(-5, -9), (95, 410)]))
    assert (small.missed, small.enrolled, small.percent) == (0, 0, None)
    assert total.enrolled == large.enrolled


def test_noise_of_the_standard_budget_moves_a_count_by_at_most_17_students_nineteen_times_in_twenty():
    assert margin_of_a_count(Fraction(72)) == 17


def test_the_margins_that_are_printed_hold_nineteen_times_in_twenty():
    """Four schools with known numbers, drawn 400 times with the real noise; rounding may add half a point."""
    truth = {"S1": (92, 475), "S2": (61, 368), "S3": (38, 217), "S4": (180, 1062)}
    question = a_question(school_ids=tuple(truth))
    mechanism = Mechanism(question.rho_of_a_level)
    exact = tabulation(truth)
    truth[DISTRICT] = (371, 2122)
    counts, shares = [], []
    for _ in range(400):
        for row in estimate(mechanism.measure(question, exact)):
            missed, enrolled = truth[row.school_id]
            counts.append(abs(row.missed - missed) <= margin_of_a_count(question.variance))
            if row.percent is not None:
                shares.append(abs(row.percent - 100 * missed / enrolled) <= row.margin + 0.5)
    assert sum(counts) > 0.94 * len(counts)
    assert sum(shares) > 0.94 * len(shares)
    assert len(shares) > 0.9 * len(counts)
