"""What one student's record is made of, part by part: whatever may turn out to be another student's."""

import hashlib
import json

from appliance.days import from_day_number
from appliance.storage.database import Reading
from appliance.student_level.staging.linking.merging import Part
from appliance.student_level.staging.linking.people import word_for

_PARTS = (
    ("identity", ("system", "source_id"), "SELECT system, source_id FROM used_id WHERE student_key = :student"),
    ("school_enrollment", ("school_key", "begin_day", "end_day"),
     """SELECT school_key, begin_day, end_day, organization.name || ', grade ' || grade_level AS label
          FROM own_school_enrollment JOIN organization ON organization_key = school_key
         WHERE student_key = :student"""),
    ("section_enrollment", ("section_key", "begin_day"),
     """SELECT section_key, own_section_enrollment.begin_day, section.title || ', ' || organization.name AS label
          FROM own_section_enrollment JOIN section USING (section_key)
          JOIN organization ON organization_key = school_key WHERE student_key = :student"""),
    ("transcript_course", ("school_year", "term", "course_code", "result"),
     """SELECT school_year, term, course_code, result,
               coalesce(course.title, nullif(course_title, ''), course_code) || ', ' || school_year AS label
          FROM own_transcript_course LEFT JOIN course USING (course_key) WHERE student_key = :student"""),
    ("test_result", ("test_key", "day", "occurrence"),
     """SELECT test_key, day, occurrence, test.title AS label FROM own_test_result JOIN test USING (test_key)
         WHERE student_key = :student"""),
    ("program_membership", ("program", "begin_day"),
     "SELECT program, begin_day, 'a program' AS label FROM own_program_membership WHERE student_key = :student"),
    ("caseload", ("staff_key", "begin_day"),
     "SELECT staff_key, begin_day, 'a place on a caseload' AS label FROM own_caseload WHERE student_key = :student"),
    ("check_in", ("check_in_key",),
     "SELECT check_in_key, day, 'a check-in' AS label FROM own_check_in WHERE student_key = :student"),
    ("cares_about", ("day",),
     "SELECT day, 'one line' AS label FROM own_cares_about WHERE student_key = :student"),
)  # fmt: skip
"""(table, columns of a part's row, question): what a student's record is made of."""


def parts_of(reading: Reading, student_key: int) -> list[Part]:
    """What may go to another student, always in the same order."""
    found = []
    for table, columns, sql in _PARTS:
        rows = reading.query(sql, {"student": student_key})
        for row in sorted(rows, key=lambda row: tuple(str(row[name]) for name in columns)):
            day = row.get("begin_day", row.get("day"))
            label = word_for(row["system"]) if table == "identity" else row["label"]
            label += f", {from_day_number(day).isoformat()}" if day is not None else ""
            found.append(Part(table, label, tuple((name, row[name]) for name in columns)))
    return found


def mark_of(parts: list[Part]) -> str:
    """A fingerprint of the list, so that numbers chosen on a page mean what they meant there."""
    told = [(part.table, part.where) for part in parts]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
