"""Counts that cannot be trusted are refused with the place and the reason, and without a number of students."""

import random
from dataclasses import replace

import highspy
import pytest
from districts import Pupil, district, pupils_of, tabulate, turnovers
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.aggregate.disclosure import Earlier, Policy, attacker, protect
from appliance.aggregate.disclosure.attacker import component, program
from appliance.aggregate.disclosure.suppression import deviations
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT, Cell

COUNTS = district(5)


def changed(metric, change):
    """The counts with the cells of one table put through `change`."""
    return [replace(table, cells=tuple(change(table.cells))) if table.metric == metric else table for table in COUNTS]


def without(metric):
    return [table for table in COUNTS if table.metric != metric]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (Cell("S001", "race", "Klingon", 12, 12), "not a code of race"),
        (Cell("S001", "shoe_size", "44", 12, 12), "a dimension that it does not know"),
        (Cell("S001", "race", "WH7", 12, 12, "MATH"), "a detail that is not one of"),
        (Cell("S001", "grade", "PK", 1, 12), "headcount differs"),
        (Cell("S001", "race", "WH7", 12, 12), "two cells"),
    ],
)
def test_a_cell_with_an_unknown_or_impossible_code_is_refused(cell, reason):
    with pytest.raises(Refused, match=reason):
        protect(changed("membership", lambda cells: [*cells, cell]))


def test_an_unknown_table_is_refused():
    with pytest.raises(Refused, match="no table 'lunch_money'"):
        protect([replace(COUNTS[0], metric="lunch_money")])


def test_tables_of_two_snapshots_are_refused():
    with pytest.raises(Refused, match="different snapshots"):
        protect([COUNTS[0], replace(COUNTS[1], snapshot="2026-10-02")])


def test_a_table_counted_twice_is_refused():
    with pytest.raises(Refused, match="twice"):
        protect([COUNTS[0], COUNTS[0]])


def test_nothing_to_release_is_refused():
    with pytest.raises(Refused, match="nothing to release"):
        protect([])


def test_programmes_without_membership_are_refused_because_their_totals_are_missing():
    with pytest.raises(Refused, match="no district total"):
        protect(without("membership"))


def test_a_table_without_its_district_rows_is_refused():
    with pytest.raises(Refused, match="no district total"):
        protect(changed("chronic_absence", lambda cells: [cell for cell in cells if cell.school_id != DISTRICT]))


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_one_student_more_in_any_one_cell_is_noticed(data):
    table = data.draw(st.sampled_from([table for table in COUNTS if table.metric != "assessment_performance"]))
    number = data.draw(st.integers(0, len(table.cells) - 1))
    cell = table.cells[number]
    more = replace(cell, count=cell.count + (cell.count == cell.out_of), out_of=cell.out_of + 1)
    counts = changed(table.metric, lambda cells: [*cells[:number], more, *cells[number + 1 :]])
    with pytest.raises(Refused, match=r"does not add up|headcount differs"):
        protect(counts)


def test_a_district_larger_than_its_schools_together_is_refused():
    """Both dimensions of the district still add up; only the schools do not reach it."""

    def one_more(cells):
        grown = {("all", "all"), ("grade", "KG"), ("race", "WH7"), ("sex", "F")}
        return [
            replace(cell, count=cell.count + 1, out_of=cell.out_of + 1)
            if cell.school_id == DISTRICT and (cell.dimension, cell.category) in grown
            else cell
            for cell in cells
        ]

    counts = [table for table in changed("membership", one_more) if table.metric != "subgroup_membership"]
    with pytest.raises(Refused, match="the schools do not sum to"):
        protect(counts)


@pytest.mark.parametrize("rules", [{"minimum_n": 4}, {"minimum_n": 101}, {"k": 1}, {"k": 6}, {"format": 3}])
def test_a_policy_below_the_floor_is_refused(rules):
    with pytest.raises(Refused):
        Policy(**rules)


class Doubtful:
    """A solver that ran, and does not know whether its answer is the best."""

    def __init__(self, solver):
        self._solver = solver

    def __getattr__(self, name):
        return getattr(self._solver, name)

    def getModelStatus(self):  # noqa: N802 HiGHS' own name
        return highspy.HighsModelStatus.kUnknown


