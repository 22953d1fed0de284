"""Faults put into the optimiser on purpose: the attacker, who shares no code with it, must catch each one."""

import random
from dataclasses import replace
from itertools import product

import pytest
from districts import Pupil, district, tabulate

from appliance.aggregate.disclosure import Policy, attacker, audit, protect, publish
from appliance.aggregate.disclosure.attacker import Attack
from appliance.aggregate.disclosure.audit import attacks
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.disclosure.cube import read
from appliance.aggregate.disclosure.primary import small_groups, telling_outcomes
from appliance.aggregate.disclosure.suppression import Work, benders, choose
from appliance.aggregate.disclosure.suppression.block import Answer
from appliance.aggregate.disclosure.suppression.model import Name
from appliance.aggregate.published import Key, PublishedCell
from appliance.aggregate.refusal import Refused
from appliance.aggregate.verifier import Verifier

COUNTS = district(5)
NO_REPAIR = Policy(rounds=0)


def primary_only(table, seconds):
    return Answer(table.forced.copy(), 0.0, 0.0, "forgot the complements")


def test_forgotten_complements_are_caught_and_refused(monkeypatch):
    monkeypatch.setattr(benders, "solve", primary_only)
    with pytest.raises(Refused, match="attack"):
        protect(COUNTS, NO_REPAIR)


def test_forgotten_complements_are_repaired_when_repair_is_allowed(monkeypatch):
    monkeypatch.setattr(benders, "solve", primary_only)
    report = protect(COUNTS).report
    assert report.safe
    assert report.repaired > 0


@pytest.mark.parametrize("part", ["size", "outcome"])
def test_each_single_forgotten_complement_is_caught(part):
    """The optimum holds nothing that is not needed: whichever added number is shown after all, something falls."""
    rules = Policy()
    work = Work(read(COUNTS), rules)
    pattern = choose(work)
    tried = 0
    for population in work.cube.populations[:2]:
        owner = (population.metric, population.detail)
        targets = small_groups(population, rules) if part == "size" else telling_outcomes(population, rules)
        sensitive = {target.place for target in targets}
        beside_groups = {name.place for name in pattern[owner] if name.part == "size"} if part == "outcome" else set()
        for name in sorted(pattern[owner]):
            if name.part != part or name.place in sensitive | beside_groups:
                continue
            forgotten = pattern | {owner: pattern[owner] - {name}}
            found = attacks(work.cube, rules, publish.rows(work.cube, forgotten))
            assert not all(finding.silent for finding in found), name
            tried += 1
    assert tried >= 2


@pytest.mark.parametrize("skipped", ["size by race", "outcome by race", "outcome by grade"])
def test_a_skipped_block_is_caught(monkeypatch, skipped):
    real = benders.solve
    order = iter(range(10_000))

    def solve(table, seconds):
        number = next(order)
        return primary_only(table, seconds) if number in to_skip else real(table, seconds)

    to_skip: set[int] = set()
    monkeypatch.setattr(benders, "solve", solve)
    work = Work(read(COUNTS), NO_REPAIR)
    choose(work)
    wanted = [number for number, block in enumerate(work.blocks) if skipped in block.title and block.cost > 0]
    assert wanted
    to_skip.update(wanted)
    order = iter(range(10_000))
    with pytest.raises(Refused, match="attack"):
        protect(COUNTS, NO_REPAIR)


def test_an_outcome_of_zero_beside_a_hidden_empty_group_is_caught(monkeypatch):
    """Where empty groups are hidden, a printed 0 of a hidden group size says that the group is empty or harmless."""
    real = publish._row

    def leaky(population, place, hidden):
        cell = real(population, place, hidden)
        empty = population.outcome is not None and population.size[place] == 0
        return replace(cell, n=0, suppression="hidden") if empty and cell.suppression == "hidden" else cell

    monkeypatch.setattr(publish, "_row", leaky)
    policy = Policy(zeros="hidden")
    work = Work(read(COUNTS), policy)
    found = attacks(work.cube, policy, publish.rows(work.cube, choose(work)))
    assert not all(finding.silent for finding in found)


