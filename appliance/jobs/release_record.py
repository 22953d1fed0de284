"""What is kept of releases, for ever: who did what and when, and the files as they left."""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.aggregate import codelists
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.published import PublishedTable
from appliance.aggregate.release import EarlierPackage, archive, label
from appliance.errors import Trouble
from appliance.jobs.release_states import LEFT
from appliance.state_office import reading as packages
from appliance.storage.connection import Gate
from appliance.storage.database import Database

RELEASES = Gate(open_tables=frozenset({"release", "release_step"}))

_RELEASES = """
    SELECT release_key, snapshot, school_year, version, status, minimum_n, policy, memory_key, replaces_key, reason,
           drafted_by, drafted_at, approved_by, approved_at, package_name, package_sha256, seal, report
      FROM release ORDER BY release_key DESC
"""
_STEPS = "SELECT deed, who, at, reason FROM release_step WHERE release_key = :release ORDER BY step"


TITLES = {name: metric.title for name, metric in codelists.METRICS.items()}
"""What a table of a release is called, by its name."""


def listed(database: Database) -> list[dict[str, Any]]:
    """All releases, newest first, without their files."""
    with database.reading(RELEASES) as reading:
        return reading.query(_RELEASES)


def show(database: Database, key: int) -> dict[str, Any]:
    """One release with its report and its history. Raises Trouble when there is none of that number."""
    found = next((release for release in listed(database) if release["release_key"] == key), None)
    if found is None:
        raise Trouble(f"There is no release {key}. See them with: schoolhouse release list")
    with database.reading(RELEASES) as reading:
        steps = reading.query(_STEPS, {"release": key})
    return {**found, "report": msgspec.json.decode(found["report"]), "history": steps}


def files(database: Database, key: int) -> dict[str, bytes]:
    """The files that would leave, or that left, by name. Raises Trouble where an old release was not kept whole."""
    return archive.unpack(content(database, key))


def content(database: Database, key: int) -> bytes:
    """The package as it left, byte for byte; of a release that has not left, its preview."""
    with database.reading(RELEASES) as reading:
        row = reading.one("SELECT package FROM release WHERE release_key = :release", {"release": key})
    if row is None or row["package"] is None:
        raise Trouble(f"The files of release {key} are not kept here: it was made by an earlier program.")
    return bytes(row["package"])


@dataclass(frozen=True, slots=True)
class Left:
    """A release of the school year that has left, with its tables as anybody can read them."""

    key: int
    memory: int
    package: EarlierPackage
    tables: list[PublishedTable]
    policy: Policy
    definitions: dict[str, str]


def left_before(database: Database, school_year: str) -> list[Left]:
    """Every release of a school year that has left, oldest first.

    Raises Trouble for one whose package or whose counting is missing, and for one that an earlier program counted
    otherwise: what left cannot be compared with then, and nothing further can be proved safe beside it. One that was
    withdrawn is no exception, for it may have been read.
    """
    left = (one for one in reversed(listed(database)) if one["status"] in LEFT)
    return [_left(database, release) for release in left if release["school_year"] == school_year]


def _left(database: Database, release: dict[str, Any]) -> Left:
    key = release["release_key"]
    beyond = f"so nothing can be released beside it before the school year {release['school_year']} is over"
    if release["memory_key"] is None:
        raise Trouble(f"Who was counted in release {key} was not kept: an earlier program made it; {beyond}.")
    try:
        data = content(database, key)
    except Trouble as trouble:
        raise Trouble(f"{trouble} It cannot be compared with, {beyond}.") from None
    if hashlib.sha256(data).hexdigest() != release["package_sha256"]:
        raise Trouble(f"The package of release {key} is not the one that left. Restore the database from a backup.")
    opened = packages.describe(data, archive.unpack(data))
    told = dict(opened.facts["definitions"])
    if codelists.METRICS.keys() - told.keys():
        raise Trouble(
            f"Release {key} was counted by an earlier program: whoever was at two schools stood in both, and rates "
            "were out of other students. Its numbers cannot be compared with those of today, and to withdraw it does "
            "not help, for it may have been read. So nothing can be released before the school year "
            f"{release['school_year']} is over."
        )
    name = label(release["snapshot"], release["version"])
    earlier = EarlierPackage(name, release["snapshot"], release["package_sha256"])
    return Left(key, release["memory_key"], earlier, packages.read_tables(opened), opened.policy, told)
