"""Attack a package with nothing but published files: itself, public numbers, and earlier packages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.aggregate import codelists
from appliance.aggregate.disclosure.attacker.loot import Target, hidden_numbers, numbers, plunder
from appliance.aggregate.disclosure.attacker.reading import canonical
from appliance.aggregate.disclosure.history import with_new_schools
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.published import Key, Measure, PublishedTable
from appliance.aggregate.release import rows
from appliance.errors import BadFile
from appliance.state_office import reading

PUBLIC_COLUMNS = ["table", "school_id", "dimension", "category", "detail", "size"]
"""A file of public numbers: group sizes by table, such as the federal school file gives them for `membership`."""


@dataclass(frozen=True, slots=True)
class Loot:
    """What the attacks brought. `targets`: hidden numbers that are not known from the outset.

    `below_target`: groups proved smaller than the minimum, outcomes proved of nobody, everybody or too few.
    `exact`: numbers with one possible value.
    """

    hidden: int
    targets: int
    below_target: int
    exact: int

    @property
    def silent(self) -> bool:
        """Nothing fell."""
        return not self.below_target and not self.exact

    def as_json(self) -> dict[str, int]:
        """For a script; `version` changes when a field changes its meaning."""
        return {
            "version": 1,
            "hidden": self.hidden,
            "targets": self.targets,
            "below_target": self.below_target,
            "exact": self.exact,
        }


def attack(package: Path, public: Path | None = None, earlier: Sequence[Path] = ()) -> Loot:
    """Attack a package alone, with public group sizes, and together with each earlier package of the school year.

    Each number is taken for true on its own day only: one carried forward is known of an earlier day and unknown on the
    package's. Of an earlier package the attacker then assumes that nobody moved: what it shows he takes for known where
    the later one hides it, and the other way round, unless that contradicts what is shown. Raises `BadFile` for a
    damaged file.
    """
    now, _ = _open(package)
    known = _public(public, now.tables) if public else {}
    fallen, exact = plunder(now, known)
    for path in earlier:
        then, _ = _open(path)
        then = replace(then, tables=with_new_schools(then.tables, now.tables))
        for one, other in ((now, then), (then, now)):
            more, single = plunder(one, known, other)
            fallen |= more
            exact |= single
    hidden = hidden_numbers(now.tables)
    return Loot(len(hidden), len([key for key in hidden if key not in known]), len(fallen - exact), len(exact))


def published(package: Path) -> tuple[list[PublishedTable], Policy]:
    """The tables of a package whose bytes are in order, and the rules it was made under."""
    opened, rules = _open(package)
    return list(opened.tables), rules


def _open(package: Path) -> tuple[Target, Policy]:
    opened = reading.describe(*reading.open_archive(package))
    reading.check_hashes(opened)
    rules = opened.policy
    return Target(reading.read_tables(opened), rules.minimum_n, rules.k, opened.smallest_hidden), rules


def _public(path: Path, tables: Sequence[PublishedTable]) -> dict[Key, int]:
    """Public group sizes as knowledge. Raises `BadFile`, with the row, for a line that fits no table."""
    try:
        lines = rows.read_csv(path.read_bytes(), path.name, PUBLIC_COLUMNS)
    except OSError:
        raise BadFile(f"{path.name} cannot be read. Give a CSV file with the columns {PUBLIC_COLUMNS}.") from None
    there = {key: None if as_of else shown for key, shown, as_of in numbers(tables)}
    known = {}
    for number, row in enumerate(lines, start=2):
        if row["table"] not in codelists.METRICS or not row["size"].isdecimal():
            raise BadFile(f"{path.name}, row {number}: the table is unknown or the size is not a whole number.")
        measure: Measure = "denominator" if codelists.METRICS[row["table"]].rate else "n"
        of = (row["table"], row["detail"], row["school_id"], row["dimension"], row["category"])
        key = canonical(Key(measure, *of))
        if key not in there:
            continue
        known[key] = int(row["size"])
        if there[key] not in (None, known[key]):
            raise BadFile(
                f"{path.name}, row {number}: it says {known[key]} where the package shows {there[key]}. Both cannot be "
                "true of one day: take the public numbers of the package's own snapshot, or leave that row out."
            )
    return known