def test_zeros_published_though_the_attacker_is_told_that_they_are_hidden_do_not_help_the_optimiser(monkeypatch):
    """The optimiser forgets that a hidden group is known to have somebody in it."""
    monkeypatch.setattr(Policy, "smallest_hidden", property(lambda self: 0), raising=True)
    forgetful = choose(Work(read(COUNTS), Policy()))
    monkeypatch.undo()
    work = Work(read(COUNTS), Policy())
    for owner, names in forgetful.items():
        population = next(p for p in work.cube.populations if (p.metric, p.detail) == owner)
        names -= {name for name in names if population.size[name.place] == 0}
    found = attacks(work.cube, Policy(), publish.rows(work.cube, forgetful))
    assert not all(finding.silent for finding in found)


def test_an_attack_that_runs_out_of_time_is_no_proof():
    system = attacker.read(publish.rows(read(COUNTS), choose(Work(read(COUNTS), Policy()))), attacker.Knowledge(1))
    key = next(key for key in sorted(system.hidden) if key in system.lowest)
    with pytest.raises(Refused, match="took too long"):
        Attack(system, seconds=0.0).interval(key)


def test_a_release_without_witnesses_is_refused(monkeypatch):
    monkeypatch.setattr(Attack, "tables", lambda self: iter(()))
    monkeypatch.setattr(Attack, "whole_table", lambda self, *_: None)
    with pytest.raises(Refused, match="no witness"):
        protect(COUNTS)


def first_trial(cube, policy, tables):
    truth = audit._truth(cube)
    return audit.Trial(next(audit.attempts(cube, policy, truth)), tables, truth)


def certified():
    """A protected district with its attack, its claims and its verifier."""
    policy = Policy()
    work = Work(read(COUNTS), policy)
    tables = publish.rows(work.cube, choose(work))
    trial = first_trial(work.cube, policy, tables)
    return trial.finding, trial.attack, tables, Verifier(COUNTS, tables, policy.smallest_hidden)


def test_the_verifier_accepts_the_attackers_tables_and_nothing_that_differs_by_one():
    _, attack, _, verifier = certified()
    witnesses = list(attack.tables())
    verifier.take(witnesses, sizes_known=False)
    assert verifier.accepted == len(witnesses) > 0
    for witness in witnesses:
        key = next(key for key in witness if key.measure == "n")
        verifier.take([{**witness, key: witness[key] + 1}, {**witness, key: -1}], sizes_known=False)
    assert verifier.accepted == len(witnesses)


def test_the_verifier_wants_two_ends_for_every_claim():
    finding, attack, _, verifier = certified()
    assert verifier.uncertified(finding.claims)
    verifier.take(attack.tables(), sizes_known=False)
    claims = [claim for claim in finding.claims if claim not in {each.claim for each in finding.fallen}]
    for claim, side in verifier.uncertified(claims):
        witness = attack.whole_table(claim.key, side, claim.low if side < 0 else claim.high)
        assert witness
        verifier.take([witness], sizes_known=False)
    assert not verifier.uncertified(claims)
    key = finding.claims[0].key
    assert verifier.uncertified([Claim(key, -5, 10**6)]) == [
        (Claim(key, -5, 10**6), -1),
        (Claim(key, -5, 10**6), +1),
    ]


def test_the_verifier_refuses_a_witness_that_changes_a_published_number():
    *_, tables, verifier = certified()
    shown = next(cell for cell in tables[0].cells if cell.dimension == "race" and cell.n)
    key = Key("n", "membership", "", shown.school_id, shown.dimension, shown.category)
    verifier.take([{key: shown.n + 1}], sizes_known=False)
    assert verifier.accepted == 0
    assert isinstance(shown, PublishedCell)


