"""The records that rows name, looked up a block at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.student_level.sources.layout import Layout
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.report import FileRead
from appliance.student_level.staging.rows import Typed


@dataclass(frozen=True, slots=True)
class Reference:
    """What a row names: the field it is in, the sender's name for that column, what kind of record it is."""

    name: str
    """What its key is called from here on."""
    field: str
    column: str
    what: str
    known: Mapping[str, int]
    leads_to_school: str = ""
    """Another key, which leads to the row's school where it is known: its table's column, and its name here."""
    by: str = ""
    may_be_empty: bool = False


def with_keys(batch: Batch, layout: Layout, read: FileRead, block: Typed, *references: Reference) -> Typed:
    """The rows whose references are all loaded, with the keys as columns. The others are refused by the first that is
    not.
    """
    keys = {one.name: list(map(one.known.get, block[one.field])) for one in references}
    wrong: dict[int, Reference] = {}
    for one in reversed(references):
        if None in keys[one.name]:
            wrong |= dict.fromkeys(_missing(keys[one.name], block[one.field], one.may_be_empty), one)
    for place, one in sorted(wrong.items(), key=lambda found: found[0]):
        key = keys[one.by][place] if one.by else None
        at = (one.leads_to_school, key) if key is not None else None
        batch.refuse_reference(layout, read, block.numbers[place], one.column, one.what, at)
    return block.plus(**keys).without(wrong)


def _missing(keys: Sequence[int | None], names: Sequence[str | None], may_be_empty: bool) -> list[int]:
    return [
        place for place, (key, name) in enumerate(zip(keys, names, strict=True))
        if key is None and not (may_be_empty and not name)
    ]  # fmt: skip
