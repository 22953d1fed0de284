"""Of a large district most is asked around one school; the answers are those that the whole would give."""

import random
from functools import cache

import numpy as np
import pytest
from districts import district

from appliance.aggregate.disclosure import audit, cube, publish
from appliance.aggregate.disclosure.attacker import Knowledge, component


def everything_hidden(seed: int):
    """The attack on a district of 16 schools of which only the empty groups are shown, begun from its true counts."""
    counted = cube.read(district(seed, 16, (15, 60)), {}, {})
    rows = publish.rows(counted, {one.owner: set() for one in counted.populations})
    return audit._structure(rows, Knowledge(1), audit._truth(counted))


def some_keys(attack, many: int):
    keys = sorted(key for part in attack._parts for key in part.keys)
    return random.Random(many).sample(keys, many)


@cache
def both_ways(seed: int):
    """The same attack, with questions asked around a school first, and asked of the whole at once; and some keys."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(component, "_LARGE", 0)
        near = everything_hidden(seed)
        keys = some_keys(near, 40)
        told = [(near.is_open(key), near.reaches(key, 12), near.interval(key)) for key in keys]
    return near, everything_hidden(seed), keys, told


@pytest.fixture(params=(1, 2))
def asked(request, monkeypatch):
    """Both ways to ask, from here on of the whole alone."""
    monkeypatch.setattr(component, "_LARGE", 10**9)
    return both_ways(request.param)


def test_an_answer_found_around_a_school_is_that_of_the_whole_district(asked):
    _, whole, keys, told = asked
    for key, (is_open, reaches, ends) in zip(keys, told, strict=True):
        assert (is_open, reaches) == (whole.is_open(key), whole.reaches(key, 12)), key
        assert ends == pytest.approx(whole.interval(key), abs=1e-6), key


def test_a_table_found_around_a_school_adds_up_in_the_whole_district(asked):
    near, *_ = asked
    found = 0
    for part in near._parts:
        for columns, values in part._found:
            table = part.settle().copy()
            table[columns] = values
            assert np.allclose(part._rows.at(table), part._totals)
            assert (table >= part._lowest - 1e-6).all()
            found += 1
    assert found > 10


def test_no_table_goes_beyond_the_ends_that_sums_alone_set(asked):
    near, whole, keys, _ = asked
    of = {key: part for part in near._parts for key in part.keys}
    tight = 0
    for key in keys:
        least, most = (ends[of[key]._column[key]] for ends in of[key]._ends)
        low, high = whole.interval(key)
        assert least <= low + 1e-6, key
        assert high <= most + 1e-6, key
        tight += least == round(low, 6)
    assert tight > len(keys) / 2


def test_an_insider_is_told_apart_around_a_school_as_in_the_whole_district(monkeypatch):
    found = []
    for large in (0, 10**9):
        monkeypatch.setattr(component, "_LARGE", large)
        attack = everything_hidden(3)
        keys = some_keys(attack, 30)
        of = {key: part for part in attack._parts for key in part.keys}
        first = {key: round(of[key].settle()[of[key]._column[key]]) for key in keys}
        insiders = [{key: first[key]} for key in keys[:10]]
        found.append(attack.exact_to_insiders(insiders, keys))
    assert found[0] == found[1]
