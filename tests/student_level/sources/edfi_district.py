"""Ed-Fi 1.0 files of an invented district, of any size: for tests of what size does."""

from collections.abc import Iterator
from pathlib import Path

SECTIONS_A_STUDENT = 7
PERIODS = ("First Six Weeks", "Second Six Weeks", "Third Six Weeks")
GRADES_A_STUDENT = SECTIONS_A_STUDENT * len(PERIODS)
STUDENTS_A_SECTION = 25
_BEGINS, _ENDS = ("2026-08-24", "2026-10-05", "2026-11-09"), ("2026-10-04", "2026-11-08", "2026-12-18")


def interchange(kind: str, records: Iterator[str] | list[str]) -> Iterator[bytes]:
    """An interchange, piece by piece."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<Interchange{kind} xmlns="http://ed-fi.org/0100">\n'.encode()
    for record in records:
        yield record.encode()
    yield f"</Interchange{kind}>\n".encode()


def _organization(identity: str, wrapper: str) -> str:
    return f"""
        <{wrapper}>
            <EducationalOrgIdentity>
                <StateOrganizationId>{identity}</StateOrganizationId>
            </EducationalOrgIdentity>
        </{wrapper}>"""


def _section(number: int, course: int) -> str:
    return f"""
                <SectionIdentity>
                    <StateOrganizationId>101</StateOrganizationId>
                    <LocalCourseCode>C-{course}</LocalCourseCode>
                    <SchoolYear>2026-2027</SchoolYear>
                    <Term>Fall Semester</Term>
                    <ClassPeriodName>0{course + 1} - Traditional</ClassPeriodName>
                    <Location>R{number}</Location>
                </SectionIdentity>"""


def _places(students: int) -> Iterator[tuple[int, int, int]]:
    for student in range(students):
        for course in range(SECTIONS_A_STUDENT):
            yield student, student // STUDENTS_A_SECTION, course


def schools() -> list[str]:
    """A district and a school with its courses."""
    courses = [
        f'<Course><CourseTitle>Course {n}</CourseTitle><CourseCode IdentificationSystem="LEA course code">'
        f'<ID>C-{n}</ID></CourseCode><SubjectArea>Mathematics</SubjectArea>'
        f'{_organization("101", "EducationOrganizationReference")}</Course>\n'
        for n in range(SECTIONS_A_STUDENT)
    ]  # fmt: skip
    return [
        "<LocalEducationAgency><StateOrganizationId>100</StateOrganizationId>"
        "<NameOfInstitution>Maplewood</NameOfInstitution></LocalEducationAgency>\n"
        "<School><StateOrganizationId>101</StateOrganizationId><NameOfInstitution>Elm School</NameOfInstitution>"
        f'{_organization("100", "LocalEducationAgencyReference")}</School>\n',
        *courses,
    ]  # fmt: skip


def calendar() -> list[str]:
    """One session with its grading periods."""
    references = "".join(f'<GradingPeriodReference ref="P{n}"/>' for n in range(len(PERIODS)))
    session = (
        "<Session><SessionName>Traditional</SessionName><SchoolYear>2026-2027</SchoolYear><Term>Fall Semester</Term>"
        f"<BeginDate>{_BEGINS[0]}</BeginDate><EndDate>{_ENDS[-1]}</EndDate>"
        f'{_organization("101", "EducationOrganizationReference")}{references}</Session>\n'
    )  # fmt: skip
    periods = [
        f'<GradingPeriod id="P{n}"><GradingPeriod>{name}</GradingPeriod><BeginDate>{_BEGINS[n]}</BeginDate>'
        f"<EndDate>{_ENDS[n]}</EndDate></GradingPeriod>\n"
        for n, name in enumerate(PERIODS)
    ]
    return [session, *periods]


def schedule(students: int) -> Iterator[str]:
    """The sections that so many students need."""
    for number in range(-(-students // STUDENTS_A_SECTION)):
        for course in range(SECTIONS_A_STUDENT):
            yield f"""
    <Section>
        <UniqueSectionCode>S{number}-{course}</UniqueSectionCode>
        <CourseOfferingReference><CourseOfferingIdentity><LocalCourseCode>C-{course}</LocalCourseCode>
            <Term>Fall Semester</Term><SchoolYear>2026-2027</SchoolYear></CourseOfferingIdentity>
        </CourseOfferingReference>{_organization("101", "SchoolReference")}
        <LocationReference><LocationIdentity><ClassroomIdentificationCode>R{number}</ClassroomIdentificationCode>
        </LocationIdentity></LocationReference>
        <ClassPeriodReference><ClassPeriodIdentity><ClassPeriodName>0{course + 1} - Traditional</ClassPeriodName>
        </ClassPeriodIdentity></ClassPeriodReference>
    </Section>
