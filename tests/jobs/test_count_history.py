"""The past of a measure on the counts shelf: counted from what is loaded, kept as totals, corrected at night."""

from datetime import date

import pytest

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.tabulation import DISTRICT
from appliance.days import day_number
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import count_snapshot, refresh
from appliance.storage.database import Event
from appliance.student_level.metrics.catalogue import measures
from appliance.student_level.records.rule_book import RuleBook
from tests import a_year_before, maplewood

MONTHS = ["2026-08-31", "2026-09-30", "2026-10-30", "2026-11-20"]
ADA = maplewood.KEY["ada"]


@pytest.fixture
def counted(own_town):
    assert refresh(own_town, by="test") == date(2026, 11, 20)
    return own_town


def ask(town, sql, *values):
    return town._writer.execute(sql, values).fetchall()


def missed_by_october(town):
    with town.counts_only() as shelf:
        table = counts.take(shelf, "late_arrivals", "2026-10-30")
    return {cell.school_id: cell.count for cell in table.cells}["S1"]


def be_late(town, nick, days):
    with town.changing(Event("test", Action.IMPORT)) as tables:
        for day in days:
            row = {"student_key": maplewood.KEY[nick], "day": day_number(day), "code": 2}
            tables.table("attendance_day").insert(row, ignore=True)


def test_a_district_sees_its_months_on_the_day_it_loads_its_first_files(counted):
    for measure in measures():
        found = ask(counted, "SELECT snapshot FROM count_table WHERE metric = ? ORDER BY 1", measure.name)
        assert [snapshot for (snapshot,) in found] == MONTHS


def test_of_past_months_only_totals_are_kept(counted):
    groups = "SELECT DISTINCT dimension FROM count_cell JOIN count_table USING (count_table_key) WHERE snapshot {} ?"
    assert ask(counted, groups.format("<"), "2026-11-20") == [("all",)]
    assert len(ask(counted, groups.format("="), "2026-11-20")) > 5


def test_what_a_release_was_drafted_from_stays_whole(counted):
    count_snapshot(counted, date(2026, 10, 1))
    with counted.changing(Event("test", Action.SET_UP)) as tables:
        release = {"snapshot": "2026-10-01", "school_year": "2026-2027", "version": 1, "status": "drafted",
                   "minimum_n": 10, "drafted_by": "kim", "drafted_at": "2026-11-20T11:00:00+00:00",
                   "seal": "0" * 64}  # fmt: skip
        tables.table("release").insert(release)
    cells = ask(counted, "SELECT count(*) FROM count_cell JOIN count_table USING (count_table_key) WHERE snapshot = ?",
                "2026-10-01")  # fmt: skip
    refresh(counted, by="test")
    assert cells == ask(
        counted, "SELECT count(*) FROM count_cell JOIN count_table USING (count_table_key) WHERE snapshot = ?",
        "2026-10-01",
    )  # fmt: skip


def test_a_month_is_counted_once_and_corrected_at_night(counted):
    before = missed_by_october(counted)
    be_late(counted, "fay", [day for day in maplewood.school_days() if day.month == 9])
    refresh(counted, by="test")
    assert missed_by_october(counted) == before
    refresh(counted, by="test", corrects_history=True)
    assert missed_by_october(counted) == before + 1


def test_when_a_month_grows_its_last_day_is_the_one_that_stays(own_town):
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        later = tables.execute(
            "SELECT school_key, day FROM attendance_taken WHERE day > ?", (day_number(date(2026, 10, 14)),)
        ).fetchall()
        tables.execute("DELETE FROM attendance_taken WHERE day > ?", (day_number(date(2026, 10, 14)),))
    refresh(own_town, by="test")
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.conn.executemany("INSERT INTO attendance_taken VALUES (?, ?)", later)
    refresh(own_town, by="test")
    found = ask(own_town, "SELECT snapshot FROM count_table WHERE metric = 'days_missed' OR metric = 'late_arrivals'")
    assert sorted({snapshot for (snapshot,) in found}) == MONTHS


def test_what_is_older_than_last_school_year_goes(own_town):
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for day in (date(2025, 6, 5), date(2026, 6, 5)):
            tables.execute("INSERT INTO attendance_taken VALUES (1, ?)", (day_number(day),))
            tables.table("count_table").insert(
                {"metric": "late_arrivals", "school_year": "x", "snapshot": day.isoformat()}
            )
    refresh(own_town, by="test")
    found = {snapshot for (snapshot,) in ask(own_town, "SELECT snapshot FROM count_table")}
    assert "2026-06-05" in found
    assert "2025-06-05" not in found


