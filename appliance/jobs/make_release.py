"""The release desk: one person drafts, another approves, and only then a file is made; what left can be withdrawn.

The counts are taken through a handle that sees the counts shelf and nothing else. The files that were drafted are kept,
and they are, to the byte, what leaves: building adds who approved them, and a signature. Everything that left in a
school year is protected together. Each deed is a line of `release_states`, and of the history that is kept for ever.
"""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from appliance import counts
from appliance.actions import Action, Role, may
from appliance.aggregate.disclosure import Earlier, Policy, Report, protect
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Approval, Draft, Signer, approved, archive, laid
from appliance.aggregate.release import draft as written
from appliance.days import school_year
from appliance.errors import NotAllowed, Trouble
from appliance.jobs.compute_metrics import count_release, rules_on
from appliance.jobs.import_files import AT_THE_KEYBOARD
from appliance.jobs.policy import check_year, in_force
from appliance.jobs.release_facts import COUNTED_BY, definitions, gather, offered
from appliance.jobs.release_record import Left, content, left_before, listed, show
from appliance.jobs.release_states import LEFT, Deed, Step, step
from appliance.jobs.signing import district_signer
from appliance.jobs.withdrawal_notice import lay_notice
from appliance.progress import Progress, quietly
from appliance.settings import Settings
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event, Tables
from appliance.student_level.metrics.catalogue import metrics
from appliance.student_level.metrics.origins import note_origins
from appliance.student_level.records.rule_book import RuleBook

STEPS = ("Counting", "Protecting", "Attacking", "Checking", "Comparing")
"""What is done for a draft, in this order; the last only where something left before in the school year."""
_LEFT = "SELECT package_sha256 FROM release WHERE school_year = ? AND status IN (?, ?) ORDER BY release_key"
_ACCOUNTS = Gate(views={"account_right": "SELECT username, role, is_disabled FROM {desk}.account"})


def draft(
    database: Database,
    snapshot: date,
    settings: Settings,
    *,
    by: str,
    amends: int | None = None,
    reason: str = "",
    progress: Progress = quietly,
) -> dict[str, Any]:
    """Count a snapshot, protect it together with all that left in its school year, and keep the draft.

    `amends`: the release of the same day that this one is to replace, with the reason. `progress`: told of `STEPS`.
    Until all of them are over nothing is a draft. Returns the release as `show` does. Raises Refused with the reason
    when the counts cannot be protected, Trouble for a day that cannot be released.
    """
    by, reason = " ".join(by.split()), " ".join(reason.split())
    _check_right(database, by, Action.DRAFT_RELEASE)
    ends = school_year(snapshot)
    year = f"{ends - 1}-{ends}"
    earlier = left_before(database, year)
    version = _version(snapshot, earlier, amends, reason)
    found = in_force(database, settings)
    check_year(database, found, year, snapshot)
    _check_rules(found.policy, rules_on(database, snapshot), earlier)
    labels = {one.memory: one.package.label for one in earlier}
    areas = {geography.code: geography.schools for geography in found.policy.geographies}
    memory = count_release(database, snapshot, labels, by=by, areas=areas, progress=progress)
    release: dict[str, Any] = {
        "snapshot": snapshot.isoformat(),
        "school_year": year,
        "version": version,
        "status": "drafted",
        "minimum_n": found.policy.minimum_n,
        "policy": msgspec.json.encode(found.policy).decode(),
        "memory_key": memory,
        "replaces_key": amends,
        "reason": reason,
        "drafted_by": by,
        "drafted_at": _now(),
        "approved_by": None,
        "approved_at": None,
    }
    made, report, missing = _make(database, release, earlier, progress)
    kept = release | {"package": made.data, "seal": made.seal, "report": msgspec.json.encode(report).decode()}
    with database.changing(Event(by, Action.DRAFT_RELEASE, f"snapshot {snapshot}", reason)) as tables:
        key = int(str(tables.table("release").insert(kept).last_pk))
        _note(tables, key, "draft", by, reason)
        note_origins(tables, key, leaves_out=missing)
    return show(database, key)


def approve(database: Database, key: int, *, by: str) -> dict[str, Any]:
    """Approve a draft. Raises NotAllowed when the same person drafted it, or the person may not approve.

    A home without any account that may approve, as it is before its people are set up, takes the name it is given.
    """
    return _step(database, key, "approve", by, "")


def discard(database: Database, key: int, *, by: str, reason: str) -> dict[str, Any]:
    """Put a draft, or an approved release that has not left, aside for good."""
    return _step(database, key, "discard", by, reason)


