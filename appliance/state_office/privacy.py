"""The privacy rules, checked on the published rows alone, and the attack run again on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure import attacker, coding
from appliance.aggregate.disclosure.attacker import Attack, Knowledge
from appliance.aggregate.disclosure.policy import Policy
from appliance.aggregate.published import Key, Measure, PublishedCell, PublishedTable
from appliance.errors import BadFile


def small_groups(tables: Sequence[PublishedTable], policy: Policy) -> str:
    """No published group has 1 to minimum_n - 1 students. Raises `BadFile`; returns what was found in order."""
    checked = 0
    for table, cell in _cells(tables):
        size = cell.denominator if codelists.metric(table.metric).rate else cell.n
        if size is None:
            continue
        checked += 1
        if 0 < size < policy.minimum_n:
            raise BadFile(f"{_where(table, cell)}: a group of fewer than {policy.minimum_n} students is shown.")
        if size == 0 and (policy.zeros == "hidden" or codelists.metric(table.metric).rate):
            raise BadFile(f"{_where(table, cell)}: an empty group is shown, against the policy.")
    return f"None of {checked} shown groups has 1 to {policy.minimum_n - 1} students."


def telling_outcomes(tables: Sequence[PublishedTable], policy: Policy) -> str:
    """No shown outcome is of nobody, of everybody, of fewer than k, or of all but fewer than k."""
    checked = 0
    for table, cell in _cells(tables):
        if cell.suppression == "coded":
            _code_is_wide(cell, policy, _where(table, cell))
        if not codelists.metric(table.metric).rate or cell.n is None or cell.denominator is None:
            continue
        if cell.n_as_of and cell.n_as_of != cell.denominator_as_of:
            continue  # an older number beside a newer group size says nothing about all but a few of that group
        checked += 1
        if cell.n == 0 or cell.n == cell.denominator:
            raise BadFile(f"{_where(table, cell)}: the outcome shows {'nobody' if cell.n == 0 else 'everybody'}.")
        if cell.n < policy.k or cell.denominator - cell.n < policy.k:
            raise BadFile(f"{_where(table, cell)}: the outcome shows fewer than {policy.k} students, or all but those.")
    return f"None of {checked} shown outcomes shows nobody, everybody, or fewer than {policy.k} students."


def remainders(tables: Sequence[PublishedTable], policy: Policy) -> str:
    """What a published total leaves for its hidden groups together is nobody or at least minimum_n students."""
    checked = 0
    shown = {(*_group_key(table, cell), cell.dimension, cell.category): size for table, cell, size in _sizes(tables)}
    lines: dict[tuple[str, str, str, str, str], list[int | None]] = defaultdict(list)
    carried: set[tuple[str, str, str, str, str]] = set()
    of: dict[tuple[str, str, str, str, str], int | None] = {}
    for table, cell, size in _sizes(tables):
        for family, margin in crossings.margins(cell.dimension, cell.category):
            if crossings.is_share(cell.dimension) or (*_group_key(table, cell), *margin) not in shown:
                continue
            line = (*_group_key(table, cell), f"{cell.dimension} over {family}", margin[1])
            lines[line].append(size)
            of[line] = shown[(*_group_key(table, cell), *margin)]
            if cell.n_as_of:
                carried.add(line)
    for line, sizes in lines.items():
        total = of[line]
        if total is None or None not in sizes:
            continue
        checked += 1
        rest = total - sum(size for size in sizes if size is not None)
        if rest < policy.minimum_n and not (rest == 0 and line in carried):
            where = f"school {line[2]}" if line[2] else "the district"
            raise BadFile(
                f"{line[0]}.csv, {where}, {line[3]}: the total minus the shown groups leaves fewer than "
                f"{policy.minimum_n} students for the hidden ones."
            )
    return f"In {checked} lines with hidden groups, the total leaves at least {policy.minimum_n} students for them."


def attack(tables: Sequence[PublishedTable], policy: Policy, smallest_hidden: int) -> str:
    """Attack all tables at once with what they print. Raises `Trouble` when a number falls or a range is wrong.

    A number carried forward is unknown on the day of the tables, and what it is by then must not follow from them.
    """
    system = attacker.read(tables, Knowledge(smallest_hidden))
    run = Attack(system, every_interval=True)
    attacked, wrong_range = 0, ""
    for table, cell in _cells(tables):
        if not attacker.is_repeated(table):
            _old_numbers_stay_old(run, table, cell)
        if cell.suppression not in ("hidden", "coded") or (cell.suppression == "coded" and cell.n_as_of):
            continue
        attacked += 1
        n = _key("n", table, cell)
        low, high = run.bounds(n)
        if low == high and cell.suppression == "hidden":
            raise BadFile(f"{_where(table, cell)}: the hidden number can be worked out exactly from the others.")
        if cell.suppression == "hidden" and (low, high) != (cell.n_lower, cell.n_upper):
            wrong_range = wrong_range or _where(table, cell)
        if not codelists.metric(table.metric).rate:
            _group_stays_open(high, policy, _where(table, cell))
        elif cell.denominator is None or cell.denominator_as_of:
            _group_stays_open(run.bounds(_key("denominator", table, cell))[1], policy, _where(table, cell))
            _outcome_stays_open(high, run.bounds(_key("complement", table, cell))[1], 1, _where(table, cell))
        else:
            _outcome_stays_open(high, cell.denominator - low, policy.k, _where(table, cell))
    if wrong_range:
        raise BadFile(f"{wrong_range}: the range is not the one that follows from the shown numbers.")
    return f"{attacked} hidden numbers attacked over all tables at once ({run.programs} programs): none fell."


def _old_numbers_stay_old(run: Attack, table: PublishedTable, cell: PublishedCell) -> None:
    told: tuple[tuple[Measure, int | None, str], ...] = (
        ("n", cell.n, cell.n_as_of),
        ("denominator", cell.denominator, cell.denominator_as_of),
    )
    for measure, old, as_of in told:
        if as_of and old is not None and (measure == "n" or not crossings.is_share(cell.dimension)):
            low, high = run.bounds(_key(measure, table, cell))
            if low == high != old:
                raise BadFile(f"{_where(table, cell)}: what became of the number since {as_of} can be worked out.")


def _code_is_wide(cell: PublishedCell, policy: Policy, where: str) -> None:
    """A code is one of the policy's classes for a group of this size, and wide enough for what it may stand for."""
    if cell.n_lower is None or cell.n_upper is None or not cell.denominator:
        raise BadFile(f"{where}: a coded row lacks its class or its group size.")
    code = (cell.n_lower, cell.n_upper)
    if coding.interval(policy.coding, cell.denominator, cell.n_lower) != code:
        raise BadFile(f"{where}: the class is not one that the policy has for a group of this size.")
    if not all(coding.wide_enough(code, cell.denominator, count, policy.k) for count in code):
        raise BadFile(f"{where}: the class is too narrow to stand for very few students.")


