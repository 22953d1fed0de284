"""The rules of *This week*, each with an example on both sides of its line."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.days import day_number
from appliance.student_level.records.going_well import going_well, is_news
from appliance.student_level.records.marks import Mark, fell_far, letters_between
from appliance.student_level.records.rule_book import AS_SHIPPED
from appliance.student_level.records.rules import RULES, CourseNow, Situation, happenings
from appliance.student_level.records.this_week import news_of

FRIDAY = date(2026, 11, 20)
TODAY = day_number(FRIDAY)


def school_days(count: int) -> list[int]:
    """So many weekdays up to that Friday, newest first."""
    days = [FRIDAY - timedelta(days=offset) for offset in range(count * 2)]
    return [day_number(day) for day in days if day.weekday() < 5][:count]


def student(
    pattern: str = "", *, enrolled: int = 60, missed: int | None = None, courses: list[CourseNow] | None = None
):
    """`pattern` tells the last days, oldest first: `.` here, `A` away, `L` late. Before it: here."""
    days = school_days(45)
    marks = dict(zip(days, reversed(pattern), strict=False))
    away = frozenset(day for day, mark in marks.items() if mark == "A")
    late = frozenset(day for day, mark in marks.items() if mark == "L")
    return Situation(days, away, late, enrolled, len(away) if missed is None else missed, True, courses or [])


def told(situation: Situation, today: int = TODAY) -> str:
    return " ".join(one.text for one in news_of(situation, AS_SHIPPED, today))


@pytest.mark.parametrize(
    ("pattern", "on_the_list"),
    [("AAAA.", True), (".AAAA", True), ("AA.AA", True), ("AAA..", False), ("LLLLL", False), ("AAAA..........", False)],
)
def test_missing_four_of_the_last_five_days(pattern: str, on_the_list: bool) -> None:
    assert ("of the last 5 school days" in told(student(pattern))) == on_the_list


def test_what_put_a_name_on_mondays_list_stands_on_the_students_page_all_week() -> None:
    assert "on Monday’s list: missed 4 of the last 5 school days (Nov 9 to 13)" in told(student("AAAA....."))
    now = told(student("AAAA.AAAA"))
    assert "missed 4 of the last 5 school days (Nov 16 to 20)" in now
    assert "Nov 13" not in now


def test_what_was_missed_before_is_told_when_it_was_little() -> None:
    assert "had missed 2 before that" in told(student("AA.....AAAA."))
    assert "before that" not in told(student("AAAAA....AAAA."))


@pytest.mark.parametrize(
    ("pattern", "on_the_list"),
    [("A....A....A....", True), ("A.........A....", False), ("....A....A....A", False), ("A....L....A....", False)],
)
def test_three_mondays_in_a_row(pattern: str, on_the_list: bool) -> None:
    assert ("absent three Mondays in a row (Nov 2, Nov 9, Nov 16)" in told(student(pattern))) == on_the_list


@pytest.mark.parametrize(
    ("pattern", "on_the_list"),
    [("LLLLL...", True), ("L.L.L.LL", True), ("LLLL....", False), ("LLLLL....", False), ("AAALLLL.", False)],
)
def test_late_five_of_the_last_eight_days(pattern: str, on_the_list: bool) -> None:
    assert ("late on 5 of the last 8" in told(student(pattern))) == on_the_list


@pytest.mark.parametrize(
    ("missed", "enrolled", "pattern", "on_the_list"),
    [
        (6, 60, "....A", True),
        (6, 61, "....A", False),
        (6, 60, "A....", True),
        (6, 60, "A.....", False),
        (7, 60, ".....", False),
        (2, 20, "....A", True),
        (2, 19, "....A", False),
    ],
)
def test_reaching_a_tenth_of_the_days_within_the_last_five(
    missed: int, enrolled: int, pattern: str, on_the_list: bool
) -> None:
    told_today = [one.text for one in news_of(student(pattern, enrolled=enrolled, missed=missed), AS_SHIPPED, TODAY)]
    assert any(text.startswith("reached 10%") for text in told_today) == on_the_list


def test_the_day_of_reaching_a_tenth_is_named() -> None:
    news = told(student("..A..", enrolled=60, missed=6))
    assert news == "reached 10% of days missed on Wednesday, Nov 18 (6 of 60 by Nov 20)."


@given(st.text(alphabet=".AL", min_size=5, max_size=45), st.integers(0, 40), st.integers(0, 120))
def test_who_is_told_to_have_reached_a_tenth_is_there(pattern: str, before: int, more: int) -> None:
    away = pattern.count("A")
    situation = student(pattern, enrolled=len(pattern) + before + more, missed=away + before)
    if any(one.text.startswith("reached 10%") for one in news_of(situation, AS_SHIPPED, TODAY)):
        assert situation.days_missed * 10 >= situation.days_enrolled
        before_that = [
            (situation.days_missed - pattern[-days:].count("A"), situation.days_enrolled - days) for days in range(1, 6)
        ]
        assert any(missed * 10 < enrolled for missed, enrolled in before_that)


def course(before: Mark, now: Mark, missing: int = 0) -> CourseNow:
    return CourseNow("Science 7", now, before, "Quarter 1", TODAY - 3, missing, TODAY - 3)


@pytest.mark.parametrize(
    ("before", "now", "on_the_list"),
    [
        (Mark(85, None), Mark(65, None), True),
        (Mark(85, None), Mark(66, None), True),
        (Mark(84, None), Mark(70, None), False),
        (Mark(89, None), Mark(69, None), True),
        (Mark(98, None), Mark(78, None), True),
        (Mark(98, None), Mark(80, None), False),
        (Mark(None, "B+"), Mark(None, "D"), True),
        (Mark(None, "B"), Mark(None, "C-"), False),
        (Mark(3.4, None, 4.0), Mark(2.5, None, 4.0), True),
        (Mark(None, "Pass"), Mark(None, "Incomplete"), False),
    ],
)
def test_a_grade_that_fell_by_two_letters_or_twenty_points(before: Mark, now: Mark, on_the_list: bool) -> None:
    assert ("Science 7 went from" in told(student(courses=[course(before, now)]))) == on_the_list


def test_five_missing_assignments_are_told_once_and_with_the_grade_when_it_fell() -> None:
    same = Mark(80, None)
    assert told(student(courses=[course(same, same, 5)])) == "5 assignments missing in Science 7."
    assert told(student(courses=[course(same, same, 4)])) == ""
    assert told(student(courses=[course(Mark(85, None), Mark(64, None), 5)])) == (
        "Science 7 went from B (85) in Quarter 1 to D (64); 5 assignments missing."
    )


def test_what_happened_four_weeks_ago_is_not_told_any_more() -> None:
    situation = student("AAAAA")
    assert told(situation, TODAY + 27)
    assert told(situation, TODAY + 28) == ""


def test_without_attendance_nothing_is_told_about_days_and_nothing_is_praised() -> None:
    unknown = Situation([], frozenset(), frozenset(), 0, 0, False)
    assert happenings(unknown) == []
    assert going_well(unknown) == []


def test_what_goes_well() -> None:
    good = [CourseNow(f"Course {n}", Mark(90 - n, None), Mark(90 - n, None), "Quarter 1", TODAY) for n in range(3)]
    assert going_well(student(courses=good)) == ["B or better in all three courses", "has not missed one of 60 days"]
    rose = [course(Mark(75, None), Mark(84, None))]
    assert going_well(student("A", courses=rose, missed=1))[0] == "Science 7 up from C (75) to B (84) since Quarter 1"
    assert going_well(student("A" + "." * 20, missed=4)) == ["here every day for four weeks"]
    streak = is_news(student("A" + "." * 20, missed=4))
    assert streak
    assert streak.text == "here every day for four weeks, after missing days before"
    assert streak.day == TODAY
    later = is_news(student("A" + "." * 22, missed=4))
    assert later
    assert later.day == TODAY - 2
    assert is_news(student("." * 40, missed=0)) is None


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_grade_that_did_not_fall_never_fell_far(first: float, second: float) -> None:
    before, now = Mark(min(first, second), None), Mark(max(first, second), None)
    assert not fell_far(before, now, 20)
    assert (letters_between(before, now) or 0) >= 0


def test_every_rule_says_its_numbers_and_looks_at_nothing_but_days_and_grades() -> None:
    assert len(RULES) == 6
    for rule in RULES:
        assert "{" not in rule.meaning
    assert set(Situation.__dataclass_fields__) == {
        "days", "missed", "late", "days_enrolled", "days_missed", "takes_part_in_attendance", "courses",
    }  # fmt: skip
