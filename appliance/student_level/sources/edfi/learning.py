"""Grades, gradebooks and test results, as rows of their layouts."""

from collections.abc import Iterator

from appliance.student_level.sources.edfi import codes
from appliance.student_level.sources.edfi.keys import key, school_year, student_of, year_of
from appliance.student_level.sources.edfi.records import Group, Record, first
from appliance.student_level.sources.edfi.references import Package
from appliance.student_level.sources.edfi.schools import Row

GRADES = ("Grade", "StudentGradebookEntry")


def categories(package: Package) -> Iterator[Row]:
    """The categories that grades of report cards and gradebooks fall into. Ed-Fi lists none of its own."""
    for title in codes.CATEGORIES if package.holding("Grade", "GradebookEntry") else ():
        yield 1, {"source_id": title, "title": title}


def line_items(package: Package) -> Iterator[Row]:
    """What can be graded. Ed-Fi lists no columns of report cards, so they are those that any grade stands in."""
    seen: set[str] = set()
    for record in package.records("Grade"):
        grade_type, section, period = _place(package, record)
        identity = key("grade", section, grade_type, period)
        if identity not in seen:
            seen.add(identity)
            name = first(record.group("GradingPeriodReference"), "GradingPeriodName", "GradingPeriod")
            yield record.line, {
                "source_id": identity, "section": section, "category": codes.category(grade_type),
                "title": name or grade_type or "Grade",
                "session": period or package.session_of_section.get(section, ""),
            }  # fmt: skip
    for record in package.records("GradebookEntry"):
        section = package.section(record.group("SectionReference"))
        yield record.line, {
            "source_id": _entry({name: groups[0].get("", "") for name, groups in record.children.items()}, section),
            "section": section, "category": codes.GRADEBOOK,
            "title": record.text("Title") or record.text("GradebookEntryTitle") or record.text("GradebookEntryType"),
            "session": _period_id(record.group("GradingPeriodReference"), ""),
            "due_day": record.text("DueDate") or record.text("DateAssigned"),
        }  # fmt: skip


def grades(package: Package) -> Iterator[Row]:
    """Marks of students. Grades of a whole period carry no day in Ed-Fi."""
    for record in package.records(*GRADES):
        association = record.group("StudentSectionAssociationReference")
        if record.kind == "Grade":
            grade_type, section, period = _place(package, record)
            item = key("grade", section, grade_type, period)
            scored = ""
        else:
            entry = record.group("GradebookEntryReference")
            item = _entry(entry, package.section(entry))
            scored = record.text("DateFulfilled")
        student = student_of(association or record.group("StudentReference"))
        yield record.line, {
            "source_id": key(student, item), "line_item": item, "student": student,
            "score": record.text("NumericGradeEarned"), "score_text": record.text("LetterGradeEarned"),
            "scored_day": scored,
        }  # fmt: skip


def _place(package: Package, record: Record) -> tuple[str, str, str]:
    """(type, section, grading period) of a grade."""
    section = package.section(record.group("StudentSectionAssociationReference"))
    period = _period_id(record.group("GradingPeriodReference"), record.text("SchoolYear"))
    return record.text("GradeType"), section, period


def _period_id(group: Group, year: str) -> str:
    """As `Package.periods` writes them. inBloom's dialect gives the year beside the reference, or only a first day."""
    name = first(group, "GradingPeriodName", "GradingPeriod")
    school = first(group, "StateOrganizationId", "SchoolId")
    when = school_year(first(group, "SchoolYear") or year) or year_of(first(group, "BeginDate"))
    return key("period", school, when, name) if name else ""


def _entry(group: Group, section: str) -> str:
    """The id of a gradebook entry: Ed-Fi 5 gives it one, before it was section, type and day."""
    if "GradebookEntryIdentifier" in group:
        return key("entry", group["GradebookEntryIdentifier"], first(group, "Namespace"))
    return key("entry", section, first(group, "GradebookEntryType"), first(group, "DateAssigned"))


def attendance_by_section(package: Package) -> Iterator[Row]:
    """Attendance that was taken in a section."""
    for record in package.records("AttendanceEvent", "StudentSectionAttendanceEvent"):
        if record.kind != "AttendanceEvent" or _type(record) == "section attendance":
            reference = record.group("SectionReference")
            yield record.line, _absence(package, record) | {"section": package.section(reference)}


def class_meetings(package: Package) -> Iterator[Row]:
    """Days on which attendance was taken in a section, whoever was there."""
    for record in package.records("SectionAttendanceTakenEvent"):
        yield (
            record.line,
            {
                "section": package.section(record.group("SectionReference")),
                "day": record.text("EventDate") or first(record.group("CalendarDateReference"), "Date"),
                "school": package.organization(record, "SchoolReference", "SectionReference"),
            },
        )


def attendance_by_day(package: Package) -> Iterator[Row]:
    """Attendance of a day. What took less than half of it is no day missed, and counts as a late arrival."""
    for record in package.records("AttendanceEvent", "StudentSchoolAttendanceEvent"):
        if record.kind != "AttendanceEvent" or _type(record) == "daily attendance":
            row = _absence(package, record)
            duration = first(record.group("AttendanceEvent"), "EventDuration")
            if _is_short(duration) and "absence" in row["category"].lower():
                row["category"] = "Tardy"
            yield record.line, row


def _type(record: Record) -> str:
    """Of an event; one of a program or an activity outside class is none of ours."""
    fallback = "section attendance" if record.group("SectionReference") else "daily attendance"
    return record.text("AttendanceEventType").lower() or fallback


def _absence(package: Package, record: Record) -> dict[str, str]:
    event = record.group("AttendanceEvent")
    return {
        "student": student_of(record.group("StudentReference")),
        "day": record.text("EventDate") or first(event, "EventDate"),
        "category": record.text("AttendanceEventCategory") or first(event, "AttendanceEventCategory"),
        "school": package.organization(record, "SchoolReference", "SectionReference"),
    }


def _is_short(duration: str) -> bool:
    try:
        return float(duration) < 0.5
    except ValueError:
        return False
