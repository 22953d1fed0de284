"""Ids as Ed-Fi makes them: natural keys, whose parts have other names in each edition."""

import re
from datetime import date, timedelta

from appliance.student_level.sources.edfi.records import Group, Record, first

NOT_AN_ID = "(a social security number)"
"""Stands for a person's id that must not be read; the layouts refuse it."""
BY_CODE = "section code"
_SOCIAL_SECURITY = re.compile(r"\d{3}-\d{2}-\d{4}", re.ASCII)
ORGANIZATION = (
    "StateOrganizationId", "SchoolId", "EducationOrganizationId", "LocalEducationAgencyId", "EducationServiceCenterId",
    "ID",
)  # fmt: skip


def key(*parts: str) -> str:
    """An id made of the parts of a natural key. Without commas, which separate the ids of a list."""
    return "|".join(parts).replace(",", ";")


def student_of(group: Group) -> str:
    """The student's unique id in a reference or identity."""
    return person_id(first(group, "StudentUniqueStateId", "StudentUniqueId"))


def staff_of(group: Group) -> str:
    """The unique id of a member of staff in a reference or identity."""
    return person_id(first(group, "StaffUniqueStateId", "StaffUniqueId", "TeacherUniqueStateId"))


def person_id(value: str) -> str:
    """The id itself, unless it is written like a social security number."""
    return NOT_AN_ID if _SOCIAL_SECURITY.fullmatch(value) else value


def school_year(text: str) -> str:
    """The year a school year ends in: `2010-2011` as 2011."""
    return text.rpartition("-")[2].strip()


def day_after(text: str) -> str:
    """Ed-Fi's last day of something as the first day that is no longer part of it. What is no date stays as it is."""
    try:
        return (date.fromisoformat(text[:10]) + timedelta(days=1)).isoformat()
    except ValueError:
        return text


def section_key(group: Group) -> str:
    """The natural key of a section.

    In Ed-Fi 5 its identifier and course offering; in 1.0 school, course, term, period and room; in inBloom's dialect
    school and code.
    """
    school = first(group, *ORGANIZATION)
    year, course = school_year(first(group, "SchoolYear")), first(group, "LocalCourseCode")
    if group.get("SectionIdentifier"):
        return key("section", school, year, first(group, "SessionName"), course, group["SectionIdentifier"])
    term, period, room = first(group, "Term"), first(group, "ClassPeriodName"), first(group, "Location")
    if course and term and year:
        return key("section", school, course, year, term, period, room)
    return key(BY_CODE, school, first(group, "UniqueSectionCode"))


def organization_id(record: Record) -> str:
    """The id by which an organization goes in the state."""
    kinds = (
        "StateOrganizationId", "SchoolId", "LocalEducationAgencyId", "EducationServiceCenterId",
        "StateEducationAgencyId", "OrganizationDepartmentId",
    )  # fmt: skip
    return first_text(record, *kinds)


def course_codes(record: Record) -> list[str]:
    """All codes of a course, the one that its own district gave it first."""
    codes = [record.text("UniqueCourseId"), record.text("CourseCode")]
    for group in record.groups("CourseCode", "CourseIdentificationCode"):
        code = first(group, "ID", "IdentificationCode")
        is_local = "lea" in first(group, "@IdentificationSystem", "CourseIdentificationSystem").lower()
        codes.insert(2 if is_local else len(codes), code)
    return list(dict.fromkeys(filter(None, codes)))


def first_text(record: Record, *names: str) -> str:
    """The text of the first of these children that has any."""
    return next((record.text(name) for name in names if record.text(name)), "")


def year_of(day: str) -> str:
    """The school year a day belongs to, by the year it ends in: from July on, the next one."""
    try:
        when = date.fromisoformat(day[:10])
    except ValueError:
        return ""
    return str(when.year + (when.month >= 7))
