"""The long attack: many invented districts under each minimum, every attack on each.

Three releases of each district: one, a second after a few left, several joined and one went to another school, and one
with charter totals whose rates are coded. Inside `protect` our own attacker and the certificate must be silent, or it
refuses: of the first and the third that stops the suite; a second release that cannot be made safe beside the first is
refused, and counted as that. Then an outsider that shares no line with the house goes at the CSV files alone:

joint       all tables and schools at once: a number worked out, or a group proved too small
listed      the same with the enrolment that everybody can look up: any other group, and whom a test was not for
public      the same with every group size, against outcomes: too many proved for what the policy keeps open
complement  the same, against those who do not have the outcome
insider     the same, for a student who is alone in a group and knows the own group and outcome
releases    both releases of the year, each taken for the other where it shows more
geography   as joint, with the charter totals beside the schools
coding      the coded release with every group size: a telling count narrowed within its class

Leaves with 1 when anything falls. It can be run in parts: `--minimum 10 --seed 101 --districts 100`.
"""

import argparse
import copy
import random
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import highspy
import msgspec
from all_tables import changed, twelve
from districts import BANDS, Pupil
from outsider import ALL_RATES as RATES
from outsider import Outsider

from appliance.aggregate import crossings
from appliance.aggregate.codelists import ALL, metric
from appliance.aggregate.crossings import category_set
from appliance.aggregate.disclosure import Earlier, Policy, Protected, coding, policy_file, protect
from appliance.aggregate.disclosure.policy import Geography
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import rows
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.aggregate.turnover import Turnover, Turnovers

DAY = "2026-10-01"
ATTACKS = ("joint", "listed", "public", "complement", "insider", "releases", "geography", "coding")
INSIDERS = 2
"""How many students who are alone in a group try their luck in each district."""