def build_package(database: Database, key: int, directory: Path, *, by: str) -> Path:
    """Build the signed package of an approved release from the files that were approved; built again, it is the same.

    A crash leaves the folder as it was or with the whole package, and building again completes it. Raises Refused when
    another release has left since it was drafted, or when the draft does not bear its seal.
    """
    release = show(database, key)
    if release["status"] == "built":
        _check_right(database, by, Action.BUILD_RELEASE)
        return _lay_again(database, release, directory)
    line = _allowed(database, release, "build", by, "")
    made = Draft(content(database, key), release["seal"])
    data = approved(made, _approval(database, release), _signer(database))
    done = {"package_name": made.file_name, "package_sha256": hashlib.sha256(data).hexdigest(), "package": data}
    path = directory / made.file_name
    with laid(data, path), database.changing(Event(by, line.action, f"release {key}")) as tables:
        _check_beside(tables, release, made)
        _take(tables, release, line, by, "", **done)
    return path


def _lay_again(database: Database, release: dict[str, Any], directory: Path) -> Path:
    """Write the package of a built release once more, byte for byte as it was built."""
    path = directory / str(release["package_name"])
    with laid(content(database, release["release_key"]), path):
        return path


def _approval(database: Database, release: dict[str, Any]) -> Approval:
    year = [one for one in reversed(listed(database)) if one["school_year"] == release["school_year"]]
    withdrawn = (one["package_sha256"] for one in year if one["status"] == "withdrawn")
    return Approval(release["approved_by"], release["approved_at"][:10], tuple(withdrawn))


def _check_beside(tables: Tables, release: dict[str, Any], made: Draft) -> None:
    """Raises Refused when other releases have left than those that a draft was protected and attacked together with."""
    left = tables.execute(_LEFT, (release["school_year"], *LEFT)).fetchall()
    if [sha256 for (sha256,) in left] != [one["sha256"] for one in made.facts["earlier"]]:
        raise Refused(
            f"Another release of the school year has left since release {release['release_key']} was drafted, and all "
            "that leaves in a year has to be protected together. Discard it and draft it again."
        )


def withdraw(database: Database, key: int, outbox: Path, *, by: str, reason: str) -> dict[str, Any]:
    """Take back a release that has left: its file leaves the outbox if it is there still, and a signed notice goes in.

    Later packages name it as well. It stays in the history, and later releases stay protected against it: what was
    read cannot be unread.
    """
    done = _step(database, key, "withdraw", by, reason)
    clear_outbox(database, outbox)
    return done


def clear_outbox(database: Database, outbox: Path) -> None:
    """Bring the outbox in line with the records: after a withdrawal, and after a crash in the middle of something.

    Withdrawn packages are taken out of it, and a notice of each is laid in; one that was built and has not got its name
    yet gets it. What was carried away stays away.
    """
    for release in listed(database):
        path = outbox / (release["package_name"] or "")
        if release["status"] == "withdrawn":
            lay_notice(database, release["release_key"], outbox)
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == release["package_sha256"]:
                archive.remove(path)
        elif release["status"] == "built" and archive.unfinished(path).is_file():
            _lay_again(database, release, outbox)


def _step(database: Database, key: int, deed: Deed, by: str, reason: str) -> dict[str, Any]:
    release = show(database, key)
    line = _allowed(database, release, deed, by, reason)
    by, reason = " ".join(by.split()), " ".join(reason.split())
    now = {"approved_by": by, "approved_at": _now()} if deed == "approve" else {}
    with database.changing(Event(by, line.action, f"release {key}", reason)) as tables:
        _take(tables, release, line, by, reason, **now)
    return show(database, key)


def _take(tables: Tables, release: dict[str, Any], line: Step, by: str, reason: str, **also: object) -> None:
    """Take a step. Raises Trouble when the release is something else by now than it was when it was looked at."""
    key = release["release_key"]
    (status,) = tables.execute("SELECT status FROM release WHERE release_key = ?", (key,)).fetchone()
    if status != release["status"]:
        raise Trouble(f"Somebody else was at release {key} in the same moment, and it is {status}. Look at it again.")
    tables.table("release").update(key, {"status": line.after, **also})
    _note(tables, key, line.deed, by, reason)


def _allowed(database: Database, release: dict[str, Any], deed: Deed, by: str, reason: str) -> Step:
    """The line of the table for a deed, when this person may do it to this release."""
    line = step(release["status"], deed, release["release_key"])
    if line.another and person(by) == person(release["drafted_by"]):
        raise NotAllowed(f"{by} drafted release {release['release_key']}, so another person has to {deed} it.")
    _check_right(database, by, line.action)
    if line.reason and not reason.strip():
        raise Trouble(f"To {deed} a release takes a reason, in a sentence: --reason WHY")
    return line


