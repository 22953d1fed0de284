"""All twelve tables together: crossings hang together with their margins, and shares with the outcome they split."""

from collections import Counter
from dataclasses import replace
from functools import cache

import attack_suite
import pytest
from all_tables import twelve
from districts import pupils_of
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure import Policy, Protected, attacker, audit, cube, protect, publish
from appliance.aggregate.disclosure.attacker import loot
from appliance.aggregate.disclosure.suppression import Work, choose
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import rows
from appliance.aggregate.tabulation import DISTRICT
from appliance.aggregate.verifier import Verifier

COUNTS = twelve(*pupils_of(3, 2, (60, 120)))


@cache
def safe() -> Protected:
    return protect(COUNTS)


@given(seed=st.integers(0, 10_000), minimum=st.sampled_from([5, 10]))
@settings(max_examples=2, deadline=None)
def test_nobody_works_out_a_number_of_any_table_from_all_of_them(seed, minimum):
    counts = twelve(*pupils_of(seed, 2, (40, 160)))
    rules = Policy(minimum_n=minimum, k=2 if minimum == 5 else 3)
    protected = protect(counts, rules)
    assert protected.report.safe
    assert attack_suite._joint(protected, rules, {}) == 0
    assert attack_suite._told_the_sizes(protected, counts, rules, {}) == (0, 0)


def test_every_table_is_in_the_release_and_reads_back_as_it_was_written():
    assert {"english_learners", "idea_child_count", "discipline"} <= {table.metric for table in safe().tables}
    for table in safe().tables:
        read = rows.read(
            rows.write(table.published, "0612345"),
            table.metric,
            lea_id="0612345",
            school_year="2026-2027",
            snapshot="2026-10-01",
            district=table.district,
            schools=["S001", "S002"],
        )
        assert read == table.published


def test_a_crossing_stands_in_the_districts_rows_alone():
    for table in safe().tables:
        alone = codelists.metric(table.metric).in_district
        assert {cell.school_id for cell in table if cell.dimension in alone} <= {DISTRICT}


def changed(metric, change):
    return [replace(t, cells=tuple(change(t.cells))) if t.metric == metric else t for t in COUNTS]


@pytest.mark.parametrize(
    ("metric", "dimension"),
    [("membership", "race*sex"), ("assessment_performance", "outcome*level"), ("discipline", "outcome*removal")],
)
def test_a_crossing_or_a_share_that_does_not_add_up_is_refused(metric, dimension):
    def one_less(cells):
        first = next(cell for cell in cells if cell.dimension == dimension and cell.count > 0)
        out_of = first.out_of if crossings.is_share(dimension) else first.out_of - 1
        return [replace(cell, count=cell.count - 1, out_of=out_of) if cell is first else cell for cell in cells]

    with pytest.raises(Refused, match="does not add up"):
        protect(changed(metric, one_less))


def test_no_sum_ties_two_pieces_so_who_attacks_each_of_them_attacks_all_tables():
    """All that the attacker reads in the twelve tables, areas among them, he reads in their pieces."""
    pupils, names = pupils_of(8, 3, (40, 90))
    areas = {"CHARTER": names[:2]}
    whole = cube.read(twelve(pupils, names, areas), areas=areas)
    pattern = choose(Work(whole, Policy()))
    pieces = whole.pieces()
    assert len(pieces) == len({loot.owner_of(*population.owner) for population in whole.populations}) >= 2
    read = [_read(part, pattern) for part in (whole, *pieces)]
    for about in ("known", "lowest"):
        together = {key: number for system in read[1:] for key, number in getattr(system, about).items()}
        assert getattr(read[0], about) == together
        assert len(together) == sum(len(getattr(system, about)) for system in read[1:])
    all_sums, *of_pieces = (Counter((frozenset(terms.items()), rest) for terms, rest in one.sums) for one in read)
    assert all_sums == sum(of_pieces, Counter())


def _read(part: cube.Cube, pattern) -> attacker.System:
    return attacker.read(publish.rows(part, pattern), attacker.Knowledge(1))


def test_the_questions_to_the_solver_are_counted_on_from_piece_to_piece():
    told = []
    report = protect(COUNTS, progress=lambda *step: told.append(step)).report
    asked = [done for step, done, _ in told if step == "Attacking"]
    assert asked == sorted(asked)
    assert asked[-1] >= sum(attack.programs for attack in report.attacks)


def silent(pattern_of, counts=COUNTS):
    """Whether the attacker finds nothing in a pattern."""
    work = Work(cube.read(counts), Policy())
    found = audit.attacks(work.cube, work.policy, publish.rows(work.cube, pattern_of(work)))
    return all(finding.silent for finding in found)


def test_a_crossing_of_which_only_the_small_groups_are_hidden_is_noticed():
    def careless(work):
        pattern = choose(work)
        for population in work.cube.populations:
            names = pattern[(population.metric, population.detail)]
            names -= {name for name in names if "*" in name.place.dimension and population.size[name.place] >= 10}
        return pattern

    assert not silent(careless)


def test_a_category_that_nobody_is_in_has_a_row_for_a_missing_row_would_say_so():
    """Of the two races of a grade only one reached the highest level: the missing row of the other is an answer."""
    pupils, names = pupils_of(1, 4, (8, 160))
    read = cube.read(twelve(pupils, names))
    tested = next(one for one in read.populations if one.owner == ("assessment_performance", "RLA"))
    races, levels = tested.categories("race"), tested.categories("outcome*level")
    assert set(tested.categories("race*outcome*level")) == {f"{race}*{level}" for race in races for level in levels}
    assert any(n == 0 for place, n in tested.outcome.items() if place.dimension == "race*outcome*level")


def test_a_witness_whose_shares_do_not_sum_to_the_outcome_is_no_witness():
    work = Work(cube.read(COUNTS), Policy())
    tables = publish.rows(work.cube, choose(work))
    truth = audit._truth(work.cube)
    trial = audit.Trial(next(audit.attempts(work.cube, work.policy, truth)), tables, truth)
    assert trial.finding.claims
    verifier = Verifier(COUNTS, tables, 1)
    witnesses = [one for one in trial.attack.tables() if any("outcome" in key.dimension for key in one)]
    verifier.take(witnesses, sizes_known=False)
    accepted = verifier.accepted
    assert accepted > 0
    for witness in witnesses:
        share = next(key for key in witness if "outcome" in key.dimension and key.measure == "n")
        rest = share._replace(measure="complement")
        other = {share: witness[share] + 1} | ({rest: witness[rest] - 1} if rest in witness else {})
        verifier.take([{**witness, **other}], sizes_known=False)
    assert verifier.accepted == accepted


def test_a_share_and_its_group_have_one_denominator():
    """Whoever moves the one in an alternative table moves the other."""
    table = next(table for table in safe().tables if table.metric == "assessment_performance")
    sizes = {(c.detail, c.school_id, c.dimension, c.category): c.denominator for c in table}
    shares = [cell for cell in table if crossings.is_share(cell.dimension) and cell.suppression != "not_offered"]
    assert shares
    for cell in shares:
        group = crossings.group(cell.dimension, cell.category)
        assert cell.denominator == sizes[(cell.detail, cell.school_id, *group)]
    key = Key("denominator", "discipline", "OSS", DISTRICT, "outcome*removal", "YES*2TO10")
    assert audit.attacker.canonical(key) == Key("n", "membership", "", DISTRICT, "all", "all")
