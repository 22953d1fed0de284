"""A release from draft to package: one person drafts, another approves, and only then a file is made.

The counts are taken through a handle that sees the counts shelf and nothing else. What was drafted is remembered by its
hash, so that what is built is, to the byte, what was approved.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from appliance import __version__, counts
from appliance.actions import Action, Role, may
from appliance.aggregate.disclosure import Policy, Protected, protect
from appliance.aggregate.release import ReleaseFacts, School, Signer, build
from appliance.errors import NotAllowed, Trouble
from appliance.jobs.compute_metrics import count_snapshot
from appliance.jobs.import_files import AT_THE_KEYBOARD
from appliance.jobs.signing import district_signer
from appliance.settings import Settings
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.catalogue import metrics
from appliance.student_level.metrics.origins import note_origins

NEXT: Mapping[str, frozenset[str]] = {
    "drafted": frozenset({"approved"}),
    "approved": frozenset({"built"}),
    "built": frozenset(),
}
"""What a release may become from each state. The manual's diagram is drawn from these lines."""

_GATE = Gate(
    open_tables=frozenset({"release", "organization", "calendar_day"}),
    views={
        "account_right": "SELECT username, role, is_disabled FROM {desk}.account",
        "offered_grade": """SELECT DISTINCT organization.state_id AS school_id, grade_level
            FROM {vault}.school_enrollment JOIN {vault}.organization ON organization_key = school_key""",
        "session_day": """SELECT organization.state_id AS school_id, school_day.day
            FROM {vault}.school_day JOIN {vault}.organization ON organization_key = school_key""",
    },
)


def draft(database: Database, snapshot: date, settings: Settings, *, by: str) -> dict[str, Any]:
    """Count a snapshot, protect it, and keep the draft. Returns the release as `show` does.

    Raises Refused with the reason when the counts cannot be protected, and Trouble when a release of that school year
    has been built: a second one must be compared with the first.
    """
    by = " ".join(by.split())
    if not by:
        raise NotAllowed("A draft needs the name of the person who drafts.")
    if snapshot > date.today():
        raise Trouble(f"{snapshot} has not come yet, so nothing can be counted for it. Choose a day that is over.")
    count_snapshot(database, snapshot, settings, by=by)
    day = snapshot.isoformat()
    year = _school_year(database, day)
    if any(release["status"] == "built" for release in listed(database) if release["school_year"] == year):
        raise Trouble(
            f"A release of {year} has been built already. A further one must be protected together with it, or the "
            "difference between the two could point at a child; that is not possible yet, so nothing was drafted."
        )
    event = Event(by, Action.DRAFT_RELEASE, f"snapshot {day}")
    with database.changing(event) as tables:
        protected = _protect(database, day, settings.minimum_cell, district_signer(tables), year)
        row = {
            "snapshot": day,
            "school_year": year,
            "version": 1,
            "status": "drafted",
            "minimum_n": settings.minimum_cell,
            "drafted_by": by,
            "drafted_at": _now(),
            "content_sha256": _fingerprint(protected),
            "report": msgspec.json.encode(asdict(protected.report)).decode(),
        }
        key = int(str(tables.table("release").insert(row).last_pk))
        note_origins(tables, key)
    return show(database, key)


def approve(database: Database, key: int, *, by: str) -> dict[str, Any]:
    """Approve a draft. Raises NotAllowed when the same person drafted it, or the person may not approve.

    A home without any account that may approve, as it is before its people are set up, takes the name it is given.
    """
    release = _in_state(database, key, "approved")
    by = " ".join(by.split())
    if not by:
        raise NotAllowed("An approval needs the name of the person who approves.")
    if _person(by) == _person(release["drafted_by"]):
        raise NotAllowed(f"{by} drafted release {key}, so another person has to approve it.")
    with database.reading(_GATE) as reading:
        accounts = reading.query("SELECT username, role FROM account_right WHERE NOT is_disabled")
    approvers = {_person(one["username"]) for one in accounts if may(Role(one["role"]), Action.APPROVE_RELEASE)}
    known = {_person(one["username"]) for one in accounts}
    if _person(by) not in approvers and (approvers or _person(by) in known):
        raise NotAllowed(f"{by} may not approve releases: it takes the account of a superintendent or a data steward.")
    with database.changing(Event(by, Action.APPROVE_RELEASE, f"release {key}")) as tables:
        tables.table("release").update(key, {"status": "approved", "approved_by": by, "approved_at": _now()})
    return show(database, key)


