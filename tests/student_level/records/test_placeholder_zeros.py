"""A zero that a teacher enters ahead of the work waits three days: nobody is named for it, and no class counts it."""

import pytest

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.storage.database import Event
from appliance.student_level.access import Viewer, reading_as
from appliance.student_level.records.courses import courses_now
from appliance.student_level.records.roster import class_roster
from appliance.student_level.records.rule_book import AS_SHIPPED
from tests import maplewood
from tests.learning_marks import put_standards

TODAY = day_number(maplewood.TODAY)
OKAFOR = Viewer(1, "okafor", "Ms. Okafor", Role.TEACHER, maplewood.OKAFOR, TODAY)
HAL, QUARTER_2 = maplewood.KEY["hal"], maplewood.SCIENCE * 10 + 2


def enter(town, score, *, due=None, scored=None, missing=0):
    """Hal's grade of the second quarter, or a piece of his work, as Ms. Okafor entered it."""
    with town.changing(Event("test", Action.IMPORT)) as tables:
        if missing:
            item = {"line_item_key": 990, "section_key": maplewood.SCIENCE, "title": "Lab 9", "kind": "assignment",
                    "due_day": due}  # fmt: skip
            tables.table("line_item").insert(item)
            row = (HAL, 990, None, scored, 1)
            tables.execute(
                "INSERT INTO grade (student_key, line_item_key, score, scored_day, is_missing) VALUES (?, ?, ?, ?, ?)",
                row,
            )
        else:
            tables.execute("UPDATE line_item SET due_day = ? WHERE line_item_key = ?", (due, QUARTER_2))
            tables.execute(
                "UPDATE grade SET score = ?, scored_day = ? WHERE student_key = ? AND line_item_key = ?",
                (score, scored, HAL, QUARTER_2),
            )


def hal(town):
    """What a class page and the rules of This week see of Hal in science: his mark, and his missing work in both."""
    with reading_as(town, OKAFOR) as reading:
        found = class_roster(reading, maplewood.SCIENCE, today=TODAY, school_year=2027, book=AS_SHIPPED)
        line = next(one for one in found.lines if one.student_key == HAL)
        course = next(one for one in courses_now(reading, TODAY, only_own=True, students=[HAL])[HAL])
    return line.mark, course.now.shown, line.missing, course.missing


@pytest.mark.parametrize(
    ("days_ago", "mark"), [(-10, "B (82)"), (0, "B (82)"), (2, "B (82)"), (3, "F (0)"), (30, "F (0)")]
)
def test_a_zero_counts_from_the_third_day_after_its_due_day(own_town, days_ago, mark):
    enter(own_town, 0.0, due=TODAY - days_ago, scored=TODAY - 20)
    assert hal(own_town)[:2] == (mark, mark)


def test_without_a_due_day_it_waits_from_the_day_it_was_given(own_town):
    enter(own_town, 0.0, scored=TODAY - 2)
    assert hal(own_town)[0] == "B (82)"
    enter(own_town, 0.0, scored=TODAY - 3)
    assert hal(own_town)[0] == "F (0)"


def test_any_other_low_grade_counts_at_once(own_town):
    enter(own_town, 1.0, due=TODAY, scored=TODAY)
    assert hal(own_town)[0] == "F (1)"


@pytest.mark.parametrize(("days_ago", "missing"), [(-5, 0), (0, 0), (2, 0), (3, 1), (30, 1)])
def test_work_is_missing_from_the_third_day_after_it_was_due(own_town, days_ago, missing):
    enter(own_town, None, due=TODAY - days_ago, missing=1)
    assert hal(own_town)[2:] == (missing, missing)


def test_a_section_with_no_grades_says_nothing_of_anybody(own_town):
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM grade WHERE line_item_key IN (SELECT line_item_key FROM line_item"
                       " WHERE section_key = ?)", (maplewood.SCIENCE,))  # fmt: skip
    with reading_as(own_town, OKAFOR) as reading:
        found = class_roster(reading, maplewood.SCIENCE, today=TODAY, school_year=2027, book=AS_SHIPPED)
        now = courses_now(reading, TODAY, only_own=True, students=[HAL])
    assert {(line.mark, line.missing) for line in found.lines} == {("", 0)}
    assert now == {}


@pytest.mark.parametrize(("days_ago", "level"), [(0, "not yet assessed"), (2, "not yet assessed"), (3, "beginning")])
def test_a_zero_entered_ahead_is_no_level_of_a_standard_either(own_town, days_ago, level):
    put_standards(own_town, ("hal", TODAY - days_ago, 0, None))
    with reading_as(own_town, OKAFOR) as reading:
        found = class_roster(reading, maplewood.SCIENCE, today=TODAY, school_year=2027, book=AS_SHIPPED)
    assert {one.words for one in found.standards.of(HAL)} == {level}
