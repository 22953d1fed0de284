"""A package held against the others of its year: the state notices what does not fit, and what no longer stands."""

import hashlib
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from districts import BANDS, Pupil, YearOfPupils, tabulate, turnovers
from maplewood_release import build, facts

from appliance.aggregate.disclosure import Earlier, policy_file, protect
from appliance.aggregate.release import EarlierPackage, Signer
from appliance.errors import BadFile
from appliance.state_office import history, published, reading, verify

DAY, NAMES = "2026-10-01", ["S001", "S002"]


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """October's package, and December's after one student came."""
    folder, signer, rng = tmp_path_factory.mktemp("year"), Signer.generate(), random.Random(5)
    before = [Pupil(rng, [name], BANDS[0]) for name in NAMES for _ in range(45)]
    after = [*before, Pupil(rng, ["S002"], BANDS[0])]
    first = build(protect(tabulate(before, NAMES)), facts(), signer, folder)
    earlier = EarlierPackage(DAY, DAY, hashlib.sha256(first.read_bytes()).hexdigest())
    counts = [replace(table, snapshot="2026-12-01") for table in tabulate(after, NAMES)]
    left = Earlier(DAY, published(first)[0], turnovers(DAY, before, after))
    told = facts(snapshot="2026-12-01", drafted_on="2026-12-01", earlier=(earlier,), withdraws=(earlier.sha256,))
    return first, build(protect(counts, earlier=[left]), told, signer, folder)


def opened(path: Path):
    package = reading.describe(*reading.open_archive(path))
    return package, reading.read_tables(package)


def test_december_stands_beside_october_and_carries_all_of_it_forward(year):
    first, second = year
    verdict = verify(second, others=[first])
    assert verdict.accepted, verdict.as_text()
    assert "All 1 earlier releases" in verdict.as_text()
    cells = [cell for table in published(second)[0] for cell in table.cells if cell.n is not None]
    assert cells
    assert {cell.n_as_of for cell in cells} == {DAY}


def test_without_october_december_stays_open_and_the_state_is_told_what_is_not_here(year):
    first, second = year
    verdict = verify(second)
    assert (verdict.state, verdict.accepted) == ("open", False)
    sha256 = hashlib.sha256(first.read_bytes()).hexdigest()
    assert verdict.not_given == {DAY: sha256}
    text = verdict.as_text()
    assert f"neither compared nor attacked together with it: {DAY} (sha256 {sha256})" in text
    assert "Give them with --beside" in text
    told = verdict.as_json()
    assert (told["state"], told["accepted"], told["not_given"]) == ("open", False, [{"label": DAY, "sha256": sha256}])
    assert [check["passed"] for check in told["checks"] if check["name"] == "earlier releases"] == [None]


def test_what_the_state_has_received_is_found_by_its_hash_and_compared_by_itself(year, tmp_path):
    first, second = year
    shutil.copy(first, tmp_path / "kept under another name.zip")
    (tmp_path / "torn.zip").write_bytes(first.read_bytes()[:100])
    verdict = verify(second, received=tmp_path)
    assert verdict.accepted, verdict.as_text()
    assert "Attacked together with 1 earlier packages" in verdict.as_text()
    assert verify(second, others=[first], received=tmp_path).accepted, "given once is enough"


def test_a_package_that_fails_is_refused_and_not_left_open(year, tmp_path):
    _, second = year
    torn = tmp_path / second.name
    torn.write_bytes(second.read_bytes()[:-1])
    assert verify(torn).state == "refused"


def test_packages_of_a_year_that_tell_its_order_otherwise_are_refused(year, tmp_path):
    """Spring's package names December's alone, and December's names October's: one of them leaves a release out."""
    first, second = year
    package, _ = opened(second)
    sha256 = hashlib.sha256(second.read_bytes()).hexdigest()
    facts_ = {**package.facts, "earlier": [{"label": "2026-12-01", "snapshot": "2026-12-01", "sha256": sha256}],
              "previous": sha256}  # fmt: skip
    spring = replace(package, described={**package.described, "schoolhouse": facts_})
    given = history.read([reading.open_archive(path) for path in (first, second)])
    with pytest.raises(BadFile, match="names other releases before it than this one does"):
        history.chain(spring, given)


