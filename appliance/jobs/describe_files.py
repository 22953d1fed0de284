"""A data steward says what the columns of an uploaded file are, and what its codes mean, without writing a mapping.

What is shown of a file is names of columns, numbers about their values, and codes that stand in several rows. A value
that stands in one or two rows may be a child's own, so it is never shown: whoever knows its meaning types it in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.errors import Trouble
from appliance.jobs.mappings import keep_mapping
from appliance.jobs.propose_mapping import LookedInto, kinds_of_file, look_into, text_of
from appliance.storage.database import Database
from appliance.student_level.sources import ssn
from appliance.student_level.sources.archive import Source
from appliance.student_level.sources.mapping.form import SHARED_CODES, TEXT
from appliance.student_level.sources.mapping.looking import Look
from appliance.student_level.sources.mapping.propose import Proposal
from appliance.student_level.sources.mapping.vocabulary import vocabulary

SHOWN_FROM = 3
"""Rows in which a code must stand before it is shown, unless its meaning is known already."""


@dataclass(frozen=True, slots=True)
class Described:
    """One table of the uploaded files: what reads it, or what is proposed for it."""

    file: Source
    looked: LookedInto

    @property
    def needs_a_person(self) -> bool:
        """Whether no mapping reads it, or what it holds has changed since."""
        return self.looked.proposal is not None

    @property
    def name(self) -> str:
        """The file's name for reports."""
        return self.looked.table.name


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is offered: its place, its name, and what its values are like, in numbers."""

    place: int
    name: str
    like: str
    may_be_read: bool


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one table: each with our word for it (empty: nobody said yet) and its rows in the sample."""

    table: str
    known: tuple[tuple[str, str, int], ...]
    meanings: tuple[str, ...]
    """Our words to choose from; none where any text will do."""
    not_shown: int
    """Codes without a meaning that stand in too few rows to be shown."""


def described(files: Sequence[Source], home: Path) -> list[Described]:
    """Each table of the files. Raises BadFile for a file that cannot be read at all."""
    return [Described(file, one) for file in files for one in look_into(file, home)]


def as_kind(one: Described, home: Path, kind: str) -> Described:
    """The same table with a proposal for the kind that a person says it is. Raises Trouble for an unknown kind."""
    if kind not in kinds_of_file():
        raise Trouble(f"There is no kind of file {kind}. Choose one of the list.")
    found = next(two for two in look_into(one.file, home, kind=kind) if two.table.name == one.name)
    return Described(one.file, found)


def columns_of(proposal: Proposal) -> tuple[Column, ...]:
    """The columns to choose from, in the file's order."""
    names = ssn.without_them(proposal.header)
    return tuple(
        Column(place, name, _like(look), not (look.is_social_security_number or ssn.in_a_column_named(name)))
        for place, (name, look) in enumerate(zip(names, proposal.looks, strict=True))
    )


def _like(look: Look) -> str:
    if look.is_social_security_number:
        return "holds social security numbers, which are never read"
    if not look.filled:
        return "empty"
    said = f"{look.filled:,} of {look.rows:,} filled, {look.distinct:,} different"
    for share, what in ((look.dates, "dates"), (look.numbers, "numbers"), (look.letters, "words")):
        if share >= 0.8:
            return f"{said}, {what}" + (f" ({' or '.join(look.patterns)})" if what == "dates" else "")
    return said


def codes_of(proposal: Proposal) -> tuple[Codes, ...]:
    """What the file's codes mean so far."""
    times = {code: count for look in proposal.looks for code, count in look.times.items()}
    found = []
    for table in dict.fromkeys((*proposal.codes, *proposal.open_codes)):
        known = [(theirs, ours, times.get(theirs, 0)) for theirs, ours in proposal.codes.get(table, {}).items()]
        open_ = [(theirs, "", times.get(theirs, 0)) for theirs in proposal.open_codes.get(table, ())]
        shown = [one for one in open_ if one[2] >= SHOWN_FROM]
        if known or open_:
            found.append(Codes(table, (*known, *shown), meanings_of(table), len(open_) - len(shown)))
    return tuple(found)


def meanings_of(table: str) -> tuple[str, ...]:
    """Our words for the codes of a table."""
    known = {**SHARED_CODES.get(table, {}), **vocabulary().meaning.get(table, {})}
    return tuple(sorted(set(known.values()) - {"", "-"}))


def revised(proposal: Proposal, columns: Mapping[str, str], codes: Mapping[tuple[str, str], str]) -> Proposal:
    """The proposal as a person answered it.

    `columns`: field -> place of a column, empty for none, or `=text` for the same text in each row. `codes`: (table,
    their code) -> ours, empty for "nobody knows". Raises Trouble for a place that the file does not have.
    """
    for name, said in columns.items():
        if name in proposal.fields:
            proposal = _chosen(proposal, name, said)
    known = {table: dict(meant) for table, meant in proposal.codes.items()}
    for (table, theirs), ours in codes.items():
        if ours and not ssn.in_text(theirs):
            known.setdefault(table, {})[theirs] = ours
        else:
            known.get(table, {}).pop(theirs, None)
    return replace(proposal, codes=known)


def _chosen(proposal: Proposal, name: str, said: str) -> Proposal:
    before = proposal.guesses.get(name)
    if said.startswith(TEXT):
        return proposal.choose(name, said) if said != TEXT else proposal.choose(name, None)
    if not said:
        return proposal.choose(name, None) if before or name in proposal.texts else proposal
    columns = columns_of(proposal)
    if not said.isdecimal() or int(said) >= len(columns):
        raise Trouble("The file has no such column. Open the page again.")
    column = columns[int(said)]
    if not column.may_be_read:
        raise Trouble(f"The column {column.name} holds social security numbers, which are never read. Choose another.")
    if before and before.place == column.place:
        return proposal
    return proposal.choose(name, proposal.header[column.place])


def confirm(database: Database, proposal: Proposal, name: str, *, by: str) -> None:
    """Keep what a person confirmed. Raises BadFile while a needed column is missing, or for a name that is none."""
    keep_mapping(database, text_of(replace(proposal, name=name)), by=by)
