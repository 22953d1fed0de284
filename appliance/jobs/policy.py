"""The rules of releases: one person proposes them with a reason, another signs them, and only then they are in force.

Before the first are signed nothing is released. What is in force lies as `policy.toml` in the home, for anybody to
read. The signed rules are kept in the database, by their hash; a file that says anything else stops the next draft
until it is proposed and signed itself. `minimum_cell` of the settings changes no rule: it stands in what is proposed.
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


SHIPPED = "schoolhouse"
"""The shipped policy that takes its smallest group from the settings; the others are somebody's published rules."""
_WHO = "Two people do it, each a data steward or a superintendent: on the desk's page of releases, under Rules, or with"


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules that the next release is drafted under, and who signed them."""

    policy: Policy
    signed: Mapping[str, Any]
    """Proposer, signer, their times and the reason."""

    def said(self) -> str:
        """Who is answerable for the rules, as one sentence."""
        one = self.signed
        return (
            f"Proposed by {one['proposed_by']} on {one['proposed_at'][:10]}, signed by {one['signed_by']} on "
            f"{one['signed_at'][:10]}. Reason: {one['reason']}"
        )


def in_force(database: Database) -> InForce:
    """The rules in force. Raises `Trouble` when nobody signed any, or the file in the home is not what was signed."""
    found = last_signed(database)
    if found is None:
        raise Trouble(_unsigned(database))
    path = database.home / POLICY_FILE
    if path.exists() and _read(path).sha256 != found.policy.sha256:
        raise Trouble(
            f"{path.name} is not the policy that two people signed. Propose it, or take it away to have the signed one "
            f"again: schoolhouse policy propose {path.name} --reason WHY"
        )
    return found


def last_signed(database: Database) -> InForce | None:
    """The rules that two people signed last; None before the first."""
    signed = next((one for one in listed(database) if one["signed_by"]), None)
    return InForce(proposed_rules(signed), signed) if signed else None


def waiting(database: Database) -> list[dict[str, Any]]:
    """Proposals that a second person can still sign, the newest first."""
    known = listed(database)
    latest = _latest_version(known)
    return [one for one in known if one["version"] > latest]


def _unsigned(database: Database) -> str:
    begun = "Nobody has signed the rules of releases yet, and without them nothing is released."
    if proposals := waiting(database):
        one = proposals[0]
        return (
            f"{begun} {one['proposed_by']} proposed some on {one['proposed_at'][:10]}; another data steward or "
            "superintendent signs them: on the desk's page of releases, under Rules, or with schoolhouse policy sign "
            f"{one['policy_key']} --as PERSON"
        )
    return (
        f"{begun} {_WHO} schoolhouse policy propose --reason WHY --as PERSON (the shipped ones), and then schoolhouse "
        "policy sign 1 --as ANOTHER"
    )


def smallest_group(database: Database, settings: Settings) -> int:
    """The smallest group that is shown in a release: as it was signed, or, before that, as the settings propose it."""
    found = last_signed(database)
    return found.policy.minimum_n if found else settings.minimum_cell


def signed_as(database: Database, rules: str) -> str:
    """Who is answerable for rules that a release was drafted under (JSON), whatever is in force by now."""
    policy = policy_file.from_document(json.loads(rules), "the release")
    signed = [one for one in listed(database) if one["signed_by"] and one["sha256"] == policy.sha256]
    return InForce(policy, signed[0]).said() if signed else "An earlier program's rules, which nobody had signed."


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
    return _propose(database, _read(file), file.name, reason, by)


def propose_shipped(database: Database, name: str, settings: Settings, *, reason: str, by: str) -> dict[str, Any]:
    """Propose one of the shipped policies as the next version; `SHIPPED` with the smallest group of the settings."""
    policy = shipped(name, settings)
    policy = msgspec.structs.replace(policy, version=_latest_version(listed(database)) + 1)
    return _propose(database, policy, f"The shipped policy {name}", reason, by)


def shipped(name: str, settings: Settings) -> Policy:
    """A shipped policy as it can be proposed. Raises `Refused` when there is none of that name."""
    policy, smallest = policy_file.preset(name), settings.minimum_cell
    if name != SHIPPED or smallest == policy.minimum_n:
        return policy
    return msgspec.structs.replace(policy, minimum_n=smallest, k=min(policy.k, smallest // 2))


def _propose(database: Database, policy: Policy, called: str, reason: str, by: str) -> dict[str, Any]:
    by, reason = _named(by, "A proposal"), " ".join(reason.split())
    if not reason:
        raise Trouble("To propose rules takes a reason, in a sentence: --reason WHY")
    known = listed(database)
    signed = last_signed(database)
    following = _latest_version(known) + 1
    if signed and policy == msgspec.structs.replace(signed.policy, version=policy.version):
        raise Refused(f"{called} says what is in force already.")
    if policy.version != following:
        raise Refused(f"{called} calls itself version {policy.version}; the next version is {following}.")
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
    latest = _latest_version(listed(database))
    if one["version"] != latest + 1:
        raise Trouble(f"Version {one['version']} is not the next after version {latest}. Propose it again.")
    policy = proposed_rules(one)
    with database.changing(Event(by, Action.SIGN_POLICY, f"version {policy.version}", one["reason"])) as tables:
        tables.table("disclosure_policy").update(key, {"signed_by": by, "signed_at": _now()})
        signed = next(iter(tables.query("SELECT * FROM disclosure_policy WHERE policy_key = ?", [key])))
        archive.write(database.home / POLICY_FILE, as_file(InForce(policy, signed)).encode())
    return _show(database, key)


def check_cadence(policy: Policy, snapshot: date, left: Iterable[date]) -> None:
    """Whether a snapshot may leave beside those of its school year that have left. Raises `Refused`."""
    days = {day for day in left if day != snapshot}
    if len(days) >= policy.releases_a_year:
        raise Refused(f"{len(days)} snapshots of this school year have left; the policy allows no more.")
    near = [day for day in days if abs((snapshot - day).days) < policy.days_between]
    if near:
        raise Refused(
            f"A snapshot of {min(near)} has left; the policy wants {policy.days_between} days between two of them."
        )


def listed(database: Database) -> list[dict[str, Any]]:
    """Every proposal, the newest version first."""
    with database.reading(_GATE) as reading:
        return reading.query("SELECT * FROM disclosure_policy ORDER BY version DESC, policy_key DESC")


def _latest_version(known: Iterable[Mapping[str, Any]]) -> int:
    """The version that was signed last; 0 before the first."""
    return max((one["version"] for one in known if one["signed_by"]), default=0)


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


def proposed_rules(row: Mapping[str, Any]) -> Policy:
    """The rules of one of `listed`. Raises `Trouble` when they are not what was proposed."""
    policy = policy_file.from_document(msgspec.json.decode(row["rules"]), f"policy version {row['version']}")
    if policy.sha256 != row["sha256"]:
        raise Trouble(f"Policy version {row['version']} is not what was proposed. Restore the database from a backup.")
    return policy


def _read(path: Path) -> Policy:
    try:
        return policy_file.read(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError):
        raise Trouble(f"{path.name} cannot be read. Give a policy as a TOML file.") from None


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
