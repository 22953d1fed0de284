"""The list of names, as the database answers."""

from datetime import date

import pytest

from appliance.actions import Action, Role
from appliance.days import day_number
from appliance.storage.database import Database, Event, Reading
from appliance.student_level.access import Viewer, reading_as
from appliance.student_level.records.rule_book import AS_SHIPPED, Line, RuleBook
from appliance.student_level.records.rules import RULES
from appliance.student_level.records.this_week import ThisWeek, this_week
from appliance.student_level.staging.attendance_codes import DAILY
from tests import maplewood

TODAY = day_number(maplewood.TODAY)


def week_of(
    database: Database,
    username: str,
    *,
    today: int = TODAY,
    school: int | None = None,
    own: bool = False,
    book: RuleBook = AS_SHIPPED,
) -> ThisWeek:
    role, staff_key, name = maplewood.ACCOUNTS[username]
    with reading_as(database, Viewer(1, username, name, role, staff_key, today)) as reading:
        return this_week(reading, today=today, school_year=2027, book=book, school_key=school, only_own_classes=own)


def called(week: ThisWeek) -> list[str]:
    return [line.name.given_name for line in week.listed]


def test_the_newest_comes_first_then_the_name(town: Database) -> None:
    assert called(week_of(town, "okafor")) == ["Ada", "Eve", "Cleo", "Dev", "Ben", "Fay"]


def test_a_counselor_sees_the_caseload_and_a_principal_the_school(town: Database) -> None:
    assert called(week_of(town, "wu")) == ["Ada", "Ben"]
    assert called(week_of(town, "ruiz", school=maplewood.ELM)) == ["Ada", "Eve", "Cleo", "Dev", "Ben", "Fay"]
    assert called(week_of(town, "lind")) == ["Oscar"]


def test_a_list_is_never_longer_than_ten_and_says_how_many_wait(own_town: Database) -> None:
    days = [day_number(day) for day in maplewood.school_days()[-5:]]
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for key in maplewood.KEY.values():
            for day in days:
                absent = "INSERT OR REPLACE INTO attendance_day VALUES (?, ?, ?, NULL, NULL)"
                tables.execute(absent, (key, day, DAILY["excused"]))
    week = week_of(own_town, "ruiz", school=maplewood.ELM)
    assert len(week.listed) == 10
    assert week.waiting == 1


@pytest.mark.parametrize(
    ("kind", "days_ago", "listed"),
    [("talked", 0, False), ("talked", 2, False), ("talked", 14, True), ("not_needed", 20, False), ("talked", 1, False)],
)
def test_a_check_in_keeps_a_name_away_for_a_while(own_town: Database, kind: str, days_ago: int, listed: bool) -> None:
    with own_town.changing(Event("okafor", Action.RECORD_CHECK_IN)) as tables:
        row = (maplewood.KEY["ada"], 1, TODAY - days_ago, kind)
        tables.execute("INSERT INTO check_in (student_key, account_key, day, kind) VALUES (?, ?, ?, ?)", row)
    assert ("Ada" in called(week_of(own_town, "okafor"))) == listed


def test_without_a_word_a_name_leaves_after_four_weeks(town: Database) -> None:
    last = day_number(maplewood.school_days()[-1])
    assert "Ada" in called(week_of(town, "okafor", today=last + 27))
    assert "Ada" not in called(week_of(town, "okafor", today=last + 28))


