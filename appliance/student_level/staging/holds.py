"""When an import waits for a person: so much would vanish or change that the file may be wrong.

An empty or half file from a vendor looks, row by row, like a school that lost its students. Only a share tells.
"""

from dataclasses import dataclass

from appliance.student_level.staging.report import ImportReport

_PLURALS = {
    "school": "schools", "student": "students", "staff": "members of staff", "section": "classes",
    "section_enrollment": "class enrollments", "school_enrollment": "school enrollments", "grade": "grades",
    "attendance_event": "attendance events", "class_meeting": "class meetings", "test_result": "test results",
    "transcript_course": "courses in transcripts", "course_level": "levels of courses",
    "program": "program memberships",
    "disability": "disabilities", "home_language": "home languages", "night_residence": "night residences",
    "discipline": "counts of disciplinary actions", "leaving_reason": "reasons for leaving",
    "completion": "diplomas and other credentials", "graduation_cohort": "years of entering grade 9",
    "standard": "learning standards", "line_item_standard": "standards of assignments",
    "standard_mark": "marks by standard", "test_growth": "growth reports",
    "calendar_day": "calendar days", "teaching": "teaching assignments", "staff_role": "roles of staff",
    "line_item": "line items", "caseload": "caseload entries", "academic_session": "academic sessions",
    "course": "courses", "demographics": "students' demographic records",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HoldRule:
    """Hold when more than `rows` records *and* more than `share` of those loaded would vanish, or would change."""

    rows: int
    share: float


def holds(report: ImportReport, rule: HoldRule) -> list[str]:
    """A sentence for each kind of record that would vanish or change too much; none when the batch may go on."""
    found = []
    for entity, count in report.counts.items():
        before = max(count.unchanged + count.changed + count.ended, report.loaded_before.get(entity, 0))
        for number, deed in ((count.ended, "end"), (count.changed, "change")):
            if number > rule.rows and number > rule.share * before:
                what = _PLURALS.get(entity, f"{entity} records")
                found.append(f"{number:,} of {before:,} {what} would {deed}.")
    return found
