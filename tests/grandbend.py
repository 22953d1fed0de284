"""Grand Bend: a whole district's real export, with counts that its publisher's own files give."""

from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "grandbend"
ED_FI = FOLDER / "edfi_1p0.zip"
ROSTER_1P1, ROSTER_1P2 = FOLDER / "oneroster_1p1.zip", FOLDER / "oneroster_1p2.zip"
SIS = tuple(
    FOLDER / f"{name}.csv"
    for name in (
        "attendance_section_exceptions", "calendar", "school_enrollment", "programs", "assessments", "transcripts",
    )
)  # fmt: skip
ATTRIBUTES = FOLDER / "student_attributes.csv"
COUNTS = {
    "school": 3,
    "student": 960,
    "staff": 67,
    "section": 532,
    "section_enrollment": 13_440,
    "school_enrollment": 960,
    "grade": 40_320,
    "transcript_course": 13_440,
    "attendance_event": 12_950,
    "test_result": 6_934,
    "program": 327,
}
STUDENT_DAYS = 1_850
