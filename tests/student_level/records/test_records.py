"""Days, grades and tests of one student, and a school's weeks and groups."""

from datetime import date

import pytest

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.storage.database import Database, Event
from appliance.student_level.access import Viewer, reading_as
from appliance.student_level.records import schools, students
from appliance.student_level.records.attendance import DaysSoFar, weekly_shares
from appliance.student_level.records.enrollments import Enrollment
from appliance.student_level.records.marks import Mark
from appliance.web.charts import attendance_chart, bars_by_grade
from tests import maplewood

TODAY = day_number(maplewood.TODAY)
RUIZ = Viewer(2, "ruiz", "Mr. Ruiz", Role.PRINCIPAL, maplewood.RUIZ, TODAY)
BEGIN = day_number(maplewood.FIRST_DAY)


def grid_of(database: Database, nick: str, place: Enrollment | None = None) -> str:
    key = maplewood.KEY[nick]
    with reading_as(database, RUIZ) as reading:
        grid = students.day_grid(reading, place or Enrollment(key, maplewood.ELM, "07", BEGIN), key, TODAY, BEGIN - 50)
    assert grid
    assert grid.first_day == BEGIN
    return grid.codes


def test_adas_days_one_letter_a_weekday(town: Database) -> None:
    codes = grid_of(town, "ada")
    assert codes == "pppep" + "ppppp" + "npppp" + "ppppp" * 8 + "ppnpp" + "peeee"


def test_a_day_that_was_planned_but_not_taken_is_not_loaded(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM attendance_taken WHERE day = ?", (day_number(date(2026, 11, 19)),))
    assert grid_of(own_town, "ben").endswith("uppxp")


def test_days_before_a_student_came_are_blank(town: Database) -> None:
    place = Enrollment(maplewood.KEY["ben"], maplewood.ELM, "07", BEGIN + 7)
    assert grid_of(town, "ben", place).startswith("     pp")


@pytest.mark.parametrize(
    ("missed", "enrolled", "counts"), [(18, 180, True), (17, 180, False), (1, 10, True), (0, 10, False), (0, 0, False)]
)
def test_a_tenth_is_counted_in_whole_days(missed: int, enrolled: int, counts: bool) -> None:
    assert DaysSoFar(enrolled, missed, 0, 0).missed_a_tenth == counts


@pytest.mark.parametrize(
    ("mark", "letter", "shown"),
    [
        (Mark(85, None), "B", "B (85)"),
        (Mark(89.9, None), "B", "B (89.9)"),
        (Mark(90, None), "A", "A (90)"),
        (Mark(59.5, None), "F", "F (59.5)"),
        (Mark(85.12, "B+"), "B", "B+ (85.12)"),
        (Mark(None, "A-"), "A", "A-"),
        (Mark(None, "Absent"), None, "Absent"),
        (Mark(None, "E"), None, "E"),
        (Mark(3.0, None, 4.0), "C", "C (3)"),
        (Mark(None, None), None, ""),
    ],
)
def test_grades_as_districts_send_them(mark: Mark, letter: str | None, shown: str) -> None:
    assert (mark.letter, mark.shown) == (letter, shown)


def test_weekly_shares_skip_weeks_without_school_and_before_the_student_came() -> None:
    monday = day_number(date(2026, 11, 2))
    taken = [monday, monday + 1, monday + 14, monday + 15, monday + 16, monday + 17]
    assert weekly_shares(taken, 0, frozenset({monday + 15})) == (100, 75)
    assert weekly_shares(taken, monday + 2, frozenset()) == (100,)
    assert weekly_shares([], 0, frozenset()) == ()


def test_a_schools_weeks_begin_on_monday(town: Database) -> None:
    with reading_as(town, RUIZ) as reading:
        weeks = schools.weeks(reading, maplewood.ELM, BEGIN, TODAY)
    assert weeks[0].monday == BEGIN
    assert len(weeks) == 13
    assert weeks[-1] == schools.Week(day_number(date(2026, 11, 16)), 55, 6)
    assert weeks[-1].attended == 89.1


def test_the_chart_has_a_point_a_week_and_the_same_numbers_in_its_table(town: Database) -> None:
    with reading_as(town, RUIZ) as reading:
        weeks = schools.weeks(reading, maplewood.ELM, BEGIN, TODAY)
    before = [schools.Week(schools.last_year(week.monday), 100, 8) for week in weeks]
    chart = attendance_chart(weeks, before)
    assert chart
    assert [len(series.points) for series in chart.series] == [13, 13]
    assert chart.rows[-1] == ("Nov 16", "89.1%", "92.0%")
    assert chart.heading == "Attendance is 2.9 points below last year"
    ends = [series.end_y for series in chart.series]
    assert abs(ends[0] - ends[1]) >= 18
    assert all(0 <= y <= chart.height for series in chart.series for _, y in series.points)
    assert attendance_chart(weeks[:1], []) is None


def test_small_grades_are_a_dashed_box() -> None:
    shares = (schools.Share("06", 3, 30), schools.Share("07", 2, 9, hidden=True))
    bars = bars_by_grade(shares)
    assert bars[0].value == 10.0
    assert bars[1].value is None
    assert bars[1].beside == "fewer than 10, not shown"


def test_a_change_within_the_margin_may_be_chance(town: Database) -> None:
    with reading_as(town, RUIZ) as reading:
        latest, first = students.tests_of(reading, maplewood.KEY["ada"], TODAY)
    assert latest.since_last == "up 3; may be chance, the margin is 4"
    assert first.since_last == ""
