"""The hatch between the wings: tabulations are put on the counts shelf, and taken from it.

Whoever takes holds a connection that can see the shelf and nothing else (`Database.counts_only`).
"""

import json
from collections.abc import Collection, Iterable

from sqlite_utils import Database as Tables

from appliance.aggregate.published import Key
from appliance.aggregate.tabulation import Cell, Tabulation
from appliance.aggregate.turnover import Turnover, Turnovers
from appliance.storage.database import Reading


def put(tables: Tables, tabulations: Iterable[Tabulation], *, counting: int = 0) -> int:
    """Put tabulations on the shelf, each in place of an earlier one of its metric and snapshot. Returns their cells.

    `counting`: the key of a release's counting, whose tables have more groups and stand apart from those of pages.
    """
    cells = 0
    for tabulation in tabulations:
        name = _name(tabulation.metric, counting)
        at = (name, tabulation.snapshot)
        tables.execute("DELETE FROM count_table WHERE metric = ? AND snapshot = ?", at)
        row = {"metric": name, "school_year": tabulation.school_year, "snapshot": tabulation.snapshot}
        key = tables.table("count_table").insert(row).last_pk
        tables.conn.executemany(
            "INSERT INTO count_cell (count_table_key, school_id, dimension, category, detail, count, out_of)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((key, c.school_id, c.dimension, c.category, c.detail, c.count, c.out_of) for c in tabulation.cells),
        )
        cells += len(tabulation.cells)
    return cells


def _name(metric: str, counting: int) -> str:
    return f"{metric} of counting {counting}" if counting else metric


def put_turnovers(tables: Tables, memory: int, since: int, turnovers: Turnovers) -> None:
    """Put how many students each number exchanged between two countings on the shelf."""
    tables.conn.executemany(
        "INSERT INTO count_turnover (memory_key, since_key, measure, metric, detail, school_id, dimension, category,"
        " changed, settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((memory, since, *key, *turnover) for key, turnover in turnovers.of.items()),
    )


_TURNOVERS = """
    SELECT measure, metric, detail, school_id, dimension, category, changed, settled
      FROM count_turnover WHERE memory_key = :memory AND since_key = :since
"""


def take_turnovers(shelf: Reading, memory: int, since: int, label: str) -> Turnovers:
    """How many students each number exchanged between two countings; `label` names the earlier release."""
    rows = shelf.query(_TURNOVERS, {"memory": memory, "since": since})
    return Turnovers(label, {Key(*values[:6]): Turnover(*values[6:]) for values in (tuple(r.values()) for r in rows)})


_SUPERSEDED = """
    DELETE FROM count_table
     WHERE snapshot NOT IN (SELECT value FROM json_each(:keep)) AND snapshot NOT IN (SELECT snapshot FROM release)
       AND (snapshot < :since OR metric NOT IN (SELECT value FROM json_each(:months_of)) OR EXISTS (
            SELECT 1 FROM count_table AS later WHERE later.metric = count_table.metric
               AND substr(later.snapshot, 1, 7) = substr(count_table.snapshot, 1, 7)
               AND later.snapshot > count_table.snapshot))
"""
_BY_GROUP = """
    DELETE FROM count_cell WHERE dimension <> 'all' AND count_table_key IN
        (SELECT count_table_key FROM count_table
          WHERE snapshot <> :whole AND snapshot NOT IN (SELECT snapshot FROM release))
"""


def clear(tables: Tables, *, whole: str, beside: str | None, since: str, months_of: Collection[str]) -> None:
    """Take off the shelf what nobody asks for any more. What a release was drafted from and the day `whole` stay whole.

    Of the metrics `months_of` the last day of each month stays too, from `since` on, and the day `beside` (all of them
    ISO dates), and of these only the totals of each place: a history needs no more, and no group stays for it.
    """
    keep = json.dumps([day for day in (whole, beside) if day])
    tables.execute(_SUPERSEDED, {"keep": keep, "since": since, "months_of": json.dumps(sorted(months_of))})
    tables.execute(_BY_GROUP, {"whole": whole})


_TAKE = """
    SELECT school_id, dimension, category, count, out_of, detail
      FROM count_table CROSS JOIN count_cell USING (count_table_key)
     WHERE metric = :metric AND snapshot = :snapshot
     ORDER BY school_id, dimension, category, detail
"""
_TAKE_TOTALS = """
    SELECT school_id, dimension, category, count, out_of, detail
      FROM count_table CROSS JOIN count_cell USING (count_table_key)
     WHERE metric = :metric AND snapshot = :snapshot AND dimension = 'all'
     ORDER BY school_id, category, detail
"""


def take(
    shelf: Reading, metric: str, snapshot: str, *, counting: int = 0, only_totals: bool = False
) -> Tabulation | None:
    """The tabulation of a metric at a snapshot (ISO date), or None if never computed. `counting`: as in `put`.

    `only_totals`: that of each place, without its groups, which are many times as many.
    """
    values = {"metric": _name(metric, counting), "snapshot": snapshot}
    head = shelf.one("SELECT school_year FROM count_table WHERE metric = :metric AND snapshot = :snapshot", values)
    if head is None:
        return None
    cells = tuple(Cell(**row) for row in shelf.query(_TAKE_TOTALS if only_totals else _TAKE, values))
    return Tabulation(metric, head["school_year"], snapshot, cells)
