"""Transcripts in inBloom's dialect of Ed-Fi 1.0 and in the current Ed-Fi 5: the same course in a student's record."""

import pytest

from tests.elm_and_oak import ROSTER, csv_text


def organization(identity, tag, edition):
    kind, name = (
        ("EducationalOrg", "StateOrganizationId")
        if edition == 1
        else ("EducationOrganization", "EducationOrganizationId")
    )
    return f"<{tag}><{kind}Identity><{name}>{identity}</{name}></{kind}Identity></{tag}>"


SCHOOL = f"""
    <LocalEducationAgency><StateOrganizationId>100</StateOrganizationId><NameOfInstitution>Maplewood
        </NameOfInstitution></LocalEducationAgency>
    <Course><CourseTitle>Calculus</CourseTitle><CourseCode IdentificationSystem="LEA course code"><ID>CALC</ID>
        </CourseCode><CourseLevelCharacteristics><CourseLevelCharacteristic>Core Subject</CourseLevelCharacteristic>
        <CourseLevelCharacteristic>Honors</CourseLevelCharacteristic>
        <CourseLevelCharacteristic>Advanced Placement</CourseLevelCharacteristic></CourseLevelCharacteristics>
        <MaximumAvailableCredit><Credit>1</Credit></MaximumAvailableCredit>
        {organization("100", "EducationOrganizationReference", 1)}<UniqueCourseId>CALC</UniqueCourseId></Course>
    <Course><CourseTitle>AP History by its title alone</CourseTitle><CourseCode IdentificationSystem="LEA course code">
        <ID>HIST</ID></CourseCode>{organization("100", "EducationOrganizationReference", 1)}</Course>"""
CALENDAR = f"""
    <Session><SessionName>Fall 2025 Maplewood</SessionName><SchoolYear>2025-2026</SchoolYear><Term>Fall Semester</Term>
        <BeginDate>2025-08-24</BeginDate><EndDate>2025-12-18</EndDate>
        {organization("100", "EducationOrganizationReference", 1)}</Session>"""
INBLOOM = f"""
    <CourseTranscript><CourseAttemptResult>Pass</CourseAttemptResult>
        <CreditsEarned CreditConversion="0" CreditType="Semester hour credit"><Credit>0.5</Credit></CreditsEarned>
        <GradeLevelWhenTaken>Eighth grade</GradeLevelWhenTaken><FinalLetterGradeEarned>A-</FinalLetterGradeEarned>
        <CourseReference><CourseIdentity>{organization("100", "EducationalOrgReference", 1)}
        <UniqueCourseId>CALC</UniqueCourseId></CourseIdentity></CourseReference>
        {organization("100", "EducationOrganizationReference", 1)}
        <StudentAcademicRecordReference><StudentAcademicRecordIdentity><StudentReference><StudentIdentity>
        <StudentUniqueStateId>501</StudentUniqueStateId></StudentIdentity></StudentReference><SessionReference>
        <SessionIdentity>{organization("100", "EducationalOrgReference", 1)}<SessionName>Fall 2025 Maplewood
        </SessionName></SessionIdentity></SessionReference><SchoolYear>2025-2026</SchoolYear>
        </StudentAcademicRecordIdentity></StudentAcademicRecordReference></CourseTranscript>"""
