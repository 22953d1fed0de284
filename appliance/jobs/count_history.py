"""The past of a measure: the last school day of each month of two school years, and the same day last year.

They are counted from the records, so that a district sees its history on the day on which it loads its first files. On
the counts shelf stay totals of a place, never a group; what a month looked like to one reader is not kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from appliance import counts
from appliance.actions import Action
from appliance.days import day_number, from_day_number, school_year
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.catalogue import Metric, metrics
from appliance.student_level.metrics.counting import count_everything
from appliance.student_level.records.measures import NEAREST_WITHIN
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.records.schools import last_year

_SHELF = Gate(open_tables=frozenset({"attendance_taken", "count_table"}))
_ENDS_OF_MONTHS = """
    SELECT max(day) AS day FROM attendance_taken WHERE day >= :since AND day < :month
     GROUP BY strftime('%Y-%m', day * 86400, 'unixepoch') ORDER BY day
"""
_NEAR = "SELECT DISTINCT day FROM attendance_taken WHERE day BETWEEN :wanted - :within AND :wanted + :within"
_COUNTED = "SELECT metric FROM count_table WHERE snapshot = :snapshot"


@dataclass(frozen=True, slots=True)
class History:
    """How far back it goes, and the day of last year beside which the newest stands, if any is known (ISO dates)."""

    since: str
    beside: str | None


def count_history(
    database: Database, newest: date, rules_on: Callable[[date], RuleBook], *, by: str, again: bool
) -> History:
    """Count the measures at the end of each month before that of `newest`, where it was not done yet, by the rules of
    that day; and of the same day last year, by those of today.

    `again`: those of the present school year and of that day anew, by what is loaded now. Each day is a change of its
    own, so that nobody waits for all of them.
    """
    year = school_year(newest)
    since, this_year = date(year - 2, 7, 1), date(year - 1, 7, 1)
    wanted = last_year(day_number(newest))
    with database.reading(_SHELF) as shelf:
        span = {"since": day_number(since), "month": day_number(newest.replace(day=1))}
        months = [from_day_number(row["day"]) for row in shelf.query(_ENDS_OF_MONTHS, span)]
        near = [row["day"] for row in shelf.query(_NEAR, {"wanted": wanted, "within": NEAREST_WITHIN})]
        beside = from_day_number(min(near, key=lambda day: (abs(day - wanted), day))) if near else None
        days = [*months, *([beside] if beside else [])]
        counted = {day: {row["metric"] for row in shelf.query(_COUNTED, {"snapshot": day.isoformat()})} for day in days}
    for day in months:
        if day == beside:
            continue
        missing = _missing(set() if again and day >= this_year else counted[day])
        _count(database, day, rules_on(day), missing, by=by, compared_day=None)
    if beside:
        # What stands there as the end of a month was counted by other rules, and its tests for another purpose.
        missing = _missing(set() if again or beside in months else counted[beside])
        _count(database, beside, rules_on(newest), missing, by=by, compared_day=day_number(newest))
    return History(since.isoformat(), beside.isoformat() if beside else None)


def _missing(counted: set[str]) -> list[Metric]:
    return [metric for metric in metrics() if metric.measure and metric.name not in counted]


def _count(
    database: Database, day: date, book: RuleBook, wanted: Sequence[Metric], *, by: str, compared_day: int | None
) -> None:
    if not wanted:
        return
    with database.changing(Event(by, Action.COMPUTE_METRICS, f"history {day}")) as tables:
        found = count_everything(
            tables, snapshot=day_number(day), book=book, only=wanted, by_group=False, compared_day=compared_day
        )
        counts.put(tables, found)
