"""Which students may this person see, and why.

One answer, held by the database: every page reads through one of the gates below, whose `visible_*` views join the
scope of the present viewer. A list, a count and a single page therefore cannot disagree, and a handler that forgets
its filter still sees only the viewer's own students. The reason stands beside each student, for the page and the log.
How far a role reaches stands in `scopes.py`, what it sees of a student in `roles.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from appliance.actions import Action, Role
from appliance.roles import FieldGroup, Scope
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Reading
from appliance.student_level.scopes import LEADS_REASON, LEADS_SCHOOLS, REACHES

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
    now: float = 0.0
    """Unix seconds. What ends at an hour ends by it; without it, no day code and no broken glass holds."""
    family_pages: bool = False
    """Whether the district lets families in."""
    named: int | None = None
    """For a role that sees one student at a time: whom this request is about."""
    typed: str = ""
    """For such a role: the whole name or the district's id by which they look somebody up."""

    @property
    def values(self) -> dict[str, Any]:
        """What the SQL of `scopes.py` asks for."""
        return {
            "staff": self.staff_key, "account": self.account_key, "today": self.today, "now": self.now,
            "grace": GRACE_DAYS, "family_pages": self.family_pages, "named": self.named, "typed": self.typed,
        }  # fmt: skip


_SCHOOL_FACTS = frozenset(
    """academic_session attendance_taken batch batch_count batch_file batch_link calendar_day carried_out course
    line_item line_item_standard organization rule_book school_attendance_day section section_met staff staff_role
    standard teaching test""".split()
)
"""Tables in which no row is about a student. `carried_out`: which change of the records was the newest."""

_STUDENT_TABLES = """attendance_day attendance_section cares_about grade school_enrollment section_enrollment
    standard_mark student_attendance support test_growth test_result transcript_course""".split()
"""Tables shown whole, cut to the visible students. `student` and `program_membership` show chosen columns only."""

TAKEN_BACK = (Action.UNDO_IMPORT, Action.SPLIT_STUDENT, Action.UNDO_WHO_IS_WHO)
"""What may leave a student's number to somebody else."""
_IN_WORDS = ", ".join(f"'{action}'" for action in TAKEN_BACK)

# CROSS JOIN says in which order to look: from the few students in scope to their rows, never from a day or an item to
# everybody's. Without statistics the planner guesses, and guessed wrong (measured: 20 times slower at 30,000 students).
_VISIBLE = {
    # Names and nothing else: birth day, sex and race are kept for linking and for totals, no page shows them.
    "visible_student": """SELECT student_key, given_name, middle_name, family_name, reason
        FROM {gate}scope CROSS JOIN {vault}.student USING (student_key)""",
    "visible_check_in": """SELECT written.*, account.display_name AS by_whom FROM (
            SELECT check_in_key, student_key, account_key, day, kind, note, follow_up_day
              FROM {gate}scope CROSS JOIN {vault}.check_in USING (student_key)
            UNION ALL
            SELECT (1 << 40) + place, student_key, account_key, day, kind, note, follow_up_day
              FROM {gate}in_tray AS tray CROSS JOIN {gate}scope USING (student_key)
        ) AS written JOIN {desk}.account USING (account_key)""",
    # Without a name. One that was made before records were taken back counts no more: a number of its lines may be
    # another student's by now.
    "visible_week_list": f"""SELECT week_list_key, account_key, school_key, monday, made_day, known_until
        FROM {{desk}}.week_list
        WHERE NOT EXISTS (SELECT 1 FROM {{vault}}.carried_out CROSS JOIN {{desk}}.access_log USING (sequence)
            WHERE carried_out.sequence > week_list.change AND action IN ({_IN_WORDS}))""",  # noqa: S608 our own words
    "visible_week_line": """SELECT week_list_key, called.student_key, place, rule, day, text
        FROM {gate}called AS called CROSS JOIN {desk}.week_line ON week_line.student_key = called.key""",
    "visible_opening": """SELECT called.student_key, access_log.sequence, access_log.at, access_log.who,
            access_log.action, access_log.subject, access_log.reason,
            coalesce(account.display_name, access_log.who) AS display_name, account.role
        FROM {gate}called AS called CROSS JOIN {desk}.access_log_student ON access_log_student.student_key = called.key
            JOIN {desk}.access_log USING (sequence) LEFT JOIN {desk}.account ON account.username = access_log.who
        WHERE NOT EXISTS (SELECT 1 FROM {desk}.access_log AS back WHERE back.takes_back = access_log.sequence)""",
    "visible_section": """SELECT section.* FROM {gate}scope_section CROSS JOIN {vault}.section USING (section_key)""",
    **{
        f"visible_{table}": f"SELECT {table}.* FROM {{gate}}scope CROSS JOIN {{vault}}.{table} USING (student_key)"  # noqa: S608
        for table in _STUDENT_TABLES
    },
}

