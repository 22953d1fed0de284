from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import Trouble
from appliance.sample import Kind, write_district
from appliance.sample.dice import dice
from appliance.sample.schools import GRADES, plan_schools, share_out
from appliance.sample.year import year_of
from tests.sample.written import invent


@pytest.mark.parametrize("students", [50, 300, 1000])
def test_a_small_district_works(tmp_path, students):
    written = invent(tmp_path, students=students)
    pupils = [row for row in written.oneroster("roles") if row["role"] == "student" and row["roleType"] == "primary"]
    assert len(pupils) == students
    assert len(written.told.people) == 7
    _, seen = written.students_of(written.person("teacher").staff_id)
    assert len(seen & {change.student_id for change in written.told.changes}) >= (4 if students < 300 else 7)


def test_a_district_without_room_for_a_student_in_each_grade_is_refused(tmp_path):
    with pytest.raises(Trouble, match="at least 40 students"):
        write_district(tmp_path, students=39, today=date(2026, 11, 20))


def test_in_summer_the_year_just_ended_is_shown_and_said(tmp_path):
    written = invent(tmp_path, students=60, today=date(2026, 7, 9))
    assert written.told.last_day == date(2026, 6, 5)
    assert "2025-2026" in written.told.note
    assert not any(row["inProgress"] == "true" for row in written.oneroster("results"))


def test_on_the_first_day_of_school_there_is_a_roster_and_nothing_has_changed_yet(tmp_path):
    written = invent(tmp_path, students=60, today=date(2026, 8, 17))
    assert written.school_days == ["2026-08-17"]
    assert written.told.changes == ()
    assert written.told.count_day == written.told.last_day == date(2026, 8, 17)
    assert written.told.note == ""
    assert not written.oneroster("results")
    assert written.oneroster("enrollments")


def test_in_the_third_week_days_may_have_changed(tmp_path):
    written = invent(tmp_path, students=300, today=date(2026, 9, 3))
    assert {change.kind for change in written.told.changes} == {Kind.MISSED_FOUR_OF_FIVE, Kind.LATE}


def test_in_the_first_quarter_no_grade_can_have_fallen_yet(tmp_path):
    written = invent(tmp_path, students=300, today=date(2026, 9, 25))
    kinds = {change.kind for change in written.told.changes}
    assert Kind.MISSED_FOUR_OF_FIVE in kinds
    assert not kinds & {Kind.GRADE_FELL, Kind.GRADE_ROSE, Kind.RECOVERED}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(today=st.dates(date(2024, 1, 1), date(2031, 12, 31)), seed=st.integers(0, 99))
def test_any_day_gives_a_district_whose_days_add_up(tmp_path, today, seed):
    written = invent(tmp_path, students=45, today=today, seed=seed)
    assert written.told.begins <= written.told.count_day <= written.told.last_day <= today
    for student, marks in written.marks.items():
        assert set(marks) <= set(written.enrolled[student])
    line_items = {row["sourcedId"] for row in written.oneroster("lineItems")}
    assert {row["lineItemSourcedId"] for row in written.oneroster("results")} <= line_items
    for row in written.oneroster("results"):
        assert row["inProgress"] == "true" or row["scoreDate"] <= today.isoformat()


@settings(max_examples=200, deadline=None)
@given(today=st.dates(date(2000, 1, 1), date(2099, 6, 1)))
def test_a_school_year_has_about_180_days_in_sessions_that_tile_it(today):
    year = year_of(today)
    assert 176 <= len(year.days) <= 185
    assert year.days[0] <= today
    assert today < year.days[-1] + timedelta(days=80)
    quarters = [session for session in year.sessions if session.type == "gradingPeriod"]
    for day in year.days:
        assert sum(quarter.begin <= day < quarter.end for quarter in quarters) == 1
    assert year.load[-1] == pytest.approx(len(year.days))


@given(students=st.integers(40, 500_000), seed=st.integers(0, 9))
def test_schools_hold_exactly_the_students_asked_for(students, seed):
    schools = plan_schools(students, dice(seed))
    assert sum(sum(school.students_by_grade.values()) for school in schools) == students
    assert {grade for school in schools for grade in school.students_by_grade} == set(GRADES)
    assert len({school.name for school in schools}) == len(schools)
    if students > 20_000:
        elementary = sum(school.is_elementary for school in schools) / len(schools)
        assert elementary == pytest.approx(0.6, abs=0.02)


@given(whole=st.integers(0, 10_000), weights=st.lists(st.floats(0.01, 100), min_size=1, max_size=40))
def test_shares_add_up_and_are_never_off_by_one_whole(whole, weights):
    parts = share_out(whole, weights)
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - whole * weight / sum(weights)) < 1
