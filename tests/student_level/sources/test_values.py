"""Text in, a typed value out, or a refusal with a stable code that never repeats the value."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appliance.days import day_number
from appliance.student_level.sources import values
from appliance.student_level.sources.values import Refused

CHECKS = {
    "text": values.text, "day": values.day, "number": values.number, "size": values.size, "year": values.year,
    "flag": values.flag, "grade": values.grade_level, "several": values.several,
    "one of": values.one_of({"Excused": "excused", "İ": 1}),
}  # fmt: skip
ANYTHING = st.text(max_size=400).map(str.strip).filter(bool)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
@given(ANYTHING)
@example("nan")
@example("inf")
@example("1e5")
@example("1_000")
@example("١٢٣")
@example("२०२६-०९-०१")
@example("9" * 400)
@example("-0")
@example("\x07")
@example("0000-00-00")
def test_a_check_gives_a_value_or_refuses_and_never_repeats_what_it_was_given(check, text):
    try:
        check(text)
    except Refused as refused:
        assert refused.code
        assert refused.what
        assert refused.fix.endswith(".")
        if len(text) > 12:
            assert text not in refused.what + refused.fix


DIGITS = st.text(st.characters(categories=["Nd"]), min_size=1, max_size=8)


@given(DIGITS)
def test_only_our_ten_digits_are_numbers(text):
    if text.isascii():
        assert values.number(text) == float(text)
    else:
        for check in (values.number, values.size, values.year, values.day, values.flag, values.grade_level):
            with pytest.raises(Refused):
                check(text)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_is_read_in_each_of_its_forms(day):
    number = day_number(day)
    assert values.day(day.isoformat()) == number
    assert values.day(f"{day.isoformat()}T23:59:59.000Z") == number
    assert values.day(f"{day.month}/{day.day}/{day.year}") == number
    assert values.day(f"{day:%m/%d/%Y}") == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0003-09-01", "date_out_of_range"), ("6209-09-01", "date_out_of_range"), ("1899-12-31", "date_out_of_range"),
        ("2100-01-01", "date_out_of_range"), ("0000-01-01", "not_a_date"), ("2026-02-29", "not_a_date"),
        ("13/01/2026", "not_a_date"), ("2026/09/01", "not_a_date"), ("1.9.2026", "not_a_date"),
        ("20260901", "not_a_date"), ("46266", "not_a_date"), ("2026-09-01\nT", "not_a_date"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_is_refused(text, code):
    with pytest.raises(Refused) as caught:
        values.day(text)
    assert caught.value.code == code


@given(st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: f"{number:.4f}"))
def test_a_plain_number_is_read(text):
    assert values.number(text) == float(text)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e5", "1_000", "1,5", "1.", ".5", "+1", "0x1", "85.12 B+", "--1"]
)
def test_what_only_a_programmer_calls_a_number_is_refused(text):
    with pytest.raises(Refused):
        values.number(text)


def test_what_may_not_be_below_zero():
    assert values.size("0") == 0
    with pytest.raises(Refused) as caught:
        values.size("-0.5")
    assert caught.value.code == "negative"


@pytest.mark.parametrize(
    ("text", "year"), [("2027", 2027), ("2026-2027", 2027), ("2026/2027", 2027), ("2026 - 2027", 2027)]
)
def test_a_school_year_is_named_by_its_end(text, year):
    assert values.year(text) == year


@given(ANYTHING)
def test_text_keeps_letters_and_drops_control_characters(text):
    try:
        kept = values.text(text)
    except Refused as refused:
        assert len(text) > values.LONGEST_TEXT or not any(c.isprintable() and not c.isspace() for c in text)
        assert refused.code in ("too_long", "missing")
    else:
        assert kept
        assert kept.isprintable()
        assert [c for c in text if c.isprintable() and c != " "] == [c for c in kept if c != " "]


def test_names_are_kept_as_they_are_written():
    for name in ("Nguyễn", "O’Brien-Smith", "Null", "José María", "김민준", "Þóra", "d'Árc"):
        assert not values.is_nothing(name)
        assert values.text(name) == name
    assert values.text("Anna\u00a0Maria") == "Anna Maria"
    assert all(values.is_nothing(text) for text in ("", "NULL", "null", "N/A", "None"))


@given(st.text())
def test_a_report_says_what_a_value_is_like_and_not_what_it_is(text):
    said = values.kind_of(text)
    assert said == "empty" or said.startswith(("number of ", "text of "))
    assert len(said) < 40


@pytest.mark.parametrize(
    ("text", "grade"), [("KG", "KG"), ("k", "KG"), ("TK", "KG"), ("1", "01"), ("01", "01"), ("pk", "PK")]
)
def test_grades_are_read_as_states_write_them(text, grade):
    assert values.grade_level(text) == grade
