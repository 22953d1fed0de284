"""A school year of releases: whoever holds all of them cannot point at the few who came, left or changed."""

import copy
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise

import pytest
from all_tables import changed, twelve
from districts import BANDS, Pupil, YearOfPupils, _memberships, tabulate, turnovers

from appliance.aggregate.codelists import ALL, metric
from appliance.aggregate.disclosure import Earlier, Policy, policy_file, protect
from appliance.aggregate.disclosure.attacker.loot import Target, plunder
from appliance.aggregate.disclosure.history import with_new_schools
from appliance.aggregate.disclosure.policy import Geography
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused

DAYS = ("2026-10-01", "2026-12-15", "2027-03-01", "2027-05-28")
USUAL = {"leave": 0.025, "come": 0.025, "move": 0.004, "flip": 0.05}
RESTLESS = {"leave": 0.1, "come": 0.1, "move": 0.02, "flip": 0.2}
ANOTHER_HALF = {"leave": 0.4, "come": 0.6, "move": 0.0, "flip": 0.3}
ONE_NEWCOMER = {"leave": 0.0, "come": 0.004, "move": 0.0, "flip": 0.0}


SHIPPED = Policy()
CHARTER = Policy(geographies=(Geography(code="CHARTER", name="Charter schools", schools=("S001", "S003")),))
CODED = Policy(geographies=CHARTER.geographies, coding=policy_file.preset("nces-2011-603").coding)
YEARS = {
    "usual": (1, USUAL, SHIPPED),
    "restless": (4, RESTLESS, SHIPPED),
    "one newcomer now and then": (7, ONE_NEWCOMER, SHIPPED),
    "restless, with charter totals": (5, RESTLESS, CHARTER),
    "another half, with charter totals and classes of percents": (6, ANOTHER_HALF, CODED),
}


@cache
def school_year(name):
    """The releases of a year: day, tables, and the pupils who were there."""
    seed, rates, rules = YEARS[name]
    areas = {one.code: list(one.schools) for one in rules.geographies}
    year, past = YearOfPupils(seed, 4 if areas else 3, (50, 150)), []
    for day in DAYS[: 2 if areas else 4]:
        counts = [replace(table, snapshot=day) for table in tabulate(year.pupils, year.names, areas)]
        earlier = [Earlier(label, tables, turnovers(label, then, year.pupils)) for label, tables, then in past]
        made = protect(counts, rules, year_key=b"maplewood", earlier=earlier)
        assert made.report.safe
        past.append((day, [table.published for table in made.tables], year.pupils))
        year.pass_time(**rates)
    return past


