"""What a batch adds, changes, ends and refuses at each school, and a few of the records by their keys.

Nothing is read a second time. Into a table that was empty each row of an upsert is an addition, counted as it passes;
on any other table triggers see the rows that change, and those that stay as they are cost nothing. What is counted is
not yet the school but what leads to it (a class, a line item, a student), and the database adds those up at the end.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlite_utils import Database as Tables

from appliance.days import from_day_number
from appliance.student_level.staging.report import Deed, ImportReport

SAMPLES = 5
"""Records of one kind and one deed that are named by their keys."""
_MOST_KEPT = 50_000
_DAYS = ("day", "begin_day")
Way = tuple[str, int]
"""What leads to a school: a column, and its value."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A table that is told by school: what its rows count as, the column that leads to a school, its key."""

    entity: str
    way: str
    key: tuple[str, ...]
    only: str = ""
    """A condition on a row, with {side} for NEW or OLD."""


_TOLD = {
    "section": _Told("section", "school_key", ("section_key",)),
    "student": _Told("student", "student_key", ("student_key",)),
    "staff_role": _Told("staff_role", "school_key", ("staff_key", "organization_key", "role")),
    "teaching": _Told("teaching", "section_key", ("staff_key", "section_key", "begin_day")),
    "section_enrollment": _Told("section_enrollment", "section_key", ("section_key", "student_key", "begin_day")),
    "school_enrollment": _Told("school_enrollment", "school_key", ("student_key", "school_key", "begin_day")),
    # Not the program, nor the days: a report says which record it is, not what is true of the child.
    "program_membership": _Told("program", "student_key", ("student_key",)),
    "completion": _Told("completion", "school_key", ("student_key",)),
    "caseload": _Told("caseload", "student_key", ("staff_key", "student_key", "begin_day")),
    "line_item": _Told("line_item", "section_key", ("line_item_key",)),
    "grade": _Told("grade", "line_item_key", ("student_key", "line_item_key")),
    "standard_mark": _Told("standard_mark", "line_item_key", ("student_key", "line_item_key")),
    "test_growth": _Told("test_growth", "student_key", ("student_key", "test_key")),
    "transcript_course": _Told("transcript_course", "student_key", ("student_key", "school_year")),
    "test_result": _Told("test_result", "student_key", ("student_key", "test_key")),
    "attendance_day": _Told("attendance_event", "student_key", ("student_key",), "{side}.basis = 'daily'"),
    "attendance_section": _Told("attendance_event", "section_key", ("student_key", "section_key")),
}
_COLUMNS = {"staff_role": "organization_key"}
"""Where the column that leads to a school goes by another name."""
_TO_A_SCHOOL = {
    "school_key": "way.key",
    "section_key": "(SELECT school_key FROM section WHERE section_key = way.key)",
    "line_item_key": "(SELECT school_key FROM line_item JOIN section USING (section_key)"
    " WHERE line_item_key = way.key)",
    "student_key": "coalesce((SELECT school_key FROM school_enrollment WHERE student_key = way.key"
    " ORDER BY begin_day DESC LIMIT 1), (SELECT school_key FROM section_enrollment JOIN section USING (section_key)"
    " WHERE student_key = way.key ORDER BY section_enrollment.begin_day DESC LIMIT 1))",
}
_DEEDS: dict[str, Deed] = {"INSERT": "added", "UPDATE": "changed", "DELETE": "ended"}


