"""Verify a package on a machine that has no home: is it whole, whose is it, and does it keep every promise?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from appliance.aggregate.disclosure import attacker
from appliance.aggregate.disclosure.attacker import Attack, Knowledge
from appliance.aggregate.published import PublishedTable
from appliance.aggregate.release import sshsig
from appliance.aggregate.release.package import DESCRIPTOR, SIGNATURE
from appliance.errors import BadFile, Trouble
from appliance.state_office import history, privacy, reading, signers, withdrawals
from appliance.state_office.reading import Package

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was found, as a sentence."""

    name: str
    passed: bool | None
    """None: it is open, for something was not given that it needs."""
    sentence: str


@dataclass(slots=True)
class Verdict:
    """Whether the state may accept a package, and why.

    `trusted`: the key is one that the state has registered. Without a signers file a package can be accepted as whole
    and safe, and still come from anybody: `trusted` is False and a check says so.
    """

    file: str
    checks: list[Check] = field(default_factory=list)
    trusted: bool = False
    fingerprint: str = ""
    sha256: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    published: int = 0
    hidden: int = 0
    not_given: dict[str, str] = field(default_factory=dict)
    """Earlier releases that the package names and that nobody gave: label to sha256."""

    @property
    def state(self) -> Literal["accepted", "open", "refused"]:
        """Accepted: every check passed. Open: none failed, but an earlier package that it names was not given."""
        if not self.checks or any(check.passed is False for check in self.checks):
            return "refused"
        return "open" if any(check.passed is None for check in self.checks) else "accepted"

    @property
    def accepted(self) -> bool:
        """Every check passed."""
        return self.state == "accepted"

    def as_json(self) -> dict[str, Any]:
        """The verdict for a script. `version` changes when a field changes its meaning.

        Version 2: `accepted` is false, and `passed` of a check null, where an earlier package was not given.
        """
        told = ("lea_id", "district_name", "school_year", "snapshot", "version", "replaces", "withdraws", "previous")
        return {
            "version": 2,
            "state": self.state,
            "accepted": self.accepted,
            "trusted": self.trusted,
            "package": {"file": self.file, "sha256": self.sha256, "signer": self.fingerprint}
            | {name: self.facts[name] for name in told if name in self.facts},
            "published": self.published,
            "hidden": self.hidden,
            "not_given": [{"label": label, "sha256": sha256} for label, sha256 in self.not_given.items()],
            "checks": [
                {"name": check.name, "passed": check.passed, "sentence": check.sentence} for check in self.checks
            ],
        }

    def as_text(self) -> str:
        """The verdict for a person, one line a check."""
        said = {True: "passed", False: "FAILED", None: "OPEN  "}
        ends = {
            "accepted": f"Accepted: {self.file}.",
            "refused": f"Not accepted: {self.file}. Do not use its numbers.",
            "open": f"Open: {self.file}. What was looked at is in order, but it names earlier releases that were not "
            "given, and what they and it tell together was not tried. Give them with --beside.",
        }
        return "\n".join(
            [*(f"{said[check.passed]}  {check.name}: {check.sentence}" for check in self.checks), ends[self.state]]
        )