CURRENT = f"""
    <StudentAcademicRecord><StudentReference><StudentIdentity><StudentUniqueId>501</StudentUniqueId></StudentIdentity>
        </StudentReference>{organization("100", "EducationOrganizationReference", 5)}<SchoolYear>2025-2026</SchoolYear>
        <Term>uri://ed-fi.org/TermDescriptor#Fall Semester</Term></StudentAcademicRecord>
    <CourseTranscript>
        <CourseAttemptResult>uri://ed-fi.org/CourseAttemptResultDescriptor#Pass</CourseAttemptResult>
        <EarnedCredits><Credits>0.5</Credits></EarnedCredits>
        <WhenTakenGradeLevel>uri://ed-fi.org/GradeLevelDescriptor#Eighth grade</WhenTakenGradeLevel>
        <FinalLetterGradeEarned>A-</FinalLetterGradeEarned>
        <CourseReference><CourseIdentity><CourseCode>CALC</CourseCode>
        {organization("100", "EducationOrganizationReference", 5)}</CourseIdentity></CourseReference>
        <StudentAcademicRecordReference><StudentAcademicRecordIdentity><StudentReference><StudentIdentity>
        <StudentUniqueId>501</StudentUniqueId></StudentIdentity></StudentReference>
        {organization("100", "EducationOrganizationReference", 5)}<SchoolYear>2025-2026</SchoolYear>
        <Term>uri://ed-fi.org/TermDescriptor#Fall Semester</Term></StudentAcademicRecordIdentity>
        </StudentAcademicRecordReference></CourseTranscript>"""
QUESTION = """
    SELECT given_name, school_year, term, course.title, result, credits_earned, score_text, grade_level
      FROM transcript_course JOIN student USING (student_key) LEFT JOIN course USING (course_key)
"""


def interchanges(town, **contents):
    for kind, content in contents.items():
        root = f"Interchange{kind}"
        yield town.file(f"{kind}.xml", f"<{root} xmlns='http://ed-fi.org/5.2.0'>{content.strip()}</{root}>")


@pytest.mark.parametrize(
    "files",
    [{"StudentGrade": INBLOOM, "EducationOrgCalendar": CALENDAR}, {"StudentTranscript": CURRENT}],
    ids=["inBloom", "Ed-Fi 5"],
)
def test_both_dialects_say_the_same_of_a_course(two_schools, files):
    two_schools.begin()
    report = two_schools.load(*interchanges(two_schools, EducationOrganization=SCHOOL, **files))
    assert report.problems == []
    assert two_schools.ask(QUESTION) == [("Ada", 2026, "semester 1", "Calculus", "passed", 0.5, "A-", "08")]
    assert not two_schools.load(*interchanges(two_schools, **files)).changed_anything


def test_what_a_course_is_said_to_be_makes_it_advanced_and_its_title_does_not(two_schools):
    two_schools.load(*interchanges(two_schools, EducationOrganization=SCHOOL))
    assert two_schools.ask("SELECT code, advanced, credits FROM course ORDER BY 1") == [
        ("CALC", "ap", 1.0),
        ("HIST", None, None),
    ]


def test_a_catalogue_that_says_nothing_of_levels_leaves_the_districts_own_as_they_are(two_schools):
    two_schools.load(two_schools.package(courses=csv_text(ROSTER["courses"]) + "calc,Calculus,CALC,d,\n"))
    two_schools.load(two_schools.file("levels.csv", "course_code,course_level\nCALC,IB\n"))
    silent = SCHOOL.replace("CourseLevelCharacteristic", "Untold")
    report = two_schools.load(*interchanges(two_schools, EducationOrganization=silent))
    assert two_schools.ask("SELECT advanced, credits FROM course WHERE code = 'CALC'") == [("ib", 1.0)]
    assert report.counts["course_level"].changed == 1  # its credits


def test_a_transcript_without_its_academic_record_is_refused_and_names_no_student(two_schools):
    two_schools.begin()
    lost = "<CourseTranscript><CreditsEarned><Credit>1</Credit></CreditsEarned><CourseReference><CourseIdentity>" \
           "<CourseCode><ID>CALC</ID></CourseCode></CourseIdentity></CourseReference>" \
           '<StudentAcademicRecordReference ref="SAR-1"/></CourseTranscript>'  # fmt: skip
    report = two_schools.load(*interchanges(two_schools, StudentGrade=lost))
    assert [(problem.column, problem.code) for problem in report.problems] == [("student_id", "missing")]
