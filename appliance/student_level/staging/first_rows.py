"""Of several rows of one file that name the same record, the first is loaded and the others are reported."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch, names_in
from appliance.student_level.staging.report import FileRead

_BLOCK = 10_000
Numbered = Iterable[tuple[int, tuple[Any, ...]]]
"""(row number, record ready to load)."""


def first_rows(
    batch: Batch, layout: Layout, read: FileRead, key: str, rows: Numbered, *, traced: bool = False
) -> Iterator[tuple[Any, ...]]:
    """The records whose key no earlier row has. `key` names the first columns of each record, by commas.

    `traced`: each record ends with its `ORIGIN`.

    The keys stay in `temp.first_row` until the next file, so that a loader can ask what the file no longer holds. They
    are kept by SQLite, in about 15 bytes a row, because a set of Python tuples would take ten times as much.
    """
    names = names_in(key)
    width = len(names)
    listed = ", ".join(names)
    marks = ", ".join("?" * width)
    same = " AND ".join(f"{name} = ?" for name in names)
    batch.run("DROP TABLE IF EXISTS temp.first_row")
    batch.run(f"CREATE TEMP TABLE first_row ({listed}, row_number, PRIMARY KEY ({listed})) WITHOUT ROWID")
    insert = f"INSERT OR IGNORE INTO temp.first_row VALUES ({marks}, ?)"  # noqa: S608 our own names
    find = f"SELECT row_number FROM temp.first_row WHERE {same}"  # noqa: S608 our own names
    remaining = iter(rows)
    while block := list(islice(remaining, _BLOCK)):
        fresh = batch.run_many(insert, ((*record[:width], number) for number, record in block))
        for number, record in block:
            first = number if fresh == len(block) else next(batch.ask(find, record[:width]))[0]
            if first == number:
                yield (*record, *batch.origin(read, number)) if traced else record
            else:
                sentence = f"this row names the same record as row {first}, which was taken. Keep one of the two."
                batch.refuse(layout, read, number, "", "duplicate", sentence)
