"""Who may see this student, and why: the question of `access.py` the other way round.

Not a second rule that could disagree with the first: whoever has any tie to the student is asked through their own gate
whether the student is there, and the reason is the one that their page would print.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from appliance.actions import Role
from appliance.storage.connection import Gate
from appliance.storage.database import Database
from appliance.student_level.access import Viewer, reading_as

_TIES = Gate(
    open_tables=frozenset(),
    scratch=("CREATE TEMP TABLE whom (student_key INTEGER PRIMARY KEY)",),
    views={
        "visible_tie": """
            SELECT teaching.staff_key, NULL AS account_key FROM temp.whom
              CROSS JOIN {vault}.section_enrollment USING (student_key)
              CROSS JOIN {vault}.teaching USING (section_key)
             UNION
            SELECT caseload.staff_key, NULL FROM temp.whom CROSS JOIN {vault}.caseload USING (student_key)
             UNION
            SELECT staff_role.staff_key, NULL FROM temp.whom
              CROSS JOIN {vault}.school_enrollment USING (student_key)
              CROSS JOIN {vault}.staff_role ON staff_role.organization_key = school_enrollment.school_key
             WHERE staff_role.role = 'principal'
             UNION
            SELECT NULL, coach_grant.account_key FROM temp.whom CROSS JOIN {vault}.coach_grant USING (student_key)
             UNION
            SELECT NULL, coach_grant.account_key FROM temp.whom
              CROSS JOIN {vault}.section_enrollment USING (student_key)
              CROSS JOIN {vault}.coach_grant USING (section_key)
             UNION
            SELECT NULL, day_code.account_key FROM temp.whom
              CROSS JOIN {vault}.section_enrollment USING (student_key)
              CROSS JOIN {vault}.teaching USING (section_key)
              CROSS JOIN {vault}.day_code ON day_code.staff_key = teaching.staff_key
             UNION
            SELECT NULL, guardian_link.account_key FROM temp.whom CROSS JOIN {vault}.guardian_link USING (student_key)
             UNION
            SELECT NULL, broken_glass.account_key FROM temp.whom CROSS JOIN {vault}.broken_glass USING (student_key)
        """
    },
)
"""Everybody whom anything ties to one student, at any time: more than may see the student now, never fewer.

CROSS JOIN keeps the order written: from the one student on, never from every seat of the district.
"""
_REASON = "SELECT reason FROM visible_student WHERE student_key = :student"


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody who may see the student today. The reason ends a sentence about the student, said to that person."""

    viewer: Viewer
    reason: str


@dataclass(frozen=True, slots=True)
class Ties:
    """Whom anything ties to a student: people of the roster, and accounts."""

    staff: frozenset[int]
    accounts: frozenset[int]


def onlookers(database: Database, student_key: int, people_of: Callable[[Ties], Iterable[Viewer]]) -> list[Onlooker]:
    """Those who may see the student at this moment, each with the reason.

    `people_of`: of everybody who can sign in, those who are so tied; whoever else it gives is passed over.
    """
    fill: list[tuple[str, dict[str, int]]] = [
        ("DELETE FROM temp.whom", {}),
        ("INSERT INTO temp.whom VALUES (:student)", {"student": student_key}),
    ]
    with database.reading(_TIES, fill) as reading:
        rows = reading.query("SELECT staff_key, account_key FROM visible_tie")
    staff, accounts = (frozenset(row[key] for row in rows) - {None} for key in ("staff_key", "account_key"))
    found = []
    for viewer in people_of(Ties(staff, accounts)):
        if viewer.staff_key in staff or viewer.account_key in accounts:
            with reading_as(database, viewer) as reading:
                if row := reading.one(_REASON, {"student": student_key}):
                    found.append(Onlooker(viewer, row["reason"]))
    return found


def students_called(database: Database, typed: str, today: int) -> list[int]:
    """The students of that whole name or that district id, as keys: for a question about one of them by name."""
    asking = Viewer(0, "", "", Role.DATA_STEWARD, None, today, typed=" ".join(typed.split()))
    with reading_as(database, asking) as reading:
        return [row["student_key"] for row in reading.query("SELECT student_key FROM visible_student")]
