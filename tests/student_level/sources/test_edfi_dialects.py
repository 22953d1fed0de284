"""Elm School in inBloom's dialect of Ed-Fi 1.0 and in the current Ed-Fi 5: the same people, classes and marks."""

from datetime import date

import pytest

from appliance.days import day_number
from appliance.jobs.import_files import import_files
from appliance.jobs.status import totals
from appliance.storage.database import Database
from tests.grandbend import FOLDER
from tests.sensitive_fields import keep

EDFI_5 = FOLDER.parent / "edfi" / "edfi_5_partial.zip"

# inBloom: schools by StateOrganizationId, sections by school and code, sessions by name, courses by UniqueCourseId,
# programs by ProgramId, roots with an unused prefix or none.
ELM = "<EducationalOrgReference><EducationalOrgIdentity><StateOrganizationId>101</StateOrganizationId>" \
      "</EducationalOrgIdentity></EducationalOrgReference>"  # fmt: skip
ADA = "<StudentReference><StudentIdentity><StudentUniqueStateId>501</StudentUniqueStateId></StudentIdentity>" \
      "</StudentReference>"  # fmt: skip
ALGEBRA = f"<SectionReference><SectionIdentity>{ELM}<UniqueSectionCode>A1</UniqueSectionCode></SectionIdentity>" \
          "</SectionReference>"  # fmt: skip