def test_october_is_refused_once_december_says_that_it_is_withdrawn(year):
    first, second = year
    verdict = verify(first, others=[second])
    assert not verdict.accepted
    assert "The district has withdrawn it" in verdict.as_text()


def changed(tables, **to):
    """The tables with the first number that is carried forward made something else."""
    spot = next((t, c) for t in tables for c in t.cells if c.n_as_of and c.n)
    cells = tuple(replace(cell, **to) if cell is spot[1] else cell for cell in spot[0].cells)
    return [replace(table, cells=cells) if table is spot[0] else table for table in tables]


def test_a_number_that_october_never_showed_is_not_carried_forward(year):
    first, second = year
    package, tables = opened(second)
    others = history.read([reading.open_archive(first)])
    assert "none that they hide is shown" in history.carried(package, tables, others)
    with pytest.raises(BadFile, match=f"is not the one that {DAY} shows"):
        history.carried(package, changed(tables, n=77), others)


def test_a_number_that_october_hides_is_not_shown_later(year):
    first, second = year
    package, tables = opened(second)
    table = next(table for table in tables if any(cell.suppression == "hidden" for cell in table.cells))
    cells = tuple(
        replace(cell, n=10, n_lower=10, n_upper=10, suppression="none") if cell.suppression == "hidden" else cell
        for cell in table.cells
    )
    shown = [replace(table, cells=cells) if one is table else one for one in tables]
    with pytest.raises(BadFile, match="hides the number, and this package shows it"):
        history.carried(package, shown, history.read([reading.open_archive(first)]))


@pytest.fixture(scope="module")
def coded_year(tmp_path_factory):
    """October's package and December's, whose rates are classes of percents; half of the students changed."""
    folder, signer, rules = tmp_path_factory.mktemp("coded"), Signer.generate(), policy_file.preset("nces-2011-603")
    year = YearOfPupils(6, 4, (50, 150))
    before = year.pupils
    first = build(protect(tabulate(before, year.names), rules), facts(), signer, folder)
    year.pass_time(leave=0.4, come=0.6, move=0.0, flip=0.3)
    counts = [replace(table, snapshot="2026-12-01") for table in tabulate(year.pupils, year.names)]
    left = Earlier(DAY, published(first)[0], turnovers(DAY, before, year.pupils))
    earlier = EarlierPackage(DAY, DAY, hashlib.sha256(first.read_bytes()).hexdigest())
    told = facts(snapshot="2026-12-01", drafted_on="2026-12-01", earlier=(earlier,))
    return first, build(protect(counts, rules, earlier=[left]), told, signer, folder)


def test_a_class_of_percents_that_was_carried_forward_is_verified_like_any_number(coded_year):
    first, second = coded_year
    tables = published(second)[0]
    dates = {cell.n_as_of for table in tables for cell in table.cells if cell.suppression == "coded"}
    assert dates == {"", DAY}
    verdict = verify(second, others=[first])
    assert verdict.accepted, verdict.as_text()


def test_a_class_that_october_never_showed_is_not_carried_forward(coded_year):
    first, second = coded_year
    package, tables = opened(second)
    others = history.read([reading.open_archive(first)])
    for change in ({"n_upper": 1000}, {"n_lower": 0, "n_upper": 1}, {"denominator": 999}):
        told = [
            replace(table, cells=tuple(
                replace(cell, **change) if cell.suppression == "coded" and cell.n_as_of else cell
                for cell in table.cells
            ))
            for table in tables
        ]  # fmt: skip
        with pytest.raises(BadFile, match=f"is not the one that {DAY} shows"):
            history.carried(package, told, others)


def test_a_class_is_not_shown_where_october_hides_the_outcome(coded_year):
    first, second = coded_year
    package, tables = opened(second)
    told = [
        replace(table, cells=tuple(
            replace(cell, suppression="coded", n_lower=0, n_upper=5) if cell.suppression == "hidden" else cell
            for cell in table.cells
        ))
        for table in tables
    ]  # fmt: skip
    with pytest.raises(BadFile, match="hides the number, and this package shows it"):
        history.carried(package, told, history.read([reading.open_archive(first)]))
