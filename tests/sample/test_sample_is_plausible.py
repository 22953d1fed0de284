from collections import Counter
from datetime import date
from statistics import correlation, mean

import pytest


def rate_on(maplewood, wanted):
    """Share of enrolled students who were there, over the days that `wanted` picks."""
    enrolled, missed = 0, 0
    for student, days in maplewood.enrolled.items():
        picked = [day for day in days if wanted(date.fromisoformat(day))]
        enrolled += len(picked)
        missed += len(maplewood.missed(student).intersection(picked))
    return 1 - missed / enrolled


def test_about_94_of_100_students_are_there(maplewood):
    assert 0.925 <= rate_on(maplewood, lambda day: True) <= 0.955


def test_mondays_and_fridays_are_worse_than_wednesdays(maplewood):
    monday, wednesday, friday = (
        rate_on(maplewood, lambda day, weekday=weekday: day.weekday() == weekday) for weekday in (0, 2, 4)
    )
    assert monday < wednesday - 0.005
    assert friday < wednesday - 0.005


def test_flu_is_about_for_two_weeks_from_the_end_of_october(maplewood):
    flu = rate_on(maplewood, lambda day: date(2026, 10, 26) <= day < date(2026, 11, 9))
    before = rate_on(maplewood, lambda day: date(2026, 9, 28) <= day < date(2026, 10, 26))
    assert flu < before - 0.01


def test_a_small_part_of_the_students_misses_a_tenth_of_the_days(maplewood):
    judged = {student: days for student, days in maplewood.enrolled.items() if len(days) >= 10}
    chronic = [student for student, days in judged.items() if 10 * len(maplewood.missed(student)) >= len(days)]
    assert 0.06 <= len(chronic) / len(judged) <= 0.15
    assert max(len(maplewood.missed(student)) for student in chronic) >= 15, "the tail is heavy"


def test_kindergarten_misses_more_than_grade_4(maplewood):
    grades = {row["student_id"]: row["grade_level"] for row in maplewood.export("school_enrollment")}

    def missed(grade):
        return mean(len(maplewood.missed(student)) for student in maplewood.enrolled if grades[student] == grade)

    assert missed("KG") > missed("04")


def test_who_comes_gets_better_grades(maplewood):
    grades = {}
    for row in maplewood.oneroster("results"):
        if row["textScore"]:
            grades.setdefault(row["studentSourcedId"].removeprefix("stu-"), []).append(int(row["score"]))
    present = [1 - len(maplewood.missed(student)) / len(maplewood.enrolled[student]) for student in grades]
    assert correlation(present, [mean(own) for own in grades.values()]) > 0.25


def test_who_is_good_at_math_is_mostly_good_at_english(maplewood):
    levels = ("Beginning", "Getting there", "Meets", "Exceeds")
    tests = maplewood.export("tests")
    assert {row["performance_level"] for row in tests} == set(levels)
    math = {row["student_id"]: row for row in tests if row["assessment_id"].startswith("BENCH-MATH")}
    ela = {row["student_id"]: row for row in tests if row["assessment_id"].startswith("BENCH-ELA")}
    both = sorted(math.keys() & ela.keys())
    assert (
        correlation(*([levels.index(of[student]["performance_level"]) for student in both] for of in (math, ela))) > 0.4
    )
    assert all(float(row["standard_error"]) > 0 for row in tests)


def test_children_are_as_old_as_their_grades(maplewood):
    grades = {row["sourcedId"]: row["grades"] for row in maplewood.oneroster("users")}
    for row in maplewood.oneroster("demographics"):
        usual = 5 + (0 if grades[row["sourcedId"]] == "KG" else int(grades[row["sourcedId"]]))
        born = date.fromisoformat(row["birthDate"])
        age = 2026 - born.year - ((born.month, born.day) > (9, 1))
        assert usual <= age <= usual + 1


def test_few_students_share_a_name_but_some_do(maplewood):
    names = Counter((row["givenName"], row["familyName"]) for row in maplewood.oneroster("users") if row["email"] == "")
    shared = sum(count for count in names.values() if count > 1)
    assert 2 <= shared <= 100
    assert any(len(given) == 1 for given, _ in names)
    assert any(len(given) + len(family) > 50 for given, family in names)
    for mark in ("'", "-", " ", "ñ"):
        assert any(mark in family for _, family in names)


@pytest.mark.parametrize(
    ("program", "least", "most"),
    [
        ("English learner", 0.05, 0.25),
        ("Special education", 0.10, 0.20),
        ("Section 504", 0.01, 0.06),
        ("Economically disadvantaged", 0.30, 0.65),
        ("Gifted and talented", 0.02, 0.12),
        ("Migrant", 0.001, 0.03),
        ("Homeless", 0.005, 0.06),
        ("Foster care", 0.001, 0.02),
        ("Military family", 0.002, 0.06),
    ],
)
def test_programs_have_the_shares_of_a_real_district(maplewood, program, least, most):
    students = {row["student_id"] for row in maplewood.export("programs") if row["program"] == program}
    assert least <= len(students) / 2000 <= most


def test_some_groups_are_small_enough_to_need_protection(maplewood):
    schools = {row["student_id"]: row["school_id"] for row in maplewood.export("school_enrollment")}
    sizes = Counter((schools[row["student_id"]], row["program"]) for row in maplewood.export("programs"))
    assert sum(1 <= size <= 9 for size in sizes.values()) >= 4
    assert sum(size >= 10 for size in sizes.values()) >= 10


def test_classes_have_about_24_students_and_teachers_five_classes(maplewood):
    periods = {row["sourcedId"]: row["periods"] for row in maplewood.oneroster("classes") if row["periods"]}
    taught, seated, sizes = Counter(), Counter(), Counter()
    for row in maplewood.oneroster("enrollments"):
        if row["classSourcedId"] in periods and row["role"] == "teacher":
            taught[row["userSourcedId"]] += 1
        elif row["classSourcedId"] in periods:
            seated[row["userSourcedId"]] += 1
            sizes[row["classSourcedId"]] += 1
    assert 20 <= mean(sizes.values()) <= 26
    assert 4 <= mean(taught.values()) <= 5
    assert set(seated.values()) == {6}


def test_nobody_is_in_two_classes_at_once(maplewood):
    periods = {row["sourcedId"]: row["periods"] for row in maplewood.oneroster("classes") if row["periods"]}
    visitors = {row["userSourcedId"] for row in maplewood.oneroster("roles") if row["roleType"] == "secondary"}
    busy = Counter(
        (row["userSourcedId"], periods[row["classSourcedId"]])
        for row in maplewood.oneroster("enrollments")
        if row["classSourcedId"] in periods and row["userSourcedId"] not in visitors
    )
    assert set(busy.values()) == {1}