INBLOOM = {
    "EducationOrganization": """
        <LocalEducationAgency><StateOrganizationId>100</StateOrganizationId>
            <NameOfInstitution>Maplewood</NameOfInstitution></LocalEducationAgency>
        <School><StateOrganizationId>101</StateOrganizationId><NameOfInstitution>Elm School</NameOfInstitution>
            <LocalEducationAgencyReference><EducationalOrgIdentity><StateOrganizationId>100</StateOrganizationId>
            </EducationalOrgIdentity></LocalEducationAgencyReference></School>
        <Course><CourseTitle>Algebra</CourseTitle><CourseCode IdentificationSystem="State course code"><ID>M-9</ID>
            </CourseCode><SubjectArea>Mathematics</SubjectArea><EducationOrganizationReference><EducationalOrgIdentity>
            <StateOrganizationId>100</StateOrganizationId></EducationalOrgIdentity></EducationOrganizationReference>
            <UniqueCourseId>ALG</UniqueCourseId></Course>
        <Program><ProgramId>7</ProgramId><ProgramType>Gifted and Talented</ProgramType></Program>""",
    "EducationOrgCalendar": """
        <Session><SessionName>2026-2027 Fall Semester</SessionName><SchoolYear>2026-2027</SchoolYear>
            <Term>Fall Semester</Term><BeginDate>2026-08-24</BeginDate><EndDate>2026-12-18</EndDate>
            <EducationOrganizationReference><EducationalOrgIdentity><StateOrganizationId>101</StateOrganizationId>
            </EducationalOrgIdentity></EducationOrganizationReference></Session>
        <GradingPeriod><GradingPeriod>First Six Weeks</GradingPeriod><SchoolYear>2026-2027</SchoolYear>
            <EducationOrganizationReference><EducationalOrgIdentity><StateOrganizationId>101</StateOrganizationId>
            </EducationalOrgIdentity></EducationOrganizationReference>
            <BeginDate>2026-08-24</BeginDate><EndDate>2026-10-04</EndDate></GradingPeriod>
        <CalendarDate><Date>2026-08-31</Date><CalendarEvent>Instructional day</CalendarEvent></CalendarDate>""",
    "MasterSchedule": f"""
        <CourseOffering><LocalCourseCode>ALG-L</LocalCourseCode><SchoolReference><EducationalOrgIdentity>
            <StateOrganizationId>101</StateOrganizationId></EducationalOrgIdentity></SchoolReference>
            <CourseReference><CourseIdentity><UniqueCourseId>ALG</UniqueCourseId></CourseIdentity></CourseReference>
            </CourseOffering>
        <Section><UniqueSectionCode>A1</UniqueSectionCode><CourseOfferingReference><CourseOfferingIdentity>
            <LocalCourseCode>ALG-L</LocalCourseCode></CourseOfferingIdentity></CourseOfferingReference>
            <SchoolReference><EducationalOrgIdentity><StateOrganizationId>101</StateOrganizationId>
            </EducationalOrgIdentity></SchoolReference>
            <SessionReference><SessionIdentity>{ELM}<SessionName>2026-2027 Fall Semester</SessionName></SessionIdentity>
            </SessionReference><LocationReference><LocationIdentity><ClassroomIdentificationCode>12
            </ClassroomIdentificationCode></LocationIdentity></LocationReference>
            <ClassPeriodReference><ClassPeriodIdentity><ClassPeriodName>1</ClassPeriodName></ClassPeriodIdentity>
            </ClassPeriodReference></Section>""",
    "Student": """
        <Student><StudentUniqueStateId>501</StudentUniqueStateId><Name><FirstName>Ada</FirstName>
            <LastSurname>Abara</LastSurname></Name><OtherName><FirstName>Addie</FirstName></OtherName>
            <Sex>Female</Sex><BirthData><BirthDate>2012-03-04</BirthDate></BirthData>
            <Race><RacialCategory>Black - African American</RacialCategory><RacialCategory>Asian</RacialCategory></Race>
            <HispanicLatinoEthnicity>0</HispanicLatinoEthnicity><LoginId>ada</LoginId></Student>""",
    "StaffAssociation": f"""
        <Teacher><StaffUniqueStateId>901</StaffUniqueStateId><Name><FirstName>Ngozi</FirstName>
            <LastSurname>Okafor</LastSurname></Name></Teacher>
        <TeacherSchoolAssociation><TeacherReference><StaffIdentity><StaffUniqueStateId>901</StaffUniqueStateId>
            </StaffIdentity></TeacherReference><SchoolReference><EducationalOrgIdentity>
            <StateOrganizationId>101</StateOrganizationId></EducationalOrgIdentity></SchoolReference>
            </TeacherSchoolAssociation>
        <TeacherSectionAssociation><TeacherReference><StaffIdentity><StaffUniqueStateId>901</StaffUniqueStateId>
            </StaffIdentity></TeacherReference>{ALGEBRA}<ClassroomPosition>Teacher of Record</ClassroomPosition>
            </TeacherSectionAssociation>""",
    "StudentEnrollment": f"""
        <StudentSchoolAssociation>{ADA}<SchoolReference><EducationalOrgIdentity><StateOrganizationId>101
            </StateOrganizationId></EducationalOrgIdentity></SchoolReference><EntryDate>2026-08-24</EntryDate>
            <EntryGradeLevel>Ninth grade</EntryGradeLevel></StudentSchoolAssociation>
        <StudentSectionAssociation>{ADA}{ALGEBRA}<BeginDate>2026-08-24</BeginDate><EndDate>2026-12-18</EndDate>
            </StudentSectionAssociation>""",
    "StudentGrade": f"""
        <Grade><LetterGradeEarned>B</LetterGradeEarned><NumericGradeEarned>84</NumericGradeEarned>
            <GradeType>Grading Period</GradeType><StudentSectionAssociationReference><StudentSectionAssociationIdentity>
            {ADA}{ALGEBRA}<BeginDate>2026-08-24</BeginDate></StudentSectionAssociationIdentity>
            </StudentSectionAssociationReference><GradingPeriodReference><GradingPeriodIdentity>{ELM}
            <GradingPeriod>First Six Weeks</GradingPeriod><BeginDate>2026-08-24</BeginDate></GradingPeriodIdentity>
            </GradingPeriodReference><SchoolYear>2026-2027</SchoolYear></Grade>
        <Grade><LetterGradeEarned>C</LetterGradeEarned><GradeType>Final</GradeType><StudentSectionAssociationReference>
            <StudentSectionAssociationIdentity>{ADA}{ALGEBRA}</StudentSectionAssociationIdentity>
            </StudentSectionAssociationReference></Grade>
        <GradebookEntry><GradebookEntryType>Quiz</GradebookEntryType><DateAssigned>2026-09-01</DateAssigned>{ALGEBRA}
            </GradebookEntry>
        <StudentGradebookEntry><DateFulfilled>2026-09-02</DateFulfilled><NumericGradeEarned>9</NumericGradeEarned>
            <StudentSectionAssociationReference><StudentSectionAssociationIdentity>{ADA}{ALGEBRA}
            </StudentSectionAssociationIdentity></StudentSectionAssociationReference><GradebookEntryReference>
            <GradebookEntryIdentity><GradebookEntryType>Quiz</GradebookEntryType><DateAssigned>2026-09-01</DateAssigned>
            {ALGEBRA}</GradebookEntryIdentity></GradebookEntryReference></StudentGradebookEntry>""",
    "StudentAttendance": f"""
        <AttendanceEvent><EventDate>2026-08-31</EventDate><AttendanceEventType>Daily Attendance</AttendanceEventType>
            <AttendanceEventCategory>Unexcused Absence</AttendanceEventCategory>{ADA}<SchoolReference>
            <EducationalOrgIdentity><StateOrganizationId>101</StateOrganizationId></EducationalOrgIdentity>
            </SchoolReference></AttendanceEvent>""",
    "StudentProgram": f"""
        <StudentProgramAssociation>{ADA}<ProgramReference><ProgramIdentity><ProgramId>7</ProgramId></ProgramIdentity>
            </ProgramReference><BeginDate>2026-08-24</BeginDate></StudentProgramAssociation>""",
    "StudentAssessment": f"""
        <StudentAssessment><AdministrationDate>2026-10-01</AdministrationDate>
            <ScoreResults AssessmentReportingMethod="Scale score"><Result>431</Result></ScoreResults>
            <GradeLevelWhenAssessed>Ninth grade</GradeLevelWhenAssessed>
            <PerformanceLevels><CodeValue>Met Standard</CodeValue><PerformanceLevelMet>true</PerformanceLevelMet>
            </PerformanceLevels>{ADA}<AssessmentReference><AssessmentIdentity><AssessmentTitle>State Algebra
            </AssessmentTitle><AcademicSubject>Mathematics</AcademicSubject><GradeLevelAssessed>Ninth grade
            </GradeLevelAssessed><Version>1</Version></AssessmentIdentity></AssessmentReference></StudentAssessment>""",
}  # fmt: skip


