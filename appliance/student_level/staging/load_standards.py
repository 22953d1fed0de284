"""Learning standards: what they are called, which work shows them, and what a student got for them."""

from collections.abc import Iterator, Sequence
from typing import Any

from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.recognise import Recognised
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.first_rows import FirstRows, by_column
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Rows
from appliance.student_level.staging.typed_rows import places_of

_RESULTS = "OneRoster results"
_PENDING = (
    "CREATE TEMP TABLE objective (row_number INTEGER PRIMARY KEY, result TEXT NOT NULL, standard_key INTEGER NOT NULL,"
    " score REAL, score_text TEXT, student_key INTEGER, line_item_key INTEGER)"
)
_FOUND = "UPDATE temp.objective SET student_key = ?2, line_item_key = ?3 WHERE result = ?1"
_IN_ORDER = """
    SELECT row_number, student_key, line_item_key, standard_key, score, score_text FROM temp.objective
     ORDER BY row_number
"""


def results_in(files: Sequence[Recognised], system: str) -> Iterator[tuple[str, str, str]]:
    """(result, student, line item) of each row of the results that came along, by the sender's ids.

    No result's id is kept, because nothing but these links names one; so their file is read past again.
    """
    for one in files:
        if one.note or (one.layout.loaded_as or one.layout.kind) != _RESULTS or one.layout.system != system:
            continue
        places = places_of(one.table, one.layout)
        wanted = [places[field] for field in ("source_id", "student", "line_item")]
        for _, fields in one.table.rows():
            if len(fields) > max(wanted):
                result, student, item = (fields[place].strip() for place in wanted)
                yield result, student, item


def standards(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """What the standards are called: the ids of a gradebook say little."""
    batch.upsert(
        layout.entity, "standard", "identifier", "code, title", ((r.standard, r.code, r.title) for _, r in rows)
    )


class _Standards:
    """The key of each standard, by the id that gradebooks use; one that nobody named yet is kept by its id alone."""

    def __init__(self, batch: Batch) -> None:
        self._batch, self._known = batch, standard_keys(batch)

    def __getitem__(self, identifier: str) -> int:
        if identifier not in self._known:
            self._batch.run("INSERT INTO standard (identifier) VALUES (?)", (identifier,))
            self._known = standard_keys(self._batch)
        return self._known[identifier]


def standard_keys(batch: Batch) -> dict[str, int]:
    """Id -> key, of all standards that are known."""
    return dict(batch.ask("SELECT identifier, standard_key FROM standard"))


def line_item_standards(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """Which standards a piece of work shows. Of the sender's work, a whole file ends the links it does not hold."""
    items = batch.known("line_item", batch.system)
    standards, named = _Standards(batch), set[tuple[int, int]]()

    def ready() -> Iterator[tuple[Any, ...]]:
        for number, row in rows:
            if row.line_item not in items:
                batch.refuse_reference(layout, read, number, "lineItemSourcedId", "line item")
            elif row.is_active:
                link = items[row.line_item], standards[row.standard]
                named.add(link)
                yield link

    count = batch.upsert(layout.entity, "line_item_standard", "line_item_key, standard_key", "", ready())
    if named and not batch.is_delta:
        mine = set(items.values())
        loaded = set(batch.ask("SELECT line_item_key, standard_key FROM line_item_standard"))
        gone = [link for link in loaded - named if link[0] in mine]
        count.ended += batch.end_many(END_LINK, sorted(gone))


END_LINK = "DELETE FROM line_item_standard WHERE line_item_key = ? AND standard_key = ?"


def standard_marks(batch: Batch, layout: Layout, read: FileRead, rows: Rows) -> None:
    """What a student got for a standard. Where a row has no mark of its own, the mark of the whole work holds."""
    batch.run("DROP TABLE IF EXISTS temp.objective")
    batch.run(_PENDING)
    standards = _Standards(batch)
    batch.run_many(
        "INSERT INTO temp.objective VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        (
            (number, row.result, standards[row.standard], row.score, row.score_text)
            for number, row in rows
            if row.is_active
        ),
    )
    batch.run("CREATE INDEX temp.objective_by_result ON objective (result)")
    students, items = batch.known("student", batch.system), batch.known("line_item", batch.system)
    batch.run_many(_FOUND, ((result, students.get(who), items.get(item)) for result, who, item in batch.results()))

    def ready() -> Iterator[tuple[int, tuple[Any, ...]]]:
        for number, *record in batch.ask(_IN_ORDER):
            if None in record[:2]:
                batch.refuse_reference(layout, read, number, "resultSourcedId", "result")
            else:
                yield number, tuple(record)

    key, columns = "student_key, line_item_key, standard_key", "score, score_text, file_key, file_row"
    FirstRows(batch, layout, read, "standard_mark", key, columns).put(by_column(ready()))
    batch.run("DROP TABLE temp.objective")