"""


def students(count: int) -> Iterator[str]:
    """The students themselves."""
    for n in range(count):
        yield (
            f"<Student><StudentUniqueStateId>{600000 + n}</StudentUniqueStateId><Name><FirstName>Ada</FirstName>"
            f"<LastSurname>Abara {n}</LastSurname></Name><Sex>Female</Sex></Student>\n"
        )


def memberships(count: int) -> Iterator[str]:
    """Their school, and their sections."""
    for n in range(count):
        yield (
            f"<StudentSchoolAssociation>{_student(n)}{_organization('101', 'SchoolReference')}"
            "<EntryDate>2026-08-24</EntryDate><EntryGradeLevel>Ninth grade</EntryGradeLevel>"
            "</StudentSchoolAssociation>\n"
        )
    for student, number, course in _places(count):
        yield (
            f"<StudentSectionAssociation>{_student(student)}<SectionReference>{_section(number, course)}"
            "</SectionReference><BeginDate>2026-08-24</BeginDate><EndDate>2026-12-18</EndDate>"
            "</StudentSectionAssociation>\n"
        )


def _student(n: int) -> str:
    return (
        f"<StudentReference><StudentIdentity><StudentUniqueStateId>{600000 + n}</StudentUniqueStateId>"
        "</StudentIdentity></StudentReference>"
    )


def grades(count: int) -> Iterator[str]:
    """A grade for each student, section and grading period, as wordy as real ones are: about 1.2 KB each."""
    for student, number, course in _places(count):
        for period in PERIODS:
            yield f"""
    <Grade>
        <NumericGradeEarned>{60 + (student + course) % 40}</NumericGradeEarned>
        <GradeType>Grading Period</GradeType>
        <StudentSectionAssociationReference>
            <StudentSectionAssociationIdentity>
                <StudentIdentity>
                    <StudentUniqueStateId>{600000 + student}</StudentUniqueStateId>
                </StudentIdentity>{_section(number, course)}
            </StudentSectionAssociationIdentity>
        </StudentSectionAssociationReference>
        <GradingPeriodReference>
            <GradingPeriodIdentity>
                <GradingPeriod>{period}</GradingPeriod>
                <SchoolYear>2026-2027</SchoolYear>
                <StateOrganizationId>101</StateOrganizationId>
            </GradingPeriodIdentity>
        </GradingPeriodReference>
    </Grade>
"""


def write(folder: Path, count: int) -> list[Path]:
    """All files of a district of so many students."""
    files: dict[str, Iterator[str] | list[str]] = {
        "EducationOrganization": schools(), "EducationOrgCalendar": calendar(), "MasterSchedule": schedule(count),
        "StudentParent": students(count), "StudentEnrollment": memberships(count), "StudentGrade": grades(count),
    }  # fmt: skip
    for kind, records in files.items():
        with (folder / f"{kind}.xml").open("wb") as file:
            file.writelines(interchange(kind, records))
    return [folder / f"{kind}.xml" for kind in files]
