"""The mappings that are at hand: a district's own, and those that come with Schoolhouse."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from appliance.errors import BadFile
from appliance.student_level.sources.csv_text import TextTable
from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.mapping.fixed import FixedTable, is_of
from appliance.student_level.sources.mapping.form import Mapping, read_mapping
from appliance.student_level.sources.mapping.mapped import MappedTable, apply
from appliance.student_level.sources.table import Table

ENDS_NOTHING = frozenset({"tests", "test growth"})
"""Layouts whose files only add. A roster cut off on the way would end whoever it lacks, a list of results nobody."""
FOLDER = "mappings"
"""Inside a home: a district's own mappings."""
_SHIPPED = Path(__file__).with_name("shipped")


@cache
def shipped_mappings() -> tuple[Mapping, ...]:
    """Those of test vendors and of well-known exports."""
    return tuple(_read(file) for file in sorted(_SHIPPED.glob("*.toml")))


def own_mappings(home: Path | None) -> list[tuple[Mapping, Path]]:
    """A home's own mappings, each with its file. Raises BadFile for one that cannot be read."""
    return [(_read(file), file) for file in sorted((home / FOLDER).glob("*.toml"))] if home else []


def known_mappings(home: Path | None) -> tuple[Mapping, ...]:
    """A home's own mappings before the shipped ones. Raises BadFile for one that cannot be read."""
    return (*(mapping for mapping, _ in own_mappings(home)), *shipped_mappings())


def _read(file: Path) -> Mapping:
    try:
        return read_mapping(file.read_text(encoding="utf-8"), file.name)
    except (OSError, UnicodeDecodeError):
        raise BadFile(f"{file.name}: this mapping cannot be read. Save it as UTF-8 text.") from None


def fitting(header: Sequence[str], mappings: Sequence[Mapping]) -> Mapping | None:
    """The mapping whose fingerprint a header has: the earliest of those with most columns in it, or None."""
    names = {name.strip().lower() for name in header}

    def has(mapping: Mapping) -> bool:
        wanted = {name.lower() for name in mapping.fingerprint}
        return bool(wanted) and wanted <= names and not names & {name.lower() for name in mapping.without}

    return max(filter(has, mappings), key=lambda mapping: len(mapping.fingerprint), default=None)


def mapped(table: Table, mappings: Sequence[Mapping]) -> list[tuple[MappedTable, Layout]]:
    """What the mappings make of a file: each layout that it fills; nothing when none of them knows it."""
    if (mapping := fitting(table.header, mappings)) is not None:
        if isinstance(table, TextTable):
            table = replace(table, may_end_short=all(part.layout in ENDS_NOTHING for part in mapping.table))
        return apply(mapping, table)
    if isinstance(table, TextTable):
        for mapping in mappings:
            if mapping.fixed is not None and is_of(table, mapping.fixed):
                return apply(mapping, FixedTable(table, mapping.fixed))
    return []