def on_the_same_day(town, metric, place=DISTRICT):
    """(count, out of) of a measure on the same day last year."""
    with town.counts_only() as shelf:
        table = counts.take(shelf, metric, a_year_before.SAME_DAY.isoformat())
    return next(((cell.count, cell.out_of) for cell in table.cells if cell.school_id == place), None)


def test_beside_today_stands_the_same_day_last_year_and_not_the_end_of_its_month(own_town):
    a_year_before.have_a_year_before(own_town, missed=["cleo", "dev"])
    refresh(own_town, by="test")
    assert on_the_same_day(own_town, "chronic_absence") == (2, 13)
    found = {day for (day,) in ask(own_town, "SELECT snapshot FROM count_table WHERE metric = 'chronic_absence'")}
    assert {"2025-11-21", "2025-11-28", "2025-10-31"} < found
    groups = "SELECT count(*) FROM count_cell JOIN count_table USING (count_table_key) WHERE snapshot = ?"
    assert ask(own_town, f"{groups} AND dimension <> 'all'", "2025-11-21") == [(0,)]


def test_where_last_years_day_was_no_school_day_the_nearest_one_stands_for_it(own_town):
    a_year_before.have_a_year_before(own_town)
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM attendance_taken WHERE day = ?", (day_number(a_year_before.SAME_DAY),))
    refresh(own_town, by="test")
    found = {day for (day,) in ask(own_town, "SELECT snapshot FROM count_table WHERE metric = 'chronic_absence'")}
    assert "2025-11-20" in found
    assert "2025-11-21" not in found


def test_last_year_is_counted_by_the_rules_of_today(own_town):
    a_year_before.have_a_year_before(own_town, missed=["cleo"])
    late = RuleBook(least_days_enrolled=62)
    put_in_force(own_town, late, from_day=day_number(date(2026, 9, 1)), by="kim", reason="as our state counts")
    refresh(own_town, by="test")
    assert on_the_same_day(own_town, "chronic_absence") == (1, 13)  # of 65 days
    put_in_force(own_town, RuleBook(least_days_enrolled=66), from_day=day_number(date(2026, 11, 1)), by="kim",
                 reason="as our state counts now")  # fmt: skip
    refresh(own_town, by="test", corrects_history=True)
    assert on_the_same_day(own_town, "chronic_absence") is None


def test_a_yearly_test_stands_against_the_test_before_it(own_town):
    a_year_before.have_a_year_before(own_town)
    a_year_before.take_the_states_test(own_town, date(2025, 4, 22), met=6)
    a_year_before.take_the_states_test(own_town, date(2026, 4, 28), met=9)
    refresh(own_town, by="test")
    assert on_the_same_day(own_town, "assessment_performance") == (6, 13)


def test_also_where_the_test_before_was_later_in_its_year_than_this_one(own_town):
    a_year_before.have_a_year_before(own_town)
    for day, met in ((date(2024, 11, 20), 3), (date(2025, 11, 25), 6), (date(2026, 11, 12), 9)):
        a_year_before.take_the_states_test(own_town, day, met)
    refresh(own_town, by="test")
    assert on_the_same_day(own_town, "assessment_performance") == (6, 13)


def test_and_no_test_stands_against_itself(own_town):
    a_year_before.have_a_year_before(own_town)
    a_year_before.take_the_states_test(own_town, a_year_before.SAME_DAY, met=6)
    refresh(own_town, by="test")
    with own_town.counts_only() as shelf:
        assert [
            (cell.count, cell.out_of)
            for cell in counts.take(shelf, "assessment_performance", "2026-11-20", only_totals=True).cells
            if cell.school_id == DISTRICT
        ] == [(6, 13)]
    assert on_the_same_day(own_town, "assessment_performance") is None


def test_courses_of_a_year_whose_classes_are_not_loaded_are_not_counted_as_taken_by_nobody(own_town):
    a_year_before.have_a_year_before(own_town)
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE course SET advanced = 'ap' WHERE course_key = 1")
        tables.execute("UPDATE school_enrollment SET grade_level = '11'")
    refresh(own_town, by="test")
    assert on_the_same_day(own_town, "advanced_courses") is None
