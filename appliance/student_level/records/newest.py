"""Until when records of each kind are loaded, when they last came, and in which file: told without a row of a student.

The newest days are worked out with the sums, after each change of the records, because some kinds have a hundred
million rows; a page reads what was worked out.
"""

from dataclasses import dataclass

from appliance.storage.database import Reading, Tables

_KINDS = {
    "enrollment": ("Enrollment at schools", "school_enrollment"),
    "classes": ("Who is in which class", "section_enrollment"),
    "attendance": ("Attendance", "attendance_event"),
    "class_attendance": ("Attendance class by class", "attendance_event"),
    "grades": ("Grades and assignments", "grade"),
    "standards": ("Marks on standards", "standard_mark"),
    "tests": ("Tests", "test_result"),
    "growth": ("Growth on tests", "test_growth"),
    "transcripts": ("Transcripts", "transcript_course"),
    "programs": ("Programs", "program"),
    "discipline": ("Discipline", "discipline"),
}
"""Kind -> what people call it, and how the counts of an import name it. In the order of the page."""
# With one max() SQLite takes the other columns from the row that has it.
_NEWEST = {
    "enrollment": "SELECT max(begin_day) AS day, NULL AS school_year, file_key FROM school_enrollment",
    "classes": "SELECT max(begin_day), NULL, file_key FROM section_enrollment",
    "attendance": """SELECT (SELECT max(day) FROM attendance_taken), NULL, file_key
        FROM (SELECT max(day), file_key FROM (SELECT day, file_key FROM attendance_day WHERE basis = 'daily'
                                              UNION ALL SELECT day, file_key FROM attendance_section))""",
    "class_attendance": "SELECT max(day), NULL, file_key FROM attendance_section",
    "grades": "SELECT max(scored_day), NULL, file_key FROM grade",
    "standards": "SELECT NULL, NULL, max(file_key) FROM standard_mark",
    "tests": "SELECT max(day), NULL, file_key FROM test_result",
    "growth": "SELECT max(day), NULL, file_key FROM test_growth",
    "transcripts": "SELECT NULL, max(school_year), file_key FROM transcript_course",
    "programs": "SELECT max(begin_day), NULL, file_key FROM program_membership",
    "discipline": "SELECT NULL, max(school_year), file_key FROM discipline",
}
_KEEP = "INSERT INTO newest_record (kind, day, school_year, file_key) SELECT :kind, * FROM ({newest})"
_KEPT = """
    SELECT newest_record.kind, day, school_year, coalesce(name, '') AS file
      FROM newest_record LEFT JOIN batch_file USING (file_key)
     WHERE day IS NOT NULL OR school_year IS NOT NULL OR file_key IS NOT NULL
"""
_CAME = """
    SELECT entity, max(loaded_at) AS loaded_at FROM batch_count JOIN batch USING (batch_key)
     WHERE work = 'import' AND status IN ('loaded', 'unchanged') AND added + changed + unchanged + ended > 0
     GROUP BY entity
"""


@dataclass(frozen=True, slots=True)
class KindOfRecord:
    """One kind. `day` and `school_year`: of its newest record, one of them where a day is not kept; both None, and
    `is_loaded` False, where there is none. `loaded_at`: ISO text in UTC, empty where no import is known.
    """

    called: str
    is_loaded: bool
    day: int | None = None
    school_year: int | None = None
    file: str = ""
    loaded_at: str = ""


def tell_newest(tables: Tables) -> None:
    """Work out anew until when each kind is loaded."""
    tables.execute("DELETE FROM newest_record")
    for kind, newest in _NEWEST.items():
        tables.execute(_KEEP.format(newest=newest), {"kind": kind})


def kinds_of_record(reading: Reading) -> list[KindOfRecord]:
    """Every kind that there is, also those of which nothing is loaded."""
    newest = {row["kind"]: row for row in reading.query(_KEPT)}
    came = {row["entity"]: row["loaded_at"] for row in reading.query(_CAME)}
    found = []
    for kind, (called, entity) in _KINDS.items():
        row = newest.get(kind)
        if row is None:
            found.append(KindOfRecord(called, is_loaded=False))
            continue
        loaded_at = came.get(entity, "")
        found.append(KindOfRecord(called, True, row["day"], row["school_year"], row["file"], loaded_at))
    return found
