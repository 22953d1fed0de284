"""Piece by piece: attack a pattern, mend it until the attacker is silent, and certify it; or refuse. Confidential.

No sum ties two pieces of a cube, so who attacks each of them attacks all tables and geographies at once. Only a piece
that was mended is attacked again, and one attack is in memory at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.aggregate import codelists
from appliance.aggregate.disclosure import audit, certificate, publish
from appliance.aggregate.disclosure.attacker import Attack
from appliance.aggregate.disclosure.claim import Claim
from appliance.aggregate.disclosure.cube import Cube
from appliance.aggregate.disclosure.report import AttackLine
from appliance.aggregate.disclosure.suppression import Pattern, Work, mend
from appliance.aggregate.published import Key, PublishedTable
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import Tabulation
from appliance.aggregate.verifier import Verifier
from appliance.progress import Steps


@dataclass(frozen=True, slots=True)
class Proof:
    """How a pattern was made safe, and what says so."""

    lines: tuple[AttackLine, ...]
    rounds: int
    """Of repair, in the piece that needed most."""
    repaired: int
    """Numbers that only an attack asked for."""
    certified: int
    """Claims that whole-number witnesses back on both sides."""
    witnesses: int
    certificate: tuple[bytes, ...]
    """What the verifier is given, piece by piece."""


def prove(work: Work, pattern: Pattern, truth: Sequence[Tabulation], steps: Steps) -> Proof:
    """Attack and mend until nothing falls. Changes `pattern`; raises `Refused` when it cannot be made safe."""
    insiders = [*audit.insiders_of(work.cube)]
    proofs = [
        _prove(replace(work, cube=piece), pattern, _about(piece, truth), insiders, steps)
        for piece in work.cube.pieces()
    ]
    return Proof(
        tuple(_together(lines) for lines in zip(*(one.lines for one in proofs), strict=True)),
        max(one.rounds for one in proofs),
        sum(one.repaired for one in proofs),
        sum(one.certified for one in proofs),
        sum(one.witnesses for one in proofs),
        tuple(piece for one in proofs for piece in one.certificate),
    )


def _prove(
    work: Work, pattern: Pattern, truth: Sequence[Tabulation], insiders: Sequence[Mapping[Key, int]], steps: Steps
) -> Proof:
    repaired = 0
    for rounds in range(work.policy.rounds + 1):
        steps.begin("Attacking")
        tables = publish.rows(work.cube, pattern)
        notary = _Notary(truth, tables, work.policy.smallest_hidden, steps)
        findings = audit.attacks(work.cube, work.policy, tables, steps.one_more, insiders, notary.certify)
        if all(finding.silent for finding in findings):
            lines, claims = tuple(finding.line for finding in findings), sum(len(one.claims) for one in findings)
            piece = certificate.piece(truth, tables, work.policy, notary.checked)
            return Proof(lines, rounds, repaired, claims, notary.accepted, (piece,))
        added = _mended(work, pattern, findings, everywhere=False) or _mended(work, pattern, findings, everywhere=True)
        if not added:
            break
        repaired += added
    where = codelists.parts_named((key.metric, key.dimension) for finding in findings for key in finding.found)
    raise Refused(
        f"The attack still finds numbers that must stay hidden in {where}. Nothing was released. Merge categories of "
        "these in the rules of releases, or take what must be published off them, and draft again; or report this."
    )


def _mended(work: Work, pattern: Pattern, findings: Sequence[audit.Finding], *, everywhere: bool) -> int:
    """Hide what was found to be lacking; how many numbers."""
    return sum(
        mend(
            work,
            pattern,
            population,
            finding.wishes(work.cube, population, everywhere=everywhere),
            sizes_known=finding.sizes_known,
        )
        for finding in findings
        for population in work.cube.populations
    )


class _Notary:
    """Backs what was claimed against one attack after another with whole-number witnesses, two for every claim."""

    def __init__(self, truth: Sequence[Tabulation], tables: list[PublishedTable], smallest: int, steps: Steps) -> None:
        self.checked: list[certificate.Checked] = []
        """What is checked once more, alone."""
        self.accepted = 0
        self._truth, self._tables, self._smallest, self._steps = truth, tables, smallest, steps

    def certify(self, finding: audit.Finding, attack: Attack) -> None:
        """Raises `Refused` when a witness is missing: then an answer of the solver was doubtful."""
        self._steps.begin("Checking")
        verifier = Verifier(self._truth, self._tables, self._smallest)
        kept = [*_telling(attack.tables(), verifier.uncertified(finding.claims))]
        verifier.take(kept, sizes_known=finding.sizes_known)
        for claim, side in verifier.uncertified(finding.claims):
            table = attack.whole_table(claim.key, side, claim.low if side < 0 else claim.high)
            verifier.take([table] if table else [], sizes_known=finding.sizes_known)
            kept += [table] if table else []
        if verifier.uncertified(finding.claims):
            raise Refused("A sensitive number has no witness in whole students. Nothing was released; report this.")
        self.checked.append(certificate.Checked(finding.claims, kept, finding.sizes_known))
        self.accepted += verifier.accepted
        self._steps.begin("Attacking")


def _telling(
    witnesses: Iterable[Mapping[Key, int]], lacking: Sequence[tuple[Claim, int]]
) -> Iterator[Mapping[Key, int]]:
    """The witnesses that reach an end which none before them reaches: all of them would be checked for little more."""
    ends = {
        side: {claim.key: claim.low if side < 0 else claim.high for claim, of in lacking if of == side}
        for side in (-1, +1)
    }
    for witness in witnesses:
        reached = [
            (side, key)
            for side, end in ends.items()
            for key in end.keys() & witness.keys()
            if side * (witness[key] - end[key]) >= 0
        ]
        if reached:
            yield witness
        for side, key in reached:
            del ends[side][key]


def _about(piece: Cube, truth: Sequence[Tabulation]) -> list[Tabulation]:
    """The true counts of a piece."""
    there = {(metric, one.detail) for one in piece.populations for metric in one.home.values()}
    return [
        replace(table, cells=tuple(cell for cell in table.cells if (table.metric, cell.detail) in there))
        for table in truth
    ]


def _together(lines: Sequence[AttackLine]) -> AttackLine:
    """The same attack on every piece."""
    return AttackLine(
        lines[0].name,
        sum(line.hidden for line in lines),
        sum(line.fallen for line in lines),
        sum(line.exact for line in lines),
        sum(line.programs for line in lines),
    )
