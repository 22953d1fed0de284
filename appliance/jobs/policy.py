"""The rules of releases: one person proposes them with a reason, another signs them, and only then they are in force.

What is in force lies as `policy.toml` in the home, for anybody to read. The signed rules are kept in the database, by
their hash; a file that says anything else stops the next draft until it is proposed and signed itself.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from appliance.actions import Action, Role, may
from appliance.aggregate.disclosure import Policy, policy_file
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import archive
from appliance.errors import NotAllowed, Trouble
from appliance.jobs.import_files import AT_THE_KEYBOARD
from appliance.settings import Settings
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event

POLICY_FILE = "policy.toml"
_GATE = Gate(
    open_tables=frozenset({"disclosure_policy", "release"}),
    views={"account_right": "SELECT username, role, is_disabled FROM {desk}.account"},
)


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that the next release is drafted under, and who signed them. Unsigned: the shipped ones."""

    policy: Policy
    signed: Mapping[str, Any] | None = None
    """Proposer, signer, their times and the reason."""

    def said(self) -> str:
        """Who is answerable for the rules, as one sentence."""
        if self.signed is None:
            return "These are the shipped rules; nobody of the district has signed others."
        one = self.signed
        return (
            f"Proposed by {one['proposed_by']} on {one['proposed_at'][:10]}, signed by {one['signed_by']} on "
            f"{one['signed_at'][:10]}. Reason: {one['reason']}"
        )


