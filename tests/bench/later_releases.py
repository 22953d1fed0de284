"""The later releases of a school year at the size of real districts, each protected beside all that left before it.

`python -m tests.bench.later_releases 120 --later 2` measures the second and the third release in this process.
"""

import argparse
import resource
import time

from appliance.aggregate.disclosure import Earlier, Policy, Protected, protect
from appliance.aggregate.published import PublishedTable
from tests.bench import school_year

USUAL = {
    **{"leave": 0.025, "come": 0.025, "move": 0.004, "flip": 0.05},
    **{"regroup": 0.003, "happen": 0.01, "correct": 0.001},
}
"""What happens to such shares of the students between two releases."""
HEADER = (
    "| schools, release of the year | protect, attack, certify | memory | shown numbers counted anew "
    "| changes attacked | fell |\n| --- | --- | --- | --- | --- | --- |"
)


def measure(schools: int, later: int) -> None:
    """Print a line for the first release and for each later one. Memory is the process's most until then."""
    students = school_year.district(schools)
    past: list[tuple[str, list[PublishedTable], school_year.Students]] = []
    for number, day in enumerate(school_year.SNAPSHOTS[: later + 1], start=1):
        counts = school_year.tabulations(students, day)
        earlier = [Earlier(of, tables, school_year.turnovers(of, then, students)) for of, tables, then in past]
        begun = time.perf_counter()
        made = protect(counts, Policy(), year_key=b"bench", earlier=earlier)
        print(_row(f"{schools}, release {number}", time.perf_counter() - begun, made), flush=True)
        past.append((day, [table.published for table in made.tables], students))
        students = school_year.pass_time(students, number, **USUAL)


def _row(name: str, seconds: float, made: Protected) -> str:
    shown = [cell for table in made.tables for cell in table if cell.suppression == "none"]
    anew = sum(not cell.n_as_of for cell in shown) / len(shown)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    attacks = made.report.attacks
    return (
        f"| {name} | {seconds:.0f} s | {megabytes:.0f} MB | {anew:.0%} "
        f"| {sum(line.hidden for line in attacks if line.name.startswith('release ')):,} "
        f"| {sum(line.fallen + line.exact for line in attacks)} |"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schools", type=int)
    parser.add_argument("--later", type=int, choices=range(1, 4), default=2)
    options = parser.parse_args()
    measure(options.schools, options.later)