def write(folder, interchanges, start="<{root} xmlns:ns0='http://ed-fi.org/0100'>", prefix=""):
    for kind, content in interchanges.items():
        root = f"{prefix}Interchange{kind}"
        path = folder / f"Interchange{kind}.xml"
        path.write_text(f"<?xml version='1.0'?>{start.format(root=root)}{content}</{root}>", "utf-8")
        yield path


@pytest.fixture
def database(tmp_path):
    opened = Database.create(tmp_path / "home")
    yield opened
    opened.close()


def ask(database, sql):
    return database._writer.execute(sql).fetchall()


def day(text):
    return day_number(date.fromisoformat(text))


def test_inblooms_dialect_links_people_classes_and_marks(database, tmp_path):
    report = import_files(database, list(write(tmp_path, INBLOOM)))
    assert report.problems == []
    assert ask(database, "SELECT given_name, family_name, sex, race, birth_day FROM student") == [
        ("Ada", "Abara", "F", "MU7", day("2012-03-04"))
    ]
    assert ask(
        database,
        "SELECT section.title, section.code, course.code, room, period, begin_day, end_day, name"
        " FROM section JOIN course USING (course_key) JOIN organization ON organization_key = school_key",
    ) == [("Algebra - 1", "A1", "ALG", "12", "1", day("2026-08-24"), day("2026-12-19"), "Elm School")]
    assert ask(database, "SELECT family_name, role FROM staff JOIN staff_role USING (staff_key)") == [
        ("Okafor", "teacher")
    ]
    assert ask(database, "SELECT count(*) FROM teaching JOIN section_enrollment USING (section_key)") == [(1,)]
    grades = """SELECT line_item.title, line_item.kind, score, score_text, academic_session.title
                  FROM grade JOIN line_item USING (line_item_key) LEFT JOIN academic_session USING (session_key)
                 ORDER BY 1"""
    assert ask(database, grades) == [
        ("Final", "course_grade", None, "C", "2026-2027 Fall Semester"),
        ("First Six Weeks", "course_grade", 84, "B", "First Six Weeks"),
        ("Quiz", "assignment", 9, None, None),
    ]
    assert ask(database, "SELECT day, category, basis FROM attendance_day") == [
        (day("2026-08-31"), "unexcused", "daily")
    ]
    assert ask(database, "SELECT program FROM program_membership") == [("gifted",)]
    tests = "SELECT subject, kind, scale_score, grade_level, meets FROM test_result JOIN test USING (test_key)"
    assert ask(database, tests) == [("MATH", "state", 431, "09", 1)]
    assert ask(database, "SELECT grade_level FROM school_enrollment") == [("09",)]