def main() -> int:
    """Run the suite: a line of progress a district on stderr, a line a minimum, and how much it all was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--districts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="the first district; a run in parts goes on with the next")
    parser.add_argument("--minimum", type=int, choices=(5, 10, 20), nargs="*", default=(5, 10, 20))
    options = parser.parse_args()
    every, all_of_it = range(options.seed, options.seed + options.districts), Counter[str]()
    sys.stdout.write(f"minimum districts refused hidden coded certified insiders {' '.join(ATTACKS)} cpu_seconds\n")
    for minimum in options.minimum:
        begun, found = time.process_time(), Counter[str]()
        for number, seed in enumerate(every, start=1):
            found += attacked(seed, minimum)
            fell, spent = sum(found[name] for name in ATTACKS), time.process_time() - begun
            sys.stderr.write(
                f"minimum {minimum}, district {seed} ({number} of {len(every)}): {fell} fell, {spent / number:.1f} CPU "
                f"seconds a district. To go on from here: --minimum {minimum} --seed {seed + 1}\n"
            )
        told = [found[name] for name in ("refused", "hidden", "coded", "certified", "insiders", *ATTACKS)]
        sys.stdout.write(" ".join(map(str, (minimum, len(every), *told, round(time.process_time() - begun)))) + "\n")
        sys.stdout.flush()
        all_of_it += found
    fell, cases = sum(all_of_it[name] for name in ATTACKS), len(every) * len(options.minimum)
    sys.stdout.write(
        f"{cases} cases (districts {every.start} to {every.stop - 1}, minimum {', '.join(map(str, options.minimum))}): "
        f"{all_of_it['certified']:,} promises certified, {all_of_it['refused']} releases refused, {fell} fell, "
        f"{time.process_time() / max(cases, 1):.1f} CPU seconds a case\n"
    )
    return int(fell > 0)


def attacked(seed: int, minimum: int) -> Counter[str]:
    """How much one district hid, and what fell to each attack."""
    rng = random.Random(seed)
    names = [f"S{number}" for number in range(rng.randint(1, 5))]
    sizes = rng.choice([(3, 40), (20, 200), (100, 400)])
    people = [
        Pupil(rng, [name], BANDS[number % len(BANDS)])
        for number, name in enumerate(names)
        for _ in range(rng.randint(*sizes))
    ]
    rules = Policy(minimum_n=minimum, k=2 if minimum == 5 else 3)
    gone = [one_pupil(rng, names) for _ in range(rng.randint(0, 3 * minimum))]
    counts = every_table(people, gone, names)
    first = protect(counts, rules)
    later, gone_later = some_weeks_later(rng, people, gone, names)
    past = Earlier(DAY, [table.published for table in first.tables], exchanged((people, gone), (later, gone_later)))
    second = None
    with suppress(Refused):
        second = protect(every_table(later, gone_later, names), rules, earlier=[past])

    charter = Geography(code="CHARTER", name="Charter schools", schools=tuple(names[: (len(names) + 1) // 2]))
    areas = {charter.code: list(charter.schools)}
    classes = policy_file.preset("edfacts" if minimum == 5 else "nces-2011-603").coding
    coded_rules = msgspec.structs.replace(rules, coding=classes, geographies=(charter,))
    with_charter = every_table(people, gone, names, areas)
    coded = protect(with_charter, coded_rules)

    made = [one for one in (first, second, coded) if one is not None]
    found = Counter(
        refused=3 - len(made),
        hidden=sum(line.hidden for one in made for line in one.report.tables),
        coded=sum(line.coded for line in coded.report.tables),
        certified=sum(one.report.certified for one in made),
        joint=_joint(first, rules, {}),
        listed=_listed(first, counts, rules),
        releases=_releases(first, second, rules) if second else 0,
        geography=_joint(coded, coded_rules, areas),
        coding=sum(_told_the_sizes(coded, with_charter, coded_rules, areas)),
    )
    found["public"], found["complement"] = _told_the_sizes(first, counts, rules, {})
    found["insiders"], found["insider"] = _insiders(rng, first, counts, rules)
    return found


def one_pupil(rng, names):
    where = rng.randrange(len(names))
    return Pupil(rng, [names[where]], BANDS[where % len(BANDS)])


def some_weeks_later(rng, people, gone, names):
    """Who is there and who has left, after a few left, several joined and one went to another school.

    The first pupil stays: from the distance to that one the other tables draw what they count of each.
    """
    first, *others = people
    leave = rng.sample(others, min(rng.randint(1, 6), len(others) - 1))
    moves = rng.choice([one for one in others if one not in leave])
    moved = copy.copy(moves)
    moved.schools = [rng.choice(names)]
    stay = [moved if one is moves else one for one in others if one not in leave]
    return [first, *stay, *(one_pupil(rng, names) for _ in range(rng.randint(2, 14)))], [*gone, *leave]


def every_table(people, gone, names, areas=None):
    """The tables of those who are there, and who has left."""
    counts, listed = twelve(people, names, areas), _left(gone, areas)
    grades = {category for _, dimension, category in listed if dimension == "grade"}
    places = [(school, ALL, ALL) for school in (DISTRICT, *names, *(areas or {}))]
    places += [(DISTRICT, "grade", grade) for grade in sorted(grades)]
    cells = tuple(Cell(*place, len(listed[place]), len(listed[place])) for place in places)
    return [*counts, Tabulation("leavers", counts[0].school_year, counts[0].snapshot, cells)]


def exchanged(before, now):
    """Distinct pupils whom each number exchanged. `before` and `now`: who was there, and who had left."""
    turnovers, was, left = changed(DAY, before[0], now[0]), _left(before[1]), _left(now[1])
    more = {
        Key("n", "leavers", "", *place): Turnover(*[len(was[place] ^ left[place])] * 2)
        for place in {*was, *left}
        if was[place] ^ left[place]
    }
    return Turnovers(DAY, {**turnovers.of, **more})


def _left(gone, areas=None):
    found = defaultdict(set)
    for pupil in gone:
        within = [code for code, schools in (areas or {}).items() if pupil.schools[0] in schools]
        for school in (DISTRICT, *pupil.schools, *within):
            found[(school, ALL, ALL)].add(pupil.serial)
        found[(DISTRICT, "grade", pupil.groups["grade"])].add(pupil.serial)
    return found


def outsider_of(protected: Protected, areas, *, bare: bool = False, later: bool = False) -> Outsider:
    """An attacker with the release's CSV files; `bare`: with nothing in them but the empty groups.

    `later`: of a release that carries numbers forward only what it says of its own day; what it hides may be nobody.
    """
    files = {}
    for table in protected.tables:
        published = replace(table.published, cells=tuple(map(_emptied, table))) if bare else table.published
        if later:
            published = replace(published, cells=tuple(map(_of_its_day, published.cells)))
        if not (later and metric(table.metric).once):
            files[table.metric] = rows.write(published, "0612345").decode()
    return Outsider(files, RATES, smallest=0 if later else 1, additive=True, areas=areas)


def _emptied(cell):
    if cell.suppression == "not_offered" or cell.n == 0:
        return cell
    return replace(cell, n=None, denominator=None, suppression="hidden", n_lower=None, n_upper=None)


def _of_its_day(cell):
    if cell.suppression == "not_offered":
        return replace(cell, suppression="hidden", n_as_of="") if cell.n_as_of else cell
    denominator = None if cell.denominator_as_of else cell.denominator
    if cell.n_as_of:
        return replace(cell, n=None, denominator=denominator, suppression="hidden", n_lower=None, n_upper=None)
    return replace(cell, denominator=denominator)


def _joint(protected: Protected, rules: Policy, areas) -> int:
    attacker, fell = outsider_of(protected, areas), 0
    for name in attacker.hidden:
        if name[1] not in RATES:
            fell += not attacker.reaches(name, rules.minimum_n, +1)
        if name not in attacker.coded:
            fell += attacker.is_exact(name)
    return fell


def _listed(protected: Protected, counts, rules: Policy) -> int:
    """What falls to who has the public list: groups proved too small or worked out, and few whom a test was not for.

    The list has each school's enrolment by grade, race and sex at once, so it has who is in the grades of a test, too.
    What follows from it and the empty groups alone is no finding: no choice of hidden numbers can help it.
    """
    known = {
        column_of(table, cell): cell.count
        for table in counts if table.metric in ("membership", "assessment_participation")
        for cell in table.cells if set(crossings.families(cell.dimension)) <= {"grade", "race", "sex"}
    }  # fmt: skip
    attacker, bare = (_knowing(outsider_of(protected, {}, bare=bare), known) for bare in (False, True))
    fell = 0
    for name in (name for name in attacker.hidden if name[1] not in RATES and name not in known):
        small, exact = not attacker.reaches(name, rules.minimum_n, +1), attacker.is_exact(name)
        fell += (small and bare.reaches(name, rules.minimum_n, +1)) or (exact and not bare.is_exact(name))
    for name, rest, size in _few_left_out(attacker, counts, rules):
        high = min(rules.minimum_n, rest + size - 1)
        fell += not attacker.reaches(name, high, +1) and bare.reaches(name, high, +1)
    return fell


def _few_left_out(attacker: Outsider, counts, rules: Policy):
    """Groups of which a test was not for a few: the outsider's name of those, how many they are, and of the others."""
    enrolled = {
        (cell.school_id, cell.dimension, cell.category): cell.count
        for table in counts if "membership" in table.metric for cell in table.cells
    }  # fmt: skip
    meant = [table for table in counts if table.metric == "assessment_participation"]
    for table, cell in ((one, cell) for one in meant for cell in one.cells):
        name = ("rest", *column_of(table, cell))
        rest = enrolled.get((cell.school_id, cell.dimension, cell.category), cell.count) - cell.count
        if name in attacker.variables and cell.count and 0 < rest < rules.minimum_n:
            yield name, rest, cell.count


