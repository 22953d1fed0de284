"""A OneRoster package: which of its files are whole, which hold only what changed, and what its manifest is worth.

Many senders leave the manifest out, and some write one that does not fit. What can only be meant one way is read and
said in the report; where a guess could end a school's records, the package is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from appliance.errors import BadFile
from appliance.student_level.sources import oneroster
from appliance.student_level.sources.csv_text import TextTable
from appliance.student_level.sources.layout import Column, Layout

_POWERSCHOOL = frozenset(
    f"{name}.csv" for name in ("orgs", "academicsessions", "courses", "classes", "users", "enrollments", "demographics")
)
"""What PowerSchool's export holds, as far as these are there: no manifest, no roles, no gradebook."""
_SAYS_SO = (
    "no manifest and no gradebook, as PowerSchool's export has none. PowerSchool writes an end date as the last day "
    "that counts. If these files do, import them with --inclusive-ends, or set inclusive_ends in config.toml"
)
_HAS_MANIFEST_HEADER = {"propertyname", "value"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package: its layout, why it is left out if it is, and what was unusual about it."""

    table: TextTable
    layout: Layout
    note: str = ""
    remark: str = ""


@dataclass(slots=True)
class _Manifest:
    version: str = ""
    modes: dict[str, str] = field(default_factory=dict)
    """File in lower case -> bulk, delta or absent."""

    @property
    def has_parts(self) -> bool:
        return "delta" in self.modes.values()


def base(table: TextTable) -> str:
    """A file's name without its package and folders, in lower case."""
    return PurePosixPath(table.name).name.lower()


def is_member(table: TextTable) -> bool:
    """Whether a loose file is one of a package that somebody unpacked: by its name, and by its header."""
    header = {name.lower() for name in table.header}
    if base(table) == oneroster.MANIFEST:
        return header >= _HAS_MANIFEST_HEADER
    return (base(table) in oneroster.BY_FILE or base(table) in oneroster.LEFT_OUT) and "sourcedid" in header


def members(package: str, tables: Sequence[TextTable], *, inclusive_ends: bool = False) -> Iterator[Member | TextTable]:
    """Each file of the package as it is to be read; a file that is not of the binding comes back as it is.

    `package` is its name for reports. Raises BadFile for another version, and for a manifest that promises what is not
    there or does not say which files hold only what changed.
    """
    manifest = _read(package, tables)
    is_powerschool = not manifest.modes and not inclusive_ends and {base(one) for one in tables} <= _POWERSCHOOL
    for table in tables:
        name = base(table)
        if name == oneroster.MANIFEST:
            continue
        if name in oneroster.LEFT_OUT:
            kind = f"OneRoster {PurePosixPath(table.name).stem}"
            yield Member(table, Layout(kind, "left_out"), f"left out: {oneroster.LEFT_OUT[name]}")
        elif layout := oneroster.BY_FILE.get(name):
            yield _member(package, table, layout, manifest, _SAYS_SO if is_powerschool and name == "orgs.csv" else "")
        else:
            yield table


def _member(package: str, table: TextTable, layout: Layout, manifest: _Manifest, remark: str) -> Member:
    mode = manifest.modes.get(base(table), "")
    if mode == "absent":
        return Member(table, layout, "left out: the manifest calls this file absent. Ask the sender which is true")
    if not mode and manifest.has_parts:
        raise BadFile(
            f"{package}: its manifest does not say whether {base(table)} is bulk or delta. A bulk file ends what it "
            "does not hold, so this must be said. Ask the sender to mend the manifest."
        )
    if mode == "delta":
        return Member(table, _in_part(table, layout), remark="only what changed (delta)")
    return Member(table, layout, remark=remark)


def _in_part(table: TextTable, layout: Layout) -> Layout:
    """The layout of a delta file: status and dateLastModified in each row; of a record that ends, its id is enough."""
    header = {name.lower() for name in table.header}
    needed = [*layout.columns, *oneroster.IN_PART.columns]
    missing = [one.headers[0] for one in needed if one.required and not {h.lower() for h in one.headers} & header]
    if missing:
        raise BadFile(
            f"{table.name}: the manifest says delta, and its header has no column {' or '.join(missing)}, which such a "
            f"file of {layout.kind} needs. Ask the sender to export it with that column; nothing was loaded."
        )
    own = tuple(_if_it_stays(one) for one in layout.columns if one.field != "is_active")
    return replace(layout, columns=(*own, *oneroster.IN_PART.columns), is_delta=True)


def _if_it_stays(column: Column) -> Column:
    return column if column.field == "source_id" else replace(column, required=False)


def _read(package: str, tables: Sequence[TextTable]) -> _Manifest:
    table = next((one for one in tables if base(one) == oneroster.MANIFEST), None)
    if table is None:
        return _Manifest()
    said = {row[0].strip().lower(): row[1].strip() for _, row in table.rows() if len(row) >= 2}
    manifest = _Manifest(said.get("oneroster.version", ""))
    if manifest.version and manifest.version not in oneroster.KNOWN_VERSIONS:
        known = " and ".join(oneroster.KNOWN_VERSIONS)
        raise BadFile(f"{package} says it is OneRoster {manifest.version}; {known} are read here. Ask for one of them.")
    present = {base(one) for one in tables}
    for name, value in said.items():
        if not name.startswith("file."):
            continue
        member, mode = f"{name.removeprefix('file.')}.csv", value.lower()
        if mode not in ("bulk", "delta", "absent"):
            raise BadFile(
                f"{package}: its manifest must call {member} bulk, delta or absent. Ask the sender to mend it."
            )
        if mode != "absent" and member not in present and member in oneroster.BY_FILE:
            raise BadFile(
                f"{package}: its manifest promises {member}, which is not in the package. Ask the sender for it."
            )
        manifest.modes[member] = mode
    return manifest
