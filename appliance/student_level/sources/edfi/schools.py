"""Organizations, sessions, the calendar, courses and sections, as rows of their layouts."""

from collections.abc import Iterator

from appliance.student_level.sources.edfi import codes
from appliance.student_level.sources.edfi.keys import course_codes, day_after, first_text, key, organization_id
from appliance.student_level.sources.edfi.records import first
from appliance.student_level.sources.edfi.references import Package

Row = tuple[int, dict[str, str]]
"""(line in its file, field of the layout -> text). A field that is not there is empty."""

_ORGANIZATIONS = {"LocalEducationAgency": "district", "School": "school"}
_INSTRUCTIONAL = ("instructional day", "make-up day", "student late arrival/early dismissal")
_OWN_CALENDARS = ("student specific", "iep", "grade level", "grade-level")
"""Types of calendar (Ed-Fi 5) that hold for some children only, and must not be taken for the school's."""


def organizations(package: Package) -> Iterator[Row]:
    """The district and its schools. State agencies and service centers own no student here."""
    for record in package.records(*_ORGANIZATIONS):
        identity = organization_id(record)
        yield record.line, {
            "source_id": identity, "state_id": identity, "name": record.text("NameOfInstitution"),
            "kind": _ORGANIZATIONS[record.kind],
            "parent": package.organization(record, "LocalEducationAgencyReference") if record.kind == "School" else "",
        }  # fmt: skip


def sessions(package: Package) -> Iterator[Row]:
    """School years (each as long as its sessions together), their sessions, and the sessions' grading periods."""
    years: dict[str, tuple[int, str, str]] = {}
    for session in package.sessions:
        line, begin, last = years.get(session.year, (session.line, session.begin, session.last_day))
        years[session.year] = (line, min(begin, session.begin), max(last, session.last_day))
    for year, (line, begin, last) in years.items():
        title = f"{int(year) - 1}-{year}" if year.isdigit() else year
        yield line, {"source_id": key("year", year), "title": title, "kind": "schoolYear", "begin_day": begin,
                     "end_day": day_after(last), "school_year": year}  # fmt: skip
    for session in package.sessions:
        yield session.line, {
            "source_id": session.id, "title": session.title, "kind": codes.kind_of_session(session.term),
            "begin_day": session.begin, "end_day": day_after(session.last_day), "school_year": session.year,
            "parent": key("year", session.year),
        }  # fmt: skip
    for period in package.periods.values():
        yield period.line, {
            "source_id": period.id, "title": period.title, "kind": "gradingPeriod", "begin_day": period.begin,
            "end_day": day_after(period.last_day), "school_year": period.year, "parent": key("year", period.year),
        }  # fmt: skip


def calendar(package: Package) -> Iterator[Row]:
    """Which days are school days. Ed-Fi 1.0 names no school: its days are the district's."""
    own = set()
    for record in package.records("Calendar"):
        if record.text("CalendarType").lower() in _OWN_CALENDARS:
            own.add((package.organization(record, "SchoolReference"), record.text("CalendarCode")))
    for record in package.records("CalendarDate"):
        school = package.organization(record, "CalendarReference", "EducationOrgReference", "SchoolReference")
        if (school, record.text("CalendarReference", "CalendarCode")) in own:
            continue
        events = [group.get("") or first(group, "CalendarEvent") for group in record.groups("CalendarEvent")]
        taught = [event for event in events if event.lower() in _INSTRUCTIONAL]
        yield record.line, {"day": record.text("Date"), "organization": school,
                            "is_instructional": codes.calendar_event((taught or events or [""])[0])}  # fmt: skip


def courses(package: Package) -> Iterator[Row]:
    """The course catalogue."""
    for record in package.records("Course"):
        organization = package.organization(record, "EducationOrganizationReference", "SchoolReference")
        code = (course_codes(record) or [""])[0]
        yield record.line, {
            "source_id": key("course", organization, code), "title": record.text("CourseTitle"), "code": code,
            "subjects": first_text(record, "SubjectArea", "AcademicSubject").replace(",", ";"),
        }  # fmt: skip


def sections(package: Package) -> Iterator[Row]:
    """Sections: a course offering in a term, in a period and a room."""
    for record in package.records("Section"):
        offering = record.group("CourseOfferingReference")
        school = package.organization(record, "SchoolReference", "LocationSchoolReference", "CourseOfferingReference")
        course, title = package.course(school, first(offering, "LocalCourseCode"))
        periods = [first(one, "ClassPeriodName").replace(",", ";") for one in record.groups("ClassPeriodReference")]
        identity = package.section_id(record)
        yield record.line, {
            "source_id": identity, "course": course, "school": school,
            "code": first_text(record, "UniqueSectionCode", "SectionIdentifier"),
            "title": " - ".join(filter(None, (title or record.text("SectionName"), ", ".join(periods)))),
            "sessions": package.session_of_section[identity],
            "periods": ",".join(filter(None, periods)),
            "room": first(record.group("LocationReference"), "ClassroomIdentificationCode"),
            "kind": "homeroom" if identity in package.homerooms else "scheduled",
        }  # fmt: skip
