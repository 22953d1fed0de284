"""Classes of percents and extra geographies: every code is a statement, every total an equation, and both are tried."""

import math

import pytest
from districts import district, pupils_of, tabulate
from hypothesis import given, settings
from hypothesis import strategies as st
from outsider import Outsider

from appliance.aggregate.codelists import metric
from appliance.aggregate.crossings import category_set
from appliance.aggregate.disclosure import Policy, coding, policy_file, protect
from appliance.aggregate.disclosure.audit import attacks
from appliance.aggregate.disclosure.coding import Band
from appliance.aggregate.disclosure.cube import read
from appliance.aggregate.disclosure.policy import Geography, Merge
from appliance.aggregate.disclosure.primary import code_outcomes
from appliance.aggregate.disclosure.publish import rows as published_rows
from appliance.aggregate.disclosure.suppression import Work, choose
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import rows

RATES = {"chronic_absence", "assessment_performance"}
CHARTER = Geography(code="CHARTER", name="Charter schools", schools=("S001", "S003"))
NCES = policy_file.preset("nces-2011-603").coding


def whole_percent(size, count):
    """Half up, as schools round: 12.5 % is 13 %."""
    return math.floor(100 * count / size + 0.5)


@given(size=st.integers(10, 1200), data=st.data())
def test_a_class_holds_exactly_the_counts_that_round_into_it(size, data):
    """NCES 2011-603: 21 to 40 students are shown as 10 % or less, 11-19, 20-29, ..., 80-89, 90 % or more."""
    count = data.draw(st.integers(0, size))
    (band,) = [band for band in NCES if band.holds(size)]
    low, high = band.interval(size, count)
    assert low <= count <= high

    def kind(percent):
        if percent <= band.bottom:
            return "bottom"
        return "top" if percent >= band.top else percent // band.step

    alike = [other for other in range(size + 1) if kind(whole_percent(size, other)) == kind(whole_percent(size, count))]
    assert (low, high) == (alike[0], alike[-1])


def test_a_class_of_one_count_is_the_count_and_no_class():
    assert coding.interval(NCES, 110, 11) is None
    assert coding.interval(NCES, 110, 1) == (0, 2)
    assert coding.interval((), 110, 1) is None


def test_a_class_too_narrow_for_three_students_may_not_stand_for_one():
    assert not coding.wide_enough((0, 2), 110, 1, 3)
    assert coding.wide_enough((0, 3), 130, 1, 3)
    assert coding.wide_enough((0, 2), 110, 1, 2)
    assert not coding.wide_enough((128, 130), 130, 129, 3)
    assert coding.wide_enough((127, 130), 130, 129, 3)


def outsider(protected, areas=None):
    files = {table.metric: rows.write(table.published, "0612345").decode() for table in protected.tables}
    return Outsider(files, RATES, smallest=1, additive=True, areas=areas)


def column_of(table, cell, part="n"):
    groups = tuple(
        (column, cell.detail if column == "subject" else cell.category if column == cell.dimension else "")
        for column in rows.dimension_columns(table.metric)
    )
    return (part, table.metric, cell.detail, cell.school_id, category_set(cell.dimension), groups)


def assert_no_outcome_falls(attacker, counts, rules):
    """The outsider, told every group size, reaches both ends that each telling outcome must keep open."""
    for table in (table for table in counts if table.metric in RATES):
        for cell in table.cells:
            attacker.fix(column_of(table, cell, "d"), cell.out_of)
    targets = 0
    for table in (table for table in counts if table.metric in RATES):
        for cell in table.cells:
            name = column_of(table, cell)
            telling = min(cell.count, cell.out_of - cell.count) < rules.k or cell.out_of < rules.minimum_n
            if not cell.out_of or not telling:
                continue
            low, high = attacker.interval(name)
            bottom, top = 0, cell.out_of
            if name in attacker.coded:
                bottom, top = coding.interval(rules.coding, cell.out_of, cell.count)
            targets += 1
            assert low <= max(bottom, cell.count - rules.k)
            assert high >= min(top, cell.count + rules.k)
    return targets


@pytest.mark.parametrize("name", sorted(policy_file.presets()))
def test_each_shipped_policy_keeps_its_rules_and_survives_the_coding_attack(name):
    rules, counts = policy_file.preset(name), district(6, 3, (30, 250))
    protected = protect(counts, rules)
    attacker = outsider(protected)
    assert protected.report.policy == rules
    states = {cell.suppression for table in protected.tables for cell in table}
    assert ("coded" in states) == bool(attacker.coded)
    known = {column_of(table, cell): cell for table in counts for cell in table.cells}
    for table in protected.tables:
        for cell in table:
            true = known[column_of(table, cell)]
            size = cell.denominator if metric(table.metric).rate else cell.n
            assert not size or size >= rules.minimum_n
            if cell.suppression == "coded":
                assert cell.n_lower <= true.count <= cell.n_upper
                assert (cell.n_lower, cell.n_upper) == coding.interval(rules.coding, true.out_of, true.count)
                assert cell.n_upper >= rules.k
                assert cell.n_lower <= cell.denominator - rules.k
    assert assert_no_outcome_falls(attacker, counts, rules) > 0


CODED = {"nces-2011-603", "edfacts", "utah"}


