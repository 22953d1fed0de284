"""Of several rows of one file that name the same record, the first is loaded and the others are reported."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.table import ROWS_IN_BLOCK
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.upsert import ORIGIN, Upsert, names_in

Ready = tuple[Sequence[int], Sequence[Sequence[Any]]]
"""(row numbers, columns of the records made of them: those of the key, then the others)."""
_Record = tuple[Any, ...]


def by_column(rows: Iterable[tuple[int, _Record]]) -> Iterator[Ready]:
    """(row number, record) one by one, as blocks."""
    remaining = iter(rows)
    while some := list(islice(remaining, ROWS_IN_BLOCK)):
        yield [number for number, _ in some], list(zip(*(record for _, record in some), strict=True))


class FirstRows:
    """The records of a file, each put into `table` once, with its `ORIGIN` where the table has that.

    Afterwards their keys stand in `temp.first_row` until the next file, so that a loader can ask what the file no
    longer holds; unless `named_all`: into a table that was empty went nothing but them. The keys are kept by SQLite, in
    about 15 bytes a row, because a set of Python tuples would take ten times as much.
    """

    def __init__(self, batch: Batch, layout: Layout, read: FileRead, table: str, key: str, columns: str) -> None:
        self._batch, self._layout, self._read, self._table = batch, layout, read, table
        self._upsert: Upsert = batch.upserting(table, key, columns)
        self._is_traced, self._width = names_in(columns)[-2:] == [*ORIGIN], len(names_in(key))
        self.named_all = self._upsert.was_empty and self._is_traced and not batch.is_delta
        self._lines = batch.lines if batch.lines and batch.lines.packing.table == table else None
        names = ", ".join(names_in(key))
        batch.run("DROP TABLE IF EXISTS temp.first_row")
        batch.run(f"CREATE TEMP TABLE first_row ({names}, row_number, PRIMARY KEY ({names})) WITHOUT ROWID")
        marks, same = ", ".join("?" * self._width), " AND ".join(f"{name} = ?" for name in names_in(key))
        self._note = f"INSERT OR IGNORE INTO temp.first_row VALUES ({marks}, ?)"  # noqa: S608 our own names
        kept = ("file_row", table) if self.named_all else ("row_number", "temp.first_row")
        self._find = f"SELECT {kept[0]} FROM {kept[1]} WHERE {same}"  # noqa: S608 our own names

    def put(self, ready: Iterable[Ready]) -> "FirstRows":
        """Load the records, and report rows that repeat one."""
        for numbers, columns in ready:
            origin = self._batch.origin_columns(self._read, numbers) if self._is_traced else ()
            records = list(zip(*columns, *origin, strict=True))
            fresh = self._upsert.put(records) if self.named_all else self._remember(numbers, records)
            if fresh < len(records):
                firsts = list(self._firsts(numbers, records))
                numbers, records = [number for number, _ in firsts], [record for _, record in firsts]
                columns = list(zip(*records, strict=True))
            if records and self._lines:
                self._lines.note(numbers, columns[: self._width])
            if not self.named_all:
                self._upsert.put(records)
            self._upsert.passed(records)
        self._upsert.end(self._batch.report.count(self._layout.entity))
        return self

    def _remember(self, numbers: Sequence[int], records: Sequence[_Record]) -> int:
        return self._batch.run_many(
            self._note, ((*record[: self._width], number) for number, record in zip(numbers, records, strict=True))
        )

    def _firsts(self, numbers: Sequence[int], records: Sequence[_Record]) -> Iterator[tuple[int, _Record]]:
        for number, record in zip(numbers, records, strict=True):
            first = next(self._batch.ask(self._find, record[: self._width]))[0]
            if first == number:
                yield number, record
            else:
                sentence = f"this row names the same record as row {first}, which was taken. Keep one of the two."
                self._batch.refuse(self._layout, self._read, number, "", "duplicate", sentence)
