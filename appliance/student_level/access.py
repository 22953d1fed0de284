"""Which students may this person see, and why.

One answer, held by the database: every page reads through one of the gates below, whose `visible_*` views join the
scope of the present viewer. A list, a count and a single page therefore cannot disagree, and a handler that forgets
its filter still sees only the viewer's own students. The reason stands beside each student, for the page and the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from appliance.actions import Role
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Reading

GRACE_DAYS = 14
"""A teacher keeps a section's students for so long after it ends, to finish grades and talks."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, on a day. `staff_key` is None for people who are not in the roster: they see no student."""

    account_key: int
    username: str
    display_name: str
    role: Role
    staff_key: int | None
    today: int
    """The day the pages are about, as a day number: today, but for a rehearsal on an old year's files."""


_SCHOOL_FACTS = frozenset(
    """academic_session attendance_taken batch batch_count batch_file calendar_day course line_item organization rule_book
    school_attendance_day section staff staff_role teaching test""".split()
)
"""Tables in which no row is about a student."""

_STUDENT_TABLES = """attendance_day attendance_section grade school_enrollment section_enrollment
    student_attendance test_result""".split()
"""Tables shown whole, cut to the visible students. `student` and `program_membership` show chosen columns only."""

# CROSS JOIN says in which order to look: from the few students in scope to their rows, never from a day or an item to
# everybody's. Without statistics the planner guesses, and guessed wrong (measured: 20 times slower at 30,000 students).
_VISIBLE = {
    # Names and nothing else: birth day, sex and race are kept for linking and for totals, no page shows them.
    "visible_student": """SELECT student_key, given_name, middle_name, family_name, reason
        FROM {gate}scope CROSS JOIN {vault}.student USING (student_key)""",
    # The programs a class is planned around. Disability, meals, homelessness and the like feed totals only.
    "visible_program": """SELECT program_membership.*
        FROM {gate}scope CROSS JOIN {vault}.program_membership USING (student_key)
        WHERE program IN ('english_learner', 'bilingual', 'gifted', 'career_technical')""",
    "visible_check_in": """SELECT check_in.*, account.display_name AS by_whom
        FROM {gate}scope CROSS JOIN {vault}.check_in USING (student_key) JOIN {vault}.account USING (account_key)""",
    "visible_opening": """SELECT access_log_student.student_key, access_log.at, access_log.who, access_log.action,
            access_log.reason, coalesce(account.display_name, access_log.who) AS display_name, account.role
        FROM {gate}scope CROSS JOIN {vault}.access_log_student USING (student_key)
            JOIN {vault}.access_log USING (sequence) LEFT JOIN {vault}.account ON account.username = access_log.who""",
    "visible_section": """SELECT section.* FROM {gate}scope_section CROSS JOIN {vault}.section USING (section_key)""",
    **{
        f"visible_{table}": f"SELECT {table}.* FROM {{gate}}scope CROSS JOIN {{vault}}.{table} USING (student_key)"  # noqa: S608
        for table in _STUDENT_TABLES
    },
}

BY_STUDENT = Gate(
    open_tables=_SCHOOL_FACTS,
    scratch=(
        "CREATE TEMP TABLE scope (student_key INTEGER PRIMARY KEY, reason TEXT NOT NULL)",
        "CREATE TEMP TABLE scope_section (section_key INTEGER PRIMARY KEY)",
    ),
    inner={
        "scope": "SELECT student_key, reason FROM temp.scope",
        "scope_section": "SELECT section_key FROM temp.scope_section",
    },
    views=_VISIBLE,
)
"""For teachers and counselors: their few hundred students, row by row."""

