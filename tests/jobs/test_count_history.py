"""The months of a measure on the counts shelf: counted from what is loaded, kept as totals, corrected at night."""

from datetime import date

import pytest

from appliance import counts
from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.compute_metrics import count_snapshot, refresh
from appliance.storage.database import Event
from appliance.student_level.metrics.catalogue import measures
from tests import maplewood

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
