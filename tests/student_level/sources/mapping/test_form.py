"""A mapping is read strictly: a person who mends one by hand is told what is wrong and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.student_level.sources.mapping.form import Cell, MappedLayout, Mapping, read_mapping
from appliance.student_level.sources.mapping.shelf import known_mappings, shipped_mappings
from appliance.student_level.sources.mapping.writing import write

RIGHT = """
version = 1
name = "Riverton attendance"
fingerprint = ["PUPIL_NO", "ATT_CODE"]
attendance = "negative"
[codes.attendance]
A = "Unexcused"
P = "Present"
[[table]]
layout = "daily attendance"
[table.columns]
student_id = "PUPIL_NO"
date = { from = "ATT_DT", dates = ["MM/DD/YY"] }
category = { from = "ATT_CODE", codes = "attendance" }
"""


def test_the_mapping_of_the_form_s_own_description_is_right():
    assert read_mapping(RIGHT, "riverton.toml").table[0].layout == "daily attendance"


@pytest.mark.parametrize(
    ("change", "to", "said"),
    [
        ("version = 1", "version = 2", "version 2 of the form"),
        ('fingerprint = ["PUPIL_NO", "ATT_CODE"]', "", "needs a fingerprint"),
        ('"daily attendance"', '"attendance of the day"', "no layout 'attendance of the day'"),
        ('student_id = "PUPIL_NO"', 'pupil = "PUPIL_NO"', "no column 'pupil'"),
        ('student_id = "PUPIL_NO"', "", "needs the column 'student_id'"),
        ('codes = "attendance"', 'codes = "atendance"', "no code table 'atendance'"),
        ('["MM/DD/YY"]', '["MM/DD"]', "needs a year"),
        ('["MM/DD/YY"]', '["YYYY-MM-MM"]', "says the same thing twice"),
        ('from = "ATT_CODE",', 'from = "ATT_CODE", is = "Excused",', "exactly one of"),
        ('from = "ATT_CODE",', 'form = "ATT_CODE",', "unknown field `form`"),
        ('P = "Present"', "", None),
        ('name = "Riverton attendance"', 'name = "../../etc/passwd;"', "matching regex"),
        ("version = 1", "version = ", "Invalid value"),
    ],
)
def test_a_mistake_is_named_with_the_file_it_is_in(change, to, said):
    text = RIGHT.replace(change, to)
    assert text != RIGHT
    if said is None:
        assert read_mapping(text, "riverton.toml")
        return
    with pytest.raises(BadFile, match="riverton.toml") as trouble:
        read_mapping(text, "riverton.toml")
    assert said in str(trouble.value)


def test_positive_attendance_needs_to_know_which_code_is_present():
    text = RIGHT.replace('"negative"', '"positive"').replace('P = "Present"', "")
    with pytest.raises(BadFile, match="positive attendance needs a code for Present"):
        read_mapping(text, "riverton.toml")


def test_rows_that_repeat_may_use_only_the_words_after_for():
    text = """
version = 1
name = "x"
fingerprint = ["A"]
[[table]]
layout = "tests"
columns = { student_id = "A", administration_date = "B" }
[[table.rows]]
for.part = ["Math"]
filled = ["scale_score"]
columns = { assessment_id = { is = "X {part}" }, scale_score = "{prat} score" }
"""
    with pytest.raises(BadFile, match="none of the words after `for`"):
        read_mapping(text, "x.toml")
    assert read_mapping(text.replace("prat", "part"), "x.toml")


@pytest.mark.parametrize("mapping", shipped_mappings(), ids=lambda mapping: mapping.name)
def test_what_is_written_reads_back_the_same(mapping):
    assert read_mapping(write(mapping), "again") == mapping


words = st.text(min_size=1, max_size=20).filter(lambda text: not text.startswith("="))


@given(theirs=st.lists(words, min_size=3, max_size=3), codes=st.dictionaries(words, st.sampled_from(["Tardy", "-"])))
def test_any_header_and_code_can_be_written_and_read_back(theirs, codes):
    columns = {"student_id": theirs[0], "date": theirs[1], "category": Cell(source=theirs[2], codes="c")}
    mapping = Mapping(
        version=1, name="any", fingerprint=tuple(theirs), codes={"c": codes}, seen=tuple(theirs),
        table=(MappedLayout(layout="daily attendance", columns=columns),),
    )  # fmt: skip
    assert read_mapping(write(mapping), "again") == mapping


def test_a_district_s_own_mappings_come_before_the_shipped_ones(tmp_path):
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "riverton.toml").write_text(RIGHT)
    assert known_mappings(tmp_path)[0].name == "Riverton attendance"
    assert known_mappings(tmp_path)[1:] == shipped_mappings()
    (tmp_path / "mappings" / "broken.toml").write_bytes(b"\xff")
    with pytest.raises(BadFile, match="broken.toml"):
        known_mappings(tmp_path)
