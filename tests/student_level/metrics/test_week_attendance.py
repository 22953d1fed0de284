"""Who is counted in a week, and by how much one student more can move the counts."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.connection import PastTheGate
from appliance.storage.database import Event
from appliance.student_level.metrics.week_attendance import WEEK_GATE, count_week
from appliance.student_level.staging.attendance_codes import DAILY
from tests import maplewood

MONDAY = date(2026, 11, 16)


def change(database, sql, *values):
    with database.changing(Event("maplewood", Action.IMPORT)) as tables:
        return tables.execute(sql, values)


def cells(database, week=MONDAY):
    return {cell.school_id: (cell.count, cell.out_of) for cell in count_week(database, week).cells}


def test_a_student_who_was_away_once_or_daily_counts_once_and_a_late_one_does_not(town):
    """Ada was away four days, Ben and Cleo one each, Dev late; across town, Oscar all week."""
    assert cells(town) == {"": (4, 13), "S1": (3, 11), "S2": (1, 2)}


NEWCOMERS = {
    "at one school, never away": ([(maplewood.ELM, -40, None)], []),
    "at one school, away all week": ([(maplewood.ELM, -40, None)], [0, 1, 2, 3, 4]),
    "in both schools at once, away all week": (
        [(maplewood.ELM, -40, None), (maplewood.OAK, -40, None)],
        [0, 1, 2, 3, 4],
    ),
    "moving across town on Wednesday, away before and after": (
        [(maplewood.ELM, -40, 2), (maplewood.OAK, 2, None)],
        [0, 4],
    ),
    "enrolled twice in one school": ([(maplewood.ELM, -40, 1), (maplewood.ELM, 2, None)], [0, 2]),
    "leaving on Monday": ([(maplewood.OAK, -40, 1)], [0]),
}


def moved_by(town, stays, days_away):
    """How Zed, enrolled so (school, first day, first day not there; from that Monday), moves each place's counts."""
    before, monday = cells(town), day_number(MONDAY)
    change(town, "INSERT INTO student (student_key, given_name, family_name) VALUES (301, 'Zed', 'Newcomer')")
    for school, begins, ends in stays:
        last = None if ends is None else monday + ends
        change(
            town, "INSERT INTO school_enrollment VALUES (301, ?, ?, ?, '07', NULL, NULL)", school, monday + begins, last
        )
    for day, category in days_away:
        change(town, "INSERT INTO attendance_day VALUES (301, ?, ?, NULL, NULL)", monday + day, DAILY[category])
    after = cells(town)
    for table in ("attendance_day", "school_enrollment", "student"):
        change(town, f"DELETE FROM {table} WHERE student_key = 301")
    return {
        place: (
            after[place][0] - before[place][0],
            after[place][1] - before[place][1] - (after[place][0] - before[place][0]),
        )
        for place in before
    }


@pytest.mark.parametrize("who", NEWCOMERS)
def test_one_student_more_moves_one_cell_by_one_in_one_school_and_one_in_the_district(own_town, who):
    stays, days_away = NEWCOMERS[who]
    moved = moved_by(own_town, stays, [(day, "excused") for day in days_away])
    assert sorted([*moved["S1"], *moved["S2"]]) == [0, 0, 0, 1]
    assert sorted(moved[""]) == [0, 1]


STAYS = st.lists(
    st.tuples(st.sampled_from([maplewood.ELM, maplewood.OAK]), st.integers(-5, 8), st.integers(0, 9) | st.none()).map(
        lambda stay: (stay[0], stay[1], None if stay[2] is None else stay[1] + stay[2])
    ),
    max_size=4,
    unique_by=lambda stay: stay[:2],
)
AWAY = st.dictionaries(st.integers(-3, 8), st.sampled_from(["excused", "unexcused", "tardy"]), max_size=9)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STAYS, AWAY)
def test_whatever_the_roster_says_of_a_student_the_counts_move_by_no_more(own_town, stays, away):
    moved = moved_by(own_town, stays, away.items())
    schools = sorted([*moved["S1"], *moved["S2"]])
    assert schools in ([0, 0, 0, 0], [0, 0, 0, 1])
    assert sorted(moved[""]) == [0, sum(schools)]
    is_there = any(begins <= day < (9 if ends is None else ends) for _, begins, ends in stays for day in range(5))
    assert sum(schools) == is_there


def test_somebody_who_left_before_the_week_or_comes_after_it_is_not_in_it(own_town):
    monday = day_number(MONDAY)
    for begins, ends in ((monday - 90, monday - 7), (monday + 7, None)):
        change(
            own_town,
            "INSERT INTO school_enrollment VALUES (?, 2, ?, ?, '07', NULL, NULL)",
            maplewood.KEY["ada"],
            begins,
            ends,
        )
    assert cells(own_town) == {"": (4, 13), "S1": (3, 11), "S2": (1, 2)}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM student",
        "SELECT * FROM school_enrollment",
        "SELECT student_key FROM attendance_day",
        "SELECT * FROM placed",
        "WITH placed AS (SELECT student_key FROM school_enrollment) SELECT * FROM placed",
    ],
)
def test_the_handle_that_counts_a_week_can_read_no_row_of_a_student(town, sql):
    with town.reading(WEEK_GATE) as reading, pytest.raises(PastTheGate):
        reading.query(sql)
