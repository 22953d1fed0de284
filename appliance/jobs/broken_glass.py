"""Breaking the glass: one student for an hour, for somebody who otherwise sees totals; and the report of each week."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.actions import Action
from appliance.days import day_number, from_day_number
from appliance.errors import NotAllowed, Trouble
from appliance.roles import Scope
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.storage.desk import THE_HOUSE
from appliance.student_level.access import Viewer
from appliance.student_level.onlookers import students_called

OPEN_SECONDS = 3600
SHORTEST_REASON, LONGEST_REASON = 10, 300

_GATE = Gate(
    open_tables=frozenset({"broken_glass_report", "organization"}),
    views={
        # Who, why and when, and at which school: whoever judges it asks there. Not about whom.
        "visible_breaking": """SELECT broken_glass_key, who, reason, opened_at, ends_at,
                (SELECT group_concat(DISTINCT organization.name) FROM {vault}.school_enrollment
                   JOIN {vault}.organization ON organization_key = school_key
                  WHERE school_enrollment.student_key = broken_glass.student_key
                    AND begin_day <= opened_at / 86400 AND (end_day IS NULL OR end_day > opened_at / 86400)) AS school
            FROM {vault}.broken_glass""",
    },
)
_BREAKINGS = """
    SELECT who, reason, opened_at, ends_at, coalesce(school, '') AS school FROM visible_breaking
     WHERE opened_at >= :since AND opened_at < :until ORDER BY opened_at DESC
"""
_REPORTED = "SELECT week_day, made_at, openings FROM broken_glass_report ORDER BY week_day DESC LIMIT 60"


@dataclass(frozen=True, slots=True)
class Breaking:
    """One time that the glass was broken. Times are Unix seconds."""

    who: str
    reason: str
    opened_at: int
    ends_at: int
    school: str


@dataclass(frozen=True, slots=True)
class WeekReport:
    """The report of one week. `week_day`: its Monday."""

    week_day: int
    made_at: int
    openings: int


def break_glass(database: Database, viewer: Viewer, typed: str, reason: str) -> int:
    """Open the one student of that whole name or district id for an hour; the student's key. Raises Trouble.

    The reason, who it was and whom they saw are in the log before anything is shown.
    """
    if viewer.role.terms.scope is not Scope.BROKEN_GLASS:
        raise NotAllowed("Only those who otherwise see totals break the glass.")
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Trouble(
            f"Say why in {SHORTEST_REASON} to {LONGEST_REASON} characters. The reason is kept and reported every week."
        )
    found = students_called(database, typed, viewer.today)
    if len(found) != 1:
        raise Trouble(
            "That is not the whole name or the district’s id of exactly one student. Where two have one name, use the "
            "id."
        )
    now = int(viewer.now)
    event = Event(viewer.username, Action.BREAK_GLASS, "for an hour", reason, (found[0],))
    with database.changing(event) as tables:
        tables.execute(
            "INSERT INTO broken_glass (account_key, student_key, who, reason, opened_at, ends_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (viewer.account_key, found[0], viewer.username, reason, now, now + OPEN_SECONDS),
        )
    return found[0]


def breakings(database: Database, monday: int) -> list[Breaking]:
    """The times in one week, latest first. A week is Monday to Sunday, local time."""
    values = {"since": _local_midnight(monday), "until": _local_midnight(monday + 7)}
    with database.reading(_GATE) as reading:
        return [Breaking(**row) for row in reading.query(_BREAKINGS, values)]


def reports(database: Database) -> list[WeekReport]:
    """The reports that were made, latest first."""
    with database.reading(_GATE) as reading:
        return [WeekReport(**row) for row in reading.query(_REPORTED)]


def report_last_week(database: Database, now: float) -> int | None:
    """Make the report of the week that ended last, unless it is made; how many times the glass was broken in it."""
    monday = monday_of(now) - 7
    if any(one.week_day == monday for one in reports(database)):
        return None
    count = len(breakings(database, monday))
    event = Event(THE_HOUSE, Action.REPORT_BROKEN_GLASS, f"the week of {from_day_number(monday)}: {count}")
    with database.changing(event) as tables:
        row = (monday, int(now), count)
        tables.execute("INSERT INTO broken_glass_report (week_day, made_at, openings) VALUES (?, ?, ?)", row)
    return count


def monday_of(now: float) -> int:
    """The Monday of the week of a moment, local time, as a day number."""
    day = datetime.fromtimestamp(now).astimezone().date()
    return day_number(day - timedelta(days=day.weekday()))


def _local_midnight(day: int) -> int:
    return int(datetime.combine(from_day_number(day), datetime.min.time()).astimezone().timestamp())
