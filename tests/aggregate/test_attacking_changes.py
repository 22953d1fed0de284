"""The attack on who changed between two releases: in small pieces, and asked once, it is as strong as all at once."""

from collections import Counter, defaultdict
from functools import cache

import pytest
from all_tables import changed, twelve
from districts import YearOfPupils, tabulate, turnovers

from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure import Earlier, carry, changes_audit, protect
from appliance.aggregate.disclosure.changes_audit import Inquiry
from appliance.aggregate.disclosure.cube import Place, read
from appliance.aggregate.refusal import Refused

DAY, MINIMUM = "2026-10-01", 10
RESTLESS = {"leave": 0.1, "come": 0.1, "move": 0.02, "flip": 0.2}


@cache
def since_autumn(seed=3):
    """A cube, and the tables of changes of its populations since a first release."""
    year = YearOfPupils(seed, 3, (60, 160))
    then, first = year.pupils, protect(tabulate(year.pupils, year.names))
    year.pass_time(**RESTLESS)
    cube = read(tabulate(year.pupils, year.names))
    past = Earlier(DAY, [table.published for table in first.tables], turnovers(DAY, then, year.pupils))
    return cube, [table for population in cube.populations for table in carry.changes(population, past)]


def few(table):
    """The places that too few settled students changed."""
    return {place for place, turnover in table.turnover.items() if turnover.settled < MINIMUM}


def stale_in(table, places):
    return {measure: set(places) for measure in carry.measures(table.population)} | {"denominator": set(places)}


def test_pieces_and_the_whole_find_the_same(monkeypatch):
    cube, tables = since_autumn()
    seen = Counter()
    for table in tables:
        withheld = few(table)
        asked = table.asked(MINIMUM, withheld)
        in_pieces = changes_audit.attack(cube, table, withheld, asked)
        with monkeypatch.context() as patched:
            patched.setattr(changes_audit, "_pieces", lambda *_: ())
            whole = changes_audit.attack(cube, table, withheld, asked)
        assert in_pieces.fallen == whole.fallen
        seen["fell"] += len(whole.fallen)
        seen["held"] += len(asked) - len(whole.fallen)
    assert seen["fell"] > 0
    assert seen["held"] > 0


def test_what_is_possible_stays_possible_when_more_is_withheld_and_is_not_asked_again(monkeypatch):
    cube, tables = since_autumn()
    table = next(one for one in tables if one.measure == "n" and changes_audit.attack(
        cube, one, few(one), one.asked(MINIMUM, few(one))).fallen)  # fmt: skip
    asked = []
    attack = changes_audit.attack
    monkeypatch.setattr(changes_audit, "attack", lambda *given: asked.append(dict(given[3])) or attack(*given))
    inquiry, stale = Inquiry(cube, table), stale_in(table, few(table))
    first = inquiry.fallen(MINIMUM, stale)
    held = {place for place in asked[0] if place not in first}
    assert held
    asked.clear()
    stale["n"] |= {place for place in table.population.size if place.dimension in {place.dimension for place in first}}
    again = inquiry.fallen(MINIMUM, stale)
    assert held.isdisjoint(place for one in asked for place in one)
    assert again == Inquiry(cube, table).fallen(MINIMUM, stale)


def test_an_attacker_who_calls_everything_safe_is_refused_for_want_of_a_witness(monkeypatch):
    cube, tables = since_autumn()
    monkeypatch.setattr(changes_audit.Attack, "held", lambda _, claims: list(claims))
    with pytest.raises(Refused, match="no witness in whole students"):
        for table in tables:
            changes_audit.attack(cube, table, few(table), table.asked(MINIMUM, few(table)))


def discipline_of(year):
    return [table for table in twelve(year.pupils, year.names) if table.metric in ("membership", "discipline")]


def test_a_group_that_several_tables_are_about_keeps_one_size_and_one_date_in_all_of_them(monkeypatch):
    """Otherwise one action of discipline would tell the size that another carries forward."""
    by_rule, school = carry.by_rule, Place("S001", ALL, ALL)

    def held_back_in_one_table(work, pattern, population, earlier):
        stale = by_rule(work, pattern, population, earlier)
        if population.detail == "ISS":
            stale["denominator"].add(school)
        return stale

    monkeypatch.setattr(carry, "by_rule", held_back_in_one_table)
    year = YearOfPupils(2, 3, (60, 150))
    then, first = year.pupils, protect(discipline_of(year))
    year.pass_time(**RESTLESS)
    past = Earlier(DAY, [table.published for table in first.tables], changed(DAY, then, year.pupils))
    (discipline,) = (one for one in protect(discipline_of(year), earlier=[past]).tables if one.metric == "discipline")
    sizes = defaultdict(set)
    for cell in discipline:
        sizes[Place(cell.school_id, cell.dimension, cell.category)].add((cell.denominator, cell.denominator_as_of))
    assert {as_of for _, as_of in sizes[school]} == {DAY}
    assert {as_of for _, as_of in sizes[Place("S002", ALL, ALL)]} == {""}
    assert {len(told) for told in sizes.values()} == {1}
