"""What a policy promises to publish is published, or nothing leaves and a sentence says what to change."""

import random

import pytest
from districts import Pupil, district, tabulate
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.aggregate.disclosure import Policy, policy_file, protect
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT

EVERY_TOTAL = Policy(must_publish=("membership all",))


def pupils(school: str, number: int, grades: tuple[str, ...] = ("03", "04"), **groups: str) -> list[Pupil]:
    """So many children of a school who differ in nothing but what is named."""
    found = [Pupil(random.Random(each), [school], grades) for each in range(number)]
    alike = {"race": "WH7", "english_learner": "NLEP", "disability": "WODIS", "economic": "NECODIS"}
    for each in found:
        each.groups.update(alike | groups)
    return found


def totals(protected):
    """The enrolment of the district and of each school as it would leave."""
    return {cell.school_id: cell.n for cell in protected.tables[0] if cell.dimension == "all"}


def test_a_district_with_one_tiny_school_releases_with_its_own_total_shown():
    counts = tabulate([*pupils("ELM", 60), *pupils("OAK", 45), *pupils("TINY", 4)], ["ELM", "OAK", "TINY"])
    found = totals(protect(counts))
    assert found[DISTRICT] == 109
    assert found["TINY"] is None
    assert sorted(found[school] is None for school in ("ELM", "OAK")) == [False, True]


def test_a_district_of_one_school_releases():
    assert totals(protect(tabulate(pupils("ELM", 60), ["ELM"]))) == {DISTRICT: 60, "ELM": 60}


@pytest.mark.parametrize("schools", [1, 2])
def test_a_number_that_tells_all_by_itself_is_too_small_to_be_promised(schools):
    """Fourteen children in many grades: their number alone says that none of these grades has ten."""
    rules = Policy()
    assert [one.line for one in rules.promises] == ["membership all district"]
    found = totals(protect(district(0, schools, (13, 13) if schools == 1 else (5, 8)), rules))
    assert found[DISTRICT] is None


def test_a_promise_that_cannot_be_kept_is_refused_with_tables_groups_and_what_to_change():
    """All totals are promised, so what the others leave of the district's is how many go to the tiny school."""
    counts = tabulate([*pupils("ELM", 60), *pupils("OAK", 45), *pupils("TINY", 4)], ["ELM", "OAK", "TINY"])
    with pytest.raises(Refused) as refused:
        protect(counts, EVERY_TOTAL)
    said = str(refused.value)
    for part in ("'membership all'", "table membership", "all students of OAK", "Nothing was released", "district"):
        assert part in said
    assert not {"60", "45", "109", "105"} & set(said.replace(";", " ").replace(".", " ").split())


def test_a_promise_makes_the_choice_fall_on_something_else():
    """Six children of a race: usually another race is given up beside them; where races are promised, the total."""
    many = [*pupils("ELM", 60), *pupils("ELM", 40, race="HI7"), *pupils("OAK", 50), *pupils("OAK", 30, race="HI7")]
    counts = tabulate([*many, *pupils("ELM", 6, race="AS7")], ["ELM", "OAK"])

    def of_district(rules):
        cells = protect(counts, rules).tables[0]
        return {cell.category: cell.n for cell in cells if (cell.school_id, cell.dimension) in WANTED}

    assert of_district(Policy()) == {"all": 186, "WH7": 110, "HI7": None, "AS7": None}
    races = Policy(must_publish=("membership race district",))
    assert of_district(races) == {"all": None, "WH7": 110, "HI7": 70, "AS7": None}


WANTED = ((DISTRICT, "all"), (DISTRICT, "race"))


@given(seed=st.integers(0, 10_000), schools=st.integers(1, 4), minimum=st.sampled_from([5, 10, 20]))
@settings(max_examples=12, deadline=None)
def test_promised_totals_are_shown_or_the_release_is_refused(seed, schools, minimum):
    """Whatever the district: a school's total that is large enough for its grades is a number, or nothing leaves."""
    counts = [one for one in district(seed, schools, (5, 90)) if one.metric == "membership"]
    rules = Policy(minimum_n=minimum, k=2, must_publish=EVERY_TOTAL.must_publish)
    true = {cell.school_id: cell.count for cell in counts[0].cells if cell.dimension == "all"}
    try:
        found = totals(protect(counts, rules))
    except Refused as refused:
        assert "must_publish promises 'membership all'" in str(refused)
        return
    # Of 13 grades, 7 races and 2 sexes at 4 schools at most: more than that can hold one child each.
    assert all(found[at] == number for at, number in true.items() if number >= minimum + 4 * 13)


@given(seed=st.integers(0, 10_000), schools=st.integers(1, 4), minimum=st.sampled_from([5, 10, 20]))
@settings(max_examples=12, deadline=None)
def test_no_district_is_refused_for_the_promise_of_the_shipped_rules(seed, schools, minimum):
    counts = [one for one in district(seed, schools, (2, 90)) if one.metric == "membership"]
    found = totals(protect(counts, Policy(minimum_n=minimum, k=2)))
    total = sum(cell.count for cell in counts[0].cells if (cell.school_id, cell.dimension) == (DISTRICT, "all"))
    assert found[DISTRICT] == total or total < minimum + 4 * 13


def test_rules_of_format_1_promise_nothing_and_keep_their_name():
    """A district signed them when must_publish was a wish: they stay what was signed, byte for byte."""
    old = policy_file.read('format = 1\nmust_publish = ["membership all"]\n', "policy.toml")
    assert old.promises == ()
    assert old.sha256 == "f211a124a384195f9916668e0ed6094932eeddbc8cee86a976ef4b635cb04857"
    counts = tabulate([*pupils("ELM", 60), *pupils("OAK", 45), *pupils("TINY", 4)], ["ELM", "OAK", "TINY"])
    assert totals(protect(counts, old)) == totals(protect(counts))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lunch all", "no table 'lunch'"),
        ("membership shoe_size", "Groups of membership: all, grade, race, sex"),
        ("membership", "Write a table, one of its groups"),
        ("membership all schools", "the word district"),
        ("", "no table ''"),
    ],
)
def test_a_promise_of_an_unknown_table_or_group_is_refused(line, said):
    with pytest.raises(Refused, match=said):
        policy_file.read(f'must_publish = ["{line}"]\n', "rules.toml")


@pytest.mark.parametrize("name", sorted(policy_file.presets()))
def test_every_preset_promises_the_districts_own_total(name):
    assert [one.line for one in policy_file.preset(name).promises] == ["membership all district"]
