"""How a measure stands: against its goal, against the same day last year, and when it says nothing."""

from datetime import date

import pytest

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.days import day_number
from appliance.storage.database import Event
from appliance.student_level.access import NOBODY
from appliance.student_level.records.measures import by_school, of_district
from appliance.student_level.records.rule_book import AS_SHIPPED, NotARule, RuleBook, checked

NOW, OCTOBER, LAST_WEEK, A_YEAR_AGO = "2026-11-20", "2026-10-30", "2026-11-13", "2025-11-21"


def put(town, metric, snapshot, count, out_of, school_id=DISTRICT, detail=""):
    """Put one total on the shelf; what else stands there of the metric and day stays."""
    with town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        earlier = counts.take(Shelf(tables), metric, snapshot)
        cells = (*(earlier.cells if earlier else ()), Cell(school_id, "all", "all", count, out_of, detail))
        counts.put(tables, [Tabulation(metric, "2026-2027", snapshot, cells)])


class Shelf:
    """The writer's connection, asked as the shelf is."""

    def __init__(self, tables):
        self.query = lambda sql, values=None: list(tables.query(sql, values or {}))
        self.one = lambda sql, values=None: next(iter(tables.query(sql, values or {})), None)


@pytest.fixture
def shelf(own_town):
    """Maplewood, counted for November 20: nothing but who is there, and how many days were attended."""
    put(own_town, "membership", NOW, 130, 130)
    put(own_town, "attendance_rate", NOW, 7_500, 8_000)
    return own_town


def lines(town, book=AS_SHIPPED):
    with town.counts_only() as shelf, town.reading(NOBODY) as reading:
        found = of_district(shelf, reading, 2027, book)
    return {(line.measure.name, line.detail): line for line in found.lines}


def test_nobody_counted_is_no_measure_and_never_nought(own_town):
    with own_town.counts_only() as shelf, own_town.reading(NOBODY) as reading:
        assert of_district(shelf, reading, 2027, AS_SHIPPED) is None


def test_what_no_file_brought_is_not_loaded(shelf):
    line = lines(shelf)["failing_grades", ""]
    assert (line.now.kind, line.history, line.apart, line.from_goal) == ("not loaded", (), None, None)


def test_credits_that_the_district_does_not_ask_for_are_nobodys_lack(shelf):
    put(shelf, "on_track", NOW, 0, 40)
    assert lines(shelf)["on_track", ""].now.kind == "not asked"
    assert lines(shelf, RuleBook(credits_by_grade={"09": 6}))["on_track", ""].now.kind == "shown"


def test_nine_students_are_too_few_and_so_are_the_days_of_nine(own_town):
    put(own_town, "membership", NOW, 9, 9)
    put(own_town, "attendance_rate", NOW, 500, 540)
    put(own_town, "chronic_absence", NOW, 1, 9)
    found = lines(own_town)
    assert found["attendance_rate", ""].now.kind == found["chronic_absence", ""].now.kind == "too few"
    assert found["attendance_rate", ""].history == ()


def test_on_the_first_twenty_days_of_school_attendance_is_a_count_and_grades_may_be_a_share(shelf):
    put(shelf, "failing_grades", NOW, 4, 100)
    with shelf.changing(Event("test", Action.IMPORT)) as tables:
        days = [day for (day,) in tables.execute("SELECT DISTINCT day FROM attendance_taken ORDER BY day").fetchall()]
        tables.execute("DELETE FROM attendance_taken WHERE day > ?", (days[19],))
    assert lines(shelf)["attendance_rate", ""].now.kind == "first days"
    assert lines(shelf)["failing_grades", ""].now.kind == "shown"
    with shelf.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("INSERT INTO attendance_taken VALUES (1, ?)", (days[20],))
    assert lines(shelf)["attendance_rate", ""].now.kind == "shown"


@pytest.mark.parametrize(
    ("before", "now", "out_of", "is_same", "is_few"),
    [
        (100, 120, 1000, False, False),
        (120, 100, 1000, False, False),
        (100, 109, 1000, True, False),  # 0.9 points: less than the rule book's one
        (100, 110, 1000, False, False),
        (10, 12, 100, True, True),  # two points, but only two students
        (10, 13, 100, False, False),
    ],
)
def test_a_measure_is_held_against_the_same_day_last_year(shelf, before, now, out_of, is_same, is_few):
    put(shelf, "failing_grades", A_YEAR_AGO, before, out_of)
    put(shelf, "failing_grades", NOW, now, out_of)
    line = lines(shelf)["failing_grades", ""]
    assert (line.apart.is_same, line.apart.is_few) == (is_same, is_few)
    assert line.apart.by == (now - before) * 1000 // out_of
    assert (line.last_year.day, line.last_year.count) == (day_number(date(2025, 11, 21)), before)