def _check_right(database: Database, by: str, action: Action) -> None:
    """Whether a person may; a home without any account that may, as it is in the beginning, takes the name it gets."""
    if not by.strip():
        raise NotAllowed(f"To {action.value} takes the name of a person.")
    if by.endswith(AT_THE_KEYBOARD):
        return  # whoever sits at the appliance itself; to approve still takes somebody else
    with database.reading(_ACCOUNTS) as reading:
        accounts = reading.query("SELECT username, role FROM account_right WHERE NOT is_disabled")
    rightful = {person(one["username"]) for one in accounts if may(Role(one["role"]), action)}
    known = {person(one["username"]) for one in accounts}
    if person(by) not in rightful and (rightful or person(by) in known):
        raise NotAllowed(f"{by} may not {action.value}: it takes the account of a superintendent or a data steward.")


def person(name: str) -> str:
    """A name as it is compared: however it is spaced or cased, at the command line or on a page."""
    return " ".join(name.split()).casefold().removesuffix(AT_THE_KEYBOARD)


def _version(snapshot: date, earlier: list[Left], amends: int | None, reason: str) -> int:
    """First, second or later for its day. Raises Trouble for a day that may not be released (again)."""
    if snapshot > date.today():
        raise Trouble(f"{snapshot} has not come yet, so nothing can be counted for it. Choose a day that is over.")
    last = earlier[-1].package if earlier else None
    if last and snapshot.isoformat() < last.snapshot:
        raise Trouble(
            f"A release of {last.snapshot} has left, and releases go forward: choose that day or a later one."
        )
    same = [one for one in earlier if one.package.snapshot == snapshot.isoformat()]
    if amends is None and same:
        raise Trouble(
            f"{snapshot} has been released already. To replace that release, say so and why: "
            f"--amends {same[-1].key} --reason WHY"
        )
    if amends is not None and (not same or amends != same[-1].key):
        raise Trouble(f"Release {amends} is not the last one of {snapshot} that left, so it cannot be amended.")
    if amends is not None and not reason:
        raise Trouble("An amendment takes a reason, in a sentence: --reason WHY")
    return len(same) + 1


def _check_rules(policy: Policy, book: RuleBook, earlier: list[Left]) -> None:
    """Rules that change what a number means, or where it stands, hold for a whole school year."""
    if not earlier:
        return
    before, now = earlier[-1], definitions(policy.minimum_n, book)
    fixed = ("zeros", "coding", "merge", "geographies", "public", "public_denominators")
    changed = [name for name in fixed if getattr(before.policy, name) != getattr(policy, name)]
    changed += [name for name in COUNTED_BY if before.definitions.get(name) != now[name]]
    if changed:
        raise Refused(
            f"{' and '.join(changed)} changed since release {before.key}. Numbers counted by two rules cannot be "
            "compared, so such a change waits for the next school year. Put the old rule back."
        )


def _make(
    database: Database, release: dict[str, Any], earlier: list[Left], progress: Progress
) -> tuple[Draft, Report, dict[str, str]]:
    """Protect what was counted for a release, together with all that left before it, and write the draft.

    Returns it with the report, and the tables that it lacks, each with the reason.
    """
    signer = _signer(database)
    facts = gather(database, release, earlier)
    leaving = [metric for metric in metrics() if metric.leaves]
    with database.counts_only() as shelf:
        taken = [counts.take(shelf, one.name, release["snapshot"], counting=release["memory_key"]) for one in leaving]
        before = [
            Earlier(
                one.package.label,
                one.tables,
                counts.take_turnovers(shelf, release["memory_key"], one.memory, one.package.label),
            )
            for one in earlier
        ]
    tabulations = [tabulation for tabulation in taken if tabulation is not None and tabulation.cells]
    counted = {tabulation.metric for tabulation in tabulations}
    facts = replace(facts, missing={one.name: one.without for one in leaving if one.name not in counted})
    year_key = hmac.digest(signer.private_bytes(), f"cell weights of {release['school_year']}".encode(), "sha256")
    policy = msgspec.json.decode(release["policy"], type=Policy)
    protected = protect(
        tabulations, policy, year_key=year_key, earlier=before, offered=offered(facts), progress=progress
    )
    return written(protected, facts, signer), protected.report, facts.missing


def _signer(database: Database) -> Signer:
    with database.changing(Event("the release desk", Action.COMPUTE_METRICS, "signing key")) as tables:
        return district_signer(tables)


def _note(tables: Tables, key: int, deed: Deed, by: str, reason: str) -> None:
    (steps,) = tables.execute("SELECT count(*) FROM release_step WHERE release_key = ?", (key,)).fetchone()
    row = {"release_key": key, "step": steps + 1, "deed": deed, "who": by, "at": _now(), "reason": reason}
    tables.table("release_step").insert(row)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
