"""Look into a file that may need a mapping: is it known, has it changed, and if it is new, what may it be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from appliance.errors import BadFile
from appliance.student_level.sources import district_csv, ssn
from appliance.student_level.sources.archive import Source, files_in
from appliance.student_level.sources.csv_text import look_through
from appliance.student_level.sources.mapping.drift import Drift, drift
from appliance.student_level.sources.mapping.form import Mapping
from appliance.student_level.sources.mapping.looking import look_at
from appliance.student_level.sources.mapping.mapped import MappedTable
from appliance.student_level.sources.mapping.propose import Proposal, name_for, propose
from appliance.student_level.sources.mapping.shelf import fitting, known_mappings, mapped
from appliance.student_level.sources.mapping.vocabulary import vocabulary
from appliance.student_level.sources.mapping.workbook import is_workbook, sheets
from appliance.student_level.sources.mapping.writing import write
from appliance.student_level.sources.recognise import Recognised, recognise
from appliance.student_level.sources.table import Table
from appliance.student_level.staging.report import FileRead, ImportReport
from appliance.student_level.staging.typed_rows import typed_rows

_ROWS_TRIED = 2_000
_VALUE = re.compile(r"-?\d{2,}(\.\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LookedInto:
    """One file, or one sheet or member of it. `last` is the mapping that reads it, or that read files of its name."""

    table: Table
    is_known: bool
    """Whether `last` reads it as it is."""
    last: Mapping | None
    changes: Drift | None
    proposal: Proposal | None
    """None for a file that is known and needs nothing."""
    read_as: str = ""
    """The kind as which it is read without a mapping."""


def kinds_of_file() -> tuple[str, ...]:
    """What a file may be said to be."""
    return tuple(recipe.name for recipe in vocabulary().recipe)


def look_into(path: Source, home: Path | None, *, name: str | None = None, kind: str | None = None) -> list[LookedInto]:
    """Each table of a file, with what is known or proposed. `kind`, one of `kinds_of_file()`, asks for a new proposal.

    Raises BadFile for a file that cannot be read at all.
    """
    if kind is None and (as_it_is := _read_as_it_is(path, home)):
        return as_it_is
    mappings = known_mappings(home)
    return [_look(table, mappings, name or name_for(table.name), kind) for table in _tables(path)]


def _read_as_it_is(path: Source, home: Path | None) -> list[LookedInto]:
    """What is read without a mapping, in the words that the house knows; nothing when any of it is not."""
    try:
        found = recognise([path], home)
    except BadFile:
        return []
    if any(isinstance(one.table, MappedTable) or not _speaks_our_words(one) for one in found):
        return []
    return [LookedInto(one.table, True, None, None, None, one.layout.kind) for one in found]


def _speaks_our_words(one: Recognised) -> bool:
    """Whether the first rows have no code and no date that would be refused. Packages of a standard have none."""
    if one.note or one.layout.kind not in {layout.kind for layout in district_csv.LAYOUTS}:
        return True
    report = ImportReport()
    rows = typed_rows(one.table, one.layout, FileRead(one.table.name, one.layout.kind, one.table.sha256), report)
    for _ in islice(rows, _ROWS_TRIED):
        continue
    return not any(code in ("not_in_list", "not_a_date") for _, _, code in report.problem_kinds)


def _tables(path: Source) -> list[Table]:
    if is_workbook(path):
        return list(sheets(path))
    return [look_through(file) for file in files_in(path)]


def _look(table: Table, mappings: tuple[Mapping, ...], name: str, kind: str | None) -> LookedInto:
    last = fitting(table.header, mappings)
    is_known = last is not None
    if last is None and kind is None and mapped(table, mappings):
        return LookedInto(table, is_known=True, last=None, changes=None, proposal=None)
    if last is None and _is_a_row(table.header):
        raise BadFile(
            f"{table.name}: its first row seems to hold values instead of the names of columns. Ask the sender to "
            "export it with a header, or write one in; nothing was loaded."
        )
    last = last or next((mapping for mapping in mappings if mapping.name == name and _is_akin(mapping, table)), None)
    changes = drift(last, table.header, look_at(table)) if last else None
    if is_known and kind is None and changes is not None and not (changes.lost or changes.codes):
        return LookedInto(table, is_known, last, changes, None)
    proposal = propose(table, last.name if last else name, kind)
    if last is not None:  # What a person said of codes before still holds.
        for codes, known in last.codes.items():
            proposal = replace(proposal, codes=proposal.codes | {codes: proposal.codes.get(codes, {}) | known})
    return LookedInto(table, is_known, last, changes, proposal)


def _is_a_row(header: Sequence[str]) -> bool:
    """Whether a third of the names are numbers, days or social security numbers, as in a file without a header."""
    named = [name for name in header if name]
    values = [name for name in named if _VALUE.fullmatch(name) or ssn.in_text(name)]
    return len(values) >= 2 and 3 * len(values) >= len(named)


def _is_akin(mapping: Mapping, table: Table) -> bool:
    """Whether half of the columns are still there. Else it is another file, maybe one without a header."""
    return 2 * len(set(mapping.seen) & set(table.header)) >= len(mapping.seen) > 0


def text_of(proposal: Proposal) -> str:
    """The proposal as a mapping's TOML, with the evidence. Raises BadFile while a needed column is missing."""
    mapping = proposal.mapping()
    if mapping is None:
        asks = [f"{name} ({vocabulary().field[name].asks})" for name in proposal.missing]
        raise BadFile(
            f"{proposal.name}: taken for {proposal.recipe.name}, but no column was found for {'; '.join(asks)}. "
            f"Say what the file is with --as ({', '.join(kinds_of_file())}), or choose the columns at a terminal."
        )
    notes = {guess.header: f"{guess.trust}: {guess.evidence}" for guess in proposal.guesses.values()}
    return write(mapping, notes, proposal.open_codes)
