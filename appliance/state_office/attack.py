"""Attack a package with nothing but published files: itself, public numbers, and earlier packages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.aggregate import codelists
from appliance.aggregate.disclosure import attacker
from appliance.aggregate.disclosure.attacker import Attack, Knowledge
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.published import Key, Measure, PublishedCell, PublishedTable
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

    Of an earlier package the attacker assumes that nobody moved: what it shows he takes for known where the later one
    hides it, and the other way round, unless that contradicts what is shown. Raises `BadFile` for a damaged file.
    """
    tables, policy = published(package)
    known = _public(public, tables) if public else {}
    fallen, exact = _plunder(tables, policy, known, {})
    for path in earlier:
        before, _ = published(path)
        for now, then in ((tables, before), (before, tables)):
            more, single = _plunder(now, policy, known, _shown_elsewhere(now, then))
            fallen |= more
            exact |= single
    hidden = _hidden(tables)
    return Loot(len(hidden), len([key for key in hidden if key not in known]), len(fallen - exact), len(exact))


def published(package: Path) -> tuple[list[PublishedTable], Policy]:
    """The tables of a package whose bytes are in order, and the rules it was made under."""
    opened = reading.describe(*reading.open_archive(package))
    reading.check_hashes(opened)
    return reading.read_tables(opened), opened.policy


def _plunder(
    tables: Sequence[PublishedTable], policy: Policy, known: Mapping[Key, int], guesses: Mapping[Key, int]
) -> tuple[set[Key], set[Key]]:
    """Hidden numbers that fall below their target, and those that are exact. What is guessed or known is no target."""
    run = attacker.with_guesses(tables, Knowledge(policy.smallest_hidden, known), guesses)
    below, exact = set(), set()
    coded = {_n(table, cell) for table in tables for cell in table.cells if cell.suppression == "coded"}
    for key in _hidden(tables):
        if key in known or key in guesses:
            continue
        low, high = run.bounds(key)
        if low == high and key not in coded:
            exact.add(key)
        if _proves_too_much(run, key, policy):
            below.add(key)
    return below, exact


def _proves_too_much(run: Attack, key: Key, policy: Policy) -> bool:
    high = run.bounds(key)[1]
    if key.measure == "denominator" or not codelists.metric(key.metric).rate:
        return high is not None and high < policy.minimum_n
    others = run.bounds(key._replace(measure="complement"))[1]
    size_low, size_high = run.bounds(key._replace(measure="denominator"))
    few = policy.k if size_low == size_high and size_low >= policy.minimum_n else 1
    return (high is not None and high < few) or (others is not None and others < few)


def _hidden(tables: Sequence[PublishedTable]) -> set[Key]:
    """Every printed number that the tables leave out."""
    return {key for key, number in _numbers(tables) if number is None}


def _shown_elsewhere(tables: Sequence[PublishedTable], others: Sequence[PublishedTable]) -> dict[Key, int]:
    shown = {key: number for key, number in _numbers(others) if number is not None}
    return {key: shown[key] for key in _hidden(tables) if key in shown}


def _numbers(tables: Sequence[PublishedTable]) -> Iterator[tuple[Key, int | None]]:
    for table in tables:
        rate = codelists.metric(table.metric).rate
        for cell in table.cells:
            if cell.suppression != "not_offered":
                yield (n := _n(table, cell)), cell.n
                if rate:
                    yield n._replace(measure="denominator"), cell.denominator


def _n(table: PublishedTable, cell: PublishedCell) -> Key:
    return Key("n", table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)


def _public(path: Path, tables: Sequence[PublishedTable]) -> dict[Key, int]:
    """Public group sizes as knowledge. Raises `BadFile`, with the row, for a line that fits no table."""
    try:
        lines = rows.read_csv(path.read_bytes(), path.name, PUBLIC_COLUMNS)
    except OSError:
        raise BadFile(f"{path.name} cannot be read. Give a CSV file with the columns {PUBLIC_COLUMNS}.") from None
    there = {key for key, _ in _numbers(tables)}
    known = {}
    for number, row in enumerate(lines, start=2):
        if row["table"] not in codelists.METRICS or not row["size"].isdecimal():
            raise BadFile(f"{path.name}, row {number}: the table is unknown or the size is not a whole number.")
        measure: Measure = "denominator" if codelists.METRICS[row["table"]].rate else "n"
        key = Key(measure, row["table"], row["detail"], row["school_id"], row["dimension"], row["category"])
        if key in there:
            known[key] = int(row["size"])
    return known
