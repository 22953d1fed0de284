"""Compute what pages and releases read: sums per student and school, and the counts shelf at a snapshot day."""

from datetime import date
from functools import partial

from appliance import counts
from appliance.actions import Action
from appliance.days import day_number, from_day_number, school_year
from appliance.errors import Trouble
from appliance.jobs.count_history import count_history
from appliance.jobs.import_files import person_at_the_keyboard
from appliance.progress import Progress, quietly
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.student_level.metrics import memory
from appliance.student_level.metrics.catalogue import measures, sums_sql
from appliance.student_level.metrics.counting import Areas, count_everything, count_for_release
from appliance.student_level.records.lineage import count_by_file
from appliance.student_level.records.newest import tell_newest
from appliance.student_level.records.rule_book import RuleBook, in_force


def refresh(database: Database, *, by: str | None = None, corrects_history: bool = False) -> date | None:
    """Bring everything that pages read up to date with what is loaded: after each import, and nightly.

    Totals are counted as of the newest school day for which attendance is loaded; returns that day, or None when no
    attendance is loaded and so nothing was counted. `corrects_history`: the past months of this school year are counted
    anew too, by what is loaded now; without it only months that were never counted are.
    """
    _compute_sums(database, by=by)
    forget_last_year(database, date.today())
    with database.reading(_DAYS) as reading:
        row = reading.one("SELECT max(day) AS newest FROM attendance_taken")
    if row is None or row["newest"] is None:
        return None
    newest = from_day_number(row["newest"])
    count_snapshot(database, newest, by=by)
    by = by or person_at_the_keyboard()
    history = count_history(database, newest, partial(rules_on, database), by=by, again=corrects_history)
    with database.changing(Event(by, Action.COMPUTE_METRICS, "old counts")) as tables:
        shown = [measure.name for measure in measures()]
        counts.clear(tables, whole=newest.isoformat(), beside=history.beside, since=history.since, months_of=shown)
    return newest


_DAYS = Gate(open_tables=frozenset({"attendance_taken"}))
_RULES = Gate(open_tables=frozenset({"rule_book"}))


def rules_on(database: Database, day: date) -> RuleBook:
    """The numbers by which students are counted on a day."""
    with database.reading(_RULES) as reading:
        return in_force(reading, day_number(day))


def _compute_sums(database: Database, *, by: str | None = None) -> None:
    event = Event(by or person_at_the_keyboard(), Action.COMPUTE_METRICS, "sums for pages")
    with database.changing(event) as tables:
        for statement in sums_sql().split(";\n"):
            if statement.strip():
                tables.execute(statement)
        tell_newest(tables)
        count_by_file(tables)


def count_release(
    database: Database,
    snapshot: date,
    earlier: dict[int, str],
    *,
    by: str,
    areas: Areas | None = None,
    progress: Progress = quietly,
) -> int:
    """Count what may leave as of a day, and how many students each number exchanged since earlier releases.

    `earlier`: their countings, each with the label of its release. `areas`: the policy's geographies. Returns the key
    of this counting. Raises Trouble when nobody was enrolled, or when it is no longer known who was counted in an
    earlier release.
    """
    event, book = Event(by, Action.COMPUTE_METRICS, f"release of {snapshot}"), rules_on(database, snapshot)
    with database.changing(event) as tables:
        for key, label in earlier.items():
            if not memory.is_kept(tables, key):
                raise Trouble(
                    f"Who was counted in release {label} is not known any more, so nobody can say how many students "
                    "changed since. Nothing can be released beside it in this school year."
                )
        memory.clear(tables)
        counted = count_for_release(
            tables,
            snapshot=day_number(snapshot),
            book=book,
            earlier=earlier,
            areas=areas,
            progress=progress,
        )
        if not any(table.cells for table in counted.tabulations) or not memory.is_kept(tables, counted.memory):
            raise Trouble(
                f"No student is enrolled on {snapshot} in what is loaded. Import school enrollment, or choose another "
                "day."
            )
        counts.put(tables, counted.tabulations, counting=counted.memory)
        for key, turnovers in counted.turnovers.items():
            counts.put_turnovers(tables, counted.memory, key, turnovers)
    return counted.memory


def forget_last_year(database: Database, today: date) -> None:
    """Forget who was counted in the releases of school years that are over. Nightly."""
    ends = school_year(today)
    with database.changing(Event("the house", Action.COMPUTE_METRICS, "who was counted last year")) as tables:
        memory.forget(tables, before=f"{ends - 1}-{ends}")


def count_snapshot(database: Database, snapshot: date, *, by: str | None = None) -> int:
    """Count every metric as of a day and put it on the shelf. Returns the number of cells.

    Raises Trouble when nothing is loaded for that day, so that a release of empty tables cannot be drafted by mistake.
    """
    event = Event(by or person_at_the_keyboard(), Action.COMPUTE_METRICS, f"snapshot {snapshot}")
    book = rules_on(database, snapshot)
    with database.changing(event) as tables:
        tabulations = count_everything(tables, snapshot=day_number(snapshot), book=book)
        cells = counts.put(tables, tabulations)
        if cells == 0 or not tables.table("school_enrollment").count:
            raise Trouble(
                f"No student is enrolled on {snapshot} in what is loaded. Import school enrollment, or choose another "
                "day."
            )
    return cells
