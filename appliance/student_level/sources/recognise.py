"""Which kind of file is this? By its name inside a OneRoster package, by its header everywhere else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from appliance.errors import BadFile, blaming
from appliance.progress import Progress, quietly
from appliance.student_level.sources import district_csv, oneroster
from appliance.student_level.sources.archive import Source, SourceFile, came_as, files_in
from appliance.student_level.sources.csv_text import TextTable, look_through
from appliance.student_level.sources.edfi.package import is_edfi
from appliance.student_level.sources.edfi.package import tables as edfi_tables
from appliance.student_level.sources.layout import Layout, with_inclusive_ends
from appliance.student_level.sources.mapping.form import Mapping
from appliance.student_level.sources.mapping.shelf import ENDS_NOTHING, known_mappings, mapped
from appliance.student_level.sources.mapping.workbook import is_workbook, sheets
from appliance.student_level.sources.oneroster_package import Member, base, is_member, members
from appliance.student_level.sources.table import Table


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file and what it was taken for. `note` says why it is not loaded, when it is not."""

    table: Table
    layout: Layout
    note: str = ""
    remark: str = ""
    """What was unusual about a file that is loaded."""


ONEROSTER, EXPORTS = "oneroster", "exports"
"""Sources whose habit about end dates a district may set: its OneRoster packages, its plain exports."""


def recognise(
    paths: Sequence[Source],
    home: Path | None = None,
    inclusive_ends: Collection[str] = (),
    line_key: bytes = b"",
    known_sizes: Collection[int] = (),
    progress: Progress = quietly,
) -> list[Recognised]:
    """Every CSV file behind the paths, each with its layout, in the order given; `home` may hold mappings of its own.

    `inclusive_ends` names the sources, ONEROSTER or EXPORTS, that write an end date as the last day that counts.
    `line_key`: what lines of CSV files are hashed with; `known_sizes`: of files so large, only when it is needed.

    Raises BadFile for a file that is none of the known kinds: a batch with a file nobody understands is not loaded.
    """
    found: list[Recognised] = []
    mappings = known_mappings(home)
    loose: list[SourceFile] = []
    unpacked: list[TextTable] = []
    for path in paths:
        with blaming(path.name):
            if is_workbook(path):
                found.extend(_sheets(path, mappings, inclusive_ends))
                continue
            files = list(files_in(path))
            if any(is_edfi(file) for file in files):
                if path.suffix.lower() == ".zip":
                    found.extend(Recognised(*one) for one in edfi_tables(files, progress))
                else:
                    loose.extend(files)
                continue
            package = [
                look_through(f, line_key, hash_lines=bool(line_key) and _is_new(f, known_sizes), progress=progress)
                for f in files
            ]
            if path.suffix.lower() == ".zip" and any(base(table) in oneroster.BY_FILE for table in package):
                found.extend(_of_package(path.name, package, mappings, inclusive_ends))
            elif all(is_member(table) for table in package):
                unpacked.extend(package)
            else:
                found.extend(one for table in package for one in _read_as(table, mappings, inclusive_ends))
    with blaming(*(file.name for file in loose)):
        found.extend(Recognised(*one) for one in edfi_tables(loose, progress))
    with blaming(*(table.name for table in unpacked)):
        found.extend(_of_package("The roster's files", unpacked, mappings, inclusive_ends))
    seen: dict[tuple[str, str], str] = {}
    for one in found:
        what = one.table.sha256, one.layout.kind  # One XML file makes tables of several kinds.
        if what in seen and not one.note:
            with blaming(came_as(one.table.name)):
                raise BadFile(f"{one.table.name} and {seen[what]} are the same file. Name it once.")
        seen[what] = one.table.name
    return found


_BY_THE_MILLION = ("results.csv", "enrollments.csv")


def _is_new(file: SourceFile, known_sizes: Collection[int]) -> bool:
    """Whether a file of many lines is surely none that was loaded before."""
    return PurePosixPath(file.name).name.lower() in _BY_THE_MILLION and file.size not in known_sizes


def _of_package(
    name: str, tables: Sequence[TextTable], mappings: Sequence[Mapping], ends: Collection[str]
) -> list[Recognised]:
    # A Clever zip has files of the same names; its columns tell it apart.
    known = {table.name: [Recognised(*one) for one in mapped(table, mappings)] for table in tables}
    found = [one for table in tables for one in known[table.name]]
    rest = [table for table in tables if not known[table.name]]
    for one in members(name, rest, inclusive_ends=ONEROSTER in ends):
        if isinstance(one, Member):
            layout = with_inclusive_ends(one.layout) if ONEROSTER in ends else one.layout
            found.append(Recognised(one.table, layout, one.note, one.remark))
        else:
            found.extend(_read_as(one, mappings, ends))
    return found


def _read_as(table: Table, mappings: Sequence[Mapping], inclusive_ends: Collection[str]) -> list[Recognised]:
    """By a mapping when one knows its header, else by the header that a kind of file needs."""
    return [Recognised(*one) for one in mapped(table, mappings)] or [_by_header(table, inclusive_ends)]


def _sheets(path: Source, mappings: Sequence[Mapping], inclusive_ends: Collection[str]) -> list[Recognised]:
    """The sheets of a workbook. One that nobody knows, beside one that is read, is a person's notes: left out, said."""
    found: list[Recognised] = []
    unknown: list[BadFile] = []
    for sheet in sheets(path):
        try:
            found.extend(_read_as(sheet, mappings, inclusive_ends))
        except BadFile as trouble:
            unknown.append(trouble)
            found.append(Recognised(sheet, Layout("sheet", "left_out"), "left out: nothing reads a sheet like this"))
    if unknown and len(unknown) == len(found):
        raise unknown[0]
    return found


def _by_header(table: Table, inclusive_ends: Collection[str]) -> Recognised:
    header = {name.lower() for name in table.header}
    fitting = [layout for layout in district_csv.LAYOUTS if layout.required_headers() <= header]
    if not fitting:
        known = "; ".join(
            f"{layout.kind} ({', '.join(sorted(layout.required_headers()))})" for layout in district_csv.LAYOUTS
        )
        raise BadFile(
            f"{table.name}: its header fits no kind of file that is read here. Known kinds and the columns they need: "
            f"{known}. Nothing was loaded. A file of another system, or one whose header changed, needs a mapping: the "
            "page Mappings, or schoolhouse map FILE, proposes one."
        )
    layout = max(fitting, key=lambda one: len(one.required_headers()))
    if isinstance(table, TextTable):
        table = replace(table, may_end_short=layout.kind in ENDS_NOTHING)
    if EXPORTS in inclusive_ends:
        layout = with_inclusive_ends(layout)
    return Recognised(table, layout)