def in_force(database: Database, settings: Settings) -> InForce:
    """The rules in force. Raises `Trouble` when the file in the home is not what was signed."""
    signed = next((one for one in listed(database) if one["signed_by"]), None)
    if signed is None:
        minimum = settings.minimum_cell
        found = InForce(Policy(minimum_n=minimum, k=min(3, minimum // 2)))
    else:
        found = InForce(_rules(signed), signed)
    path = database.home / POLICY_FILE
    if path.exists() and _read(path).sha256 != found.policy.sha256:
        raise Trouble(
            f"{path.name} is not the policy that two people signed. Propose it, or take it away to have the signed one "
            f"again: schoolhouse policy propose {path.name} --reason WHY"
        )
    return found


def signed_as(database: Database, rules: str) -> str:
    """Who is answerable for rules that a release was drafted under (JSON), whatever is in force by now."""
    policy = policy_file.from_document(json.loads(rules), "the release")
    signed = [one for one in listed(database) if one["signed_by"] and one["sha256"] == policy.sha256]
    return InForce(policy, signed[0] if signed else None).said()


class Rules(NamedTuple):
    """What a release was protected by, and who is answerable for it, as a sentence."""

    title: str
    version: int
    sha256: str
    signed: str


def rules_of(database: Database, release: dict[str, Any]) -> Rules | None:
    """The rules of a release; None for one of an earlier program, which kept none."""
    if not release["policy"]:
        return None
    policy = policy_file.from_document(json.loads(release["policy"]), "the release")
    return Rules(policy.title, policy.version, policy.sha256, signed_as(database, release["policy"]))


def propose(database: Database, file: Path, *, reason: str, by: str) -> dict[str, Any]:
    """Propose the rules of a TOML file. Raises `Refused` when they are not rules, or not the next version."""
    by, reason = _named(by, "A proposal"), " ".join(reason.split())
    if not reason:
        raise Trouble("A change of the rules needs a reason, in a sentence: --reason WHY")
    policy = _read(file)
    known = [one for one in listed(database) if one["signed_by"]]
    if known and policy.sha256 == known[0]["sha256"]:
        raise Refused(f"{file.name} says what is in force already.")
    following = known[0]["version"] + 1 if known else 1
    if policy.version != following:
        raise Refused(f"{file.name} calls itself version {policy.version}; the next version is {following}.")
    _check_right(database, by, Action.PROPOSE_POLICY)
    row = {"version": policy.version, "sha256": policy.sha256, "rules": json.dumps(policy.document()),
           "reason": reason, "proposed_by": by, "proposed_at": _now()}  # fmt: skip
    with database.changing(Event(by, Action.PROPOSE_POLICY, f"version {policy.version}", reason)) as tables:
        key = int(str(tables.table("disclosure_policy").insert(row).last_pk))
    return _show(database, key)


def sign(database: Database, key: int, *, by: str) -> dict[str, Any]:
    """Sign a proposal: from now on it is in force, and lies as a file in the home.

    Raises `NotAllowed` for the person who proposed it or one without the right, `Trouble` when it is not the next.
    """
    by = _named(by, "A signature")
    one = _show(database, key)
    if one["signed_by"]:
        raise Trouble(f"Proposal {key} was signed by {one['signed_by']} on {one['signed_at'][:10]}.")
    if _person(by) == _person(one["proposed_by"]):
        raise NotAllowed(f"{by} proposed it, so another person has to sign it.")
    _check_right(database, by, Action.SIGN_POLICY)
    latest = max((other["version"] for other in listed(database) if other["signed_by"]), default=0)
    if one["version"] != latest + 1:
        raise Trouble(f"Version {one['version']} is not the next after version {latest}. Propose it again.")
    policy = _rules(one)
    with database.changing(Event(by, Action.SIGN_POLICY, f"version {policy.version}", one["reason"])) as tables:
        tables.table("disclosure_policy").update(key, {"signed_by": by, "signed_at": _now()})
        signed = next(iter(tables.query("SELECT * FROM disclosure_policy WHERE policy_key = ?", [key])))
        archive.write(database.home / POLICY_FILE, as_file(InForce(policy, signed)).encode())
    return _show(database, key)


def check_year(database: Database, found: InForce, school_year: str, snapshot: date | None = None) -> None:
    """Whether a release of a school year may be drafted under these rules. Raises `Refused`.

    Rules that differ from those of an earlier release of the year need two people and a reason; with `snapshot`, the
    policy's cadence is kept as well.
    """
    with database.reading(_GATE) as reading:
        built = reading.query(
            "SELECT snapshot, report FROM release"
            " WHERE school_year = :year AND status IN ('built', 'withdrawn') ORDER BY snapshot",
            {"year": school_year},
        )
    before = _rules_of_release(built[-1]) if built else None
    if before is not None and before != found.policy and found.signed is None:
        raise Refused(
            f"The rules have changed since the last release of {school_year}. Inside a school year that takes two "
            "people and a reason: schoolhouse policy propose FILE --reason WHY, and schoolhouse policy sign."
        )
    if snapshot is not None:
        _check_cadence(found.policy, snapshot, {date.fromisoformat(one["snapshot"]) for one in built})


def _check_cadence(policy: Policy, snapshot: date, left: Iterable[date]) -> None:
    days = {day for day in left if day != snapshot}
    if len(days) >= policy.releases_a_year:
        raise Refused(f"{len(days)} snapshots of this school year have left; the policy allows no more.")
    near = [day for day in days if abs((snapshot - day).days) < policy.days_between]
    if near:
        raise Refused(
            f"A snapshot of {min(near)} has left; the policy wants {policy.days_between} days between two of them."
        )


def _rules_of_release(release: Mapping[str, Any]) -> Policy | None:
    report = json.loads(release["report"] or "{}")
    told = report.get("policy")
    return policy_file.from_document(told, "the last release").in_todays_format if told else None


def listed(database: Database) -> list[dict[str, Any]]:
    """Every proposal, the newest version first."""
    with database.reading(_GATE) as reading:
        return reading.query("SELECT * FROM disclosure_policy ORDER BY version DESC, policy_key DESC")


def as_file(found: InForce) -> str:
    """The rules as TOML, with who signed them above."""
    lines = [f"# {found.said()}", f"# sha256 {found.policy.sha256}", ""]
    document = found.policy.document()
    lines += [f"{name} = {_toml(value)}" for name, value in document.items() if not _is_tables(value)]
    for name, value in document.items():
        for row in value if _is_tables(value) else ():
            lines += ["", f"[[{name}]]"]
            lines += [f"{field} = {_toml(each)}" for field, each in row.items() if each is not None]
    return "\n".join(lines) + "\n"


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _toml(value: object) -> str:
    """JSON's numbers, strings, booleans and lists of them are TOML's as well."""
    return json.dumps(value, ensure_ascii=False)


def _read(path: Path) -> Policy:
    try:
        return policy_file.read(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError):
        raise Trouble(f"{path.name} cannot be read. Give a policy as a TOML file.") from None


def _rules(row: Mapping[str, Any]) -> Policy:
    policy = policy_file.from_document(msgspec.json.decode(row["rules"]), f"policy version {row['version']}")
    if policy.sha256 != row["sha256"]:
        raise Trouble(f"Policy version {row['version']} is not what was proposed. Restore the database from a backup.")
    return policy


def _show(database: Database, key: int) -> dict[str, Any]:
    found = next((one for one in listed(database) if one["policy_key"] == key), None)
    if found is None:
        raise Trouble(f"There is no proposal {key}. See them with: schoolhouse policy show")
    return found


def _named(by: str, what: str) -> str:
    name = " ".join(by.split())
    if not name:
        raise NotAllowed(f"{what} needs the name of the person.")
    return name


def _person(name: str) -> str:
    return name.casefold().removesuffix(AT_THE_KEYBOARD)


def _check_right(database: Database, by: str, action: Action) -> None:
    """A home without any account that has the right, as it is before its people are set up, takes a name as it is."""
    with database.reading(_GATE) as reading:
        rights = reading.query("SELECT username, role FROM account_right WHERE NOT is_disabled")
    entitled = {_person(one["username"]) for one in rights if may(Role(one["role"]), action)}
    if entitled and _person(by) not in entitled:
        raise NotAllowed(f"{by} may not {action.value}: that takes the account of a data steward or superintendent.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