def _group_stays_open(high: int | None, policy: Policy, where: str) -> None:
    if high is not None and high < policy.minimum_n:
        raise BadFile(f"{where}: the shown numbers prove that the group has fewer than {policy.minimum_n} students.")


def _outcome_stays_open(n: int | None, complement: int | None, k: int, where: str) -> None:
    if (n is not None and n < k) or (complement is not None and complement < k):
        raise BadFile(f"{where}: the shown numbers prove that nobody, everybody or very few have the outcome.")


def _cells(tables: Sequence[PublishedTable]) -> Iterable[tuple[PublishedTable, PublishedCell]]:
    return ((table, cell) for table in tables for cell in table.cells)


def _sizes(tables: Sequence[PublishedTable]) -> Iterable[tuple[PublishedTable, PublishedCell, int | None]]:
    """Every cell with its group size on the day of the tables; an absent group is 0, a hidden or older size None."""
    for table, cell in _cells(tables):
        rate = codelists.metric(table.metric).rate
        size = 0 if cell.suppression == "not_offered" else cell.denominator if rate else cell.n
        as_of = cell.denominator_as_of if rate and cell.suppression != "not_offered" else cell.n_as_of
        yield table, cell, None if as_of else size


def _group_key(table: PublishedTable, cell: PublishedCell) -> tuple[str, str, str]:
    return codelists.metric(table.metric).totals_in or table.metric, cell.detail, cell.school_id


def _key(measure: Measure, table: PublishedTable, cell: PublishedCell) -> Key:
    return attacker.canonical(Key(measure, table.metric, cell.detail, cell.school_id, cell.dimension, cell.category))


def _where(table: PublishedTable, cell: PublishedCell) -> str:
    geography = f"school {cell.school_id}" if cell.school_id else "the district"
    detail = f" {cell.detail}" if cell.detail else ""
    return f"{table.metric}.csv{detail}, {geography}, {cell.dimension} {cell.category}"
