"""The plain CSV files a student information system exports, known by their headers: what OneRoster cannot carry.

Local codes go through the tables below; a code that is not in its table is refused with its row, never guessed.
"""

from appliance.student_level.sources import totals_csv
from appliance.student_level.sources.layout import Layout, here, may, need
from appliance.student_level.sources.terms import semester, term
from appliance.student_level.sources.values import Refused, day, grade_level, number, one_of, several, size, text, year

ATTENDANCE_CODES = {
    "Excused Absence": "excused", "Absent excused": "excused", "Excused": "excused",
    "Unexcused Absence": "unexcused", "Absent unexcused": "unexcused", "Unexcused": "unexcused", "Absent": "unexcused",
    "Tardy": "tardy", "Late": "tardy",
    "Present": "present", "In Attendance": "present",
}  # fmt: skip
"""`present` rows mark a file as positive taking: each student has a row each day."""

_CALENDAR_EVENTS = {
    "Instructional day": 1, "Make-up day": 1, "Late arrival/early dismissal": 1,
    **dict.fromkeys(("Holiday", "Teacher only day", "Bad weather day", "Non-instructional day", "Student late arrival",
                     "Strike", "Weather day", "Break"), 0),
}  # fmt: skip
NOT_SAID = "Not said"
"""A course level in which a catalogue leaves a course as it is."""
_PROGRAMS = {
    "English learner": "english_learner",
    "English as a Second Language (ESL)": "english_learner",
    "Bilingual": "bilingual",
    "Special education": "special_education",
    "Section 504": "section_504",
    "Economically disadvantaged": "economic",
    "Gifted and talented": "gifted",
    "Career and Technical Education": "career_technical",
    "Migrant": "migrant",
    "Homeless": "homeless",
    "Foster care": "foster",
    "Military family": "military",
}
_COURSE_LEVELS = {
    "Regular": "", "General": "", "Honors": "honors",
    **dict.fromkeys(("AP", "Advanced Placement"), "ap"),
    **dict.fromkeys(("IB", "International Baccalaureate"), "ib"),
    **dict.fromkeys(("Dual", "Dual credit", "Dual enrollment"), "dual"),
    NOT_SAID: None,
}  # fmt: skip
_RESULTS = {
    **dict.fromkeys(("Pass", "Passed", "P"), "passed"), **dict.fromkeys(("Fail", "Failed", "F"), "failed"),
    **dict.fromkeys(("Incomplete", "I"), "incomplete"), **dict.fromkeys(("Withdrawn", "Expelled", "W"), "withdrawn"),
}  # fmt: skip


def _day_or_none(value: str) -> int | None:
    """A birth day that only helps to find the student: one that cannot be read costs no result."""
    try:
        return day(value)
    except Refused:
        return None


_STUDENT = need("student", "student_id", text)
_WHOSE = (
    may("state_id", "state_id", text), may("given_name", "given_name", text, empty=""),
    may("family_name", "family_name", text, empty=""), may("birth_day", "birth_date", _day_or_none),
)  # fmt: skip
"""What a publisher's file says of a student: read to find them, and kept only while a row waits for a decision."""

