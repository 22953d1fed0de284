"""Which passwords will do: long ones that are on no list, whatever signs they are made of."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.jobs import passwords
from appliance.jobs.passwords import BadPassword, check_password, check_strength, hash_password, is_common

WORDS = ["n.okafor", "Ngozi Okafor", "Maplewood District", "Elm School", "Oak School"]


def refusal(password: str, shortest: int = 8) -> str:
    with pytest.raises(BadPassword) as told:
        check_strength(password, shortest=shortest, words=WORDS)
    assert password == "password" or password not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(
    "password",
    ["three plain tapirs", "ääääöööö über alles", "correct-horse-42", "日本語の長い合言葉です", "aA1 aA2 bB3 cC4"],
)
def test_v6_2_5_any_signs_will_do(password: str) -> None:
    check_strength(password, shortest=8, words=WORDS)


@pytest.mark.parametrize(("length", "shortest"), [(14, 15), (7, 8), (129, 15), (129, 8)])
def test_v6_2_1_v6_2_9_a_password_is_long_enough_and_not_longer_than_is_looked_at(length: int, shortest: int) -> None:
    password = ("tapir drinks wine " * 9)[:length]
    assert f"{shortest} to 128 characters" in refusal(password, shortest)
    check_strength(password[:128].ljust(15, "q"), shortest=15, words=WORDS)


def test_v6_2_4_the_list_holds_more_than_a_hundred_thousand() -> None:
    with passwords._COMMON.open("rb") as packed, gzip.open(packed) as lines:
        assert sum(1 for _ in lines) >= 100_000


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password123!",
        "P@ssw0rd2026",
        "qwertyuiop",
        "1q2w3e4r5t",
        "iloveyou!!!",
        "dragon1987",
        "sunshine99",
        "passwordpassword1",
    ],
)
def test_v6_2_4_v6_2_12_a_frequent_password_is_refused_however_it_is_dressed(password: str) -> None:
    assert "many people use" in refusal(password)


@pytest.mark.parametrize(
    "password",
    [
        "maplewood2026!",
        "Elm School 2026",
        "OKAFOR-okafor-1",
        "oak school oak school",
        "ngozi.okafor.7",
        "n.okafor1234567",
    ],
)
def test_v6_2_11_names_of_the_person_the_schools_and_the_district_are_refused(password: str) -> None:
    assert "user name or the name of a school" in refusal(password)


@pytest.mark.parametrize("password", ["abcabcabcabcabc", "aaaaaaaaaaaaaaa", "12121212121212121"])
def test_a_password_that_repeats_itself_is_refused(password: str) -> None:
    assert "repeats itself" in refusal(password)


def test_a_school_in_a_long_sentence_does_not_spoil_it() -> None:
    check_strength("the oak behind the gym leans", shortest=15, words=WORDS)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=16, max_size=60))
def test_whatever_is_typed_gets_an_answer(password: str) -> None:
    assert is_common(password) in (True, False)
    try:
        check_strength(password, shortest=15, words=WORDS)
    except BadPassword as told:
        assert str(told).endswith((".", "one."))


def test_v11_4_2_only_the_whole_password_opens() -> None:
    kept = hash_password("three plain tapirs")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password(kept, "three plain tapirs")
    assert not check_password(kept, "three plain tapir")
    assert not check_password("", "")
    assert not check_password(None, "the password of an account that does not exist")
