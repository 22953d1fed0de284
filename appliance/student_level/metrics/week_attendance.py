"""A week's attendance in students: who missed at least one school day, out of who was enrolled, by school.

For the weekly pulse alone, and so counted where it cannot leak on the way: through a handle that can read sums of a
week and no row of a student. Rules, on which the pulse's sensitivity rests (`aggregate.pulse.question`):

- A student of the week has an enrollment that meets a school day of the week, in a school of the present roster.
- Such a student is counted in one school: that of the enrollment that began last; of several, the lowest key's.
- Absent on one of that school's days or on all of them, excused or not, is counted once. Late is not absent.
- Which schools have school days is the calendar's word, not attendance's: no student's record decides it.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta

from appliance.aggregate.codelists import ALL
from appliance.aggregate.pulse.question import METRIC
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.days import day_number, school_year
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Reading

WEEK_GATE = Gate(
    open_tables=frozenset({"organization", "calendar_day", "attendance_taken"}),
    scratch=("CREATE TEMP TABLE asked (first_day INTEGER NOT NULL, last_day INTEGER NOT NULL)",),
    inner={
        "session": """SELECT school_day.school_key, school_day.day
            FROM temp.asked JOIN {vault}.school_day ON school_day.day BETWEEN first_day AND last_day
            JOIN {vault}.organization ON organization_key = school_day.school_key WHERE organization.is_active""",
        "placed": """SELECT student_key, school_key, begin_day, end_day FROM (
            SELECT student_key, school_key, begin_day, coalesce(end_day, 1 << 30) AS end_day,
                   row_number() OVER (PARTITION BY student_key ORDER BY begin_day DESC, school_key) AS place
              FROM {vault}.school_enrollment AS enrollment
             WHERE EXISTS (SELECT 1 FROM {gate}session AS session
                            WHERE session.school_key = enrollment.school_key AND session.day >= enrollment.begin_day
                              AND session.day < coalesce(enrollment.end_day, 1 << 30)))
            WHERE place = 1""",
    },
    views={
        "week_school": """SELECT organization.state_id AS school_id,
                EXISTS (SELECT 1 FROM {vault}.attendance_taken
                         WHERE school_key = session.school_key AND day = session.last_day) AS is_taken
            FROM (SELECT school_key, max(day) AS last_day FROM {gate}session GROUP BY school_key) AS session
            JOIN {vault}.organization ON organization_key = session.school_key""",
        "week_count": """SELECT organization.state_id AS school_id, count(*) AS enrolled,
                sum(EXISTS (SELECT 1 FROM {vault}.attendance_day AS absence
                              JOIN {gate}session AS session ON session.day = absence.day
                             WHERE absence.student_key = placed.student_key AND session.school_key = placed.school_key
                               AND absence.day >= placed.begin_day AND absence.day < placed.end_day
                               AND absence.category IN ('excused', 'unexcused'))) AS missed
            FROM {gate}placed AS placed JOIN {vault}.organization ON organization_key = placed.school_key
            GROUP BY organization.state_id""",
    },
)


@dataclass(frozen=True, slots=True)
class SchoolInSession:
    """A school with a school day in the week. `is_taken`: attendance of the last of these days has come."""

    school_id: str
    is_taken: bool


def schools_in_session(database: Database, monday: date) -> list[SchoolInSession]:
    """The schools that the calendar of the week names, by state id."""
    with _reading(database, monday) as reading:
        rows = reading.query("SELECT school_id, is_taken FROM week_school ORDER BY school_id")
    return [SchoolInSession(row["school_id"], bool(row["is_taken"])) for row in rows]


def count_week(database: Database, monday: date) -> Tabulation:
    """The exact counts of a week, from Monday to Sunday: every school in session, and the district as their sum.

    The snapshot of the tabulation is the Monday. It is not put on the counts shelf: only what is drawn from it stays.
    """
    with _reading(database, monday) as reading:
        rows = reading.query("SELECT school_id, missed, enrolled FROM week_count")
    found = {row["school_id"]: (row["missed"], row["enrolled"]) for row in rows}
    places = dict.fromkeys((school.school_id for school in schools_in_session(database, monday)), (0, 0)) | found
    total = [sum(pair[part] for pair in places.values()) for part in (0, 1)]
    cells = [Cell(place, ALL, ALL, missed, enrolled) for place, (missed, enrolled) in sorted(places.items())]
    ends = school_year(monday)
    district = Cell(DISTRICT, ALL, ALL, total[0], total[1])
    return Tabulation(METRIC, f"{ends - 1}-{ends}", monday.isoformat(), (district, *cells))


def _reading(database: Database, monday: date) -> AbstractContextManager[Reading]:
    values = {"first": day_number(monday), "last": day_number(monday + timedelta(days=6))}
    asked = ("INSERT INTO temp.asked VALUES (:first, :last)", values)
    return database.reading(WEEK_GATE, (("DELETE FROM temp.asked", {}), asked))
