"""The long attack: many invented districts under each minimum, every attack on each.

Attacks: our own attacker and certificate inside `protect` (joint, all group sizes known, one insider); an outsider that
shares no line with the house; the outsider with every group size; two releases of one year, one student apart.
Leaves with 1 when anything falls.
"""

import argparse
import math
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from districts import BANDS, Pupil, tabulate
from outsider import Outsider

from appliance.aggregate.codelists import CATEGORY_SETS, metric
from appliance.aggregate.disclosure import Policy, Protected, protect
from appliance.aggregate.disclosure.attacker import Knowledge, with_guesses
from appliance.aggregate.published import Key
from appliance.aggregate.release import rows

RATES = {"chronic_absence", "assessment_performance"}


def main() -> int:
    """Run the suite and print one line a policy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    fell = 0
    sys.stdout.write("minimum districts hidden targets outsider sizes_known two_releases seconds\n")
    for minimum in (5, 10, 20):
        begun, totals = time.monotonic(), [0] * 5
        for seed in range(options.seed, options.seed + options.districts):
            totals = [one + more for one, more in zip(totals, attacked(seed, minimum), strict=True)]
        fell += sum(totals[2:])
        line = (minimum, options.districts, *totals, round(time.monotonic() - begun))
        sys.stdout.write(" ".join(map(str, line)) + "\n")
    return int(fell > 0)


def attacked(seed: int, minimum: int) -> list[int]:
    """Hidden numbers, certified claims, and what fell to the outsider, with all sizes, and to two releases."""
    rng = random.Random(seed)
    names = [f"S{number}" for number in range(rng.randint(1, 5))]
    sizes = rng.choice([(3, 40), (20, 200), (100, 400)])
    people = [
        Pupil(rng, [name], BANDS[number % len(BANDS)])
        for number, name in enumerate(names)
        for _ in range(rng.randint(*sizes))
    ]
    rules = Policy(minimum_n=minimum, k=2 if minimum == 5 else 3)
    counts = tabulate(people, names)
    first = protect(counts, rules)
    where = rng.randrange(len(names))
    newcomer = Pupil(rng, [names[where]], BANDS[where % len(BANDS)])
    second = protect(tabulate([*people, newcomer], names), rules, earlier=[[t.published for t in first.tables]])
    hidden = sum(line.hidden for line in first.report.tables)
    return [hidden, first.report.certified, *_outsiders(first, counts, rules), _between(first, second)]


def _outsiders(protected: Protected, counts, rules: Policy) -> tuple[int, int]:
    files = {table.metric: rows.write(table.published, "0612345").decode() for table in protected.tables}
    attacker = Outsider(files, RATES, smallest=1, additive=True)
    alone = sum(_fell(attacker.interval(name), name, rules) for name in attacker.hidden)
    outcomes = {}
    for table in counts:
        for cell in table.cells if table.metric in RATES else ():
            groups = tuple(
                (column, cell.detail if column == "subject" else cell.category if column == cell.dimension else "")
                for column in rows.dimension_columns(table.metric)
            )
            key = (table.metric, cell.detail, cell.school_id, CATEGORY_SETS[cell.dimension], groups)
            attacker.fix(("d", *key), cell.out_of)
            outcomes[("n", *key)] = cell
    informed = 0
    for name in attacker.hidden:
        cell = outcomes.get(name)
        if cell is None or not (
            cell.out_of < rules.minimum_n or cell.count < rules.k or cell.out_of - cell.count < rules.k
        ):
            continue
        low, high = attacker.interval(name)
        informed += low > max(0, cell.count - rules.k) or high < min(cell.out_of, cell.count + rules.k)
    return alone, informed


def _fell(interval: tuple[float, float], name: tuple, rules: Policy) -> bool:
    low, high = interval
    small = name[1] not in RATES and high < rules.minimum_n
    return bool(high - low < 0.5 or small)


def _between(first: Protected, second: Protected) -> int:
    """Numbers hidden in one release that fall when the other is taken for the same numbers."""
    fell = 0
    for now, then in ((first, second), (second, first)):
        shown = {key: number for key, number in _numbers(then) if number is not None}
        known = {key: shown[key] for key, number in _numbers(now) if number is None and key in shown}
        attack = with_guesses([table.published for table in now.tables], Knowledge(1), known)
        for key, number in _numbers(now):
            if number is None and key not in known:
                low, high = attack.interval(key)
                fell += not math.isinf(high) and high - low < 0.5
    return fell


def _numbers(protected: Protected):
    for table in protected.tables:
        for cell in table:
            if cell.suppression != "not_offered":
                rest = (table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
                yield Key("n", *rest), cell.n
                if metric(table.metric).rate:
                    yield Key("denominator", *rest), cell.denominator


if __name__ == "__main__":
    sys.exit(main())
