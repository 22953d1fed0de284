"""Students and staff, where they belong, and which sections and programs they are in, as rows of their layouts."""

from collections.abc import Iterator
from itertools import chain

from appliance.student_level.sources.edfi import codes
from appliance.student_level.sources.edfi.identifiers import Ids, ids, social_security_numbers
from appliance.student_level.sources.edfi.keys import (
    NOT_AN_ID,
    day_after,
    first_text,
    key,
    person_id,
    staff_of,
    student_of,
)
from appliance.student_level.sources.edfi.records import Record, first
from appliance.student_level.sources.edfi.references import Package
from appliance.student_level.sources.edfi.schools import Row
from appliance.student_level.sources.edfi.totals import details

_STUDENT_IDS = ("StudentUniqueStateId", "StudentUniqueId")
_STAFF_IDS = ("StaffUniqueStateId", "StaffUniqueId", "TeacherUniqueStateId")
_ASSIGNMENTS = ("StaffEducationOrgAssignmentAssociation", "StaffEducationOrganizationAssignmentAssociation")
_AT_SCHOOL = ("TeacherSchoolAssociation", "StaffSchoolAssociation")
_TEACHING = ("TeacherSectionAssociation", "StaffSectionAssociation")
PROGRAMS = (
    "StudentProgramAssociation", "StudentSpecialEdProgramAssociation", "StudentSpecialEducationProgramAssociation",
    "StudentCTEProgramAssociation", "StudentMigrantEducationProgramAssociation",
    "StudentLanguageInstructionProgramAssociation", "StudentHomelessProgramAssociation",
    "StudentSection504ProgramAssociation",
)  # fmt: skip
USERS = ("Student", "Staff", "Teacher")
ROLES = (*_ASSIGNMENTS, *_AT_SCHOOL)
ENROLLMENTS = ("StudentSectionAssociation", *_TEACHING)
_NONE = Ids()


def _own_id(record: Record) -> str:
    """A person's unique id, never when the same record says that it is the social security number."""
    identity = first_text(record, *_STUDENT_IDS, *_STAFF_IDS)
    if identity in social_security_numbers(record):
        return NOT_AN_ID
    return person_id(identity)


def users(package: Package) -> Iterator[Row]:
    """Students, each at a school of theirs, and staff, whose roles are rows of their own. No parent is read."""
    schools: dict[str, str] = {}
    for record in package.records("StudentSchoolAssociation"):
        schools[student_of(record.group("StudentReference"))] = package.organization(record, "SchoolReference")
    # Without any enrollment file the district stands in: the roster needs somewhere that a student belongs to.
    anywhere = ",".join(package.districts) if not schools else ""
    others = ids(package)
    seen: set[str] = set()
    for record in package.records(*USERS):
        identity = _own_id(record)
        if record.kind != "Student" and identity in seen:
            continue  # Ed-Fi 1.0 may list a teacher both as Staff and as Teacher.
        is_student = record.kind == "Student"
        if not is_student:
            seen.add(identity)
        also = others.get(identity, _NONE) if is_student else _NONE
        yield record.line, {
            "source_id": identity, "local_id": identity, "state_id": also.state, "other_ids": ",".join(also.local),
            "given_name": record.text("Name", "FirstName"), "middle_name": record.text("Name", "MiddleName"),
            "family_name": record.text("Name", "LastSurname"), "role": "student" if is_student else "",
            "organizations": schools.get(identity, anywhere) if is_student else "",
        }  # fmt: skip


def roles(package: Package) -> Iterator[Row]:
    """What staff are assigned to do where."""
    for record in package.records(*ROLES):
        is_teacher = record.kind in _AT_SCHOOL
        yield record.line, {
            "source_id": f"line {record.line}",
            "user": staff_of(record.group("StaffReference", "TeacherReference")),
            "organization": package.organization(record, "EducationOrganizationReference", "SchoolReference"),
            "role": "teacher" if is_teacher else codes.role(record.text("StaffClassification")),
            "begin_day": record.text("BeginDate"),
            "end_day": day_after(record.text("EndDate")),
        }  # fmt: skip


def demographics(package: Package) -> Iterator[Row]:
    """Birth day, sex and race. Ed-Fi 5 keeps the last two with the student's district, not with the student."""
    elsewhere: dict[str, dict[str, str]] = {}
    for record in package.records("StudentEducationOrganizationAssociation"):
        elsewhere[student_of(record.group("StudentReference"))] = _traits(record)
    for record in package.records("Student"):
        identity = _own_id(record)
        birth = {"source_id": identity, "birth_day": record.text("BirthData", "BirthDate")}
        yield record.line, _traits(record) | elsewhere.get(identity, {}) | birth


def _traits(record: Record) -> dict[str, str]:
    words = chain.from_iterable(group.values() for group in record.groups("Race"))
    sex, hispanic = codes.sex(first_text(record, "Sex", "BirthSex")), record.text("HispanicLatinoEthnicity")
    found = codes.races(words) | {"sex": sex, "hispanic": hispanic}
    return {field: text for field, text in found.items() if text}


def school_enrollments(package: Package) -> Iterator[Row]:
    """Which school a student belongs to. `ExitWithdrawDate` is the first day after the last at school."""
    for record in package.records("StudentSchoolAssociation"):
        yield record.line, {
            "student": student_of(record.group("StudentReference")),
            "school": package.organization(record, "SchoolReference"),
            "begin_day": record.text("EntryDate"), "end_day": record.text("ExitWithdrawDate"),
            "grade_level": codes.grade_level(record.text("EntryGradeLevel")),
            "leaving_reason": record.text("ExitWithdrawType"),
        }  # fmt: skip


def enrollments(package: Package) -> Iterator[Row]:
    """Who is in which section, and who teaches it. Ed-Fi's end dates are the last day."""
    for record in package.records(*ENROLLMENTS):
        is_student = record.kind not in _TEACHING
        user = (
            student_of(record.group("StudentReference")) if is_student
            else staff_of(record.group("StaffReference", "TeacherReference"))
        )  # fmt: skip
        section = package.section(record.group("SectionReference"))
        begin = record.text("BeginDate")
        position = record.text("ClassroomPosition").lower()
        yield record.line, {
            "source_id": key(user, section, begin), "section": section, "user": user,
            "role": "student" if is_student else "teacher",
            "is_primary": "false" if position and position != "teacher of record" else "true",
            "begin_day": begin, "end_day": day_after(record.text("EndDate")),
        }  # fmt: skip


def programs(package: Package) -> Iterator[Row]:
    """Programs a student is in, of those kinds that have a purpose here. `EndDate` is the day of leaving."""
    kinds = {record.text("ProgramId"): record.text("ProgramType") for record in package.records("Program")}
    for record in package.records(*PROGRAMS):
        reference = record.group("ProgramReference")
        kind = first(reference, "ProgramType") or kinds.get(first(reference, "ProgramId"), "")
        if kind.lower() not in codes.PROGRAMS_NOT_KEPT:
            yield record.line, {
                "student": student_of(record.group("StudentReference")), "program": codes.program(kind),
                "begin_day": record.text("BeginDate"), "end_day": record.text("EndDate"), **details(record),
            }  # fmt: skip
