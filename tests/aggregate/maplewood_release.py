"""Maplewood, whose release the tests of the aggregate wing and of the state office build and break."""

import zipfile
from pathlib import Path

from appliance.aggregate.release import ReleaseFacts, School

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
        "created": "2026-11-02",
        "drafted_by": "M. Ruiz",
        "approved_by": "C. Okafor",
        "schools": SCHOOLS,
        "definitions": {"min_days_enrolled": "10"},
    }
    return ReleaseFacts(**(known | changes))


def files_of(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
