"""Maplewood, whose release the tests of the aggregate wing and of the state office build and break."""

import zipfile
from dataclasses import replace
from pathlib import Path

from appliance.aggregate.disclosure import Protected
from appliance.aggregate.release import Approval, ReleaseFacts, School, Signer, approved, draft, laid

SCHOOLS = (
    School("S001", "Elm School", ("KG", "01", "02", "03", "04", "05"), 178),
    School("S002", "Oak School", ("KG", "01", "02", "03", "04", "05"), 178),
    School("S003", "Ash Middle School", ("06", "07", "08"), 180),
    School("S004", "Maplewood High School", ("09", "10", "11", "12"), 180),
)


def facts(**changes) -> ReleaseFacts:
    known = {
        "lea_id": "0612345",
        "district_name": "Maplewood",
        "school_year": "2026-2027",
        "snapshot": "2026-10-01",
        "drafted_on": "2026-11-01",
        "drafted_by": "M. Ruiz",
        "rules_signed": "Proposed by M. Ruiz, signed by C. Okafor.",
        "schools": SCHOOLS,
        "definitions": {"min_days_enrolled": "10"},
    }
    return ReleaseFacts(**(known | changes))


APPROVAL = Approval("C. Okafor", "2026-11-02")


def package_bytes(protected: Protected, told: ReleaseFacts, signer: Signer, approval: Approval = APPROVAL) -> bytes:
    """What leaves, once Ms. Okafor has approved it."""
    return approved(draft(protected, told, signer), replace(approval, withdraws=told.withdraws), signer)


def build(protected: Protected, told: ReleaseFacts, signer: Signer, folder: Path, **approval: str) -> Path:
    path = folder / told.file_name
    with laid(package_bytes(protected, told, signer, replace(APPROVAL, **approval)), path):
        return path


def files_of(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