def test_a_prefix_before_every_name_makes_no_difference(database, tmp_path):
    prefixed = {kind: content.replace("</", "</e:").replace("<", "<e:").replace("<e:/e:", "</e:")
                for kind, content in INBLOOM.items()}  # fmt: skip
    report = import_files(database, list(write(tmp_path, prefixed, "<{root} xmlns:e='http://ed-fi.org/0100'>", "e:")))
    assert report.problems == []
    assert totals(database)["grade"] == 3


def test_an_interchange_that_comes_alone_finds_what_earlier_ones_brought(database, tmp_path):
    paths = {path.stem.removeprefix("Interchange"): path for path in write(tmp_path, INBLOOM)}
    import_files(database, [path for kind, path in paths.items() if kind != "StudentGrade"])
    report = import_files(database, [paths["StudentGrade"]])
    assert report.problems == []
    assert totals(database)["grade"] == 3
    again = import_files(database, [paths["EducationOrgCalendar"], paths["MasterSchedule"], paths["StudentGrade"]])
    assert {name: count.changed for name, count in again.counts.items() if count.moved} == {"line_item": 1}
    assert ask(database, "SELECT due_day FROM line_item WHERE title = 'First Six Weeks'") == [(day("2026-10-04"),)]


def test_a_grading_period_that_nothing_links_is_every_schools_whose_session_it_begins_in(database, tmp_path):
    calendar = INBLOOM["EducationOrgCalendar"]
    begin, end = calendar.index("<GradingPeriod>"), calendar.index("</GradingPeriod>\n")
    alone = calendar[begin:end]
    for part in (
        "<SchoolYear>2026-2027</SchoolYear>",
        alone[alone.index("<EducationOrg") : alone.index("<BeginDate>")],
    ):
        alone = alone.replace(part, "")
    changed = INBLOOM | {"EducationOrgCalendar": calendar[:begin] + alone + calendar[end:]}
    assert import_files(database, list(write(tmp_path, changed))).problems == []
    titles = "SELECT academic_session.title FROM line_item JOIN academic_session USING (session_key) ORDER BY 1"
    assert ask(database, titles) == [("2026-2027 Fall Semester",), ("First Six Weeks",)]


def test_staff_alone_end_no_students_enrollment(database, tmp_path):
    paths = {path.stem.removeprefix("Interchange"): path for path in write(tmp_path, INBLOOM)}
    import_files(database, list(paths.values()))
    report = import_files(database, [paths["StaffAssociation"]])
    assert report.problems == []
    assert not report.changed_anything


def test_two_classes_of_one_code_are_told_apart_and_a_bare_code_names_neither(database, tmp_path):
    section = INBLOOM["MasterSchedule"][INBLOOM["MasterSchedule"].index("<Section>") :]

    def in_term(period):
        return section.replace(
            "<LocalCourseCode>ALG-L</LocalCourseCode>",
            "<LocalCourseCode>ALG-L</LocalCourseCode><Term>Fall Semester</Term><SchoolYear>2026-2027</SchoolYear>",
        ).replace("Name>1<", f"Name>{period}<")

    schedule = INBLOOM["MasterSchedule"].replace(section, in_term(1) + in_term(2))
    report = import_files(database, list(write(tmp_path, INBLOOM | {"MasterSchedule": schedule})))
    assert ask(database, "SELECT code, period FROM section ORDER BY 2") == [("A1", "1"), ("A1", "2")]
    assert totals(database)["section_enrollment"] == 0
    assert {problem.code for problem in report.problems} == {"unknown_reference"}


