"""Attacks with published files alone: one package, public numbers beside it, and two releases of one year."""

import hashlib
import random
from collections import defaultdict
from dataclasses import replace

import pytest
from districts import BANDS, Pupil, district, tabulate, turnovers
from maplewood_release import SCHOOLS, build, facts

from appliance.aggregate.codelists import METRICS
from appliance.aggregate.disclosure import protect
from appliance.aggregate.disclosure.attacker import Knowledge, read, with_guesses
from appliance.aggregate.disclosure.attacker.loot import numbers
from appliance.aggregate.disclosure.history import Earlier
from appliance.aggregate.published import Key
from appliance.aggregate.refusal import Refused
from appliance.aggregate.release import EarlierPackage
from appliance.errors import BadFile
from appliance.state_office import attack, published, verify

NAMES = [school.school_id for school in SCHOOLS]


def pupils(seed):
    rng = random.Random(seed)
    return [Pupil(rng, [name], BANDS[number]) for number, name in enumerate(NAMES) for _ in range(rng.randint(40, 200))]


DAY = "2026-10-01"


def release(people, signer, folder, version=1, after=None, **options):
    """A package; `after`: the one of October, where it is not the first."""
    counts = tabulate(people, NAMES)
    sha256 = hashlib.sha256(after.read_bytes()).hexdigest() if after else "ab" * 32
    changes = {"version": version, "replaces": sha256, "reason": "one more"} if version > 1 else {}
    if "earlier" in options:
        changes["earlier"] = (EarlierPackage(DAY, DAY, sha256),)
    return build(protect(counts, **options), facts(**changes), signer, folder)


def left(tables, before, after):
    """A release that left when these pupils were there, for one that is made now that those are."""
    return Earlier(DAY, tables, turnovers(DAY, before, after))


def test_a_package_alone_gives_nothing_away(package):
    loot = attack(package)
    assert loot.silent
    assert loot.hidden == loot.targets > 0
    assert loot.as_json() == {
        "version": 1, "hidden": loot.hidden, "targets": loot.targets, "below_target": 0, "exact": 0
    }  # fmt: skip


def test_public_enrolment_beside_it_gives_no_outcome_away(signer, tmp_path):
    people = pupils(1)
    path = release(people, signer, tmp_path)
    public = tmp_path / "public.csv"
    lines = ["table,school_id,dimension,category,detail,size"]
    for table in tabulate(people, NAMES):
        for cell in table.cells:
            line = (table.metric, cell.school_id, cell.dimension, cell.category, cell.detail, str(cell.out_of))
            lines.append(",".join(line))
    public.write_text("\n".join(lines) + "\n")
    loot = attack(path, public)
    assert loot.silent
    assert 0 < loot.targets < loot.hidden


def test_a_public_file_that_fits_nothing_is_refused(package, tmp_path):
    public = tmp_path / "public.csv"
    public.write_text("table,school_id,dimension,category,detail,size\nlunch,,all,all,,3\n")
    with pytest.raises(BadFile, match=r"public\.csv, row 2"):
        attack(package, public)
    with pytest.raises(BadFile, match="cannot be read"):
        attack(package, tmp_path / "nowhere.csv")


def test_a_public_file_that_contradicts_the_package_is_refused_with_its_row(package, tmp_path):
    tables, _ = published(package)
    shown = next(cell for table in tables for cell in table.cells if table.metric == "membership" and cell.n)
    row = ["membership", shown.school_id, shown.dimension, shown.category, shown.detail]
    public = tmp_path / "public.csv"
    header = "table,school_id,dimension,category,detail,size\n"
    public.write_text(header + ",".join([*row, str(shown.n)]) + "\n")
    assert attack(package, public).silent
    public.write_text(header + ",".join([*row, str(shown.n + 1)]) + "\n")
    with pytest.raises(BadFile, match=rf"public\.csv, row 2: it says {shown.n + 1} where the package shows {shown.n}"):
        attack(package, public)


