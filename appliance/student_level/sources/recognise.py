"""Which kind of file is this? By its name inside a OneRoster package, by its header everywhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from appliance.errors import BadFile
from appliance.student_level.sources import district_csv, oneroster
from appliance.student_level.sources.archive import SourceFile, files_in
from appliance.student_level.sources.csv_text import TextTable, look_through
from appliance.student_level.sources.edfi.package import is_edfi
from appliance.student_level.sources.edfi.package import tables as edfi_tables
from appliance.student_level.sources.layout import Layout
from appliance.student_level.sources.mapping.form import Mapping
from appliance.student_level.sources.mapping.shelf import known_mappings, mapped
from appliance.student_level.sources.mapping.workbook import is_workbook, sheets
from appliance.student_level.sources.table import Table


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file and what it was taken for. `note` says why it is not loaded, when it is not."""

    table: Table
    layout: Layout
    note: str = ""


def recognise(paths: Sequence[Path], home: Path | None = None) -> list[Recognised]:
    """Every CSV file behind the paths, each with its layout, in the order given; `home` may hold mappings of its own.

    Raises BadFile for a file that is none of the known kinds: a batch with a file nobody understands is not loaded.
    """
    found: list[Recognised] = []
    mappings = known_mappings(home)
    loose: list[SourceFile] = []
    for path in paths:
        if is_workbook(path):
            found.extend(one for sheet in sheets(path) for one in _read_as(sheet, mappings))
            continue
        files = list(files_in(path))
        if any(is_edfi(file) for file in files):
            if path.suffix.lower() == ".zip":
                found.extend(Recognised(*one) for one in edfi_tables(files))
            else:
                loose.extend(files)
            continue
        package = [(file, look_through(file)) for file in files]
        if any(_base(file) in oneroster.BY_FILE for file, _ in package) and path.suffix.lower() == ".zip":
            _check_manifest(path, package)
            # A Clever zip has files of the same names; its columns tell it apart.
            for file, table in package:
                known = [Recognised(*one) for one in mapped(table, mappings)]
                found.extend(known or filter(None, [_in_package(file, table)]))
        else:
            found.extend(one for _, table in package for one in _read_as(table, mappings))
    found.extend(Recognised(*one) for one in edfi_tables(loose))
    seen: dict[tuple[str, str], str] = {}
    for one in found:
        what = one.table.sha256, one.layout.kind  # One XML file makes tables of several kinds.
        if what in seen and not one.note:
            raise BadFile(f"{one.table.name} and {seen[what]} are the same file. Name it once.")
        seen[what] = one.table.name
    return found


def _base(file: SourceFile) -> str:
    return PurePosixPath(file.name).name.lower()


def _in_package(file: SourceFile, table: TextTable) -> Recognised | None:
    base = _base(file)
    if base == oneroster.MANIFEST:
        return None
    if base in oneroster.LEFT_OUT:
        kind = f"OneRoster {PurePosixPath(file.name).stem}"
        return Recognised(table, Layout(kind, "left_out"), f"left out: {oneroster.LEFT_OUT[base]}")
    layout = oneroster.BY_FILE.get(base)
    return Recognised(table, layout) if layout else _by_header(table)


def _check_manifest(path: Path, package: Sequence[tuple[SourceFile, TextTable]]) -> None:
    """Refuse what cannot be read rightly: another version, a delta package. No manifest at all is common, and fine."""
    table = next((table for file, table in package if _base(file) == oneroster.MANIFEST), None)
    if table is None:
        return
    said = {row[0].strip(): row[1].strip() for _, row in table.rows() if len(row) >= 2}
    version = said.get("oneroster.version", "")
    if version and version not in oneroster.KNOWN_VERSIONS:
        known = " and ".join(oneroster.KNOWN_VERSIONS)
        raise BadFile(
            f"{path.name} says it is OneRoster {version}; {known} are read here. Ask the sender for one of them."
        )
    if any(value.lower() == "delta" for name, value in said.items() if name.startswith("file.")):
        raise BadFile(
            f"{path.name} is a delta package. Only bulk packages are read so far; ask the sender for a bulk one."
        )
    present = {_base(file) for file, _ in package}
    for name, value in said.items():
        member = f"{name.removeprefix('file.')}.csv"
        if name.startswith("file.") and value.lower() == "bulk" and member.lower() not in present:
            raise BadFile(
                f"{path.name}: its manifest promises {member}, which is not in the package. Ask the sender for it."
            )


def _read_as(table: Table, mappings: Sequence[Mapping]) -> list[Recognised]:
    """By a mapping when one knows its header, else by the header that a kind of file needs."""
    return [Recognised(*one) for one in mapped(table, mappings)] or [_by_header(table)]


def _by_header(table: Table) -> Recognised:
    header = {name.lower() for name in table.header}
    fitting = [layout for layout in district_csv.LAYOUTS if layout.required_headers() <= header]
    if not fitting:
        known = "; ".join(
            f"{layout.kind} ({', '.join(sorted(layout.required_headers()))})"
            for layout in district_csv.LAYOUTS if not layout.left_out
        )  # fmt: skip
        raise BadFile(
            f"{table.name}: its header fits no kind of file that is read here. Known kinds and the columns they need: "
            f"{known}. Nothing was loaded."
        )
    layout = max(fitting, key=lambda one: len(one.required_headers()))
    return Recognised(table, layout, f"left out: {layout.left_out}" if layout.left_out else "")