def test_a_teachers_list_knows_grades_of_ones_own_classes_only(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(
            "UPDATE grade SET score = 40 WHERE line_item_key = ? AND student_key = ?",
            (maplewood.READING * 10 + 2, maplewood.KEY["hal"]),
        )
    assert "Hal" not in called(week_of(own_town, "okafor", own=True))
    assert "Hal" in called(week_of(own_town, "ruiz", school=maplewood.ELM))


def test_pre_kindergarten_stays_out_of_the_rules_about_days(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE school_enrollment SET grade_level = 'PK' WHERE student_key = ?", (maplewood.KEY["ada"],))
    assert "Ada" not in called(week_of(own_town, "okafor"))


def test_a_student_in_two_schools_is_named_once_and_with_the_school_entered_last(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(
            "INSERT INTO school_enrollment VALUES (?, ?, ?, NULL, '07', NULL, NULL)",
            (maplewood.KEY["ada"], maplewood.OAK, day_number(date(2026, 11, 1))),
        )
    assert called(week_of(own_town, "okafor")).count("Ada") <= 1
    week = week_of(own_town, "ruiz", school=maplewood.ELM)
    assert week.students == 11
    assert called(week).count("Ada") == 1


def test_days_before_a_student_came_are_not_days_missed(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        came = day_number(maplewood.school_days()[-3])
        tables.execute("UPDATE school_enrollment SET begin_day = ? WHERE student_key = ?", (came, maplewood.KEY["ada"]))
    assert "Ada" not in called(week_of(own_town, "okafor"))


def test_the_number_of_questions_does_not_grow_with_the_students(
    own_town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Reading.query
    monkeypatch.setattr(Reading, "query", lambda self, sql, values=None: asked.append(sql) or real(self, sql, values))
    week_of(own_town, "wu")
    few = len(asked)
    asked.clear()
    week_of(own_town, "ruiz", school=maplewood.ELM)
    assert len(asked) == few
    assert few <= 21


def test_no_data_is_not_good_news(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for table in ("attendance_day", "attendance_taken", "student_attendance", "grade"):
            tables.execute(f"DELETE FROM {table}")
    week = week_of(own_town, "okafor")
    assert week.attendance_until is None
    assert not week.has_grades
    assert week.listed == ()
    assert week.good_news == ()


def test_roles_without_students_have_no_list() -> None:
    assert Role.DATA_STEWARD not in {row[0] for name, row in maplewood.ACCOUNTS.items() if name in ("okafor", "wu")}


def test_the_list_is_made_on_monday_and_stands_still_until_the_next(own_town: Database) -> None:
    friday_before = day_number(maplewood.school_days()[-1])
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM attendance_day WHERE student_key = ?", (maplewood.KEY["gus"],))
        tables.execute("DELETE FROM check_in")
    monday = called(week_of(own_town, "okafor"))
    assert "Gus" not in monday
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for day in range(TODAY, TODAY + 5):
            tables.execute("INSERT INTO attendance_taken VALUES (?, ?)", (maplewood.ELM, day))
            tables.execute("UPDATE student_attendance SET days_enrolled = days_enrolled + 1")
            row = (maplewood.KEY["gus"], day, DAILY["unexcused"])
            tables.execute("INSERT INTO attendance_day VALUES (?, ?, ?, NULL, NULL)", row)
    thursday = week_of(own_town, "okafor", today=TODAY + 3)
    assert called(thursday) == monday
    assert thursday.made_on == TODAY > friday_before
    assert "Gus" in called(week_of(own_town, "okafor", today=TODAY + 7))


def test_a_name_still_leaves_during_the_week_when_somebody_has_talked(own_town: Database) -> None:
    assert "Ada" in called(week_of(own_town, "okafor", today=TODAY + 2))
    with own_town.changing(Event("okafor", Action.RECORD_CHECK_IN)) as tables:
        row = (maplewood.KEY["ada"], 1, TODAY + 2, "talked")
        tables.execute("INSERT INTO check_in (student_key, account_key, day, kind) VALUES (?, ?, ?, ?)", row)
    assert "Ada" not in called(week_of(own_town, "okafor", today=TODAY + 2))


def test_a_district_may_draw_the_lines_elsewhere(own_town: Database) -> None:
    nothing = RuleBook(lines={rule.name: Line(rule.at_least, rule.window, is_on=False) for rule in RULES})
    assert called(week_of(own_town, "okafor", book=nothing)) == []
    assert len(called(week_of(own_town, "okafor", book=RuleBook(most_names=2)))) == 2
