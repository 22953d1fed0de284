"""Reach that somebody gives for a time: to a coach until a day, to a substitute until six, to a family for its child.

Each is a row with its end in it, read anew at each request; when it ends, nobody has to remember to take it away.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from appliance.actions import Action, Role
from appliance.days import day_number, from_day_number
from appliance.errors import NotAllowed, Trouble
from appliance.jobs.accounts import make_account, set_disabled
from appliance.jobs.people import Person, people
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.storage.desk import THE_HOUSE
from appliance.student_level.access import Viewer, reading_as
from appliance.wording import clock

LONGEST_GRANT_DAYS = 366
CODE_ENDS_AT_HOUR = 18
"""A day code ends at six in the evening, local time."""
_CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without signs that look alike on paper. Sixteen of them are 79 bits."""

_GATE = Gate(
    open_tables=frozenset({"day_code", "staff", "section", "organization", "teaching", "staff_role"}),
    views={
        "visible_grant": """SELECT coach_grant_key, account_key, coach_grant.section_key, title,
            coalesce(section.school_key, (SELECT max(school_key) FROM {vault}.school_enrollment AS place
                WHERE place.student_key = coach_grant.student_key AND place.end_day IS NULL)) AS school_key,
            student_key IS NOT NULL AS is_one_student, coach_grant.begin_day, coach_grant.end_day, reason, given_by
            FROM {vault}.coach_grant LEFT JOIN {vault}.section USING (section_key)""",
        "visible_link": "SELECT account_key, begin_day, end_day, given_by FROM {vault}.guardian_link",
    },
)
"""What is given to whom, without saying about which student."""
_GRANTS = """
    SELECT * FROM visible_grant WHERE end_day >= :today AND (:school IS NULL OR school_key = :school)
     ORDER BY end_day, title
"""
_OPEN_SECTION = """
    INSERT INTO coach_grant (account_key, section_key, student_key, begin_day, end_day, reason, given_by)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_END_GRANT = "UPDATE coach_grant SET end_day = max(begin_day, ?) WHERE coach_grant_key = ?"
_DROP_GRANT = "DELETE FROM coach_grant WHERE coach_grant_key = ? AND begin_day >= ?"
_LINK = """
    INSERT INTO guardian_link (account_key, student_key, begin_day, end_day, given_by) VALUES (?, ?, ?, NULL, ?)
    ON CONFLICT (account_key, student_key) DO UPDATE SET begin_day = excluded.begin_day, end_day = NULL,
                                                         given_by = excluded.given_by
"""
_RUNNING = """
    SELECT day_code.account_key, staff.given_name || ' ' || staff.family_name AS teacher, ends_at, given_by
      FROM day_code JOIN staff USING (staff_key)
     WHERE begins_at <= :now AND :now < ends_at AND EXISTS (
           SELECT 1 FROM teaching JOIN section USING (section_key)
            WHERE teaching.staff_key = day_code.staff_key AND section.school_key = :school)
     ORDER BY ends_at, teacher
"""
_NOT_OVER = "SELECT account_key FROM day_code WHERE :now < ends_at"
_TEACHES_TODAY = """
    SELECT staff.given_name || ' ' || staff.family_name AS name, count(*) AS sections
      FROM teaching JOIN section USING (section_key) JOIN staff USING (staff_key)
     WHERE staff_key = :staff AND section.is_active AND teaching.begin_day <= :today
       AND :today < coalesce(teaching.end_day, section.end_day)
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What was opened for a coach. `title`: the class; empty when it is one student, whom only pages may name."""

    coach_grant_key: int
    account_key: int
    section_key: int | None
    title: str | None
    school_key: int | None
    is_one_student: int
    begin_day: int
    end_day: int
    reason: str
    given_by: str


@dataclass(frozen=True, slots=True)
class RunningCode:
    """A day code that holds now. `ends_at`: Unix seconds."""

    account_key: int
    teacher: str
    ends_at: int
    given_by: str


@dataclass(frozen=True, slots=True)
class DayCode:
    """What a substitute gets on paper."""

    username: str
    code: str
    teacher: str
    sections: int
    ends_at: datetime


def grants(database: Database, today: int, school_key: int | None = None) -> list[Grant]:
    """What is open for coaches on a day and after it: at one school, or everywhere."""
    with database.reading(_GATE) as reading:
        return [Grant(**row) for row in reading.query(_GRANTS, {"today": today, "school": school_key})]


def running_codes(database: Database, now: float, school_key: int) -> list[RunningCode]:
    """The day codes that hold now for teachers of a school."""
    with database.reading(_GATE) as reading:
        return [RunningCode(**row) for row in reading.query(_RUNNING, {"now": now, "school": school_key})]


def read_day(text: str) -> int:
    """A day as a form sends it, 2026-12-04. Raises Trouble."""
    try:
        return day_number(date.fromisoformat(text))
    except ValueError:
        raise Trouble("The last day is not a date. Write it like 2026-12-04.") from None


def give_to_coach(
    database: Database, coach: Person, *, section: int | None = None, student: int | None = None, today: int,
    until_day: int, reason: str, by: str,
) -> None:  # fmt: skip
    """Open a class, or one student, to a coach from today until a day, that day included. Raises Trouble."""
    if coach.role is not Role.COACH:
        raise Trouble(f"{coach.display_name} is a {coach.role.terms.word}. Only a coach is given classes for a time.")
    if not reason.strip():
        raise Trouble("A reason is needed: say in a few words what the coach is there for.")
    if not today <= until_day <= today + LONGEST_GRANT_DAYS:
        raise Trouble("The last day must lie between today and a year from now.")
    if (section is None) == (student is None):
        raise Trouble("Say either a class or one student.")
    event = Event(
        by, Action.GIVE_GRANT, f"{coach.username}, until {from_day_number(until_day)}", reason.strip(),
        () if student is None else (student,),
    )  # fmt: skip
    with database.changing(event) as tables:
        row = (coach.account_key, section, student, today, until_day, reason.strip(), by)
        tables.execute(_OPEN_SECTION, row)


def end_grant(database: Database, grant_key: int, *, today: int, by: str) -> None:
    """End what was opened for a coach: at once, also for a coach who is looking at it."""
    with database.changing(Event(by, Action.END_GRANT, f"grant {grant_key}")) as tables:
        # The last day of a grant counts, so ending it now is ending it yesterday; one of today alone goes altogether.
        tables.execute(_DROP_GRANT, (grant_key, today))
        tables.execute(_END_GRANT, (today - 1, grant_key))


def may_open(database: Database, giver: Viewer, section_key: int) -> None:
    """Raise NotAllowed unless the class is one of the giver's own school. A data steward may open any."""
    if giver.role is Role.DATA_STEWARD:
        return
    with reading_as(database, giver) as reading:
        sql = "SELECT 1 FROM visible_section WHERE section_key = :section"
        if reading.one(sql, {"section": section_key}) is None:
            raise NotAllowed("That is not a class of a school that you lead.")


