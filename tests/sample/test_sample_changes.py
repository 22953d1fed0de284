"""What the district says has changed this week is really so in the files."""

import pytest

from appliance.sample import Kind


@pytest.fixture(scope="module")
def at_cottonwood(maplewood):
    """The changes at Ana Rivera's school, by kind."""
    school = next(
        row["identifier"] for row in maplewood.oneroster("orgs") if row["name"] == maplewood.person("principal").school
    )
    return {change.kind: change for change in maplewood.told.changes if change.school_id == school}


def test_tom_hale_teaches_five_classes_and_sees_each_kind_of_change(maplewood, at_cottonwood):
    tom = maplewood.person("teacher")
    classes, students = maplewood.students_of(tom.staff_id)
    assert len(classes) == 5
    assert tom.sees == f"{len(students)} students in 5 classes at Cottonwood Middle School"
    assert set(at_cottonwood) == set(Kind)
    assert {change.student_id for change in at_cottonwood.values()} <= students
    for kind in (Kind.GRADE_FELL, Kind.GRADE_ROSE):
        assert at_cottonwood[kind].class_key in classes


def test_every_school_has_a_few_changes(maplewood):
    schools = [row["identifier"] for row in maplewood.oneroster("orgs") if row["type"] == "school"]
    for school in schools:
        assert 3 <= sum(change.school_id == school for change in maplewood.told.changes) <= 7


def test_dana_wus_caseload_holds_those_students_and_a_manageable_number(maplewood, at_cottonwood):
    dana = maplewood.person("counselor")
    caseload = {row["student_id"] for row in maplewood.export("caseload") if row["staff_id"] == dana.staff_id}
    assert 80 <= len(caseload) <= 150
    assert {change.student_id for change in at_cottonwood.values()} <= caseload


def test_the_demo_people_are_in_the_roster_under_their_names(maplewood):
    users = {row["identifier"]: row for row in maplewood.oneroster("users")}
    expected = [
        ("data_steward", "Sam Ortiz"), ("superintendent", "Grace Lindqvist"), ("teacher", "Tom Hale"),
        ("teacher", "Joy Amadi"), ("principal", "Ana Rivera"), ("assistant_principal", "Kit Abel"),
        ("counselor", "Dana Wu"),
    ]  # fmt: skip
    told = []
    for person in maplewood.told.people:
        row = users[person.staff_id]
        told.append((person.role, f"{row['givenName']} {row['familyName']}"))
        assert row["username"] == person.username
    assert told == expected


def test_joy_amadi_teaches_math_to_students_whose_growth_on_a_math_test_is_told(maplewood):
    joy = next(person for person in maplewood.told.people if person.family == "Amadi")
    classes, students = maplewood.students_of(joy.staff_id)
    titles = {row["title"] for row in maplewood.oneroster("classes") if row["sourcedId"] in classes}
    assert sum("Math" in title for title in titles) >= 3
    assert joy.sees == f"{len(students)} students in {len(classes)} classes at Cottonwood Middle School"
    grown = {row["student_id"] for row in maplewood.export("test_growth") if "MATH" in row["assessment_id"].upper()}
    assert len(students & grown) > len(students) / 2


def changed(maplewood, kind):
    return [change for change in maplewood.told.changes if change.kind == kind]


def test_missed_four_of_the_last_five_days_after_good_attendance(maplewood):
    last = maplewood.school_days[-5:]
    for change in changed(maplewood, Kind.MISSED_FOUR_OF_FIVE):
        missed = maplewood.missed(change.student_id)
        assert len(missed.intersection(last)) == 4
        assert len(missed.difference(last)) <= 1


def test_absent_on_three_mondays(maplewood):
    for change in changed(maplewood, Kind.THREE_MONDAYS):
        assert maplewood.missed(change.student_id) == {"2026-11-02", "2026-11-09", "2026-11-16"}


def test_late_on_five_of_the_last_eight_days(maplewood):
    for change in changed(maplewood, Kind.LATE):
        assert len(maplewood.late(change.student_id).intersection(maplewood.school_days[-8:])) == 5
        assert len(maplewood.late(change.student_id)) == 5


def test_reached_a_tenth_of_the_days_this_week(maplewood):
    days = maplewood.school_days
    for change in changed(maplewood, Kind.CROSSED_TENTH):
        missed = maplewood.missed(change.student_id)
        assert 10 * len(missed) >= len(days)
        for place in range(10, len(days) - 5):
            assert 10 * len(missed.intersection(days[:place])) < place


def test_recovered_after_many_absences(maplewood):
    for change in changed(maplewood, Kind.RECOVERED):
        missed = maplewood.missed(change.student_id)
        assert len(missed) >= 5
        assert not missed.intersection(maplewood.school_days[-20:])


def grades(maplewood, change):
    return [row["textScore"] for _, row in maplewood.results("cat-grade", change.student_id, change.class_key)]


def test_a_grade_fell_and_assignments_are_missing(maplewood):
    for change in changed(maplewood, Kind.GRADE_FELL):
        assert grades(maplewood, change) == ["B", "D"]
        newest = maplewood.results("cat-assignment", change.student_id, change.class_key)[-6:]
        assert [row["missing"] for _, row in newest].count("true") == 5
        assert all((row["score"] == "") == (row["missing"] == "true") for _, row in newest)


def test_a_grade_rose(maplewood):
    for change in changed(maplewood, Kind.GRADE_ROSE):
        assert grades(maplewood, change) == ["C", "B+"]
