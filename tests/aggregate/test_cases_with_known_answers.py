"""Tables whose answers other people published: our attacker finds what they found, our optimum is not above theirs."""

import csv
import gzip
import html
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.aggregate.disclosure import attacker, collected_case
from appliance.aggregate.disclosure import case as cases
from appliance.aggregate.disclosure.__main__ import main
from appliance.aggregate.published import Key
from appliance.errors import BadFile
from appliance.settings import TEMPLATES

HERE = Path(__file__).parent / "cases"


def one(name):
    (case,) = cases.read(HERE / name)
    return case, json.loads((HERE / name).read_text())["expected"]


def intervals(case, hidden):
    return {name: list(interval) for name, interval in cases.attack(case, hidden).intervals.items()}


def added(case):
    answer = cases.protect(case)
    assert answer.optimal or case.insiders
    hidden = [name for name, flag in zip(case.cells, answer.hidden, strict=True) if flag]
    outcome = cases.attack(case, hidden)
    assert not outcome.below_target
    assert not set(outcome.exact) & set(case.primary)
    return answer, [name for name in hidden if name not in case.primary]


def test_linked_regions_are_safe_alone_and_leak_together():
    case, expected = one("01-linked-geographies.json")
    first, second = replace(case, sums=case.sums[:3]), replace(case, sums=case.sums[3:])
    assert intervals(first, case.primary) == expected["intervals_primary_only_table1"]
    assert intervals(second, case.primary) == expected["intervals_primary_only_table2"]
    assert intervals(case, case.primary) == expected["intervals_primary_only_joint"]
    assert cases.attack(case, case.primary).exact == expected["primary_only_joint_exact"]
    assert intervals(case, [*case.primary, "N"]) == expected["intervals_after_fix"]
    assert added(case)[1] == expected["published_fix_secondary"]


def test_two_hidden_cells_in_every_line_are_not_enough():
    case, expected = one("02-two-per-line-not-enough.json")
    assert intervals(case, case.primary) == expected["intervals_primary_only"]
    assert cases.attack(case, case.primary).exact == expected["exact_with_primary_only"]
    assert intervals(case, [*case.primary, "xb"]) == expected["intervals_after_fix"]
    assert len(added(case)[1]) == expected["safe_heuristic_secondary"]


def test_one_primary_cell_needs_three_others():
    case, expected = one("03-single-primary-2d.json")
    pattern = expected["pattern_OPT_HYPERCUBE_HITAS_SIMPLEHEURISTIC"]
    assert intervals(case, pattern) == expected["intervals_published_pattern"]
    assert not cases.attack(case, expected["pattern_GAUSS"]).exact
    assert len(added(case)[1]) == expected["n_secondary_optimal"]


def test_small_counts_of_eight_regions():
    case, expected = one("04-z1-small-counts.json")
    assert intervals(case, case.primary) == expected["intervals_primary_only"]
    assert intervals(case, expected["suppressed"]) == expected["intervals_published_pattern"]
    assert len(added(case)[1]) == expected["n_secondary"]


TRAPS = json.loads((HERE / "05-micro-traps.json").read_text())


def trap(number, smallest=0):
    told = TRAPS["traps"][number]
    cells = {f"c{place}": count for place, count in enumerate(told["parts"])} | {"total": told["total"]}
    hidden = [f"c{place}" for place in told["suppressed"]]
    case = cases.Case(told["name"], cells, [(list(cells)[:-1], "total")], hidden, smallest_hidden=smallest)
    return case, hidden, told


@pytest.mark.parametrize("number", range(4))
def test_one_line_traps_give_the_listed_intervals(number):
    case, hidden, told = trap(number)
    assert intervals(case, hidden) == told["intervals"]
    assert (cases.attack(case, hidden).exact == hidden) == (told["expected"] == "exact")


def test_published_zeros_tell_that_two_hidden_ones_are_ones():
    case, hidden, _ = trap(2, smallest=1)
    assert cases.attack(case, hidden).exact == hidden


def test_a_hidden_pair_of_five_is_below_the_target_of_ten():
    case, hidden, _ = trap(3)
    aimed = replace(case, targets=dict.fromkeys(hidden, (0, 10)))
    assert cases.attack(aimed, hidden).below_target == hidden


def trapped(title):
    """A case of the file of traps, by its title."""
    return next(case for case in collected_case.read(HERE / "05-micro-traps.json") if case.title == title)


def test_three_singletons_in_a_row_give_each_other_away_and_need_secondary_cells():
    case = trapped("three singletons")
    assert case.hidden == case.primary
    assert case.insiders == [["1A"], ["1B", "TB"], ["1M"], ["2A"]]
    only_primary = cases.attack(case, case.primary)
    assert not only_primary.exact
    assert only_primary.to_insiders == {"1B": ["TA"], "1M": ["2A", "2M"], "2A": ["1M", "2M"]}
    _, secondary = added(case)
    assert secondary
    assert not cases.attack(case, [*case.primary, *secondary]).to_insiders