def told(tables):
    """Every number that a release says of its own day; a class of percents is its two ends."""
    found = {}
    for table in tables:
        for cell in table.cells:
            rest = (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
            nobody = cell.suppression == "not_offered"
            rate = metric(table.metric).rate
            n = 0 if nobody else (cell.n_lower, cell.n_upper) if cell.suppression == "coded" else cell.n
            size = 0 if nobody else cell.denominator
            if n is not None and not cell.n_as_of:
                found[Key("n", *rest)] = n
            if rate and size is not None and not (cell.n_as_of if nobody else cell.denominator_as_of):
                found[Key("denominator", *rest)] = size
            if rate and {Key("n", *rest), Key("denominator", *rest)} <= found.keys():
                found[Key("complement", *rest)] = size - n if isinstance(n, int) else tuple(size - end for end in n)
    return found


def exposures(one, other, minimum, geographies=()):
    """Unions of groups whose students anybody can follow from one release to the other, and who are 1 to minimum - 1.

    In plain sets: a number told by both, or what a total told by both leaves for the groups that one of them keeps to
    itself, in each school, each dimension, and each group over the schools, those of a declared area, and the area and
    the schools outside it. A class of percents is taken for the number itself.
    """
    (_, first, before), (_, second, after) = one, other
    known = told(first).keys() & told(second).keys()
    was, now = (_memberships(pupils, {area.code: area.schools for area in geographies}) for pupils in (before, after))
    lines, codes = {}, {area.code for area in geographies}
    for key in {*was, *now, *known}:
        family = key.metric.replace("subgroup_", "")
        if key.dimension != ALL:
            total = Key(key.measure, family, key.detail, key.school_id, ALL, ALL)
            lines.setdefault((total, key.dimension), set()).add(key)
        if key.school_id and key.school_id not in codes:
            lines.setdefault((key._replace(school_id=""), "schools"), set()).add(key)
        for area in geographies:
            if key.school_id in area.schools:
                lines.setdefault((key._replace(school_id=area.code), "schools"), set()).add(key)
            elif key.school_id:
                lines.setdefault((key._replace(school_id=""), area.code), set()).add(key)
    unions = [{key} for key in known] + [parts - known for total, parts in lines.items() if total[0] in known]
    found = []
    for union in unions:
        inside = [set().union(*(side.get(key, set()) for key in union)) for side in (was, now)]
        if 0 < len(inside[0] ^ inside[1]) < minimum:
            found.append(union)
    return found


@pytest.mark.parametrize("name", YEARS)
def test_nobody_can_be_followed_from_one_release_of_the_year_to_another(name):
    past = school_year(name)
    for one, other in combinations(past, 2):
        assert exposures(one, other, 10, YEARS[name][2].geographies) == [], (one[0], other[0])


@pytest.mark.parametrize(("moved", "came"), [(0, 1), (3, 2), (40, 5), (0, 60)])
def test_a_school_that_opens_in_december_gives_nobody_away_who_moved_or_came(moved, came):
    """That nobody was there in October is known to all; who is there now is told, or waits, like anybody else."""
    year = YearOfPupils(9, 3, (50, 150))
    october, before = tabulate(year.pupils, year.names), year.pupils
    first = [table.published for table in protect(october, year_key=b"maplewood").tables]
    after = [copy.copy(pupil) for pupil in before]
    for pupil in after[:moved]:
        pupil.schools = ["S004"]
    after += [Pupil(year.rng, ["S004"], BANDS[0]) for _ in range(came)]
    names = [*year.names, "S004"]
    december = [replace(table, snapshot=DAYS[1]) for table in tabulate(after, names)]
    earlier = [Earlier(DAYS[0], first, turnovers(DAYS[0], before, after))]
    made = [table.published for table in protect(december, year_key=b"maplewood", earlier=earlier).tables]
    opened = with_new_schools(first, made)
    assert {cell.school_id for table in opened for cell in table.cells} >= {"S004"}
    assert exposures((DAYS[0], opened, before), (DAYS[1], made, after), 10) == []


def test_the_simulation_would_notice_if_every_number_were_counted_anew():
    year, past = YearOfPupils(7, 3, (50, 150)), []
    for day in DAYS[:2]:
        counts = [replace(table, snapshot=day) for table in tabulate(year.pupils, year.names)]
        past.append((day, [table.published for table in protect(counts).tables], year.pupils))
        year.pass_time(**ONE_NEWCOMER)
    assert exposures(*past, 10)


def test_the_simulation_would_notice_whom_charter_totals_counted_anew_give_away():
    year, past = YearOfPupils(7, 4, (50, 150)), []
    (area,) = CHARTER.geographies
    for day in DAYS[:2]:
        counts = [
            replace(table, snapshot=day) for table in tabulate(year.pupils, year.names, {area.code: area.schools})
        ]
        past.append((day, [table.published for table in protect(counts, CHARTER).tables], year.pupils))
        year.pass_time(**ONE_NEWCOMER)
    found = exposures(*past, 10, [area])
    assert any({key.school_id for key in union} == {area.code} for union in found)


def test_charter_totals_and_classes_of_percents_are_counted_anew_or_keep_value_and_date():
    first, second = school_year("another half, with charter totals and classes of percents")
    shown = {(t.metric, *cell_of(c)): c for t in first[1] for c in t.cells}
    seen = Counter()
    for table in second[1]:
        for cell in table.cells:
            before = shown[(table.metric, *cell_of(cell))]
            if cell.n_as_of:
                assert (cell.suppression, cell.n, cell.n_lower, cell.n_upper) == (
                    before.suppression, before.n, before.n_lower, before.n_upper
                )  # fmt: skip
            if cell.suppression == "coded":
                seen["a class kept" if cell.n_as_of else "a class anew"] += 1
            elif cell.school_id == "CHARTER" and cell.suppression == "none":
                seen["a charter total kept" if cell.n_as_of else "a charter total anew"] += 1
    assert {kind for kind, count in seen.items() if count >= 3} == {
        "a class kept", "a class anew", "a charter total kept", "a charter total anew"
    }, seen  # fmt: skip


def cell_of(cell):
    return cell.school_id, cell.dimension, cell.category, cell.detail


def test_some_numbers_are_counted_anew_and_the_others_keep_value_and_date():
    first, *later = school_year("restless")
    shown = {
        (table.metric, cell.school_id, cell.dimension, cell.category, cell.detail): cell
        for table in first[1]
        for cell in table.cells
    }
    new = old = 0
    for _, tables, _ in later:
        for table in tables:
            for cell in table.cells:
                before = shown[(table.metric, cell.school_id, cell.dimension, cell.category, cell.detail)]
                if cell.n_as_of == DAYS[0]:
                    assert (cell.n, cell.n_lower, cell.n_upper) == (before.n, before.n_lower, before.n_upper)
                old += bool(cell.n_as_of)
                new += cell.suppression == "none" and not cell.n_as_of
    assert new > 20
    assert old > 50


def test_a_number_once_hidden_is_hidden_all_year_even_when_its_last_student_leaves():
    past = school_year("restless")
    hidden = [
        {(t.metric, c.school_id, c.dimension, c.category, c.detail) for t in tables for c in t.cells if c.n is None
         and c.suppression == "hidden"}
        for _, tables, _ in past
    ]  # fmt: skip
    for before, after in pairwise(hidden):
        assert before <= after


def test_whoever_holds_all_packages_and_guesses_that_nobody_moved_carries_nothing_off():
    rules = Policy()
    past = school_year("usual")[:3]
    targets = [Target(t, rules.minimum_n, rules.k, 0 if place else 1) for place, (_, t, _) in enumerate(past)]
    for one in targets:
        assert plunder(one, {}) == (set(), set())
        for other in targets:
            if other is not one:
                assert plunder(one, {}, other) == (set(), set())


@cache
def all_tables_twice():
    """Two releases of all twelve tables: the tables of both."""
    year = YearOfPupils(6, 3, (60, 150))
    before, first = year.pupils, protect(twelve(year.pupils, year.names))
    year.pass_time(**USUAL)
    released = [table.published for table in first.tables]
    past = Earlier(DAYS[0], released, changed(DAYS[0], before, year.pupils))
    return released, [table.published for table in protect(twelve(year.pupils, year.names), earlier=[past]).tables]


def test_guesses_about_one_group_that_two_tables_print_are_held_against_both():
    """Of a group that all actions of discipline are out of, one may show the size and another the outcome."""
    first, second = all_tables_twice()
    rules = Policy()
    one, other = Target(second, rules.minimum_n, rules.k, 0), Target(first, rules.minimum_n, rules.k, 1)
    for now, then in ((one, other), (other, one)):
        assert plunder(now, {}, then) == (set(), set())


def test_a_release_without_the_changes_since_an_earlier_one_is_refused():
    year = YearOfPupils(3, 2, (60, 120))
    counts = tabulate(year.pupils, year.names)
    tables = [table.published for table in protect(counts).tables]
    with pytest.raises(Refused, match="changes were counted since 2026-09-01"):
        protect(counts, earlier=[Earlier("2026-10-01", tables, turnovers("2026-09-01", [], []))])
    with pytest.raises(Refused, match="nothing was counted for it now"):
        earlier = Earlier("2026-10-01", tables, turnovers("2026-10-01", [], []))
        protect(counts[:2], earlier=[earlier])
