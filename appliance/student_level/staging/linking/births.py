"""Birth days of newcomers: OneRoster keeps them in a file of their own, which is loaded after the people."""

from collections.abc import Sequence

from appliance.student_level.sources.recognise import Recognised
from appliance.student_level.sources.values import Refused, is_nothing
from appliance.student_level.staging.typed_rows import places_of

_FILE = "OneRoster demographics"


def births_in(files: Sequence[Recognised], system: str, wanted: set[str]) -> dict[str, int]:
    """Id -> birth day, of the people who are asked for. Reads past all others; nothing of it is kept."""
    found: dict[str, int] = {}
    for one in files:
        if one.note or (one.layout.loaded_as or one.layout.kind) != _FILE or one.layout.system != system:
            continue
        places = places_of(one.table, one.layout)
        if "birth_day" not in places:
            continue
        check = next(column.check for column in one.layout.columns if column.field == "birth_day")
        who, when = places["source_id"], places["birth_day"]
        for _, fields in one.table.rows():
            if len(fields) > max(who, when) and (source_id := fields[who].strip()) in wanted:
                text = fields[when].strip()
                try:
                    if not is_nothing(text):
                        found[source_id] = check(text)
                except Refused:
                    continue  # The file's own row says what is wrong with it.
    return found