def test_the_states_that_code_do_code_and_the_others_do_not():
    for name in policy_file.presets():
        assert bool(policy_file.preset(name).coding) == (name in CODED | {"delaware", "maryland", "tennessee"})
    maryland, tennessee = policy_file.preset("maryland"), policy_file.preset("tennessee")
    assert coding.interval(maryland.coding, 100, 2) == (0, 5)
    assert coding.interval(maryland.coding, 100, 50) is None
    assert coding.interval(tennessee.coding, 1000, 2) == (0, 4)
    assert coding.interval(policy_file.preset("delaware").coding, 100, 96) == (96, 100)
    assert coding.interval(policy_file.preset("delaware").coding, 100, 95) is None
    assert coding.interval(policy_file.preset("utah").coding, 350, 349) == (345, 350)
    assert coding.interval(policy_file.preset("edfacts").coding, 10, 3) == (0, 4)


def test_a_code_beside_exact_numbers_alone_would_fall_and_the_attacker_says_so():
    """The seeded fault: codes are read as if they told nothing, so what gives them away is not hidden."""
    rules = policy_file.preset("nces-2011-603")
    counts = district(6, 3, (30, 250))
    cube = read(counts)
    work = Work(cube, rules)
    pattern = choose(Work(read(counts), rules))
    for population in cube.populations:
        population.coded = code_outcomes(population, rules)
        pattern[(population.metric, population.detail)] -= {
            name
            for name in pattern[(population.metric, population.detail)]
            if name.part == "outcome" and name.place in population.coded
        }
        population.coded = {
            place: code
            for place, code in population.coded.items()
            if min(population.outcome[place], population.size[place] - population.outcome[place]) < rules.k
        }
    found = attacks(work.cube, rules, published_rows(cube, pattern))
    assert not all(finding.silent for finding in found)


def test_charter_totals_beside_the_schools_break_a_pattern_that_did_not_know_of_them():
    """The second geography: each charter total is large and harmless; beside the schools' rows it is not."""
    fell = 0
    for seed in (1, 2):
        pupils, names = pupils_of(seed, 5, (60, 260))
        areas = {CHARTER.code: list(CHARTER.schools)}
        rules = Policy(geographies=(CHARTER,))
        blind = choose(Work(read(tabulate(pupils, names)), rules))
        cube = read(tabulate(pupils, names, areas), areas=areas)
        found = attacks(cube, rules, published_rows(cube, blind))
        fell += sum(len(finding.fallen) + len(finding.exact) for finding in found)
    assert fell > 0


@pytest.mark.parametrize("rules", [Policy(geographies=(CHARTER,)), Policy(geographies=(CHARTER,), coding=NCES)])
def test_with_the_charter_schools_in_the_model_nothing_falls_to_an_outsider_with_their_totals(rules):
    pupils, names = pupils_of(2, 5, (60, 200))
    areas = {CHARTER.code: list(CHARTER.schools)}
    counts = tabulate(pupils, names, areas)
    protected = protect(counts, rules)
    attacker = outsider(protected, areas)
    assert {cell.school_id for table in protected.tables for cell in table} == {"", *names, "CHARTER"}
    for name in attacker.hidden:
        low, high = attacker.interval(name)
        assert high - low > 0.5 or name in attacker.coded
        assert name[1] in RATES or high >= rules.minimum_n
    assert assert_no_outcome_falls(attacker, counts, rules) > 0


def test_a_student_who_is_counted_at_two_schools_is_refused():
    pupils, names = pupils_of(3, 4, (40, 90))
    pupils[0].schools = ["S001", "S003"]
    with pytest.raises(Refused, match="the schools do not sum to"):
        protect(tabulate(pupils, names, {CHARTER.code: list(CHARTER.schools)}), Policy(geographies=(CHARTER,)))


def test_a_declared_geography_that_was_not_counted_is_refused():
    with pytest.raises(Refused, match="no rows of the geography CHARTER"):
        protect(district(5), Policy(geographies=(CHARTER,)))


def test_an_area_larger_than_its_schools_is_refused():
    pupils, names = pupils_of(3, 4, (40, 90))
    counts = tabulate(pupils, names, {CHARTER.code: list(names)})
    with pytest.raises(Refused, match="the schools do not sum to all students of CHARTER"):
        protect(counts, Policy(geographies=(CHARTER,)))


def test_merged_categories_are_counted_together_and_cost_less():
    rules = Policy(
        merge=(
            Merge(dimension="race", categories=("AS7", "PI7"), into="MAP"),
            Merge(dimension="race", categories=("AM7", "MU7"), into="OTHER"),
        )
    )
    counts = district(6, 4, (60, 200))
    merged, apart = protect(counts, rules), protect(counts)
    races = {cell.category for cell in merged.tables[0] if cell.dimension == "race"}
    assert races == {"WH7", "HI7", "BL7", "MAP", "OTHER"}
    exact = {(c.school_id, c.category): c.count for c in counts[0].cells if c.dimension == "race"}
    for cell in merged.tables[0]:
        if cell.category == "MAP" and cell.n is not None:
            assert cell.n == exact[(cell.school_id, "AS7")] + exact[(cell.school_id, "PI7")]
    hidden = [sum(line.hidden for line in one.report.tables) for one in (merged, apart)]
    assert hidden[0] < hidden[1]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=2, deadline=None)
def test_coded_and_merged_districts_with_a_geography_are_safe(seed):
    pupils, names = pupils_of(seed, 3, (20, 150))
    areas = {CHARTER.code: list(CHARTER.schools)}
    merge = (Merge(dimension="grade", categories=("KG", "01", "02", "03", "04", "05"), into="ES"),)
    rules = Policy(minimum_n=5, k=2, geographies=(CHARTER,), merge=merge, coding=(Band(smallest=5, bottom=20, top=80),))
    assert protect(tabulate(pupils, names, areas), rules).report.safe
