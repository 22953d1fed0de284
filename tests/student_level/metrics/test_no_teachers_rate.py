"""No teacher's share of D and F can be read, or worked out by subtraction, from departments and courses together."""

from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database as Tables

from appliance.student_level.metrics.catalogue import metrics

ELM, OAK, ASH = 1, 2, 3
SUBJECTS = ("Art", "Math")
SQL = {metric.name: metric.sql for metric in metrics() if metric.name in ("course_grades", "grades_by_course")}
CLASSES = st.lists(
    st.tuples(
        st.sampled_from((ELM, OAK, ASH)),
        st.sampled_from(SUBJECTS),
        st.sampled_from(("I", "II")),
        st.sampled_from(("Okafor", "Lind", "Wu", "Ruiz")),
    ),
    min_size=1,
    max_size=9,
    unique=True,
)
"""(school, subject, course, teacher): a class each."""


def counted(classes: list[tuple[int, str, str, str]]) -> tuple[dict, dict]:
    """What the shelf holds of these classes: (school, department) and (school, course) -> how many grades.

    Class n has 2^n grades, so that a sum says of which classes it is.
    """
    tables = Tables(memory=True)
    tables.conn.executescript(
        """
        CREATE TABLE reporting_marks (student_key, school_key, section_key, subject, place_in_time, is_below_c);
        CREATE TABLE teaching (staff_key, section_key);
        CREATE TABLE section (section_key, course_key);
        CREATE TABLE course (course_key, title);
        """
    )
    for number, (school, subject, course, teacher) in enumerate(classes):
        title = f"{subject} {course}"
        tables.execute("INSERT INTO teaching VALUES (?, ?)", (teacher, number))
        tables.execute("INSERT INTO section VALUES (?, ?)", (number, title))
        tables.execute("INSERT INTO course SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM course WHERE title = ?)",
                       (title, title, title))  # fmt: skip
        rows = [(student, school, number, subject) for student in range(2**number)]
        tables.conn.executemany("INSERT INTO reporting_marks VALUES (?, ?, ?, ?, 1, 0)", rows)
    both = []
    for name in ("course_grades", "grades_by_course"):
        sql = f"SELECT place_key, detail, sum(out_of) FROM ({SQL[name]}) GROUP BY 1, 2"
        both.append({(place, detail): number for place, detail, number in tables.execute(sql).fetchall()})
    tables.close()
    return both[0], both[1]


def teachers(classes: list[tuple[int, str, str, str]], grades: int) -> set[str]:
    """Whose grades a sum of so many is: it names its classes."""
    assert grades >= 0
    return {one[3] for number, one in enumerate(classes) if grades >> number & 1}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLASSES)
def test_no_number_and_no_difference_of_district_and_schools_is_one_teachers(classes) -> None:
    departments, courses = counted(classes)
    for shown in (departments, courses):
        for grades in shown.values():
            assert len(teachers(classes, grades)) > 1
    for subject in {detail for _, detail in departments}:
        whole = departments.get((0, subject), 0)
        rest = whole - sum(grades for (place, detail), grades in departments.items() if place and detail == subject)
        assert rest == 0 or len(teachers(classes, rest)) > 1, subject
    district, schools = (
        sum(grades for (place, _), grades in departments.items() if bool(place) is of_schools)
        for of_schools in (False, True)
    )
    assert district == schools or len(teachers(classes, district - schools)) > 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLASSES)
def test_no_department_less_its_courses_is_one_teachers(classes) -> None:
    departments, courses = counted(classes)
    for place, subject in product((ELM, OAK, ASH), SUBJECTS):
        if (place, subject) in departments:
            told = sum(n for (at, detail), n in courses.items() if at == place and detail.startswith(f"{subject}: "))
            rest = departments[place, subject] - told
            assert rest == 0 or len(teachers(classes, rest)) > 1


def test_two_teachers_of_a_course_and_one_of_another_share_a_line() -> None:
    """Ms. Okafor and Mr. Lind teach Math I, Ms. Wu alone Math II: the department is theirs, and so is the one line."""
    departments, courses = counted(
        [(ELM, "Math", "I", "Okafor"), (ELM, "Math", "I", "Lind"), (ELM, "Math", "II", "Wu")]
    )
    assert departments[ELM, "Math"] == 7
    assert courses == {(place, "Math: A course of one teacher, and one more"): 7 for place in (0, ELM)}


def test_what_three_schools_keep_to_themselves_is_in_the_district_where_it_is_several_teachers() -> None:
    alone = [(ELM, "Art", "I", "Okafor"), (OAK, "Art", "I", "Lind")]
    assert counted(alone)[0] == {(0, "Art"): 3}
    assert counted([(ELM, "Art", "I", "Okafor"), (OAK, "Art", "I", "Okafor")])[0] == {}
    third = [*alone, (ASH, "Art", "I", "Wu"), (ASH, "Art", "I", "Ruiz")]
    assert counted(third)[0] == {(0, "Art"): 15, (ASH, "Art"): 12}