def test_last_month_is_no_measure_of_this_one_and_neither_is_a_day_of_last_year_weeks_away(shelf):
    put(shelf, "failing_grades", NOW, 20, 100)
    for snapshot in (OCTOBER, "2026-06-05", "2025-10-31", "2025-12-12"):
        put(shelf, "failing_grades", snapshot, 1, 100)
        assert (lines(shelf)["failing_grades", ""].last_year, lines(shelf)["failing_grades", ""].apart) == (None, None)
    put(shelf, "failing_grades", "2025-11-26", 2, 100)  # five days after the day itself, on which there was no school
    assert lines(shelf)["failing_grades", ""].last_year.count == 2
    put(shelf, "failing_grades", "2025-11-20", 3, 100)
    assert lines(shelf)["failing_grades", ""].last_year.count == 3


def test_a_year_of_which_nothing_is_loaded_is_no_year_to_be_the_same_as(shelf):
    put(shelf, "failing_grades", NOW, 0, 100)
    put(shelf, "failing_grades", A_YEAR_AGO, 0, 0)
    line = lines(shelf)["failing_grades", ""]
    assert (line.last_year, line.apart) == (None, None)


def test_nine_students_of_last_year_are_as_few_as_nine_of_this(shelf):
    put(shelf, "failing_grades", NOW, 20, 100)
    put(shelf, "failing_grades", A_YEAR_AGO, 3, 9)
    put(shelf, "attendance_rate", A_YEAR_AGO, 500, 540)
    put(shelf, "late_arrivals", A_YEAR_AGO, 1, 9)  # of nine students were these days
    found = lines(shelf)
    assert found["failing_grades", ""].last_year.kind == found["attendance_rate", ""].last_year.kind == "too few"
    assert found["failing_grades", ""].apart is found["attendance_rate", ""].apart is None
    assert len(found["attendance_rate", ""].history) == 1


def test_the_goal_is_reached_by_the_exact_share_and_not_by_the_rounded_one(shelf):
    book = RuleBook(goals={"failing_grades": 125, "attendance_rate": 937})
    put(shelf, "failing_grades", NOW, 1250, 10_000)
    found = lines(shelf, book)
    assert (found["failing_grades", ""].from_goal, found["failing_grades", ""].reaches_goal) == (0, True)
    assert (found["attendance_rate", ""].from_goal, found["attendance_rate", ""].reaches_goal) == (1, True)
    put(shelf, "failing_grades", NOW, 1, 10_000, detail="x")
    put(shelf, "course_grades", NOW, 1251, 10_000, detail="Math")
    line = lines(shelf, RuleBook(goals={"course_grades": 125}))["course_grades", "Math"]
    assert (line.from_goal, line.reaches_goal) == (0, False)


def test_no_goal_is_shipped_and_one_for_what_is_no_measure_is_a_slip(shelf):
    assert AS_SHIPPED.goals == {}
    assert all(line.goal is None for line in lines(shelf).values())
    with pytest.raises(NotARule, match="no measure named membership"):
        checked(RuleBook(goals={"membership": 5}))


def test_the_history_has_one_point_a_month_the_last_of_it(shelf):
    for snapshot, count in (("2026-09-30", 5), ("2026-10-01", 6), (OCTOBER, 7), (LAST_WEEK, 8), (NOW, 9)):
        put(shelf, "failing_grades", snapshot, count, 100)
    assert [point.count for point in lines(shelf)["failing_grades", ""].history] == [5, 7, 9]


def test_a_school_of_two_is_hidden_by_school_and_so_is_the_one_that_would_tell_it(shelf):
    put(shelf, "membership", NOW, 128, 128, "S1")
    put(shelf, "membership", NOW, 2, 2, "S2")
    put(shelf, "attendance_rate", NOW, 7_400, 7_900, "S1")
    put(shelf, "attendance_rate", NOW, 100, 100, "S2")
    line = lines(shelf)["attendance_rate", ""]
    with shelf.counts_only() as taken, shelf.reading(NOBODY) as reading:
        told = by_school(taken, reading, line)
    assert [(one.name, one.hidden) for one in told] == [("Elm School", True), ("Oak School", True)]
