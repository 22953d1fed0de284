"""What a social security number looks like, and what only looks like one."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appliance.student_level.sources import ssn

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d. /_"
DIGITS = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"]


@st.composite
def numbers(draw):
    """Any number that could be issued, in any digits, with any sign between its parts."""
    area = draw(st.integers(1, 899).filter(lambda number: number != 666))
    written = f"{area:03}", f"{draw(st.integers(1, 99)):02}", f"{draw(st.integers(1, 9999)):04}"
    digits, dash = draw(st.sampled_from(DIGITS)), draw(st.sampled_from(DASHES))
    return dash.join(written).translate(str.maketrans("0123456789", digits))


@given(numbers(), st.sampled_from(["source_id", "student", "middle_name", "note", "title", "score_text"]))
def test_one_that_is_written_out_is_seen_in_any_column_any_digits_and_with_any_dash(number, field):
    assert ssn.Sieve(field).holds(number)
    assert ssn.Sieve(field).holds(f"old id {number}, see file")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("middle_name", "123456789"),
        ("middle_name", "１２３４５６７８９"),
        ("title", "912701234"),  # an ITIN
        ("note", "her SSN is 123456789"),
        ("note", "Soc. Sec. 123456789"),
        ("local_id", "{SSN:123456789}"),
        ("local_id", "{ssn : 123-45-6789}"),
        ("source_id", "student-123-45-6789"),
        ("source_id", "12\u200b3-45-67\u00ad89"),
    ],
)
def test_the_ways_they_come(field, text):
    assert ssn.Sieve(field, "student").holds(text)


@pytest.mark.parametrize(
    ("field", "entity", "text"),
    [
        ("student", "grade", "123456789"),  # a district's own ids of nine digits
        ("local_id", "student", "123456789"),
        ("section", "section_enrollment", "101-02-2026"),  # course, section, year
        ("source_id", "section", "101-02-2026"),
        ("source_id", "section_enrollment", "101-12-5001"),  # school, class, student; never kept
        ("middle_name", "student", "000456789"),
        ("title", "section", "room 123456789"),
        ("day", "grade", "2026-11-20"),
        ("day", "grade", "2026-11-20T10:11:12.000Z"),
        ("note", "grade", "555-123-4567"),
        ("source_id", "student", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("source_id", "student", "1234-45-6789"),
        ("score", "grade", "87.5"),
    ],
)
def test_what_only_looks_like_one_passes(field, entity, text):
    assert not ssn.Sieve(field, entity).holds(text)


@pytest.mark.parametrize(
    "name",
    "ssn;SSN;stu_ssn;StudentSSN;studentssn;SSN4;ssn_last4;Social Security;SocialSecurityNumber;SS#;SS #;ss_no;"
    "Soc Sec Nbr;SOC_SEC_NO;ITIN;Tax ID;taxpayer_id;ＳＳＮ;SSN (student_id)".split(";"),
)
def test_a_column_is_known_by_its_name(name):
    assert ssn.in_a_column_named(name)


@pytest.mark.parametrize(
    "name",
    "className;classNumber;class_nbr;lessonNumber;passNumber;businessName;address;ssid;social_studies;".split(";"),
)
def test_other_columns_are_not_taken_for_it(name):
    assert not ssn.in_a_column_named(name)


@pytest.mark.parametrize("system", ["SSN", "Social Security Number", "ssn", "ITIN"])
def test_a_type_of_code_is_known(system):
    assert ssn.is_code_type(system)
    assert not ssn.is_code_type("State")


def test_a_header_that_is_a_row_of_data_is_not_repeated():
    assert ssn.without_them(["id", "123-45-6789", "", "987654321"]) == ("id", "column 2", "column 3", "column 4")


@st.composite
def cells(draw):
    """Values like those of a column: near misses as well as numbers, with blanks, words and more digits around."""
    sign = st.sampled_from(["", "", "-", ".", " ", " - ", "  -", "--", "x"])
    number = "123" + draw(sign) + "45" + draw(sign) + draw(st.sampled_from(["6789", "67890", "678"]))
    around = st.sampled_from(["", "", "1", "id ", " ssn", "ssn ", "class ", "{SSN:1}"])
    return draw(around) + draw(st.one_of(numbers(), st.just(number))) + draw(around)


@settings(max_examples=300)
@example(["ssn 123456789"], ("source_id", "student"))
@given(
    st.lists(cells(), min_size=1, max_size=2),
    st.sampled_from([("source_id", "student"), ("code", "course"), ("note", "")]),
)
def test_one_look_at_a_whole_column_lets_nothing_pass_that_a_look_at_each_value_would_not(values, column):
    sieve = ssn.Sieve(*column)
    if sieve.lets_all_pass("\n".join(values)):
        assert not any(sieve.holds(value) for value in values)
