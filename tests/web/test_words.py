"""How numbers and days are written."""

from hypothesis import example, given
from hypothesis import strategies as st

from appliance.days import day_number
from appliance.web import words
from appliance.web.addresses import Addresses, Kind


def test_days_are_written_as_people_write_them() -> None:
    from datetime import date

    day = day_number(date(2026, 11, 3))
    assert words.long_day(day) == "Tuesday, November 3, 2026"
    assert words.short_day(day) == "Nov 3"
    assert words.day_and_year(day) == "Nov 3, 2026"


def test_what_was_kept_for_programs_too_is_read_with_the_days_of_people() -> None:
    assert words.days_told("from 2026-11-05 on, and until 2027-06-30") == "from Nov 5, 2026 on, and until Jun 30, 2027"
    for no_day in ("2026-02-30", "schoolhouse-0612345-2026-11-05", "2026-2027", "12026-11-05", "2026-11-05-v1"):
        assert words.days_told(no_day) == no_day


def test_shares_have_one_decimal_and_make_a_hundred() -> None:
    assert words.percent(18, 135) == "13.3%"
    assert (words.percent(6, 63), words.attended(6, 63)) == ("9.5%", "90.5%")
    assert words.percent(0, 5) == "0.0%"


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_share_never_reads_as_ten_percent_none_or_all_unless_it_is(count: int, out_of: int) -> None:
    count = min(count, out_of)
    share = words.tenths(count, out_of)
    assert (share >= 100) == (count * 10 >= out_of)
    assert (share == 0) == (count == 0)
    assert (share == 1000) == (count == out_of)
    assert abs(share - 1000 * count / out_of) <= 1


def test_lists_and_counts_read_well() -> None:
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.listing(["a"]) == "a"
    assert words.plural(1, "student") == "1 student"
    assert words.plural(1200, "student") == "1,200 students"
    assert words.number(3) == "three"
    assert words.number(12) == "12"
    assert [words.grade_level(code) for code in ("KG", "01", "12")] == ["kindergarten", "grade 1", "grade 12"]


@given(
    st.sampled_from(Kind), st.integers(0, 2**63 - 1), st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40)
)
def test_an_address_opens_only_what_it_was_made_for(kind: Kind, key: int, token: str, other: str) -> None:
    address = Addresses(token).of(kind, key)
    assert len(address) == 22
    assert Addresses(token).key(kind, address) == key
    assert all(Addresses(token).key(another, address) is None for another in Kind if another != kind)
    if other != token:
        assert Addresses(other).key(kind, address) is None


def test_of_thousands_of_edited_addresses_none_opens_anything() -> None:
    addresses = Addresses("token")
    real = addresses.of(Kind.STUDENT, 101)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    edited = {real[:place] + letter + real[place + 1 :] for place in range(22) for letter in letters} - {real}
    assert len(edited) > 1300
    assert [address for address in edited if addresses.key(Kind.STUDENT, address) is not None] == []
    elsewhere = [Addresses(f"token {n}").key(Kind.STUDENT, real) for n in range(3000)]
    assert set(elsewhere) == {None}


@given(st.text(max_size=30))
@example("A" * 21 + "!")
@example("A" * 21 + "=")
def test_a_made_up_address_opens_nothing(address: str) -> None:
    assert Addresses("token").key(Kind.STUDENT, address) is None