_CALLED = """SELECT student_key, student_key AS key FROM {gate}scope
    UNION ALL SELECT student_key, former_key FROM {gate}scope CROSS JOIN {vault}.merged_student USING (student_key)"""
"""Each student in scope with every number that was theirs: two records may have become one."""
_IN_TRAY = """SELECT place, coalesce(merged_student.student_key, check_in_tray.student_key) AS student_key, account_key,
        day, kind, note, follow_up_day
    FROM {desk}.check_in_tray LEFT JOIN {vault}.merged_student ON former_key = check_in_tray.student_key
    WHERE tray_key NOT IN (SELECT tray_key FROM {vault}.check_in WHERE tray_key IS NOT NULL)"""
"""Check-ins that the records have not taken in yet, of which there are ever few."""
_SHOWS = {
    FieldGroup.NAMES: "student school_enrollment section_enrollment section",
    FieldGroup.CARES_ABOUT: "cares_about",
    FieldGroup.ATTENDANCE: "attendance_day attendance_section student_attendance",
    FieldGroup.LEARNING: "grade standard_mark test_growth test_result transcript_course",
    FieldGroup.CHECK_INS: "check_in support week_list week_line",
    FieldGroup.OPENINGS: "opening",
}
"""Which views a gate has for each group of fields. A view that a gate lacks cannot be asked, by no SQL."""
_PROGRAMS = {
    FieldGroup.PROGRAMS: "'english_learner', 'bilingual', 'gifted', 'career_technical'",
    FieldGroup.SPECIAL_EDUCATION: "'special_education', 'section_504'",
}
"""Of the programs, those that a group lets through. Income, homelessness and the like feed totals only."""


def _views(fields: frozenset[FieldGroup]) -> dict[str, str]:
    found = {
        f"visible_{name}": _VISIBLE[f"visible_{name}"]
        for group, names in _SHOWS.items()
        for name in names.split()
        if group in fields
    }
    if programs := ", ".join(words for group, words in _PROGRAMS.items() if group in fields):
        found["visible_program"] = (
            "SELECT program_membership.* FROM {gate}scope CROSS JOIN {vault}.program_membership USING (student_key)"  # noqa: S608 our own words
            f" WHERE program IN ({programs})"
        )
    return found


@cache
def _by_student(fields: frozenset[FieldGroup], open_tables: frozenset[str]) -> Gate:
    """For everybody whose students are few: row by row, chosen anew at each request."""
    return Gate(
        open_tables=open_tables,
        scratch=(
            "CREATE TEMP TABLE scope (student_key INTEGER PRIMARY KEY, reason TEXT NOT NULL)",
            "CREATE TEMP TABLE scope_section (section_key INTEGER PRIMARY KEY)",
        ),
        inner={
            "scope": "SELECT student_key, reason FROM temp.scope",
            "called": _CALLED,
            "in_tray": _IN_TRAY,
            "scope_section": "SELECT section_key FROM temp.scope_section",
        },
        views=_views(fields),
    )


@cache
def _by_school(fields: frozenset[FieldGroup]) -> Gate:
    """For those who lead a school: its key, so that nobody pays for thousands of rows on each page."""
    return Gate(
        open_tables=_SCHOOL_FACTS,
        scratch=("CREATE TEMP TABLE scope_school (school_key INTEGER PRIMARY KEY, today INTEGER NOT NULL)",),
        inner={
            "scope": f"""SELECT school_enrollment.student_key, '{LEADS_REASON}' AS reason
                FROM temp.scope_school CROSS JOIN {{vault}}.school_enrollment USING (school_key)
                WHERE begin_day <= today AND (end_day IS NULL OR end_day > today)""",  # noqa: S608 our own words
            "called": _CALLED,
            "in_tray": _IN_TRAY,
            "scope_section": "SELECT section_key FROM temp.scope_school CROSS JOIN {vault}.section USING (school_key)",
        },
        views={
            **_views(fields),
            "visible_school": """SELECT organization.* FROM temp.scope_school
                JOIN {vault}.organization ON organization_key = scope_school.school_key""",
            "visible_count": """SELECT count_table.metric, count_table.snapshot, count_cell.*
                FROM temp.scope_school
                CROSS JOIN {vault}.organization ON organization_key = scope_school.school_key
                CROSS JOIN {vault}.count_table
                CROSS JOIN {vault}.count_cell ON count_cell.count_table_key = count_table.count_table_key
                                             AND count_cell.school_id = organization.state_id""",
            "visible_count_table": "SELECT metric, snapshot FROM {vault}.count_table",
        },
    )


_FOR_METRICS = """attendance_day attendance_section grade school_enrollment section_enrollment test_result
    transcript_course""".split()
_SCHOOL_YEAR = """CAST(strftime('%Y', today * 86400, 'unixepoch') AS INTEGER)
    + (CAST(strftime('%m', today * 86400, 'unixepoch') AS INTEGER) >= 7)"""