BY_SCHOOL = Gate(
    open_tables=_SCHOOL_FACTS,
    scratch=("CREATE TEMP TABLE scope_school (school_key INTEGER PRIMARY KEY, today INTEGER NOT NULL)",),
    inner={
        "scope": """SELECT school_enrollment.student_key, 'is a student of the school you lead' AS reason
            FROM temp.scope_school CROSS JOIN {vault}.school_enrollment USING (school_key)
            WHERE begin_day <= today AND (end_day IS NULL OR end_day > today)""",
        "scope_section": "SELECT section_key FROM temp.scope_school CROSS JOIN {vault}.section USING (school_key)",
    },
    views={
        **_VISIBLE,
        "visible_school": """SELECT organization.* FROM temp.scope_school
            JOIN {vault}.organization ON organization_key = scope_school.school_key""",
        "visible_count": """SELECT count_table.metric, count_table.snapshot, count_cell.*
            FROM temp.scope_school
            JOIN {vault}.organization ON organization_key = scope_school.school_key
            JOIN {vault}.count_cell ON count_cell.school_id = organization.state_id
            JOIN {vault}.count_table USING (count_table_key)""",
    },
)
"""For principals: a school key, so that nobody pays for thousands of rows on each page."""

NOBODY = Gate(open_tables=_SCHOOL_FACTS | {"problem", "release"})
"""For people whose work needs no student: data stewards, superintendents."""

_Fill = tuple[tuple[str, dict[str, Any]], ...]
_CLEAR: _Fill = (("DELETE FROM temp.scope", {}), ("DELETE FROM temp.scope_section", {}))

_TEACHES = """
    INSERT INTO temp.scope
    SELECT student_key,
           CASE count(*) WHEN 1 THEN 'is in your class ' ELSE 'is in your classes ' END || group_concat(title, '; ')
      FROM (SELECT DISTINCT section_enrollment.student_key, section.title
              FROM {vault}.teaching
              JOIN {vault}.section USING (section_key)
              JOIN {vault}.section_enrollment USING (section_key)
             WHERE teaching.staff_key = :staff AND section.is_active
               AND section_enrollment.begin_day <= :today AND teaching.begin_day <= :today
               AND :today < :grace + min(coalesce(section_enrollment.end_day, section.end_day),
                                         coalesce(teaching.end_day, section.end_day))
             ORDER BY section.title)
     GROUP BY student_key
"""
_TEACHES_SECTIONS = """
    INSERT INTO temp.scope_section
    SELECT DISTINCT section_key FROM {vault}.teaching JOIN {vault}.section USING (section_key)
     WHERE staff_key = :staff AND section.is_active AND teaching.begin_day <= :today
       AND :today < :grace + coalesce(teaching.end_day, section.end_day)
"""
_CASELOAD = """
    INSERT INTO temp.scope
    SELECT student_key, 'is on your caseload' FROM {vault}.caseload
     WHERE staff_key = :staff AND begin_day <= :today AND (end_day IS NULL OR end_day > :today)
     GROUP BY student_key
"""
_LEADS = """
    INSERT INTO temp.scope_school
    SELECT organization_key, :today FROM {vault}.staff_role
     WHERE staff_key = :staff AND role = 'principal'
       AND (begin_day IS NULL OR begin_day <= :today) AND (end_day IS NULL OR end_day > :today)
"""


@contextmanager
def reading_as(database: Database, viewer: Viewer) -> Iterator[Reading]:
    """The only way a page reads student data: a handle that holds this viewer's students and nobody else's."""
    values: dict[str, Any] = {"staff": viewer.staff_key, "today": viewer.today, "grace": GRACE_DAYS}
    gate: Gate
    fill: _Fill
    match viewer.role:
        case Role.TEACHER:
            gate, fill = BY_STUDENT, (*_CLEAR, (_TEACHES, values), (_TEACHES_SECTIONS, values))
        case Role.COUNSELOR:
            gate, fill = BY_STUDENT, (*_CLEAR, (_CASELOAD, values))
        case Role.PRINCIPAL | Role.ASSISTANT_PRINCIPAL:
            gate, fill = BY_SCHOOL, (("DELETE FROM temp.scope_school", {}), (_LEADS, values))
        case _:
            gate, fill = NOBODY, ()
    with database.reading(gate, fill) as reading:
        yield reading
