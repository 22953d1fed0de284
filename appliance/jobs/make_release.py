"""Drafting a release: a day is counted, protected together with all that left in its school year, attacked, and kept.

The counts are taken through a handle that sees the counts shelf and nothing else. The files that are drafted are, to
the byte, what leaves: building adds who approved them, and a signature.
"""

import hmac
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.disclosure import Earlier, Policy, Report, certificate, protect
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import Draft
from appliance.aggregate.release import draft as written
from appliance.days import school_year
from appliance.errors import Trouble
from appliance.jobs.compute_metrics import count_release, rules_on
from appliance.jobs.policy import check_cadence, in_force
from appliance.jobs.release_deeds import check_right, note, now
from appliance.jobs.release_facts import COUNTED_BY, definitions, gather, offered
from appliance.jobs.release_gaps import lacking
from appliance.jobs.release_record import Left, left_before, show
from appliance.jobs.signing import signer_of
from appliance.progress import Progress, quietly
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.catalogue import released
from appliance.student_level.metrics.origins import note_origins
from appliance.student_level.records.rule_book import RuleBook

STEPS = ("Counting", "Protecting", "Attacking", "Checking", "Comparing")
"""What is done for a draft, in this order; the last only where something left before in the school year."""


def draft(
    database: Database,
    snapshot: date,
    *,
    by: str,
    amends: int | None = None,
    reason: str = "",
    progress: Progress = quietly,
) -> dict[str, Any]:
    """Count a snapshot, protect it together with all that left in its school year, and keep the draft.

    `amends`: the release of the same day that this one is to replace, with the reason. `progress`: told of `STEPS`.
    Until all of them are over nothing is a draft. Returns the release as `show` does. Raises Refused with the reason
    when the counts cannot be protected, Trouble for a day that cannot be released, or rules that nobody has signed.
    """
    by, reason = " ".join(by.split()), " ".join(reason.split())
    check_right(database, by, Action.DRAFT_RELEASE)
    ends = school_year(snapshot)
    year = f"{ends - 1}-{ends}"
    earlier = left_before(database, year)
    version = _version(snapshot, earlier, amends, reason)
    policy = in_force(database).policy
    check_cadence(policy, snapshot, (date.fromisoformat(one.package.snapshot) for one in earlier))
    _check_rules(policy, rules_on(database, snapshot), earlier)
    labels = {one.memory: one.package.label for one in earlier}
    areas = {geography.code: geography.schools for geography in policy.geographies}
    memory = count_release(database, snapshot, labels, by=by, areas=areas, progress=progress)
    release: dict[str, Any] = {
        "snapshot": snapshot.isoformat(),
        "school_year": year,
        "version": version,
        "status": "drafted",
        "minimum_n": policy.minimum_n,
        "policy": msgspec.json.encode(policy).decode(),
        "memory_key": memory,
        "replaces_key": amends,
        "reason": reason,
        "drafted_by": by,
        "drafted_at": now(),
        "approved_by": None,
        "approved_at": None,
    }
    made, report, missing = _make(database, release, earlier, progress)
    kept = release | {"package": made.data, "seal": made.seal, "report": msgspec.json.encode(report).decode()}
    with database.changing(Event(by, Action.DRAFT_RELEASE, f"snapshot {snapshot}", reason)) as tables:
        key = int(str(tables.table("release").insert(kept).last_pk))
        note(tables, key, "draft", by, reason)
        note_origins(tables, key, leaves_out=missing, quotes=earlier[-1].key if earlier else None)
    return show(database, key)


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
            f"{snapshot} has been released already, as release {same[-1].key}. One that replaces it says so, and why "
            f"(at the command line: --amends {same[-1].key} --reason WHY)."
        )
    if amends is not None and (not same or amends != same[-1].key):
        raise Trouble(f"Release {amends} is not the last one of {snapshot} that left, so it cannot be amended.")
    if amends is not None and not reason:
        raise Trouble("A release that replaces another one takes a reason, in a sentence.")
    return len(same) + 1


def _check_rules(policy: Policy, book: RuleBook, earlier: list[Left]) -> None:
    """Rules that change what a number means, or where it stands, hold for a whole school year."""
    if not earlier:
        return
    before, counted = earlier[-1], definitions(policy.minimum_n, book)
    if policy.minimum_n > before.policy.minimum_n or policy.k > before.policy.k:
        raise Refused(
            f"The rules hide groups of fewer than {policy.minimum_n} and results of fewer than {policy.k} now. Release "
            f"{before.key} showed them from {before.policy.minimum_n} and {before.policy.k} on. What was read cannot "
            "be unread, so stricter rules begin with the next school year. Put the old ones back until then."
        )
    fixed = ("zeros", "coding", "merge", "geographies", "public", "public_denominators")
    changed = [name for name in fixed if getattr(before.policy, name) != getattr(policy, name)]
    changed += [name for name in COUNTED_BY if before.definitions.get(name) != counted[name]]
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
    signer = signer_of(database)
    facts = gather(database, release, earlier)
    leaving = released()
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
    year_key = hmac.digest(signer.private_bytes(), f"cell weights of {release['school_year']}".encode(), "sha256")
    policy = msgspec.json.decode(release["policy"], type=Policy)
    protected = protect(
        tabulations, policy, year_key=year_key, earlier=before, offered=offered(facts), progress=progress
    )
    verified = certificate.check(protected.certificate, [table.published for table in protected.tables])
    report = replace(protected.report, cut_down=verified["cut_down"])
    told, counted = {table.metric for table in protected.tables}, {tabulation.metric for tabulation in tabulations}
    facts = replace(facts, missing=lacking(leaving, told, counted, earlier, release["school_year"]))
    return written(protected, facts, signer), report, facts.missing
