"""The superintendent's *This week*: the few schools to ask about, each with what is new and what goes well.

Made of totals of schools alone. A school with too few students is on no such list: what it said would be about them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.days import from_day_number
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event, Tables
from appliance.student_level.records.district import SchoolLine
from appliance.student_level.records.schools import Week

LEAST_FALL = 1.0
"""Points: a smaller difference from the same week last year is a few colds."""
STALE_DAYS = 7
MOST_SCHOOLS = 10
RULE = (
    f"Attended {LEAST_FALL:g} point or more below the same week last year, in the last full week; or attendance is "
    f"more than {STALE_DAYS} days old."
)
KINDS = {"asked": "Asked the principal", "not_needed": "Not needed"}
_ASKED = Gate(
    views={
        "asked": """SELECT school_key, monday, kind, day, display_name AS by_whom
            FROM {desk}.school_asked JOIN {desk}.account USING (account_key)""",
        "over": "SELECT until_day FROM {desk}.school_asked",
    }
)


_OF_WEEK = "SELECT school_key, kind, day, by_whom FROM asked WHERE monday = :monday"
_NOT_LOADED = -100.0
"""Comes before any fall: of such a school nothing is known."""


@dataclass(frozen=True, slots=True)
class ToAsk:
    """One school on the list, with sentences."""

    school_key: int
    name: str
    news: tuple[str, ...]
    going_well: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody did about a school this week."""

    school: str
    kind: str
    by_whom: str
    day: int


def schools_to_ask(
    lines: Sequence[SchoolLine], today: int, monday: int, done: Collection[int]
) -> tuple[tuple[ToAsk, ...], int]:
    """At most ten schools by name, and how many more there are: those that changed least wait. `done`: schools about
    which somebody asked this week already.
    """
    found: list[tuple[float, ToAsk]] = []
    for line in lines:
        if line.is_hidden or line.school_key in done:
            continue
        pairs = [(week, before) for week, before in line.recent if week.monday < monday]
        fall = _apart(*pairs[-1]) if pairs else 0.0
        news = []
        if line.until is None or today - line.until > STALE_DAYS:
            news.append(_not_loaded(line.until))
            fall = _NOT_LOADED
        elif fall <= -LEAST_FALL:
            news.append(_fell(*pairs[-1]))
        if news:
            found.append((fall, ToAsk(line.school_key, line.name, tuple(news), _going_well(pairs))))
    found.sort(key=lambda one: (one[0], one[1].name))
    chosen = sorted((one for _, one in found[:MOST_SCHOOLS]), key=lambda one: one.name)
    return tuple(chosen), len(found) - len(chosen)


def _apart(week: Week, before: Week | None) -> float:
    return round(week.attended - before.attended, 1) if before else 0.0


def _date(day: int) -> str:
    return f"{from_day_number(day):%b} {from_day_number(day).day}"


def _fell(week: Week, before: Week | None) -> str:
    assert before
    return (
        f"{week.attended}% attended in the week of {_date(week.monday)}, {-_apart(week, before)} points below the same "
        f"week last year ({before.attended}%)."
    )


def _not_loaded(until: int | None) -> str:
    if until is None:
        return "no attendance of this school year is loaded, so nobody can say how its students are."
    return f"attendance is loaded until {_date(until)} only; nobody can say what happened since."


def _going_well(pairs: Sequence[tuple[Week, Week | None]]) -> tuple[str, ...]:
    """Clauses from the weeks of about two months, oldest first; empty when nothing is known."""
    found = []
    compared = [(week, before) for week, before in pairs if before]
    level = [week for week, before in compared if _apart(week, before) >= 0]
    if level:
        weeks = "week" if len(compared) == 1 else "weeks"
        found.append(f"at or above last year in {len(level)} of the last {len(compared)} {weeks}")
    if len(pairs) > 1 and (rise := _apart(pairs[-1][0], pairs[-2][0])) > 0:
        found.append(f"up {rise} {'point' if rise == 1 else 'points'} on the week before")
    return tuple(found)


def asked_this_week(database: Database, monday: int, lines: Sequence[SchoolLine]) -> dict[int, Asked]:
    """By school, what somebody recorded about it in a week."""
    called = {line.school_key: line.name for line in lines}
    with database.reading(_ASKED) as reading:
        rows = reading.query(
            "SELECT school_key, kind, day, by_whom FROM asked WHERE monday = :monday", {"monday": monday}
        )
    return {
        row["school_key"]: Asked(called[row["school_key"]], row["kind"], row["by_whom"], row["day"])
        for row in rows
        if row["school_key"] in called
    }


def record_asked(
    database: Database, event: Event, *, school_key: int, account_key: int, kind: str, today: int, wall_day: int
) -> None:
    """Keep, until the next Monday of the calendar, that somebody asked a school, or saw no need to."""
    monday, until = today - (today + 3) % 7, wall_day - (wall_day + 3) % 7 + 7

    def write(desk: Tables) -> None:
        row = school_key, monday, account_key, today, kind, until
        desk.execute("INSERT OR REPLACE INTO school_asked VALUES (?, ?, ?, ?, ?, ?)", row)

    database.record(event, write)


def forget_asked(database: Database, event: Event, today: int) -> int:
    """Erase what was recorded in weeks that are over; how many. With nothing to erase, nothing is written."""
    with database.reading(_ASKED) as reading:
        if not reading.one("SELECT 1 FROM over WHERE until_day <= :today", {"today": today}):
            return 0
    with database.desk.changing(event) as desk:
        return int(desk.execute("DELETE FROM school_asked WHERE until_day <= ?", (today,)).rowcount)