def test_of_a_code_that_only_one_class_has_every_reference_finds_it(database, tmp_path):
    schedule = INBLOOM["MasterSchedule"].replace("<LocalCourseCode>ALG-L</LocalCourseCode></CourseOfferingIdentity>",
        "<LocalCourseCode>ALG-L</LocalCourseCode><Term>Fall Semester</Term><SchoolYear>2026-2027</SchoolYear>"
        "</CourseOfferingIdentity>")  # fmt: skip
    assert schedule != INBLOOM["MasterSchedule"]
    report = import_files(database, list(write(tmp_path, INBLOOM | {"MasterSchedule": schedule})))
    assert report.problems == []
    assert totals(database)["section_enrollment"] == 1


@pytest.fixture(scope="module")
def current(tmp_path_factory):
    database = Database.create(tmp_path_factory.mktemp("edfi5") / "home")
    keep(database)
    report = import_files(database, [EDFI_5])
    yield database, report
    database.close()


def test_the_current_interchanges_load_as_far_as_the_sample_holds_them(current):
    database, report = current
    counts = totals(database)
    assert {name: counts[name] for name in ("school", "student", "staff", "section", "grade", "test_result")} == {
        "school": 3, "student": 960, "staff": 68, "section": 532, "grade": 250, "test_result": 1_292,
    }  # fmt: skip
    assert ask(database, "SELECT count(*) FROM teaching") == [(528,)]
    assert ask(database, "SELECT count(*) FROM course") == [(84,)]
    assert counts["program"] == 614
    refused = {(problem.file, problem.column, problem.code) for problem in report.problems}
    assert refused == {
        ("edfi_5_partial.zip/StudentSchoolAttendance.xml (daily attendance)", "category", "not_in_list"),
        ("edfi_5_partial.zip/StudentProgram.xml (programs)", "primary_disability", "not_in_list"),
    }
    assert report.refused == 5
    assert report.counts["disability"].refused == 4  # "Physical Disability" and the like: the rest of the row is loaded
    assert ask(database, "SELECT count(*) FROM program_membership WHERE program = 'special_education'") == [(97,)]
    details = "SELECT count(*), count(disability), count(environment) FROM special_education_detail"
    assert ask(database, details) == [(20, 18, 7)]
    assert ask(database, "SELECT basis, category, count(*) FROM attendance_day GROUP BY 1, 2 ORDER BY 1, 2") == [
        ("daily", "excused", 1_077), ("daily", "tardy", 66), ("daily", "unexcused", 773),
    ]  # fmt: skip


# One student, class and grade of the sample, as its enrollment and grade files (left out for their size) write them.
ITS_SECTION = """<SectionIdentity><SectionIdentifier>25590100102Trad220ALG112011</SectionIdentifier>
    <CourseOfferingReference><CourseOfferingIdentity><LocalCourseCode>ALG-1</LocalCourseCode>
    <SchoolReference><SchoolIdentity><SchoolId>255901001</SchoolId></SchoolIdentity></SchoolReference>
    <SessionReference><SessionIdentity><SessionName>2021-2022 Fall Semester</SessionName>
    <SchoolYear>2021-2022</SchoolYear></SessionIdentity></SessionReference></CourseOfferingIdentity>
    </CourseOfferingReference></SectionIdentity>"""
ITS_STUDENT = (
    "<StudentReference><StudentIdentity><StudentUniqueId>604822</StudentUniqueId></StudentIdentity></StudentReference>"
)
CURRENT = {
    "StudentEnrollment": f"""
        <StudentSchoolAssociation>{ITS_STUDENT}<SchoolReference><SchoolIdentity><SchoolId>255901001</SchoolId>
            </SchoolIdentity></SchoolReference><EntryDate>2021-08-23</EntryDate>
            <EntryGradeLevel>uri://ed-fi.org/GradeLevelDescriptor#Tenth grade</EntryGradeLevel>
            </StudentSchoolAssociation>
        <StudentSectionAssociation>{ITS_STUDENT}<SectionReference>{ITS_SECTION}</SectionReference>
            <BeginDate>2021-08-23</BeginDate><EndDate>2021-12-17</EndDate></StudentSectionAssociation>""",
    "StudentGrade": f"""
        <Grade><LetterGradeEarned>A</LetterGradeEarned><NumericGradeEarned>93.00</NumericGradeEarned>
            <GradeType>uri://ed-fi.org/GradeTypeDescriptor#Grading Period</GradeType>
            <StudentSectionAssociationReference><StudentSectionAssociationIdentity>{ITS_STUDENT}<SectionReference>
            {ITS_SECTION}</SectionReference><BeginDate>2021-08-23</BeginDate></StudentSectionAssociationIdentity>
            </StudentSectionAssociationReference><GradingPeriodReference><GradingPeriodIdentity>
            <GradingPeriod>uri://ed-fi.org/GradingPeriodDescriptor#First Six Weeks</GradingPeriod>
            <GradingPeriodName>2021-2022 Fall Semester Exam 1</GradingPeriodName><SchoolYear>2021-2022</SchoolYear>
            <SchoolReference><SchoolIdentity><SchoolId>255901001</SchoolId></SchoolIdentity></SchoolReference>
            </GradingPeriodIdentity></GradingPeriodReference></Grade>""",
}  # fmt: skip


