"""A district that syncs through OneRoster and through Clever: one set of people, in whatever order the files come."""

import pytest

from tests.elm_and_oak import ROSTER

SCHOOLS = """
    School_id,School_name,School_number,Low_grade,High_grade
    s1,Elm School,101,07,08
    s2,Oak School,102,09,12
"""
STUDENTS = """
    School_id,Student_id,Student_number,State_id,Last_name,First_name,Grade,Gender,DOB
    s1,u-cy,501,,Abara,Ada J.,08,F,2012-03-04
    s1,c-2,502,,Brook,Ben,08,M,2012-05-06
    s2,c-4,504,,Dana,Dee,09,F,2011-05-06
"""


@pytest.fixture
def clever(two_schools):
    def files(students=STUDENTS):
        return two_schools.file("schools.csv", SCHOOLS), two_schools.file("students.csv", students)

    return files


def people(town):
    return town.ask("SELECT given_name, family_name, is_active FROM student ORDER BY family_name")


def test_an_id_of_clever_that_looks_like_an_id_of_oneroster_is_not_that_student(two_schools, clever):
    two_schools.begin()
    two_schools.load(*clever())  # Clever calls Ada what OneRoster calls Cy.
    assert people(two_schools) == [("Ada", "Abara", 1), ("Ben", "Brook", 1), ("Cy", "Cole", 1), ("Dee", "Dana", 1)]


def test_a_clever_file_ends_no_student_whom_the_roster_names_and_may_end_its_own(two_schools, clever):
    two_schools.begin()
    two_schools.load(*clever())
    two_schools.load(*clever("\n".join(STUDENTS.splitlines()[:3])))
    assert people(two_schools)[-2:] == [("Cy", "Cole", 1), ("Dee", "Dana", 0)]


def test_once_clever_came_first_the_roster_adds_and_clever_leads(two_schools, clever):
    two_schools.load(*clever())
    two_schools.load(two_schools.package(users=ROSTER["users"].replace("Ada,Abara", "Adah,Abara")))
    assert people(two_schools)[0] == ("Ada J.", "Abara", 1)
    assert len(people(two_schools)) == 4
    assert two_schools.load(two_schools.package()).counts["student"].changed == 0


def test_a_file_with_the_districts_own_ids_ends_nobody_whom_a_roster_names(two_schools):
    two_schools.begin()
    (two_schools.database.home / "mappings").mkdir()
    (two_schools.database.home / "mappings" / "pupils.toml").write_text(PUPILS)
    two_schools.load(
        two_schools.file("pupils.csv", "pupil,first,last,building\n501,Ada,Abara,101\n502,Ben,Brook,101\n")
    )
    assert people(two_schools) == [("Ada", "Abara", 1), ("Ben", "Brook", 1), ("Cy", "Cole", 1)]


PUPILS = """
version = 1
name = "Pupils"
ids = "district"
fingerprint = ["pupil", "building"]

[[table]]
layout = "OneRoster users"
[table.columns]
sourcedId = "pupil"
givenName = "first"
familyName = "last"
role = { is = "student" }
orgSourcedIds = "building"
"""
