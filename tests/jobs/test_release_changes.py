"""What a release changes: every row that says something else, and none that says the same."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.jobs.release_changes import Change, _compared

HEAD = "school_year,lea_id,school_id,race,n,denominator,suppression,n_lower,n_upper,n_as_of,denominator_as_of\n"


def table(*rows: str) -> bytes:
    return (HEAD + "".join(f"2026-2027,0612345,{row}\n" for row in rows)).encode()


def test_elm_school_is_counted_anew_and_oak_school_keeps_its_number_and_its_silence() -> None:
    was = table(
        "ELM,WH7,40,,none,40,40,,", "OAK,WH7,50,,none,50,50,,", "OAK,AS7,,,hidden,0,12,,", "OAK,PI7,,,not_offered,0,0,,"
    )
    now = table(
        "ELM,WH7,52,,none,52,52,,",
        "OAK,WH7,50,,none,50,50,2026-10-01,",
        "OAK,AS7,,,hidden,0,12,,",
        "OAK,PI7,,,hidden,0,9,,",
    )
    told = _compared("membership.csv", was, now)
    assert (told.name, told.anew) == ("membership", 1)
    assert told.changes == (
        Change(("ELM", "WH7"), "40", "52"),
        Change(("OAK", "PI7"), "nobody", "hidden, 0 to 9"),
    )


def test_a_hidden_group_with_a_wider_range_is_counted_and_not_listed() -> None:
    told = _compared("membership.csv", table("ELM,AS7,,,hidden,1,12,,"), table("ELM,AS7,,,hidden,0,,,"))
    assert (told.ranges, told.changes) == (1, ())


def test_a_share_is_told_with_its_group_and_a_class_with_its_ends() -> None:
    was = table("ELM,WH7,12,60,none,12,12,,", "OAK,WH7,,60,coded,0,3,,")
    now = table("ELM,WH7,,60,coded,0,3,,", "OAK,WH7,,,hidden,0,,,", "FIR,WH7,20,80,none,20,20,,")
    assert [(one.was, one.now) for one in _compared("chronic_absence.csv", was, now).changes] == [
        ("12 of 60", "0 to 3 of 60"),
        ("0 to 3 of 60", "hidden, 0 or more"),
        ("no such row", "20 of 80"),
    ]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_a_table_held_against_itself_changes_nothing(counts: list[int]) -> None:
    same = table(*(f"S{place},WH7,{count},,none,{count},{count},," for place, count in enumerate(counts)))
    told = _compared("membership.csv", same, same)
    assert (told.anew, told.ranges, told.changes) == (len(counts), 0, ())
