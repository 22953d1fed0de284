"""Districts' words for what only totals need become ours, and ours are what the records take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.migrations import _FOLDER
from appliance.student_level.sources import totals_codes
from appliance.student_level.sources.languages import language
from appliance.student_level.sources.totals_csv import LAYOUTS, school_year_of_day
from appliance.student_level.sources.values import Refused, one_of

STEP = (_FOLDER / "m028_records_for_totals.sql").read_text()
COLUMNS = {
    "action": totals_codes.ACTIONS, "reason": totals_codes.LEAVING, "kind": totals_codes.CREDENTIALS,
    "disability": totals_codes.DISABILITIES, "environment": totals_codes.ENVIRONMENTS,
    "night_residence": totals_codes.RESIDENCES,
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_the_records_take_every_word_of_ours_and_no_other(column):
    (listed,) = re.findall(rf"CHECK \({column} IN\s*\(([^)]+)\)", STEP)
    assert set(re.findall(r"'(\w+)'", listed)) == set(COLUMNS[column].values()) - {None}


@pytest.mark.parametrize("column", COLUMNS)
def test_ours_are_understood_too_and_named_first_to_somebody_whose_word_is_not(column):
    words = COLUMNS[column]
    ours = list(dict.fromkeys(ours for ours in words.values() if ours is not None))
    assert list(words)[: len(ours)] == ours
    assert all(one_of(words)(word.upper()) == ours for word, ours in words.items())
    with pytest.raises(Refused) as refused:
        one_of(words)("a word of nobody's")
    assert ours[0] in refused.value.fix


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Spanish", "spa"), ("es", "spa"), ("SPA", "spa"), ("spa - Spanish; Castilian", "spa"), ("fre", "fra"),
        ("Mandarin (Chinese)", "zho"), ("yue", "zho"), ("Farsi (Persian)", "fas"), ("  Haitian   Creole ", "hat"),
        ("Pilipino (Tagalog)", "fil"), ("Hmong", "hmn"), ("Karen", "kar"), ("Other languages", "mis"), ("Krio", "kri"),
    ],
)  # fmt: skip
def test_a_language_is_known_by_its_name_and_by_any_of_its_codes(said, code):
    assert language(said) == code


@pytest.mark.parametrize("said", ["Double Dutch", "zz", "x", "-", "English/Spanish"])
def test_what_is_no_language_or_two_is_refused(said):
    with pytest.raises(Refused, match="not_in_list"):
        language(said)


@given(st.text(max_size=20))
def test_any_text_is_a_language_of_three_letters_or_refused(said):
    try:
        assert re.fullmatch("[a-z]{3}", language(said))
    except Refused as refused:
        assert said not in refused.fix or len(said) < 4


def test_of_a_day_only_its_school_year_goes_on():
    assert [school_year_of_day(day) for day in ("2026-06-30", "2026-07-01", "7/1/2026")] == [2026, 2027, 2027]


def test_no_layout_for_totals_reads_what_happened_or_who_was_there():
    read = {header for layout in LAYOUTS for column in layout.columns for header in column.headers}
    assert not read & {"behavior", "location", "time", "date", "incident_id", "participation", "reporter", "weapon"}