_REPORTING = {
    "reporting_student": """SELECT school_key AS place_key, student_key, 1 AS is_enrolled, grade_level AS grade,
            max(begin_day) AS begin_day
        FROM temp.scope_school CROSS JOIN {vault}.school_enrollment USING (school_key)
        WHERE begin_day <= today AND (end_day IS NULL OR end_day > today) GROUP BY school_key, student_key""",
    "reporting_days": f"""SELECT school_key AS place_key, student_attendance.student_key, days_enrolled, days_missed
        FROM temp.scope_school CROSS JOIN {{vault}}.student_attendance USING (school_key)
            JOIN {{gate}}reporting_student AS here
              ON here.place_key = school_key AND here.student_key = student_attendance.student_key
        WHERE school_year = {_SCHOOL_YEAR} AND here.grade <> 'PK'""",  # noqa: S608 our own words
}


@cache
def _as_metrics_read(fields: frozenset[FieldGroup]) -> Gate:
    """For those who lead a school, under the names that the metrics' SQL uses: what it counts, it lists, in scope."""
    gate = _by_school(fields)
    cut = {table: gate.views[f"visible_{table}"] for table in _FOR_METRICS if f"visible_{table}" in gate.views}
    return replace(gate, views={**gate.views, **cut, **_REPORTING})


NOBODY = Gate(open_tables=_SCHOOL_FACTS | {"newest_record", "problem", "release"})
"""For people whose work needs no student, and for pages that show none."""
_Fill = tuple[tuple[str, dict[str, Any]], ...]
_NOTHING: _Fill = ()
_OFFICE = frozenset({Scope.BROKEN_GLASS, Scope.ONE_BY_NAME})
"""Scopes of people who mostly work on what NOBODY shows, and see a student only now and then."""


def _gate_of(role: Role) -> Gate:
    scope, fields = role.terms.scope, role.terms.fields
    if scope is Scope.NOBODY:
        return NOBODY
    if scope is Scope.SCHOOL:
        return _by_school(fields)
    return _by_student(fields, NOBODY.open_tables if scope in _OFFICE else _SCHOOL_FACTS)


GATES = {role: _gate_of(role) for role in Role}
"""What each role's pages read through."""


@contextmanager
def counting_a_school(database: Database, school_key: int, today: int) -> Iterator[Reading]:
    """One school's students, for a job that hands on numbers only; a metric's SQL runs on it as it stands. No page may
    read through it: a test sees to that.
    """
    fill: _Fill = (
        ("DELETE FROM temp.scope_school", {}),
        ("INSERT INTO temp.scope_school VALUES (:school, :today)", {"school": school_key, "today": today}),
    )
    with database.reading(_as_metrics_read(Role.PRINCIPAL.terms.fields), fill) as reading:
        yield reading


@contextmanager
def counting_as(database: Database, viewer: Viewer) -> Iterator[Reading]:
    """A handle on which a metric's SQL runs as it stands, and finds the students of the schools the viewer leads."""
    with database.reading(_as_metrics_read(viewer.role.terms.fields), _led_schools(viewer)) as reading:
        yield reading


@contextmanager
def reading_as(database: Database, viewer: Viewer, also: Viewer | None = None) -> Iterator[Reading]:
    """The only way a page reads student data: a handle that holds this viewer's students and nobody else's.

    `also`: somebody who looks over the viewer's shoulder. Then only what both may see is there.
    """
    terms = viewer.role.terms
    gate, fill = GATES[viewer.role], _NOTHING
    if also is not None:
        gate = _by_student(terms.fields & also.role.terms.fields, _SCHOOL_FACTS)
        fill = (*_own_students(viewer), *_only_those_of(also))
    elif terms.scope is Scope.SCHOOL:
        fill = _led_schools(viewer)
    elif terms.scope is not Scope.NOBODY:
        fill = _own_students(viewer)
    with database.reading(gate, fill) as reading:
        yield reading


def _led_schools(viewer: Viewer) -> _Fill:
    insert = f"INSERT INTO temp.scope_school SELECT school_key, :today FROM ({LEADS_SCHOOLS})"  # noqa: S608 our own words
    return ("DELETE FROM temp.scope_school", {}), (insert, viewer.values)


def _own_students(viewer: Viewer) -> _Fill:
    reach = REACHES[viewer.role.terms.scope]
    return (
        ("DELETE FROM temp.scope", {}),
        ("DELETE FROM temp.scope_section", {}),
        (f"INSERT INTO temp.scope {reach.students}", viewer.values),
        (f"INSERT INTO temp.scope_section {reach.sections}", viewer.values),
    )


def _only_those_of(also: Viewer) -> _Fill:
    reach = REACHES[also.role.terms.scope]
    return tuple(
        (f"DELETE FROM temp.{table} WHERE {key} NOT IN (SELECT {key} FROM ({select}))", also.values)  # noqa: S608 our own words
        for table, key, select in (
            ("scope", "student_key", reach.students),
            ("scope_section", "section_key", reach.sections),
        )
    )
