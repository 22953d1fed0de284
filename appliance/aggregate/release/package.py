"""Build the package: one file, signed, the same bytes from the same facts, and never half-written."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from appliance.aggregate.disclosure import Policy, Protected, ProtectedTable
from appliance.aggregate.disclosure.coarsening import coarsen_grades
from appliance.aggregate.published import PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import archive, descriptor, rows, wording
from appliance.aggregate.release.facts import ReleaseFacts
from appliance.aggregate.release.sshsig import Signer, principal
from appliance.aggregate.tabulation import DISTRICT

DESCRIPTOR, SIGNATURE, SUMS = "datapackage.json", "datapackage.json.sig", "SHA256SUMS"
"""The files that the descriptor cannot list: itself, its signature, and the sums over everything."""


def build(protected: Protected, facts: ReleaseFacts, signer: Signer, directory: Path) -> Path:
    """Write the package into a directory and return its path.

    It appears under its name only when all of it is on the disk. Raises `Refused` when a table names a school that the
    directory lacks, when the attack was not silent, or when another package already has the name.
    """
    data = package_bytes(protected, facts, signer)
    path = directory / facts.file_name
    if path.exists():
        if path.read_bytes() == data:
            return path
        raise Refused(f"{facts.file_name} exists already and differs. A further release needs a further version.")
    archive.write(path, data)
    return path


def package_bytes(protected: Protected, facts: ReleaseFacts, signer: Signer) -> bytes:
    """The whole package, byte for byte as it would leave."""
    files = _unsigned(protected, facts, signer)
    files[SIGNATURE] = signer.sign(files[DESCRIPTOR]).encode()
    files[SUMS] = sums(files)
    return archive.pack(files)


def preview_bytes(protected: Protected, facts: ReleaseFacts, signer: Signer) -> bytes:
    """What would leave, before anybody approved it: every file but the signature and the sums. No state accepts it."""
    return archive.pack(_unsigned(protected, facts, signer))


def tables_of(data: bytes) -> dict[str, bytes]:
    """The CSV files of a package or a preview: what an approval is about, the same bytes in both."""
    return {name: content for name, content in archive.unpack(data).items() if name.endswith(".csv")}


def _unsigned(protected: Protected, facts: ReleaseFacts, signer: Signer) -> dict[str, bytes]:
    if not protected.report.safe:
        raise Refused("The attack on the protected tables was not silent. Nothing is released.")
    rules = protected.report.policy
    tables = {table.metric: _checked(table, facts, rules) for table in protected.tables}
    key_line = signer.public.line(principal(facts.lea_id)) + "\n"
    files = {f"{metric}.csv": rows.write(table, facts.lea_id) for metric, table in tables.items()}
    files["directory.csv"] = _directory(facts, rules)
    files["report.txt"] = wording.report(facts, protected.report, tables.values()).encode()
    files["README.txt"] = wording.readme(facts, tables, signer.public).encode()
    files["signer.pub"] = key_line.encode()
    files[DESCRIPTOR] = descriptor.describe(facts, protected.report, tables, files)
    return files


def sums(files: Mapping[str, bytes]) -> bytes:
    """SHA256SUMS over all other files, for `sha256sum -c`."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files) if name != SUMS]
    return "".join(lines).encode()


def _checked(table: ProtectedTable, facts: ReleaseFacts, rules: Policy) -> PublishedTable:
    """The table's rows, once their geographies and dates are those of the release."""
    if not isinstance(table, ProtectedTable):
        raise TypeError("Only a ProtectedTable can be written into a release.")
    published = table.published
    if (published.school_year, published.snapshot) != (facts.school_year, facts.snapshot):
        raise Refused(f"Table {table.metric} was counted for another school year or snapshot than the release.")
    offered = coarsen_grades({school.school_id: school.grades for school in facts.schools}, rules)
    areas = {geography.code for geography in rules.geographies}
    if areas & offered.keys():
        raise Refused(f"The policy calls a geography {min(areas & offered.keys())}, which is a school's id.")
    unknown = {cell.school_id for cell in published.cells} - {DISTRICT, *offered, *areas}
    if unknown:
        raise Refused(f"Table {table.metric} counts {sorted(unknown)}, which the directory of schools does not list.")
    for cell in published.cells:
        grades = offered.get(cell.school_id, ())
        if cell.suppression == "hidden" and cell.dimension == "grade" and grades and cell.category not in grades:
            raise Refused(f"{cell.school_id} hides grade {cell.category}, which it does not offer. Protect it again.")
    return replace(published, cells=tuple(_not_offered(cell, offered) for cell in published.cells))


def _not_offered(cell: PublishedCell, offered: Mapping[str, Collection[str]]) -> PublishedCell:
    """A published zero of a grade that the school does not offer is said to be just that."""
    grades = offered.get(cell.school_id, ())
    if cell.dimension != "grade" or cell.n != 0 or not grades or cell.category in grades:
        return cell
    return replace(cell, n=None, denominator=None, suppression="not_offered", n_lower=None, n_upper=None)


def _directory(facts: ReleaseFacts, rules: Policy) -> bytes:
    lines = [[facts.school_year, facts.lea_id, DISTRICT, facts.district_name, "", ""]]
    for school in sorted(facts.schools, key=lambda school: school.school_id):
        days = "" if school.session_days is None else str(school.session_days)
        grades = " ".join(school.grades)
        lines.append([facts.school_year, facts.lea_id, school.school_id, school.name, grades, days])
    lines += [[facts.school_year, facts.lea_id, area.code, area.name, "", ""] for area in rules.geographies]
    return rows.csv_bytes(descriptor.DIRECTORY_COLUMNS, lines)