def verify(
    package: Path,
    signers_file: Path | None = None,
    *,
    at: datetime | None = None,
    others: Sequence[Path] = (),
    received: Path | None = None,
) -> Verdict:
    """Check everything that can be checked about a package, without writing anything.

    `signers_file`: an OpenSSH allowed_signers file; without it the key in the package is used and called unknown.
    `others`: further packages of the district and school year. It is compared and attacked together with the earlier
    ones among them, and one that replaces or withdraws it, or a withdrawal notice about it, makes it fail.
    `received`: a folder in which the earlier packages that it names, and notices that take it back, are looked for by
    their hash, and used.
    A withdrawal notice in the place of the package is checked for its form and its key, and reported.
    `at`: the time at which keys must be valid; now by default. Troubles become failed checks, not exceptions.
    """
    verdict, at = Verdict(package.name), at or datetime.now(UTC)
    run = _Run(verdict)
    if withdrawals.is_notice(package):
        run.say("withdrawal", lambda: _withdrawal(package, signers_file, at, verdict))
        return verdict
    opened = run.check("archive", lambda: reading.open_archive(package), "Byte for byte as an appliance writes it.")
    if opened is None:
        return verdict
    described = run.check("contents", lambda: reading.describe(*opened), "Every file is listed, and none is missing.")
    if described is None:
        return verdict
    verdict.sha256, verdict.facts = described.sha256, described.facts
    run.say("hashes", lambda: reading.check_hashes(described))
    run.say("signature", lambda: _signature(described, signers_file, at, verdict))
    policy = run.check("policy", lambda: described.policy, "The rules are not laxer than any policy may be.")
    tables = run.check("tables", lambda: reading.read_tables(described), "Every column, code and number is allowed.")
    if policy is None or tables is None:
        return verdict
    verdict.published, verdict.hidden = _count(tables, "none"), _count(tables, "hidden")
    run.say("sums", lambda: _sums(tables))
    run.say("small groups", lambda: privacy.small_groups(tables, policy))
    run.say("outcomes", lambda: privacy.telling_outcomes(tables, policy))
    run.say("remainders", lambda: privacy.remainders(tables, policy))
    run.say("attack", lambda: privacy.attack(tables, policy, described.smallest_hidden))
    notices = [*filter(withdrawals.is_notice, others)]
    notices += withdrawals.about(received, described.sha256) if received else []
    for path in dict.fromkeys(notices):
        run.say("withdrawal", partial(_not_withdrawn, described, path, signers_file, at))
    beside = [path for path in others if not withdrawals.is_notice(path)]
    beside += history.named_in(received, described, beside) if received else []
    given = run.check("other packages", lambda: history.read([reading.open_archive(path) for path in beside]), "Whole.")
    if given is not None:
        run.say("still stands", lambda: history.still_stands(described, given))
        verdict.not_given = history.not_given(described, given)
        run.say("earlier releases", lambda: history.chain(described, given), open_=bool(verdict.not_given))
        run.say("carried forward", lambda: history.carried(described, tables, given))
        run.say("attack with earlier releases", lambda: history.attack(described, tables, given))
    return verdict


class _Run:
    """Runs checks one after another and writes down what each found."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict

    def check(self, name: str, work: Callable[[], T], sentence: str) -> T | None:
        """Run a check that gives something for the next ones; None when it failed."""
        try:
            result = work()
        except Trouble as trouble:
            self._verdict.checks.append(Check(name, False, str(trouble)))
            return None
        self._verdict.checks.append(Check(name, True, sentence))
        return result

    def say(self, name: str, work: Callable[[], str], *, open_: bool = False) -> None:
        """Run a check that tells in its own words what it found. `open_`: what it needs was not all given."""
        try:
            self._verdict.checks.append(Check(name, None if open_ else True, work()))
        except Trouble as trouble:
            self._verdict.checks.append(Check(name, False, str(trouble)))


def _signature(package: Package, registry: Path | None, at: datetime, verdict: Verdict) -> str:
    key = sshsig.verify(package.files[DESCRIPTOR], package.files[SIGNATURE].decode(errors="replace"))
    verdict.fingerprint = key.fingerprint
    who = sshsig.principal(package.facts["lea_id"])
    if package.files.get("signer.pub") != (key.line(who) + "\n").encode():
        raise BadFile("The key in signer.pub is not the key that signed the package. Refuse it.")
    if registry is None:
        return (
            f"Signed as {who} by a key that is NOT YET KNOWN here ({key.fingerprint}). Anybody can make a key: ask the "
            "district for its fingerprint by telephone, or give a signers file."
        )
    problem = signers.judge(signers.read(registry), who, key, at)
    if problem:
        raise BadFile(f"The signature of {who} is not accepted: {problem}. Ask the district and the registry.")
    verdict.trusted = True
    return f"Signed as {who} by a registered key ({key.fingerprint})."


def _withdrawal(path: Path, registry: Path | None, at: datetime, verdict: Verdict) -> str:
    notice, verdict.fingerprint, about_key, verdict.trusted = withdrawals.check(path, registry, at)
    verdict.facts = {"lea_id": notice.lea_id, "district_name": notice.district_name, "snapshot": notice.snapshot,
                     "school_year": notice.school_year, "withdraws": [notice.sha256]}  # fmt: skip
    return f"{withdrawals.sentence(notice)} {about_key}"


def _not_withdrawn(package: Package, path: Path, registry: Path | None, at: datetime) -> str:
    """Raises `BadFile` when a notice takes this package back, or is itself not in order."""
    notice, *_ = withdrawals.check(path, registry, at)
    if (notice.lea_id, notice.sha256) == (package.facts["lea_id"], package.sha256):
        raise BadFile(withdrawals.sentence(notice))
    return f"{path.name} withdraws another package."


def _sums(tables: list[PublishedTable]) -> str:
    """Read all sums as equations, and let the solver find one table that fits them all."""
    system = attacker.read(tables, Knowledge(0))
    Attack(system).settle()
    return "All categories and schools add up, as far as they are shown, and the hidden ones leave room for a table."


def _count(tables: list[PublishedTable], state: str) -> int:
    return sum(cell.suppression == state for table in tables for cell in table.cells)
