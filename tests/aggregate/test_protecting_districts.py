"""Generated districts: what is published keeps every rule, and an outsider of our own derives nothing from it."""

import math
import random
from dataclasses import replace

import pytest
from districts import Pupil, district, tabulate
from hypothesis import given, settings
from hypothesis import strategies as st
from outsider import Outsider

from appliance.aggregate.codelists import metric
from appliance.aggregate.crossings import category_set
from appliance.aggregate.disclosure import Policy, protect
from appliance.aggregate.release import rows

RATES = {"chronic_absence", "assessment_performance"}


def policy(minimum: int, zeros: str = "published") -> Policy:
    return Policy(minimum_n=minimum, k=2 if minimum == 5 else 3, zeros=zeros)


def truth(tabulations):
    return {
        (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category): cell
        for table in tabulations
        for cell in table.cells
    }


def outsider(protected, smallest=1):
    files = {table.metric: rows.write(table.published, "0612345").decode() for table in protected.tables}
    additive = all(table.district == "equal" for table in protected.tables)
    return Outsider(files, RATES, smallest=smallest, additive=additive)


def everything_hidden(protected, smallest):
    """What the zeros alone tell: a school with students in three grades has three or more."""
    files = {}
    for table in protected.tables:
        cells = [
            cell
            if cell.suppression == "not_offered" or cell.n == 0
            else replace(cell, n=None, denominator=None, suppression="hidden")
            for cell in table
        ]
        files[table.metric] = rows.write(replace(table.published, cells=tuple(cells)), "0612345").decode()
    additive = all(table.district == "equal" for table in protected.tables)
    return Outsider(files, RATES, smallest=smallest, additive=additive)


def column_of(key, part):
    name, detail, school, dimension, category = key
    groups = []
    for column in rows.dimension_columns(name):
        value = detail if column == "subject" else category if column == dimension else ""
        groups.append((column, value))
    return (part, name, detail, school, category_set(dimension), tuple(groups))


def assert_the_rules_hold(protected, rules, known):
    for table in protected.tables:
        for cell in table:
            true = known[(table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)]
            if cell.suppression == "none":
                assert cell.n == true.count
                size = cell.denominator if metric(table.metric).rate else cell.n
                assert size == true.out_of
                assert size >= rules.minimum_n or (size == 0 and rules.zeros == "published")
                if metric(table.metric).rate:
                    assert rules.k <= cell.n <= cell.denominator - rules.k
            elif cell.suppression == "hidden":
                assert cell.n is None
                assert cell.n_lower <= true.count <= (math.inf if cell.n_upper is None else cell.n_upper)
            else:
                assert true.out_of == 0


def assert_an_outsider_learns_nothing(protected, rules, known):
    smallest = 1 if rules.zeros == "published" else 0
    attacker, structure = outsider(protected, smallest), everything_hidden(protected, smallest)
    printed = {column_of(key, "n"): key for key in known}
    ranges = {
        (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category): (cell.n_lower, cell.n_upper)
        for table in protected.tables
        for cell in table
    }
    for name in attacker.hidden:
        key = printed[name]
        low, high = attacker.interval(name)
        assert high - low > 0.5, f"{key} can be worked out"
        if all(table.district == "equal" for table in protected.tables):
            lower, upper = ranges[key]
            assert (math.ceil(low - 1e-6), math.inf if math.isinf(high) else math.floor(high + 1e-6)) == (
                lower,
                math.inf if upper is None else upper,
            )
        if not metric(key[0]).rate and known[key].out_of < rules.minimum_n:
            assert high >= rules.minimum_n
            assert low <= max(smallest, structure.interval(name)[0])


@given(
    seed=st.integers(0, 10_000),
    schools=st.integers(1, 4),
    minimum=st.sampled_from([5, 10, 20]),
)
@settings(max_examples=7, deadline=None)
def test_no_district_gives_a_child_away(seed, schools, minimum):
    tabulations = district(seed, schools, (5, 120))
    rules = policy(minimum)
    protected = protect(tabulations, rules)
    assert protected.report.safe
    assert_the_rules_hold(protected, rules, truth(tabulations))
    assert_an_outsider_learns_nothing(protected, rules, truth(tabulations))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=3, deadline=None)
def test_empty_groups_can_be_hidden_too(seed):
    tabulations = district(seed, 3, (20, 120))
    rules = policy(10, "hidden")
    protected = protect(tabulations, rules)
    assert_the_rules_hold(protected, rules, truth(tabulations))
    assert_an_outsider_learns_nothing(protected, rules, truth(tabulations))


def test_who_knows_every_group_size_still_learns_no_outcome(maplewood):
    known = truth(district(5))
    attacker = outsider(maplewood)
    for key, cell in known.items():
        if metric(key[0]).rate:
            attacker.fix(column_of(key, "d"), cell.out_of)
    for name in attacker.hidden:
        key = next(key for key in known if column_of(key, "n") == name)
        cell = known[key]
        if not metric(key[0]).rate:
            continue
        telling = cell.out_of < 10 or cell.count < 3 or cell.out_of - cell.count < 3
        if telling:
            low, high = attacker.interval(name)
            assert low <= max(0, cell.count - 3)
            assert high >= min(cell.out_of, cell.count + 3)


def test_the_only_girl_of_a_group_is_not_found_by_subtracting():
    """Elm has 40 White students and one Asian girl; hiding her row alone would leave 41 - 40 = 1."""
    rng = random.Random(1)
    pupils = [Pupil(rng, [school], ("03", "04")) for school in ("ELM", "OAK") for _ in range(40)]
    for pupil in pupils:
        pupil.groups["race"] = "WH7"
    lone = Pupil(rng, ["ELM"], ("03",))
    lone.groups["race"] = "AS7"
    protected = protect(tabulate([*pupils, lone], ["ELM", "OAK"]))
    membership = {(cell.school_id, cell.category): cell for cell in protected.tables[0] if cell.dimension == "race"}
    assert membership[("ELM", "AS7")].suppression == "hidden"
    assert membership[("ELM", "WH7")].suppression == "hidden"
    assert membership[("ELM", "AS7")].n_upper >= 10
    assert membership[("OAK", "AS7")].n == 0


def test_the_same_counts_give_the_same_tables():
    first, second = protect(district(3)), protect(district(3))
    assert [table.published for table in first.tables] == [table.published for table in second.tables]


def test_a_year_key_keeps_the_choice_for_the_year_and_moves_it_for_others():
    ours = [protect(district(8), year_key=b"maplewood 2027").tables for _ in range(2)]
    assert [table.published for table in ours[0]] == [table.published for table in ours[1]]


@pytest.mark.parametrize("minimum", [5, 10, 20])
def test_most_numbers_of_a_usual_district_are_published(minimum):
    lines = protect(district(2, 8, (300, 700)), policy(minimum)).report.tables
    shown = sum(line.published for line in lines)
    hidden = sum(line.hidden for line in lines)
    assert shown / (shown + hidden) > 0.7