def test_current_enrollments_and_grades_sent_later_find_their_class_and_period(database, tmp_path):
    import_files(database, [EDFI_5])
    report = import_files(database, list(write(tmp_path, CURRENT)))
    assert report.problems == []
    grades = """SELECT course.title, score, score_text, academic_session.title, line_item.due_day
                  FROM grade JOIN line_item USING (line_item_key) JOIN academic_session USING (session_key)
                  JOIN section_enrollment USING (section_key, student_key) JOIN section USING (section_key)
                  JOIN course USING (course_key) JOIN school_enrollment USING (student_key)
                 WHERE line_item.kind = 'course_grade'"""
    assert ask(database, grades) == [("Algebra I", 93, "A", "2021-2022 Fall Semester Exam 1", day("2021-10-03"))]


def test_a_calendar_of_single_students_is_not_the_schools(current):
    assert ask(current[0], "SELECT count(*) FROM calendar_day") == [(0,)]


def test_a_descriptor_says_its_last_word_and_levels_say_whether_the_standard_was_met(current):
    database, _ = current
    assert ask(database, "SELECT DISTINCT kind FROM academic_session ORDER BY 1") == [
        ("grading_period",), ("school_year",), ("semester",)
    ]  # fmt: skip
    levels = ask(
        database, "SELECT DISTINCT level, meets FROM test_result JOIN test USING (test_key) WHERE kind = 'state'"
    )
    assert ("Met Standard=true", 1) in levels
    assert ("Met Standard=false", 0) in levels
    assert not [level for level, _ in levels if level and "uri:" in level]


def test_attendance_of_less_than_half_a_day_is_no_day_missed(database, tmp_path):
    event = (
        """<StudentSchoolAttendanceEvent><AttendanceEvent><EventDate>2026-0{0}-0{1}</EventDate>
        <AttendanceEventCategory>uri://ed-fi.org/AttendanceEventCategoryDescriptor#Excused Absence
        </AttendanceEventCategory><EventDuration>{2}</EventDuration></AttendanceEvent>"""
        + ADA
        + """<SchoolReference>
        <SchoolIdentity><SchoolId>101</SchoolId></SchoolIdentity></SchoolReference></StudentSchoolAttendanceEvent>"""
    )
    events = event.format(9, 1, "0.25") + event.format(9, 2, "0.5") + event.format(9, 3, "1")
    import_files(database, list(write(tmp_path, INBLOOM | {"StudentAttendance": events})))
    assert ask(database, "SELECT category FROM attendance_day ORDER BY day") == [("tardy",), ("excused",), ("excused",)]


def test_an_event_of_attendance_taken_says_that_the_class_met(database, tmp_path):
    events = "".join(
        f"<SectionAttendanceTakenEvent><EventDate>{date}</EventDate>{ALGEBRA}</SectionAttendanceTakenEvent>"
        for date in ("2026-09-01", "2026-09-03")
    )
    report = import_files(database, list(write(tmp_path, INBLOOM | {"StudentAttendance": events})))
    assert report.problems == []
    assert report.counts["class_meeting"].added == 2
    met = "SELECT section.code, day FROM section_met JOIN section USING (section_key) ORDER BY day"
    assert ask(database, met) == [("A1", day("2026-09-01")), ("A1", day("2026-09-03"))]
