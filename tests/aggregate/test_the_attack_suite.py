"""A short run of the long attack (`make attack`): one district under each minimum, every attack on it."""

import attack_suite
import pytest
from attack_suite import ATTACKS, attacked, outsider_of
from districts import district, pupils_of, tabulate

from appliance.aggregate.disclosure import Policy, protect, publish
from appliance.aggregate.disclosure.cube import read
from appliance.aggregate.disclosure.suppression import Work, choose


@pytest.mark.parametrize(("seed", "minimum"), [(4, 5), (3, 10), (8, 20)])
def test_nothing_falls_to_any_attack_of_the_suite(seed, minimum):
    found = attacked(seed, minimum)
    assert {name: found[name] for name in ATTACKS} == dict.fromkeys(ATTACKS, 0)
    assert found["certified"] > 0
    assert found["hidden"] > 0


class Shown:
    """A table as it would leave, without the seal: the suite only looks at it."""

    def __init__(self, published):
        self.published, self.metric = published, published.metric

    def __iter__(self):
        return iter(self.published.cells)


class Careless:
    """A release in which only the small groups and the telling outcomes are hidden."""

    def __init__(self, counts):
        cube = read(counts)
        pattern = {
            owner: {name for name in names if name.place in sensitive}
            for owner, names in choose(Work(cube, Policy())).items()
            for sensitive in [_sensitive(counts, owner)]
        }
        self.tables = [Shown(table) for table in publish.rows(cube, pattern)]


def _sensitive(counts, owner):
    metric, detail = owner
    return {
        (cell.school_id, cell.dimension, cell.category)
        for table in counts
        for cell in table.cells
        if table.metric in (metric, f"subgroup_{metric}") and cell.detail == detail
        and (cell.out_of < 10 or (cell.count != cell.out_of and min(cell.count, cell.out_of - cell.count) < 3))
    }  # fmt: skip


def test_the_suites_own_attacks_find_what_a_careless_release_gives_away():
    """The attacks can fail: without complements each of them carries something off."""
    counts = district(5)
    careless = Careless(counts)
    assert outsider_of(careless, {}).hidden
    assert attack_suite._joint(careless, Policy(), {}) > 10
    assert sum(attack_suite._told_the_sizes(careless, counts, Policy(), {})) > 0


def test_the_attack_on_two_releases_finds_what_a_pattern_chosen_afresh_opens():
    """The second release forgets the first, nobody has moved, and its key moves the choice of cells."""
    counts = tabulate(*pupils_of(2, 3, (40, 200)))
    autumn, spring = (protect(counts, year_key=key) for key in (b"autumn", b"spring"))
    assert attack_suite._releases(autumn, autumn, Policy()) == 0
    assert attack_suite._releases(autumn, spring, Policy()) > 0


def test_the_attack_with_the_public_list_finds_what_a_careless_release_gives_away():
    counts = district(5)
    assert attack_suite._listed(Careless(counts), counts, Policy()) > 0