def test_a_choice_that_the_solver_is_not_sure_of_is_refused(monkeypatch):
    real = deviations.quiet
    monkeypatch.setattr(deviations, "quiet", lambda: Doubtful(real()))
    with pytest.raises(Refused, match="no optimum while choosing"):
        protect(COUNTS)


def test_an_attack_that_the_solver_is_not_sure_of_is_refused(monkeypatch):
    real = program.Program._load
    monkeypatch.setattr(program.Program, "_load", lambda self: Doubtful(real(self)))
    with pytest.raises(Refused, match="no certain answer"):
        protect(COUNTS)


def test_an_answer_that_is_doubtful_in_whole_students_is_refused(monkeypatch):
    """The solver's tables are rounded wrongly, and its integer program has none: no witness, no release."""
    real = component.Component.tables
    monkeypatch.setattr(
        component.Component, "tables", lambda self: ({k: v + 1 for k, v in t.items()} for t in real(self))
    )
    monkeypatch.setattr(component.Component, "whole_table", lambda self, *_: None)
    with pytest.raises(Refused, match="no witness in whole students"):
        protect(COUNTS)


def test_an_attack_that_runs_out_of_time_refuses_the_release(monkeypatch):
    real = attacker.Attack.__init__
    monkeypatch.setattr(
        attacker.Attack, "__init__", lambda self, system, seconds=0.0, **how: real(self, system, 0.0, **how)
    )
    with pytest.raises(Refused, match="took too long"):
        protect(COUNTS)


def test_a_tiny_school_is_hidden_whole_and_so_is_what_would_give_it_away():
    """Hill School has six students, below ten in total: neither its total nor another school's may give them away."""
    pupils, names = pupils_of(21, 4, (60, 120))
    hill = [Pupil(random.Random(number), ["HILL"], ("01", "02")) for number in range(6)]
    protected = protect(tabulate([*pupils, *hill], [*names, "HILL"]))
    shown = [cell for table in protected.tables for cell in table if cell.school_id == "HILL" and cell.n]
    assert shown == []
    totals = {c.school_id: c for c in protected.tables[0] if c.dimension == "all"}
    assert totals["HILL"].n_upper >= 10
    assert sum(cell.suppression == "hidden" for cell in totals.values()) >= 2


def test_a_district_of_one_school_says_each_number_once_or_hides_it_twice():
    """The district's row is the school's row: what is hidden in one must be hidden in the other."""
    protected = protect(district(7, 1, (90, 140)))
    for table in protected.tables:
        rows = {(c.school_id, c.dimension, c.category, c.detail): c for c in table}
        for (school, *rest), cell in rows.items():
            if school:
                assert rows[("", *rest)].suppression == cell.suppression
                assert rows[("", *rest)].n == cell.n
    assert protected.report.safe


@pytest.mark.parametrize("seed", range(4))
def test_a_district_of_one_tiny_school_is_protected_or_refused_but_never_shown(seed):
    protected = protect(district(seed, 1, (2, 9)))
    for table in protected.tables:
        for cell in table:
            assert cell.n in (None, 0)
            assert not cell.denominator


def test_a_row_that_comes_with_its_first_student_is_refused_with_the_place_and_what_to_do():
    """Whoever counts without closed lists: a grade 13 that was no row in October and has one student in December."""
    pupils, names = pupils_of(3, 2, (110, 130))
    newcomer = Pupil(random.Random(3), names[:1], ("13",))
    first = protect(tabulate(pupils, names))
    before = Earlier("2026-10-01", [table.published for table in first.tables],
                     turnovers("2026-10-01", pupils, [*pupils, newcomer]))  # fmt: skip
    now = [replace(table, snapshot="2026-12-15") for table in tabulate([*pupils, newcomer], names)]
    with pytest.raises(
        Refused, match=r"Membership, .*grade 13: somebody is counted there now, .*correct it in the system"
    ):
        protect(now, earlier=[before])
