"""The months of a measure: how it stood on the last school day of each month of this school year and the last.

They are counted from the records, so that a district sees its history on the day on which it loads its first files. On
the counts shelf stay totals of a place, never a group; what a month looked like to one reader is not kept.
"""

from collections.abc import Callable
from datetime import date

from appliance import counts
from appliance.actions import Action
from appliance.days import day_number, from_day_number, school_year
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.catalogue import metrics
from appliance.student_level.metrics.counting import count_everything
from appliance.student_level.records.rule_book import RuleBook

_SHELF = Gate(open_tables=frozenset({"attendance_taken", "count_table"}))
_ENDS_OF_MONTHS = """
    SELECT max(day) AS day FROM attendance_taken WHERE day >= :since AND day < :month
     GROUP BY strftime('%Y-%m', day * 86400, 'unixepoch') ORDER BY day
"""
_COUNTED = "SELECT metric FROM count_table WHERE snapshot = :snapshot"


def count_history(
    database: Database, newest: date, rules_on: Callable[[date], RuleBook], *, by: str, again: bool
) -> date:
    """Count the measures at the end of each month before that of `newest`, where it was not done yet.

    `again`: those of the present school year anew, by what is loaded now. Returns the first day that history reaches
    back to. Each month is a change of its own, so that nobody waits for all of them.
    """
    year = school_year(newest)
    since, this_year = date(year - 2, 7, 1), date(year - 1, 7, 1)
    with database.reading(_SHELF) as shelf:
        span = {"since": day_number(since), "month": day_number(newest.replace(day=1))}
        days = [from_day_number(row["day"]) for row in shelf.query(_ENDS_OF_MONTHS, span)]
        counted = {day: {row["metric"] for row in shelf.query(_COUNTED, {"snapshot": day.isoformat()})} for day in days}
    for day in days:
        if again and day >= this_year:
            counted[day].clear()
        wanted = [metric for metric in metrics() if metric.measure and metric.name not in counted[day]]
        if not wanted:
            continue
        with database.changing(Event(by, Action.COMPUTE_METRICS, f"history {day}")) as tables:
            found = count_everything(tables, snapshot=day_number(day), book=rules_on(day), only=wanted, by_group=False)
            counts.put(tables, found)
    return since
