"""Disclosure control at the size of real districts: protect, attack, certify; time, memory, and what stays published.

`python -m tests.bench.disclosure 600` measures one size in this process; `... 600 --later 2` measures the second and
third release of a year as well, each held against all before it. Students exist as columns of numbers.
"""

import argparse
import importlib
import resource
import time
from dataclasses import dataclass

from appliance.aggregate.codelists import ALL
from appliance.aggregate.disclosure import Earlier, Policy, Report
from appliance.aggregate.tabulation import DISTRICT
from tests.bench import school_year

USUAL = {"leave": 0.025, "come": 0.025, "move": 0.004, "flip": 0.05}
"""What happens to such shares of the students between two releases."""


@dataclass(frozen=True)
class Measured:
    """What one protection took and gave. Seconds and megabytes are of the whole process."""

    schools: int
    students: int
    cells: int
    seconds: float
    verify_seconds: float
    megabytes: float
    counts_published: float
    rates_published: float
    report: Report

    def row(self) -> str:
        """A line of the README's table."""
        fallen = sum(attack.fallen + attack.exact for attack in self.report.attacks)
        return (
            f"| {self.schools} ({self.students:,} students, {self.cells:,} cells) | {self.seconds:.0f} s "
            f"| {self.verify_seconds:.1f} s | {self.megabytes:.0f} MB | {self.report.gap:.1%} "
            f"({self.report.blocks_optimal} of {self.report.blocks}) | {self.counts_published:.0%} "
            f"| {self.rates_published:.0%} | {fallen} of {self.report.certified:,} |"
        )


HEADER = (
    "| schools | protect, attack, certify | certificate alone | memory | above the proven optimum (blocks proven) "
    "| counts shown | rates shown | fell |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
)


LATER = (
    "| schools, release of the year | protect, attack, certify beside all earlier ones | memory | counted anew "
    "| changes attacked | fell |\n| --- | --- | --- | --- | --- | --- |"
)


def measure(schools: int, later: int = 0) -> None:
    """Protect one district under the shipped rules, and `later` further releases of its school year.

    Call it in a process of its own: memory is the process's most.
    """
    protect = importlib.import_module("appliance.aggregate.disclosure.protect")
    verifying = [0.0]
    _time(protect.Verifier, "take", verifying)
    _time(protect.Verifier, "uncertified", verifying)
    students, past = school_year.district(schools), []
    for number, day in enumerate(school_year.SNAPSHOTS[: later + 1], start=1):
        tabulations = school_year.tabulations(students, day)
        earlier = [Earlier(of, tables, school_year.turnovers(of, then, students)) for of, tables, then in past]
        begun = time.perf_counter()
        made = protect.protect(tabulations, Policy(), year_key=b"bench", earlier=earlier)
        seconds = time.perf_counter() - begun
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if number == 1:
            print(_measured(schools, tabulations, seconds, verifying[0], megabytes, made.report).row(), flush=True)
            if later:
                print(f"\n{LATER}", flush=True)
        else:
            print(_later_row(schools, number, seconds, megabytes, made), flush=True)
        past.append((day, [table.published for table in made.tables], students))
        students = school_year.pass_time(students, number, **USUAL)


def _measured(schools, tabulations, seconds, verifying, megabytes, report: Report) -> Measured:  # type: ignore[no-untyped-def]
    enrolled = tabulations[0].cells
    lines = {line.metric: line for line in report.tables}
    counts = [lines["membership"], lines["subgroup_membership"]]
    rates = [lines["chronic_absence"], lines["assessment_performance"]]
    return Measured(
        schools,
        next(cell.count for cell in enrolled if (cell.school_id, cell.dimension) == (DISTRICT, ALL)),
        sum(len(table.cells) for table in tabulations),
        seconds,
        verifying,
        megabytes,
        *(
            sum(one.published for one in kind) / sum(one.published + one.hidden for one in kind)
            for kind in (counts, rates)
        ),
        report,
    )


def _later_row(schools: int, number: int, seconds: float, megabytes: float, made) -> str:  # type: ignore[no-untyped-def]
    shown = [cell for table in made.tables for cell in table if cell.suppression == "none"]
    anew = sum(not cell.n_as_of for cell in shown) / len(shown)
    attacks = made.report.attacks
    return (
        f"| {schools}, release {number} | {seconds:.0f} s | {megabytes:.0f} MB | {anew:.0%} "
        f"| {sum(line.hidden for line in attacks[2:]):,} | {sum(line.fallen + line.exact for line in attacks)} |"
    )


def _time(owner: type, name: str, total: list[float]) -> None:
    real = getattr(owner, name)

    def timed(self: object, *given: object, **named: object) -> object:
        begun = time.perf_counter()
        try:
            return real(self, *given, **named)
        finally:
            total[0] += time.perf_counter() - begun

    setattr(owner, name, timed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schools", type=int)
    parser.add_argument("--later", type=int, choices=range(4), default=0)
    options = parser.parse_args()
    measure(options.schools, options.later)
