"""What else a student is known by: the state's id links a vendor's results, and no social security number comes in."""

import pytest

from tests.elm_and_oak import ROSTER, csv_text

RESULTS = "student_id,state_id,assessment_id,administration_date,scale_score"


def code(system, value):
    return f"""<StudentIdentificationCode IdentificationSystem="{system}"><IdentificationCode>{value}
        </IdentificationCode></StudentIdentificationCode>"""


def student(unique, given, family, *codes):
    return f"""<Student><StudentUniqueStateId>{unique}</StudentUniqueStateId>{"".join(codes)}
        <Name><FirstName>{given}</FirstName><LastSurname>{family}</LastSurname></Name></Student>"""


SCHOOL = """<LocalEducationAgency><StateOrganizationId>100</StateOrganizationId><NameOfInstitution>Maplewood
    </NameOfInstitution></LocalEducationAgency>"""
ADA = student("501", "Ada", "Abara", code("State", "9000501"), code("Local", "17"), code("SSN", "219-09-9999"))
BEN = student("502", "Ben", "Brook", code("State", "9000502"), code("School", "18"), code("Family", "77"))


def xml(town, *students, kind="Student", name="Student.xml"):
    root = "InterchangeEducationOrganization"
    organizations = town.file("EducationOrganization.xml", f"<{root}>{SCHOOL}</{root}>")
    return organizations, town.file(name, f"<Interchange{kind}>{''.join(students)}</Interchange{kind}>")


def ids(town, system):
    return town.ask("SELECT given_name, source_id FROM identity JOIN student ON student_key = key"
                    " WHERE entity = 'student' AND system = :system ORDER BY 1, 2", system=system)  # fmt: skip


def results(town, *rows):
    return town.load(town.file("vendor.csv", "\n".join((RESULTS, *rows))))


def who_has_results(town):
    return town.ask("SELECT given_name FROM test_result JOIN student USING (student_key) ORDER BY 1")


def test_the_states_id_and_local_codes_are_kept_by_system_and_others_are_not(two_schools):
    report = two_schools.load(*xml(two_schools, ADA, BEN))
    assert report.problems == []
    assert ids(two_schools, "state") == [("Ada", "9000501"), ("Ben", "9000502")]
    assert ids(two_schools, "local") == [("Ada", "17"), ("Ben", "18")]
    assert ids(two_schools, "district") == [("Ada", "501"), ("Ben", "502")]
    assert not two_schools.load(*xml(two_schools, ADA, BEN)).changed_anything


def test_a_vendors_file_finds_its_students_by_the_states_id_and_by_a_local_code(two_schools):
    two_schools.load(*xml(two_schools, ADA, BEN))
    report = results(two_schools, "9000501,9000501,Math,2026-10-01,431", "18,,Math,2026-10-01,402")
    assert report.problems == []
    assert who_has_results(two_schools) == [("Ada",), ("Ben",)]


@pytest.mark.parametrize("first", ["roster", "xml"])
def test_a_roster_whose_ids_are_the_local_codes_names_the_same_students(two_schools, first):
    users = csv_text(ROSTER["users"]).replace(",501,", ",17,").replace(",502,", ",18,")
    roster, files = two_schools.package(users=users), xml(two_schools, ADA, BEN)
    two_schools.load(*((roster,) if first == "roster" else files))
    report = two_schools.load(*(files if first == "roster" else (roster,)))
    assert report.problems == []
    assert two_schools.one("SELECT count(*) FROM student WHERE given_name = 'Ada'") == 1
    assert two_schools.one("SELECT count(*) FROM student") == 3


def test_a_code_that_two_students_have_is_nobodys(two_schools):
    cy = student("503", "Cy", "Cole", code("School", "17"), code("Local", "502"))
    two_schools.load(*xml(two_schools, ADA, BEN, cy))
    assert ids(two_schools, "local") == [("Ben", "18")]
    assert results(two_schools, "17,,Math,2026-10-01,431").problems[0].code == "unknown_reference"


def test_whose_a_number_is_that_is_one_students_code_and_anothers_id_a_person_says(two_schools):
    two_schools.load(*xml(two_schools, ADA))
    report = two_schools.load(two_schools.package(users=csv_text(ROSTER["users"]).replace(",503,", ",17,")))
    assert "belongs to a student of another name" in report.problems[0].sentence
    results(two_schools, "17,,Math,2026-10-01,431")
    assert who_has_results(two_schools) == []


def test_a_social_security_number_is_taken_from_no_code_whatever_it_is_called(two_schools):
    number = "219-09-9999"
    disguised = student(
        "504", "Dee", "Dana", code("SSN", "219099999"), code("State", "219099999"), code("Local", number)
    )
    two_schools.load(*xml(two_schools, ADA, disguised))
    assert ids(two_schools, "state") == [("Ada", "9000501")]
    assert ids(two_schools, "local") == [("Ada", "17")]
    everything = repr(two_schools.all_that_is_stored())
    assert "219-09" not in everything
    assert "219099999" not in everything


def test_the_current_edition_keeps_them_with_the_students_place(two_schools):
    place = """<StudentEducationOrganizationAssociation><StudentIdentificationCode><IdentificationCode>9000601
        </IdentificationCode><StudentIdentificationSystem>uri://ed-fi.org/StudentIdentificationSystemDescriptor#State
        </StudentIdentificationSystem></StudentIdentificationCode><StudentReference><StudentIdentity><StudentUniqueId>601
        </StudentUniqueId></StudentIdentity></StudentReference></StudentEducationOrganizationAssociation>"""
    eve = """<Student><StudentUniqueId>601</StudentUniqueId><Name><FirstName>Eve</FirstName>
        <LastSurname>Ek</LastSurname></Name></Student>"""
    files = *xml(two_schools, eve), xml(two_schools, place, kind="StudentEnrollment", name="StudentEnrollment.xml")[1]
    assert two_schools.load(*files).problems == []
    assert ids(two_schools, "state") == [("Eve", "9000601")]
