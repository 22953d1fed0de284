"""What was done to protect a release: the house's own record, and what a package's report is written from.

Tables, attacks and what is carried forward say what the files say. How many parts, claims, witnesses and repairs there
were tells how many numbers are too small by themselves, so these stay in the house.
"""

from dataclasses import dataclass

from appliance.aggregate.disclosure.policy import Policy


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table: its rows, how many show their number, hide it, have nothing to count, show a class."""

    metric: str
    published: int
    hidden: int
    not_offered: int
    coded: int = 0


@dataclass(frozen=True, slots=True)
class AttackLine:
    """One attack: what the attacker knew, how many hidden numbers it went for, how many fell, how many were exact."""

    name: str
    hidden: int
    fallen: int
    exact: int
    programs: int


@dataclass(frozen=True, slots=True)
class Report:
    """The record of one protection, for the release desk and for the package's report."""

    policy: Policy
    tables: tuple[TableLine, ...]
    blocks: int
    blocks_optimal: int
    gap: float
    """Share by which the cost may exceed the proven optimum of the blocks; 0.0 when every block is optimal."""
    attacks: tuple[AttackLine, ...]
    seconds: float
    late: tuple[str, ...] = ()
    """Parts that ran out of time and were solved by the heuristic, each with its gap."""
    carried: tuple[tuple[str, int], ...] = ()
    """Label of an earlier release, and how many numbers are carried forward from it."""
    repair_rounds: int = 0
    repaired: int = 0
    """Hidden numbers that only the joint attack asked for."""
    certified: int = 0
    """Promises about sensitive numbers, each backed by whole-number witnesses that a solver-free program checked."""
    cut_down: int = 0
    """Of these, how many promise less than the policy does: what the empty groups, which are shown, leave open. Counted
    by the verifier, where it is run as a process of its own.
    """
    witnesses: int = 0
    """Alternative tables that agree with everything published. They stay in the building."""

    @property
    def safe(self) -> bool:
        """Whether every attack came back with nothing."""
        return all(attack.fallen == attack.exact == 0 for attack in self.attacks)