def _releases(first: Protected, second: Protected, rules: Policy) -> int:
    """What falls to who holds both releases of a year and guesses, as far as nothing contradicts it, that nobody moved.

    In each of the two what the other shows is taken for true where it shows more.
    """
    fell = sum(attack.fallen + attack.exact for attack in second.report.attacks)
    worlds = [outsider_of(first, {}), outsider_of(second, {}, later=True)]
    shown = [_shown(world) for world in worlds]
    for world, own, others in zip(worlds, shown, reversed(shown), strict=True):
        more = {name: others[name] for name in others.keys() & world.variables.keys() - own.keys()}
        believed = _guess(world, sorted(more.items()))
        for name in (name for name in world.hidden if name not in others):
            fell += name[1] not in RATES and not world.reaches(name, rules.minimum_n, +1)
            fell += bool(believed) and world.is_exact(name)
    return fell


def _shown(world: Outsider) -> dict[tuple, int]:
    """The numbers that the files say."""
    columns = ((name, column) for name, column in world.variables.items() if name[0] in ("n", "d"))
    return {name: world.lower[column] for name, column in columns if world.lower[column] == world.upper[column]}


def _guess(world: Outsider, guesses: list[tuple[tuple, int]]) -> int:
    """Take numbers for true that do not contradict what is known or was taken before; how many these are."""
    if not guesses:
        return 0
    _knowing(world, dict(guesses))
    world.solver.run()
    if world.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        return len(guesses)
    for column in (world.variables[name] for name, _ in guesses):
        world.solver.changeColBounds(column, world.lower[column], world.upper[column])
    half = len(guesses) // 2
    return _guess(world, guesses[:half]) + _guess(world, guesses[half:]) if half else 0