@pytest.mark.parametrize("metric", ["membership", "chronic_absence"])
def test_the_verifier_refuses_a_witness_whose_sums_hold_and_that_moves_published_numbers_alone(metric, monkeypatch):
    """One student more and one fewer, at the corners of two shown groups at two schools: every line still adds up."""
    *_, tables, verifier = certified()
    shown = {
        (cell.dimension, cell.school_id, cell.category): cell.n
        for table in tables
        for cell in table.cells
        if table.metric == metric and cell.suppression == "none" and cell.n and cell.school_id
    }
    corners = [
        (at, to, cell, (by, there, one))
        for at, to in product(shown, shown)
        if (by := at[0]) == to[0] and (here := at[1]) < (there := to[1]) and (one := at[2]) < (other := to[2])
        and (cell := (by, here, other)) in shown and (by, there, one) in shown
    ]  # fmt: skip
    witnesses = [
        {
            Key("n", metric, "", school, by, group): shown[by, school, group] + more
            for (by, school, group), more in zip(each, (-1, -1, +1, +1), strict=True)
        }
        for each in corners[:50]
    ]
    verifier.take(witnesses, sizes_known=False)
    assert verifier.accepted == 0
    monkeypatch.setattr(Verifier, "_allowed", lambda *_: True)
    verifier.take(witnesses, sizes_known=False)
    assert verifier.accepted, "no sum holds, so these witnesses test nothing"


def test_names_of_the_pattern_are_printed_numbers_only():
    for names in choose(Work(read(COUNTS), Policy())).values():
        assert {name.part for name in names} <= {"size", "outcome"}
        assert all(isinstance(name, Name) for name in names)


def test_what_the_only_member_of_a_group_knows_does_not_expose_another_small_group():
    """Elm has one Asian girl (she knows it) and three Pacific Islander boys; the rest of Elm is White."""
    rng = random.Random(4)
    groups = {("ELM", "WH7"): 40, ("ELM", "AS7"): 1, ("ELM", "PI7"): 3, ("OAK", "WH7"): 40, ("OAK", "PI7"): 14}
    pupils = []
    for (school, race), size in groups.items():
        for _ in range(size):
            pupils.append(Pupil(rng, [school], ("03", "04", "05")))
            pupils[-1].groups["race"] = race
    counts = tabulate(pupils, ["ELM", "OAK"])
    work = Work(read(counts), Policy())
    pattern = choose(work)
    found = attacks(work.cube, Policy(), publish.rows(work.cube, pattern))
    assert all(not finding.fallen and not finding.exact for finding in found)
    tables = protect(counts).tables
    known = {Key("n", "membership", "", "ELM", "race", "AS7"): 1}
    attack = Attack(attacker.read([table.published for table in tables], attacker.Knowledge(1, known)))
    low, high = attack.bounds(Key("n", "membership", "", "ELM", "race", "PI7"))
    assert low < high


def test_a_pattern_that_one_insider_breaks_is_noticed():
    """Hiding just the two small groups and one of ten would leave 4 to the one who knows her own group of one."""
    cube = read(COUNTS)
    hidden = choose(Work(cube, Policy()))
    tables = publish.rows(cube, hidden)
    trial = first_trial(cube, Policy(), tables)
    finding, attack = trial.finding, trial.attack
    key = finding.claims[0].key
    part = [claim.key for claim in finding.claims if claim.key != key]
    every = audit._truth(cube)
    truth = {claim.key: every[claim.key] for claim in finding.claims}
    everything_else = {other: truth[other] for other in part}
    everything_else |= {
        other: every[other]
        for other in attacker.read(tables, attacker.Knowledge(1)).hidden
        if other.measure == "n" and other != key and other.metric == key.metric
    }
    assert (everything_else, key) in attack.exact_to_insiders([everything_else], truth)


def test_who_is_alone_in_the_district_knows_the_own_school_too():
    """One Asian boy goes to Elm; the Pacific Islander of Elm and the one of Oak are two girls."""
    rng = random.Random(5)
    pupils = [Pupil(rng, [school], ("03",)) for school in ("ELM", "OAK") for _ in range(30)]
    for pupil in pupils:
        pupil.groups["race"] = "WH7"
    boy = Pupil(rng, ["ELM"], ("03",))
    girls = [Pupil(rng, [school], ("03",)) for school in ("ELM", "OAK")]
    boy.groups["race"], girls[0].groups["race"], girls[1].groups["race"] = "AS7", "PI7", "PI7"
    counts = [tabulate([*pupils, boy, *girls], ["ELM", "OAK"])[0]]
    known = {frozenset((key.school_id, key.category) for key in own) for own in audit.insiders_of(read(counts))}
    assert frozenset({("", "AS7"), ("ELM", "AS7")}) in known
    assert {frozenset({("ELM", "PI7")}), frozenset({("OAK", "PI7")})} <= known