LAYOUTS = (
    Layout("calendar", "calendar_day", (
        need("day", "date", day), need("is_instructional", "event", one_of(_CALENDAR_EVENTS)),
        may("organization", "school_id", text),
    )),
    Layout("school enrollment", "school_enrollment", (
        _STUDENT, need("school", "school_id", text), need("begin_day", "entry_date", day),
        need("grade_level", "grade_level", grade_level), may("end_day", "exit_date", day), totals_csv.LEAVING_REASON,
    )),
    Layout("programs", "program", (
        _STUDENT, need("program", "program", one_of(_PROGRAMS)), need("begin_day", "begin_date", day),
        may("end_day", "end_date", day), *totals_csv.DETAILS,
    )),
    Layout("caseload", "caseload", (
        need("staff", "staff_id", text), _STUDENT, need("begin_day", "begin_date", day),
        may("end_day", "end_date", day),
    )),
    Layout("section attendance", "attendance_event", (
        _STUDENT, need("section", "section_id", text), need("day", "date", day),
        need("category", "category", one_of(ATTENDANCE_CODES)), may("school", "school_id", text),
    )),
    Layout("daily attendance", "attendance_event", (
        _STUDENT, need("day", "date", day), need("category", "category", one_of(ATTENDANCE_CODES)),
        may("school", "school_id", text),
    )),
    Layout("class meetings", "class_meeting", (
        need("section", "section_id", text), need("day", "met_on", day), may("school", "school_id", text),
    )),
    Layout("tests", "test_result", (
        _STUDENT, need("test", "assessment_id", text), need("day", "administration_date", day),
        may("title", "assessment_title", text, empty=""),
        may("source", "source_file", text, empty=""), may("subject", "subject", text, empty=""),
        may("raw_score", "raw_score", number), may("scale_score", "scale_score", number),
        may("standard_error", "standard_error", size),
        may("level", "performance_level", text, "performance_levels"),
        may("administration", "administration_window", text, empty=""),
        may("grade_level", "grade_level", grade_level), may("scale", "scale", text, empty=""),
        may("part_of", "part_of", text, empty=""), may("also_named", "also_named", several, empty=()), *_WHOSE,
    )),
    Layout("test growth", "test_growth", (
        _STUDENT, need("test", "assessment_id", text), need("day", "administration_date", day),
        need("span", "growth_span", text), may("source", "source_file", text, empty=""),
        may("observed", "observed_growth", number), may("typical", "typical_growth", number),
        may("standard_error", "growth_error", size), may("grade_level", "grade_level", grade_level), *_WHOSE,
    )),
    Layout("learning standards", "standard", (
        need("standard", "standard_id", text), need("code", "standard_code", text),
        may("title", "standard_title", text, empty=""),
    )),
    Layout("course levels", "course_level", (
        need("course", "course_code", text), here("level", "course_level", one_of(_COURSE_LEVELS), empty=""),
        may("credits", "credits", size),
    )),
    Layout("transcripts", "transcript_course", (
        _STUDENT, need("course", "course_code", text), need("credits_earned", "credits_earned", size),
        may("school_year", "school_year", year), may("term", "term", term), may("semester", "semester", semester),
        may("course_id", "course_id", text), may("title", "course_title", text, empty=""),
        may("credits_attempted", "credits_attempted", size),
        may("score", "final_numeric", number), may("score_text", "final_letter", text),
        may("result", "result", one_of(_RESULTS), empty=""), may("grade_level", "grade_level", grade_level),
    )),
    *totals_csv.LAYOUTS,
)  # fmt: skip

_SUBJECTS = {
    "MATH": ("math", "algebra", "geometry"),
    "ELP": ("telpas", "wida", "access", "english language prof"),
    "RLA": ("read", "ela", "english", "writing", "language arts", "verbal", "rla"),
    "SCI": ("science", "biology", "chemistry", "physics"),
    "SOC": ("social", "history", "government", "civics"),
}
NO_SUBJECT = "OTHER"
_STATE_TESTS = ("state", "taks", "staar", "map-a", "cmas", "sc ready", "caaspp")


def subject_of(*words: str) -> str:
    """EDFacts' subject code from a test's subject, name or code; NO_SUBJECT when none of the known words is in it."""
    said = " ".join(words).lower()
    return next((code for code, signs in _SUBJECTS.items() if any(sign in said for sign in signs)), NO_SUBJECT)


def kind_of_test(*words: str) -> str:
    """`state` for a test that the state's accountability uses, `benchmark` for a district's own, else `other`."""
    said = " ".join(words).lower().replace("united states", "")
    if "benchmark" in said or "screener" in said:
        return "benchmark"
    return "state" if any(name in said for name in _STATE_TESTS) else "other"


def meets_standard(level: str | None) -> int | None:
    """1 or 0 where a level says whether the test's standard was met, None where it does not say.

    Knows the words of the standards grid and lists like `Met Standard=true;Commended Performance=false`.
    """
    said = (level or "").lower()
    if "met standard=" in said:
        return int("met standard=true" in said)
    known = {"met expectations": 1, "exceeded expectations": 1, "approached expectations": 0,
             "partially met expectations": 0, "did not yet meet expectations": 0, "meets": 1,
             "exceeds": 1, "masters": 1, "proficient": 1, "advanced": 1, "beginning": 0, "getting there": 0,
             "approaches": 0, "basic": 0, "below basic": 0, "does not meet": 0}  # fmt: skip
    return known.get(said)