def test_where_zeros_are_published_three_singletons_are_exact_for_everybody_until_more_is_hidden():
    case = trapped("three singletons (zeros are published)")
    assert {"1A", "1B", "1M"} <= set(cases.attack(case, case.primary).exact)
    _, secondary = added(case)
    assert secondary
    outcome = cases.attack(case, [*case.primary, *secondary])
    assert not outcome.exact
    assert not outcome.to_insiders


def test_subtracting_the_men_from_everybody_finds_one_woman():
    case = trapped("differencing")
    assert (case.cells["women 21-30 heart"], case.cells["women 21-30 population"]) == (1, 1)
    told = cases.attack(case, case.hidden)
    assert {"women 21-30 heart", "women 21-30 population"} <= set(told.exact)
    assert added(case)[1]


def test_three_district_tables_reach_the_proven_optimum():
    expected = [told["expected"] for told in json.loads((HERE / "07-district-optimum.json").read_text())["instances"]]
    instances = json.loads((HERE / "07-district-optimum.json").read_text())["instances"]
    for case, told, wanted in zip(
        collected_case.read(HERE / "07-district-optimum.json"), instances, expected, strict=True
    ):
        assert len(case.primary) == wanted["primary"]
        assert len(cases.attack(case, case.primary).below_target) == wanted["primary_only_below_target"]
        answer, _ = added(case)
        assert answer.cost == answer.bound == wanted["optimal_weight"]
        names = list(case.cells)
        theirs = [*case.primary, *(names[place] for place in told["one_optimal_pattern"])]
        assert not cases.attack(case, theirs).below_target


def census(kind):
    with gzip.open(HERE / f"06-census-linked-{kind}.csv.gz", "rt") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("kind", "suppressed", "recoverable"),
    [("global", "global_suppressed", "global_primary_linearly_recoverable"),
     ("local", "local_suppressed", "local_primary_linearly_recoverable")],
)  # fmt: skip
def test_four_linked_census_tables_leak_when_each_is_protected_alone(kind, suppressed, recoverable):
    expected = json.loads((HERE / "06-census-linked.json").read_text())["expected"]
    cells, inner = census(kind), census("inner")
    groups = [name for name in inner[0] if name != "freq"]
    columns = {name: np.array([row[name] for row in inner]) for name in groups}
    covers = np.array(
        [
            np.all(
                [columns[name] == cell[name] for name in groups if cell[name] != "Total"] or [[True] * len(inner)], 0
            )
            for cell in cells
        ],
        dtype=float,
    )
    hidden = np.array([cell["suppressed"] == "True" for cell in cells])
    primary = np.array([cell["primary"] == "True" for cell in cells])
    assert hidden.sum() == expected[suppressed]
    assert primary.sum() == expected["primary"]
    if kind == "global":
        assert (np.flatnonzero(hidden) + 1).sum() == expected["global_checksum_sum_of_row_numbers"]
    shown = covers[~hidden]
    values, vectors = np.linalg.eigh(shown.T @ shown)
    span = vectors[:, values > 1e-7]
    rest = covers[primary] - covers[primary] @ span @ span.T
    found = np.zeros(len(cells), dtype=bool)
    found[np.flatnonzero(primary)[np.abs(rest).max(axis=1) < 1e-7]] = True
    assert int(found.sum()) == expected[recoverable]
    asked = [number for number in np.flatnonzero(primary) if number % 200 == 0]
    exact = census_attack(cells, covers > 0, asked)
    assert [number in exact for number in asked] == [bool(found[number]) for number in asked]


def census_attack(cells, covers, asked):
    """Which of the asked cells our own attacker makes exact; he knows which combinations occur, and no lower bound."""
    system = attacker.System({}, {}, set())
    people = [Key("n", "persons", "", str(column), "", "") for column in range(covers.shape[1])]
    system.lowest |= dict.fromkeys(people, -1000)
    seen, keys = set(), {}
    for number, cell in enumerate(cells):
        key, inside = Key("n", "cells", "", str(number), "", ""), np.flatnonzero(covers[number])
        if cell["suppressed"] == "True":
            if number not in asked:
                continue
            system.lowest[key] = -1000
            keys[key] = number
        elif inside.tobytes() in seen:
            continue
        else:
            seen.add(inside.tobytes())
            system.known[key] = int(cell["freq"])
        system.say({people[column]: 1 for column in inside} | {key: -1}, 0)
    system.simplify()
    return {keys[key] for key in attacker.Attack(system).exact(keys)}