def build_package(database: Database, key: int, directory: Path, settings: Settings, *, by: str) -> Path:
    """Build the signed package of an approved release. Raises Trouble when the counts are not those approved."""
    release = _in_state(database, key, "built")
    directory.mkdir(parents=True, exist_ok=True)
    with database.changing(Event(by, Action.BUILD_RELEASE, f"release {key}")) as tables:
        signer = district_signer(tables)
        protected = _protect(database, release["snapshot"], release["minimum_n"], signer, release["school_year"])
        if _fingerprint(protected) != release["content_sha256"]:
            raise Trouble(f"The counts have changed since release {key} was drafted. Draft and approve it again.")
        path = build(protected, _facts(database, release, settings), signer, directory)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        done = {"status": "built", "package_name": path.name, "package_sha256": digest}
        tables.table("release").update(key, done)
    return path


def _person(name: str) -> str:
    """A name as it is compared: however it is spaced or cased, at the command line or on a page."""
    return " ".join(name.split()).casefold().removesuffix(AT_THE_KEYBOARD)


def listed(database: Database) -> list[dict[str, Any]]:
    """All releases, newest first."""
    with database.reading(_GATE) as reading:
        return reading.query("SELECT * FROM release ORDER BY release_key DESC")


def show(database: Database, key: int) -> dict[str, Any]:
    """One release with its report. Raises Trouble when there is none of that number."""
    found = next((release for release in listed(database) if release["release_key"] == key), None)
    if found is None:
        raise Trouble(f"There is no release {key}. See them with: schoolhouse release list")
    return {**found, "report": msgspec.json.decode(found["report"])}


def _in_state(database: Database, key: int, wanted: str) -> dict[str, Any]:
    release = show(database, key)
    if wanted not in NEXT[release["status"]]:
        possible = ", ".join(sorted(NEXT[release["status"]])) or "nothing more"
        raise Trouble(f"Release {key} is {release['status']}; it can become {possible}, not {wanted}.")
    return release


def _school_year(database: Database, snapshot: str) -> str:
    with database.counts_only() as shelf:
        row = shelf.one("SELECT school_year FROM count_table WHERE snapshot = :snapshot", {"snapshot": snapshot})
    if row is None:
        raise Trouble(f"Nothing was counted for {snapshot}.")
    return str(row["school_year"])


def _protect(database: Database, snapshot: str, minimum_n: int, signer: Signer, school_year: str) -> Protected:
    with database.counts_only() as shelf:
        taken = [counts.take(shelf, metric.name, snapshot) for metric in metrics() if metric.leaves]
    tabulations = [tabulation for tabulation in taken if tabulation is not None and tabulation.cells]
    year_key = hmac.digest(signer.private_bytes(), f"cell weights of {school_year}".encode(), "sha256")
    return protect(tabulations, Policy(minimum_n=minimum_n, k=min(3, minimum_n // 2)), year_key=year_key)


def _fingerprint(protected: Protected) -> str:
    told = [(table.metric, [asdict(cell) for cell in table]) for table in protected.tables]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def _facts(database: Database, release: dict[str, Any], settings: Settings) -> ReleaseFacts:
    with database.reading(_GATE) as reading:
        places = reading.query("SELECT state_id, name, kind FROM organization WHERE is_active ORDER BY state_id")
        grades = reading.query("SELECT school_id, grade_level FROM offered_grade ORDER BY grade_level")
        first, last = (f"{int(year):04}-07-01" for year in release["school_year"].split("-"))
        days = reading.query(
            "SELECT school_id, count(*) AS days FROM session_day"
            " WHERE day >= unixepoch(:first) / 86400 AND day < unixepoch(:last) / 86400 GROUP BY school_id",
            {"first": first, "last": last},
        )
    district = next((place for place in places if place["kind"] == "district"), None)
    if district is None:
        raise Trouble("No district is loaded, so the release would not say whose it is. Import the OneRoster orgs.")
    session_days = {row["school_id"]: row["days"] for row in days}
    return ReleaseFacts(
        lea_id=district["state_id"],
        district_name=district["name"],
        school_year=release["school_year"],
        snapshot=release["snapshot"],
        created=release["approved_at"][:10],
        drafted_by=release["drafted_by"],
        approved_by=release["approved_by"],
        schools=tuple(
            School(
                place["state_id"],
                place["name"],
                tuple(row["grade_level"] for row in grades if row["school_id"] == place["state_id"]),
                session_days.get(place["state_id"]),
            )
            for place in places
            if place["kind"] == "school"
        ),
        software=f"schoolhouse {__version__}",
        definitions={
            "minimum_cell": str(release["minimum_n"]),
            "minimum_days_enrolled": str(settings.minimum_days_enrolled),
            **{metric.name: f"{metric.title} {metric.counts} {metric.rule}" for metric in metrics() if metric.leaves},
        },
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