def column_of(table, cell, part="n"):
    """The outsider's name of a number."""
    told = {**crossings.codes(cell.dimension, cell.category), metric(table.metric).detail_name: cell.detail}
    groups = tuple((column, told.get(column, "")) for column in rows.dimension_columns(table.metric))
    return (part, table.metric, cell.detail, cell.school_id, category_set(cell.dimension), groups)


def _rates(counts):
    return [(table, cell) for table in counts if table.metric in RATES for cell in table.cells if cell.out_of]


def _told_the_sizes(protected: Protected, counts, rules: Policy, areas) -> tuple[int, int]:
    """Telling outcomes whose low end is lost (too many are proved), and whose high end is (too many are without)."""
    attacker = outsider_of(protected, areas)
    for table, cell in _rates(counts):
        attacker.fix(column_of(table, cell, "d"), cell.out_of)
    many = without = 0
    for table, cell in _rates(counts):
        few = min(cell.count, cell.out_of - cell.count) < rules.k
        if cell.out_of >= rules.minimum_n and not few:
            continue
        name = column_of(table, cell)
        bottom, top = 0, cell.out_of
        if name in attacker.coded:
            bottom, top = coding.interval(rules.coding, cell.out_of, cell.count)
        many += not attacker.reaches(name, max(bottom, cell.count - rules.k), -1)
        without += not attacker.reaches(name, min(top, cell.count + rules.k), +1)
    return many, without


def _insiders(rng, protected: Protected, counts, rules: Policy) -> tuple[int, int]:
    """How many students alone in a group tried, and how many sensitive numbers of others they worked out."""
    alone = defaultdict(list)
    ones = [(table, cell) for table in counts for cell in table.cells if cell.out_of == 1]
    for table, cell in ones:
        parts = (("n", cell.count), ("d", 1)) if table.metric in RATES else (("n", cell.count),)
        alone[(cell.school_id, cell.dimension, cell.category)] += [
            (column_of(table, cell, part), number) for part, number in parts
        ]
    chosen = rng.sample(sorted(alone), min(INSIDERS, len(alone)))
    small = [
        column_of(table, cell) for table in counts for cell in table.cells if 0 < cell.out_of < rules.minimum_n
    ]  # fmt: skip
    return len(chosen), sum(_exposed(protected, dict(alone[place]), small) for place in chosen)


def _exposed(protected: Protected, own: dict[tuple, int], small: list[tuple]) -> int:
    """Small groups' numbers that become exact with the own ones known, though not by the empty groups alone."""
    attacker, bare = (_knowing(outsider_of(protected, {}, bare=bare), own) for bare in (False, True))
    found = [name for name in small if name in attacker.hidden and name not in own and attacker.is_exact(name)]
    return sum(not bare.is_exact(name) for name in found)


def _knowing(attacker: Outsider, own: dict[tuple, int]) -> Outsider:
    for name, number in own.items():
        attacker.fix(name, number)
    return attacker


if __name__ == "__main__":
    sys.exit(main())