class Tally:
    """The counts by school of one batch, while it loads."""

    def __init__(self, tables: Tables, report: ImportReport) -> None:
        self._tables, self._report = tables, report
        self._counts: Counter[tuple[str, Deed, str, int]] = Counter()
        self._samples: defaultdict[tuple[str, Deed], list[dict[str, Any]]] = defaultdict(list)
        self._empty: set[str] = set()
        self._filled: set[str] = set()
        """Tables that were empty, and into which one file goes. From the second on, they are watched."""
        self._triggers: list[str] = []
        self.ends = False
        """Whether what is being changed at this moment ends records."""
        self.pauses = False
        """Whether what is being changed is told elsewhere: demographics change the table of students."""

    def begin(self) -> None:
        """Look which tables are empty, and watch the others."""
        self._tables.conn.create_function("tell_by_school", 4, self._tell)
        self._tables.execute("DROP TABLE IF EXISTS temp.way")
        self._tables.execute("CREATE TEMP TABLE way (entity, deed, leads, key, number)")
        for table, told in _TOLD.items():
            if next(iter(self._tables.query(f"SELECT 1 FROM {table} LIMIT 1")), None) is None:  # noqa: S608 our own names
                self._empty.add(table)
                continue
            for verb in _DEEDS:
                self._watch(table, told, verb)

    def _watch(self, table: str, told: _Told, verb: str) -> None:
        side = "OLD" if verb == "DELETE" else "NEW"
        key = ", ".join(f"'{name}', {side}.{name}" for name in told.key)
        name, column = f"tell_{table}_{verb.lower()}", _COLUMNS.get(table, told.way)
        only = f" WHEN {told.only.format(side=side)}" if told.only else ""
        self._tables.execute(
            f"CREATE TEMP TRIGGER {name} AFTER {verb} ON main.{table}{only} BEGIN"
            f" SELECT tell_by_school('{table}', '{verb}', {side}.{column}, json_object({key})); END"
        )
        self._triggers.append(name)

    def _tell(self, table: str, verb: str, key: int, row: str) -> None:
        if self.pauses:
            return
        told, deed = _TOLD[table], "ended" if self.ends else _DEEDS[verb]
        self._counts[told.entity, deed, told.way, key] += 1
        samples = self._samples[told.entity, deed]
        if len(samples) < SAMPLES:
            samples.append(json.loads(row))

    def takes(self, table: str) -> bool:
        """Whether the records of the next file for this table are to be handed to `take`: it is the first."""
        if table in self._filled:
            self._filled.remove(table)
            for verb in _DEEDS:
                self._watch(table, _TOLD[table], verb)
        if table not in self._empty:
            return False
        self._empty.remove(table)
        self._filled.add(table)
        return True

    def take(self, table: str, names: Sequence[str], records: Sequence[Sequence[Any]]) -> None:
        """Count records as additions to a table that was empty."""
        told = _TOLD[table]
        place = names.index(_COLUMNS.get(table, told.way))
        for key, number in Counter(map(itemgetter(place), records)).items():
            self._counts[told.entity, "added", told.way, key] += number
        samples = self._samples[told.entity, "added"]
        for record in records[: SAMPLES - len(samples)] if len(samples) < SAMPLES else ():
            given = dict(zip(names, record, strict=True))
            samples.append({name: given[name] for name in told.key})

    def refused(self, entity: str, way: Way) -> None:
        """Count a refused row at the school that it leads to."""
        self._counts[entity, "refused", *way] += 1

    def write(self) -> None:
        """Write the counts down when they are many; called now and then, so that memory stays flat."""
        if len(self._counts) > _MOST_KEPT:
            self._write_all()

    def _write_all(self) -> None:
        rows = ((*what, number) for what, number in self._counts.items())
        self._tables.conn.executemany("INSERT INTO temp.way VALUES (?, ?, ?, ?, ?)", rows)
        self._counts.clear()

    def end(self) -> None:
        """Stop watching, and put the sums into the report."""
        for name in self._triggers:
            self._tables.execute(f"DROP TRIGGER temp.{name}")
        self._write_all()
        for leads, school in _TO_A_SCHOOL.items():
            sql = f"""
                SELECT entity, deed, {school} AS school_key, sum(number) AS number FROM temp.way
                 WHERE leads = ? GROUP BY 1, 2, 3
            """  # noqa: S608 our own expressions
            for entity, deed, key, number in self._tables.execute(sql, [leads]).fetchall():
                self._report.school_count(entity, key).add(deed, number)
        names = dict(self._tables.execute("SELECT organization_key, name FROM organization").fetchall())
        for one in self._report.by_school.values():
            for key, count in one.items():
                count.school = names.get(key, "") if key is not None else ""
        self._report.samples = {
            entity: {
                deed: [_with_days(row) for row in rows] for (of, deed), rows in self._samples.items() if of == entity
            }
            for entity in dict.fromkeys(entity for entity, _ in self._samples)
        }
        self._tables.execute("DROP TABLE temp.way")


def _with_days(row: dict[str, Any]) -> dict[str, Any]:
    return {name: from_day_number(value).isoformat() if name in _DAYS else value for name, value in row.items()}