@pytest.mark.parametrize("seed", range(4))
def test_a_second_release_after_one_student_moved_in_opens_nothing(seed, signer, tmp_path):
    people = pupils(seed)
    first = release(people, signer, tmp_path)
    newcomer = Pupil(random.Random(seed + 77), ["S002"], BANDS[1])
    now = [*people, newcomer]
    second = release(now, signer, tmp_path, 2, after=first, earlier=[left(published(first)[0], people, now)])
    assert verify(second, others=[first]).accepted
    assert attack(second, earlier=[first]).silent


@pytest.mark.parametrize(("seed", "by_one_line"), [(0, True), (1, True), (3, True), (4, False)])
def test_a_pattern_chosen_afresh_is_caught_by_the_attack_on_both_releases(seed, by_one_line, signer, tmp_path):
    """The seeded fault: the second release forgets the first, and its key moves the choice of cells.

    In the last district no single line opens anything, and the attack has to add up several.
    """
    people = pupils(seed)
    first = release(people, signer, tmp_path, year_key=b"autumn")
    second = release(people, signer, tmp_path, 2, year_key=b"spring")
    assert attack(first).silent
    assert attack(second).silent
    loot = attack(second, earlier=[first])
    assert not loot.silent
    opened = opened_by_subtracting(published(first)[0], published(second)[0])
    assert bool(opened) == by_one_line
    assert loot.exact >= len(opened)


def opened_by_subtracting(*releases):
    """Hidden in both releases, and what is left when the numbers shown in either are taken from their total."""
    both = {}
    for key, number, _ in (told for tables in releases for told in numbers(tables)):
        if key.measure == "n":
            both[key] = number if number is not None else both.get(key)
    lines = defaultdict(list)
    for key in both:
        if key.dimension != "all":
            lines[key._replace(category="")].append(key)
    opened = set()
    for line, keys in lines.items():
        metric = METRICS[line.metric].totals_in or line.metric
        total = both.get(line._replace(metric=metric, dimension="all", category="all"))
        unknown = [key for key in keys if both[key] is None]
        if total is not None and len(unknown) == 1:
            opened.update(unknown)
    return opened


def test_a_guess_that_contradicts_the_tables_is_dropped_and_the_others_are_kept(maplewood):
    tables = [table.published for table in maplewood.tables]
    hidden = [
        Key("n", table.metric, cell.detail, cell.school_id, cell.dimension, cell.category)
        for table in tables
        for cell in table.cells
        if cell.suppression == "hidden"
    ]
    truth = {
        Key("n", table.metric, cell.detail, cell.school_id, cell.dimension, cell.category): cell.count
        for table in district(5)
        for cell in table.cells
    }
    impossible = {key: 10**6 for key in hidden if (key.metric, key.dimension) == ("membership", "race")}
    right = {key: truth[key] for key in hidden if key.metric == "chronic_absence"}
    assert impossible
    assert right
    run = with_guesses(read(tables, Knowledge(1)), impossible | right)
    assert run is not None
    assert all(run.bounds(key) == (number, number) for key, number in right.items())
    assert any(low != high for low, high in map(run.bounds, impossible))


def test_a_number_once_hidden_stays_hidden(signer, tmp_path):
    people = pupils(3)
    first = published(release(people, signer, tmp_path))[0]
    later = protect(tabulate(people[5:], NAMES), earlier=[left(first, people, people[5:])], year_key=b"another")
    now = {(t.metric, *cell_name(cell)): cell for t in later.tables for cell in t}
    for table in first:
        for cell in table.cells:
            if cell.suppression == "hidden":
                assert now[(table.metric, *cell_name(cell))].suppression in ("hidden", "not_offered") or (
                    now[(table.metric, *cell_name(cell))].n == 0
                )


def cell_name(cell):
    return cell.school_id, cell.dimension, cell.category, cell.detail


def test_a_release_of_another_year_is_no_earlier_release(maplewood):
    tables = [replace(table.published, school_year="2025-2026") for table in maplewood.tables]
    with pytest.raises(Refused, match="2025-2026"):
        protect(tabulate(pupils(0), NAMES), earlier=[left(tables, [], [])])