def command(*arguments):
    """What `python -m appliance.aggregate.disclosure` prints and leaves with, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "appliance.aggregate.disclosure", *map(str, arguments), "--json"],
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("01-linked-geographies", "primary", "intervals_primary_only_joint"),
        ("01-linked-geographies", "N", "intervals_after_fix"),
        ("02-two-per-line-not-enough", "primary", "intervals_primary_only"),
        ("02-two-per-line-not-enough", "xb", "intervals_after_fix"),
        ("03-single-primary-2d", "A|male C|male C|female", "intervals_published_pattern"),
        ("04-z1-small-counts", "suppressed", "intervals_published_pattern"),
    ],
)
def test_the_command_gives_the_listed_intervals_of_a_given_pattern(name, pattern, expected):
    document = json.loads((HERE / f"{name}.json").read_text())
    more = [] if pattern == "primary" else document["expected"].get(pattern) or pattern.split()
    hidden = list(dict.fromkeys([*document["primary"], *more]))
    code, told = command(HERE / f"{name}.json", "--hidden", *hidden)
    assert told["intervals"] == document["expected"][expected]
    assert code == bool(told["exact"])


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("01-linked-geographies", "n_secondary"),
        ("02-two-per-line-not-enough", "safe_heuristic_secondary"),
        ("03-single-primary-2d", "n_secondary_optimal"),
        ("04-z1-small-counts", "n_secondary"),
    ],
)
def test_the_command_hides_no_more_than_the_listed_number_and_nothing_falls(name, listed):
    code, told = command(HERE / f"{name}.json")
    assert len(told["added"]) == told["cost"] == told["bound"]
    assert len(told["added"]) == json.loads((HERE / f"{name}.json").read_text())["expected"][listed]
    assert (code, told["below_target"], told["exact"]) == (0, [], [])


def test_the_command_answers_every_trap():
    code, document = command(HERE / "05-micro-traps.json")
    told = {one["title"]: one for one in document["cases"]}
    assert code == 1
    for trap in TRAPS["traps"]:
        one = told[trap["name"]]
        assert one["intervals"] == trap["intervals"]
        assert (one["exact"] == one["hidden"]) == (trap["expected"] == "exact")
        assert one["below_target"] == one["hidden"]
    ones = told["zeros published, ones hidden (zeros are published)"]
    assert ones["exact"] == ones["hidden"] == ["c2", "c3"]
    assert told["three singletons"]["to_insiders"]["1M"] == ["2A", "2M"]
    assert "1A" in told["three singletons (zeros are published)"]["exact"]
    assert told["differencing"]["intervals"]["women 21-30 heart"] == [1, 1]
    for title in ("three singletons", "three singletons (zeros are published)", "differencing"):
        mended = told[f"{title}, protected"]
        assert mended["added"]
        assert [mended["below_target"], mended["exact"], mended["to_insiders"]] == [[], [], {}]


def test_the_command_attacks_both_patterns_of_the_linked_census_tables():
    expected = json.loads((HERE / "06-census-linked.json").read_text())["expected"]
    code, document = command(HERE / "06-census-linked.json")
    told = {one["title"].split(": ")[-1]: one for one in document["cases"]}
    assert code == 1
    assert {one["primary"] for one in told.values()} == {expected["primary"]}
    for kind in ("global", "local"):
        assert len(told[kind]["hidden"]) == expected[f"{kind}_suppressed"]
        assert len(told[kind]["exact"]) == expected[f"{kind}_primary_linearly_recoverable"]
    rows = [int(name.removeprefix("row ")) for name in told["global"]["hidden"]]
    assert sum(rows) == expected["global_checksum_sum_of_row_numbers"]


def test_the_command_reaches_the_listed_optimum_of_each_district_table():
    instances = json.loads((HERE / "07-district-optimum.json").read_text())["instances"]
    code, document = command(HERE / "07-district-optimum.json")
    assert code == 0
    for told, instance in zip(document["cases"], instances, strict=True):
        assert told["cost"] == told["bound"] == instance["expected"]["optimal_weight"]
        assert not told["below_target"]


def test_the_command_finds_what_a_total_over_the_shown_cells_gives_away():
    code, told = command(HERE / "08-totals-of-shown-cells.json")
    assert code == 1
    assert told["exact"] == json.loads((HERE / "08-totals-of-shown-cells.json").read_text())["expected"]["exact"]
    assert command(HERE / "08-totals-of-shown-cells.json", "--hidden", "a", "b", "sum of b and c")[0] == 0


def test_the_manual_shows_a_table_of_ones_own_and_what_the_command_answers(tmp_path, monkeypatch, capsys):
    page = html.unescape((TEMPLATES / "manual" / "check-by-hand.html").read_text())
    told = dict(re.findall(r'<pre id="own-(\w+)">(.*?)</pre>', page, re.DOTALL))
    (tmp_path / "mine.json").write_text(told["table"])
    monkeypatch.chdir(tmp_path)
    for name, code in (("answer", 0), ("attack", 1)):
        asked, answer = told[name].split("\n\n")
        assert main(asked.removeprefix("python -m appliance.aggregate.disclosure ").split()) == code
        assert capsys.readouterr().out.strip() == answer


def test_every_case_is_answered_by_the_command():
    """A file that is added here has to be asked about above."""
    asked = Path(__file__).read_text()
    assert [path.name for path in HERE.glob("*.json") if f'"{path.stem}' not in asked] == []


def test_a_smallest_group_says_what_is_sensitive_and_what_has_to_stay_possible(tmp_path):
    line = {"cells": {"all": 100, "a": 57, "b": 39, "c": 4, "d": 0}, "minimum_n": 10,
            "constraints": [{"parts": ["a", "b", "c", "d"], "total": "all"}]}  # fmt: skip
    given = tmp_path / "line.json"
    given.write_text(json.dumps(line))
    (case,) = cases.read(given)
    assert case.primary == ["c", "d"]
    assert cases.attack(case, ["c", "d"]).below_target == ["c", "d"], "0 to 4 is less than fewer than 10"
    given.write_text(json.dumps(line | {"smallest_hidden": 1, "weight": {"all": 5}}))
    (case,) = cases.read(given)
    assert case.primary == ["c"]
    assert case.target("c") == (1, 10)
    answer, more = added(case)
    assert answer.optimal
    assert more in (["a"], ["b"])


def test_a_linked_case_without_its_cells_or_with_a_count_that_is_no_sum_gets_one_sentence(capsys, tmp_path):
    alone = tmp_path / "alone.json"
    alone.write_text('{"title": "Alone", "tables": ["sex*age"]}')
    assert main([str(alone)]) == 1
    assert "alone-inner.csv is missing" in capsys.readouterr().err
    (tmp_path / "alone-inner.csv").write_text("sex,freq\nF,3\nM,4\n")
    (tmp_path / "alone-ours.csv").write_text(
        "sex,freq,primary,suppressed\nTotal,7,False,False\nF,3,True,True\nM,5,False,True\n"
    )
    assert main([str(alone)]) == 1
    assert "alone-ours.csv, row 4: the cell is not the sum" in capsys.readouterr().err


def test_the_command_protects_and_attacks(capsys, tmp_path):
    assert main([str(HERE / "01-linked-geographies.json"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["added"], told["cost"], told["bound"]) == (1, ["N"], 1, 1)
    assert told["intervals"]["K"] == [0, 10]
    document = json.loads((HERE / "01-linked-geographies.json").read_text())
    given = tmp_path / "given.json"
    given.write_text(json.dumps(document | {"hidden": document["primary"]}))
    assert main([str(given), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["exact"] == ["K"]
    assert main([str(given), "--hidden", "A", "B", "K", "L", "M", "N"]) == 0
    assert "No sensitive number falls." in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        '{"cells": {"a": 1}}',
        '{"cells": {"a": 1, "b": 3}, "constraints": [{"parts": ["a"], "total": "b"}], "primary": []}',
        '{"cells": {"a": 1}, "constraints": [{"parts": ["a", "z"], "total": "a"}], "primary": []}',
        '{"cells": {"a": 1}, "constraints": [], "primary": ["z"]}',
        '{"cells": {"a": -1}, "constraints": [], "primary": []}',
        '{"cells": {"a": 1.7}, "constraints": [], "primary": []}',
        '{"cells": {"a": 1}, "constraints": [], "primary": ["a"], "targets": {"z": [0, 1]}}',
        '{"cells": {"a": 1}, "constraints": [], "primary": ["a"], "targets": {"a": [3, 1]}}',
        '{"cells": {"a": 4}, "constraints": [], "primary": ["a"], "upper": {"a": 3}}',
        '{"traps": [{"name": "x"}]}',
        '{"traps": [], "three_singletons": {"rows": []}}',
        '{"traps": [{"name": "x", "parts": [1], "total": 1, "suppressed": [4]}]}',
        '{"instances": [{"table": "x", "cells": [{}]}]}',
        '{"cells": {"a": 1}, "constraints": [], "minimum_n": "ten"}',
        '{"cells": {}, "constraints": [], "primary": []}',
        '{"cells": {"a": 1}, "constraints": [], "primary": ["a"], "hiden": ["a"]}',
        '{"cells": {"a": 1}, "constraints": [], "primary": ["a"], "weight": {"a": NaN}}',
        '{"cells": {"a": 1000000000000}, "constraints": [], "primary": ["a"]}',
    ],
)
def test_a_case_that_cannot_be_read_gets_one_sentence(tmp_path, content, capsys):
    path = tmp_path / "case.json"
    path.write_text(content)
    with pytest.raises(BadFile, match=r"case\.json"):
        collected_case.read(path)
    assert main([str(path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
