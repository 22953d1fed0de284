"""Whether a decision about who is who can be taken back although imports came after it."""

import json

from sqlite_utils import Database as Tables

_NOTES = "SELECT table_name, deed, row FROM batch_undo WHERE batch_key = ?"
_LATER = """
    SELECT batch_key, table_name, deed, row FROM batch_undo JOIN batch USING (batch_key)
     WHERE batch_key > ?1 AND status = 'loaded'
       AND table_name IN (SELECT table_name FROM batch_undo WHERE batch_key = ?1)
"""


def touched_since(tables: Tables, batch: int) -> int | None:
    """The number of a later batch that changed a row which this one changed; None when taking it back is exact."""
    places: dict[str, list[int]] = {}

    def row_of(table: str, deed: str, row: str) -> tuple[object, ...]:
        if table not in places:
            info = list(tables.query("SELECT pk FROM pragma_table_info(?)", [table]))
            places[table] = [place for place, column in enumerate(info) if column["pk"]]
        values = json.loads(row)
        return (table, *values) if deed == "insert" else (table, *(values[place] for place in places[table]))

    ours = {row_of(table, deed, row) for table, deed, row in tables.execute(_NOTES, [batch])}
    for later, table, deed, row in tables.execute(_LATER, [batch]):
        if deed == "was empty" or row_of(table, deed, row) in ours:
            return int(later)
    return None