def day_code_end(now: float) -> datetime:
    """When a day code of today ends; `now` may be later, and then none is made before tomorrow."""
    return datetime.fromtimestamp(now).astimezone().replace(hour=CODE_ENDS_AT_HOUR, minute=0, second=0, microsecond=0)


def give_day_code(database: Database, *, absent_staff: int, today: int, now: float, by: str) -> DayCode:
    """A sign-in for whoever stands in for a teacher today: names of those classes, until six. Raises Trouble."""
    begins, ends = datetime.fromtimestamp(now).astimezone(), day_code_end(now)
    if begins >= ends:
        raise Trouble("It is past six: a day code made now would already have ended. Make it tomorrow morning.")
    with database.reading(_GATE) as reading:
        found = reading.one(_TEACHES_TODAY, {"staff": absent_staff, "today": today})
    if found is None or not found["sections"]:
        raise Trouble("The roster names no class that this person teaches today.")
    username = f"substitute-{begins:%m%d}-{secrets.randbelow(9000) + 1000}"
    code = "-".join("".join(secrets.choice(_CODE_ALPHABET) for _ in range(4)) for _ in range(4))
    account = make_account(
        database, username=username, password=code, role=Role.SUBSTITUTE, staff_key=None,
        display_name=f"Substitute for {found['name']}", by=by,
    )  # fmt: skip
    subject = f"{username}, for {found['name']}, until {clock(ends)}"
    with database.changing(Event(by, Action.GIVE_GRANT, subject)) as tables:
        tables.execute(
            "INSERT INTO day_code (account_key, staff_key, begins_at, ends_at, given_by) VALUES (?, ?, ?, ?, ?)",
            (account, absent_staff, int(now), int(ends.timestamp()), by),
        )
    return DayCode(username, code, found["name"], found["sections"], ends)


def end_day_code(database: Database, account_key: int, *, now: float, by: str) -> None:
    """End a day code before six."""
    with database.changing(Event(by, Action.END_GRANT, f"day code of account {account_key}")) as tables:
        tables.execute(
            "UPDATE day_code SET ends_at = max(begins_at, ?) WHERE account_key = ? AND ends_at > ?",
            (int(now), account_key, int(now)),
        )


def shut_ended_codes(database: Database, now: float) -> int:
    """Shut the accounts whose day code has ended, so that none gathers dust; how many there were."""
    with database.reading(_GATE) as reading:
        running = {row["account_key"] for row in reading.query(_NOT_OVER, {"now": now})}
    over = [one for one in people(database, Role.SUBSTITUTE) if one.account_key not in running]
    for one in over:
        set_disabled(database, one.username, disabled=True, by=THE_HOUSE)
    return len(over)


def link_family(database: Database, guardian: Person, student: int, *, today: int, by: str) -> None:
    """Tie a guardian's account to a child. It shows nothing before the district switches family pages on."""
    if guardian.role is not Role.GUARDIAN:
        raise Trouble(f"{guardian.display_name} is a {guardian.role.terms.word}, not a guardian.")
    with database.changing(Event(by, Action.GIVE_GRANT, guardian.username, "own child", (student,))) as tables:
        tables.execute(_LINK, (guardian.account_key, student, today, by))


def unlink_family(database: Database, guardian: Person, *, today: int, by: str) -> int:
    """End all links of a guardian's account, at once; how many there were."""
    with database.changing(Event(by, Action.END_GRANT, guardian.username)) as tables:
        sql = "UPDATE guardian_link SET end_day = max(begin_day, ?) WHERE account_key = ? AND end_day IS NULL"
        return int(tables.execute(sql, (today, guardian.account_key)).rowcount)
