"""A package in two steps: a draft, written from protected tables and sealed; once approved, the signed file.

What leaves are the bytes of the draft. Nothing is protected a second time: a search that runs out of time ends
otherwise on a busier machine, and a newer program chooses otherwise, so nobody could promise to make once more what was
approved. The lock of the type holds all the same: `draft` alone seals, it takes nothing but `ProtectedTable`s, and
`approved` signs nothing without the seal.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from appliance.aggregate.disclosure import Policy, Protected, ProtectedTable
from appliance.aggregate.disclosure.coarsening import coarsen_grades
from appliance.aggregate.published import PublishedCell, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import archive, descriptor, rows, wording
from appliance.aggregate.release.facts import Approval, ReleaseFacts, file_name
from appliance.aggregate.release.sshsig import Signer, principal
from appliance.aggregate.tabulation import DISTRICT

DESCRIPTOR, SIGNATURE, SUMS = "datapackage.json", "datapackage.json.sig", "SHA256SUMS"
"""The files that the descriptor cannot list: itself, its signature, and the sums over everything."""
_REPORT = "report.txt"
_DRAFTS = "schoolhouse-draft"
"""What a seal is signed for, so that nobody can take it for the signature of a package."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What two people decide about: the archive of every file, but for the approval, the signature and the sums.

    No state accepts it. `seal`: of the district's key over the archive; only `draft` makes one that fits.
    """

    data: bytes
    seal: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the descriptor says of the release."""
        told: dict[str, Any] = json.loads(archive.unpack(self.data)[DESCRIPTOR])["schoolhouse"]
        return told

    @property
    def file_name(self) -> str:
        """The name that the package will have."""
        told = self.facts
        return file_name(told["lea_id"], told["school_year"], told["snapshot"], told["version"])


def draft(protected: Protected, facts: ReleaseFacts, signer: Signer) -> Draft:
    """Write and seal all that would leave. Raises `Refused` when a table names a school that the directory lacks, or
    when the attack was not silent.
    """
    if not protected.report.safe:
        raise Refused("The attack on the protected tables was not silent. Nothing is released.")
    rules = protected.report.policy
    tables = {table.metric: _checked(table, facts, rules) for table in protected.tables}
    key_line = signer.public.line(principal(facts.lea_id)) + "\n"
    files = {f"{metric}.csv": rows.write(table, facts.lea_id) for metric, table in tables.items()}
    files["directory.csv"] = _directory(facts, rules)
    files[_REPORT] = wording.report(facts, protected.report, tables.values()).encode()
    files["README.txt"] = wording.readme(facts, tables, signer.public).encode()
    files["signer.pub"] = key_line.encode()
    files[DESCRIPTOR] = descriptor.describe(facts, protected.report, tables, files)
    data = archive.pack(files)
    return Draft(data, _seal(data, signer))


def approved(made: Draft, approval: Approval, signer: Signer) -> bytes:
    """The whole package, byte for byte as it would leave: the draft, with who approved it written into the descriptor
    and at the end of the report, and signed.

    Raises `Refused` for a draft that is not sealed with this key, and for one that its drafter approves.
    """
    if not hmac.compare_digest(made.seal, _seal(made.data, signer)):
        raise Refused(
            "The draft does not bear the seal of this program: it was changed, or an earlier program made it. Discard "
            "it and draft it again."
        )
    if made.facts["drafted_by"] == approval.by:
        raise Refused("A release is drafted by one person and approved by another.")
    files = archive.unpack(made.data)
    files[_REPORT] += wording.approval(approval, known=made.facts["withdraws"]).encode()
    files[DESCRIPTOR] = descriptor.approve(files[DESCRIPTOR], approval, _REPORT, files[_REPORT])
    files[SIGNATURE] = signer.sign(files[DESCRIPTOR]).encode()
    files[SUMS] = sums(files)
    return archive.pack(files)


@contextmanager
def laid(data: bytes, path: Path) -> Iterator[None]:
    """Write a package under its name, which it gets when all of it is on the disk and the block is over.

    Raises `Refused` when another package already has the name.
    """
    if path.exists() and path.read_bytes() != data:
        raise Refused(f"{path.name} exists already and differs. A further release needs a further version.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.laid(path, data):
        yield


def _seal(data: bytes, signer: Signer) -> str:
    return signer.sign(data, _DRAFTS)


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
