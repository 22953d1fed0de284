"""What a mapping does to a file's rows, and what it refuses."""

import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.student_level.sources.mapping.dates import date_reader
from appliance.student_level.sources.mapping.form import read_mapping
from appliance.student_level.sources.mapping.mapped import apply
from appliance.student_level.sources.recognise import recognise
from appliance.student_level.sources.values import Refused
from appliance.student_level.staging.report import FileRead, ImportReport
from appliance.student_level.staging.typed_rows import typed_rows
from tests.student_level.sources.mapping.reading import SAMPLES, see
from tests.student_level.sources.mapping.test_form import RIGHT

ATTENDANCE = "PUPIL_NO,NAME,ATT_DT,ATT_CODE\n"


@pytest.fixture
def read(tmp_path):
    """A file's text, seen through mappings of the district's own."""
    (tmp_path / "mappings").mkdir()

    def see_text(text, *mappings, name="file.csv"):
        for nth, mapping in enumerate(mappings):
            (tmp_path / "mappings" / f"{nth}.toml").write_text(mapping)
        path = tmp_path / name
        path.write_text(text)
        return see(path, tmp_path)

    return see_text


def test_local_codes_become_ours_and_rows_that_say_present_are_left_out_of_negative_attendance(read):
    seen = read(ATTENDANCE + "501,Ada,09/08/26,A\n502,Ben,09/09/26,a\n503,Cy,09/09/26,P\n", RIGHT)
    rows = seen.only("daily attendance")
    assert [(row.student, row.category) for row in rows] == [("501", "unexcused"), ("502", "unexcused")]
    assert seen.left_out == ("NAME",)
    assert not seen.report.problems


def test_in_positive_attendance_present_is_a_row_like_the_others(read):
    mapping = RIGHT.replace('"negative"', '"positive"')
    seen = read(ATTENDANCE + "501,Ada,09/08/26,A\n503,Cy,09/09/26,P\n", mapping)
    assert [row.category for row in seen.only("daily attendance")] == ["unexcused", "present"]


def test_an_unknown_code_is_refused_with_its_row_and_their_column_and_is_not_repeated(read):
    seen = read(ATTENDANCE + "501,Ada,09/08/26,A\n502,Ben,09/09/26,ZEBRA\n", RIGHT)
    assert seen.codes == [(3, "ATT_CODE", "not_in_list")]
    assert "ZEBRA" not in str(seen.report.problems[0])
    assert "'attendance'" in seen.report.problems[0].sentence
    assert len(seen.only("daily attendance")) == 1


def test_a_code_may_be_known_and_left_out(read):
    seen = read(ATTENDANCE + "501,Ada,09/08/26,FT\n", RIGHT.replace('A = "Unexcused"', 'A = "Unexcused"\nFT = "-"'))
    assert seen.only("daily attendance") == []
    assert seen.codes == []


def test_a_date_in_another_form_than_the_mapping_says_is_refused(read):
    seen = read(ATTENDANCE + "501,Ada,2026-09-08,A\n502,Ben,13/13/26,A\n", RIGHT)
    assert seen.codes == [(2, "ATT_DT", "not_a_date"), (3, "ATT_DT", "not_a_date")]


def test_a_row_that_is_too_long_or_too_short_is_refused_and_one_that_is_padded_is_not(read):
    text = ATTENDANCE + "501,Ada,09/08/26,A,,\n502,Ben,09/09/26,A,x\n503,Cy,09/09/26\n504,Di,09/09/26,A\n"
    seen = read(text, RIGHT)
    assert seen.codes == [(3, "", "wrong_width"), (4, "", "wrong_width")]
    assert [row.student for row in seen.only("daily attendance")] == ["501", "504"]


def test_a_column_that_the_mapping_needs_and_the_file_lost_is_said_before_anything_is_read(read):
    mapping = RIGHT.replace('["PUPIL_NO", "ATT_CODE"]', '["PUPIL_NO"]')
    with pytest.raises(BadFile, match="no column ATT_DT, from which the mapping 'Riverton attendance' takes date"):
        read("PUPIL_NO,ATT_CODE\n501,A\n", mapping)


def test_a_name_that_stands_twice_is_refused_only_when_it_is_read(read):
    seen = read("PUPIL_NO,ATT_DT,ATT_CODE,X,X\n501,09/08/26,A,1,2\n", RIGHT)
    assert len(seen.only("daily attendance")) == 1
    with pytest.raises(BadFile, match="names ATT_DT twice"):
        read("PUPIL_NO,ATT_DT,ATT_CODE,ATT_DT\n501,09/08/26,A,2\n", RIGHT)


MARKS = """
version = 1
name = "marks"
ids = "district"
fingerprint = ["STD", "SEC", "MARK"]
[[table]]
layout = "OneRoster results"
[table.columns]
sourcedId = { join = ["STD", "SEC"], with = "/" }
lineItemSourcedId = { join = ["SEC", "=Q1"], with = "/" }
studentSourcedId = "STD"
score = { from = "MARK", take = "number" }
textScore = { from = "MARK", take = "letter" }
[[table]]
layout = "OneRoster categories"
key = ["sourcedId"]
[table.columns]
sourcedId = { is = "fin" }
title = { is = "Final grade" }
"""


def test_a_mark_and_a_letter_in_one_cell_come_apart(read):
    cells = ["85.12 B+", "91", "A-", "NULL", "70 %", "85.12 B+ late"]
    text = "STD,SEC,MARK\n" + "".join(f"50{n},ALG,{cell}\n" for n, cell in enumerate(cells))
    seen = read(text, MARKS)
    marks = {row.student: (row.score, row.score_text) for row in seen.only("OneRoster results")}
    assert marks == {
        "500": (85.12, "B+"), "501": (91, None), "502": (None, "A-"), "503": (None, None), "504": (70, None),
    }  # fmt: skip
    assert seen.codes == [(7, "MARK", "not_a_number")]
    assert {row.line_item for row in seen.only("OneRoster results")} == {"ALG/Q1"}
    assert [row.title for row in seen.only("OneRoster categories")] == ["Final grade"]


def test_an_end_may_be_the_last_day_that_counts(read):
    mapping = """
version = 1
name = "programs"
fingerprint = ["PUPIL", "UNTIL"]
[[table]]
layout = "programs"
columns = { student_id = "PUPIL", program = "PROGRAM", begin_date = "FROM", end_date = "UNTIL" }
"""
    text = "PUPIL,PROGRAM,FROM,UNTIL\n501,Bilingual,2026-09-01,2026-09-30\n"
    exclusive = read(text, mapping).only("programs")[0].end_day
    inclusive = read(text, mapping.replace("[[table]]", "inclusive_ends = true\n[[table]]")).only("programs")[0].end_day
    assert inclusive == exclusive + 1


def test_the_tables_of_one_file_have_names_and_hashes_of_their_own(read, tmp_path):
    read("STD,SEC,MARK\n501,ALG,91\n", MARKS)
    found = recognise([tmp_path / "file.csv"], tmp_path)
    assert [one.table.name for one in found] == ["file.csv", "file.csv (OneRoster categories)"]
    assert len({one.table.sha256 for one in found}) == 2
    assert {one.layout.system for one in found} == {"district"}


def test_files_separated_by_tabs_semicolons_or_bars_are_read_too(read):
    for sign in "\t;|":
        text = (ATTENDANCE + "501,Ada,09/08/26,A\n").replace(",", sign)
        assert [row.student for row in read(text, RIGHT).only("daily attendance")] == ["501"]


def test_a_line_of_a_fixed_file_that_is_too_long_is_refused(tmp_path):
    lines = (SAMPLES / "CogAT/sample_anonymized_file.txt").read_text(encoding="utf-8-sig").splitlines()
    path = tmp_path / "cogat.txt"
    path.write_text("\n".join([lines[0], lines[1] + "x", lines[2].rstrip()]) + "\n")
    seen = see(path)
    assert seen.codes == [(2, "", "wrong_width")]
    assert {number for number, _ in seen.rows["tests"]} == {1, 3}


def test_a_clever_zip_is_not_taken_for_oneroster_though_its_files_are_called_alike(tmp_path):
    path = tmp_path / "clever.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("enrollments.csv", "School_id,Section_id,Student_id\n1,s1,501\n")
        package.writestr("schools.csv", "School_id,School_name,School_number,Low_grade,High_grade\n1,Elm,101,K,5\n")
    seen = see(path)
    assert [(row.section, row.user, row.role) for row in seen.only("OneRoster enrollments")] == [
        ("s1", "501", "student")
    ]
    assert [(row.name, row.state_id) for row in seen.only("OneRoster orgs")] == [("Elm", "101")]


@pytest.mark.parametrize(
    ("pattern", "text", "iso"),
    [
        ("MM/DD/YYYY", "09/08/2026", "2026-09-08"),
        ("M/D/YY", "9/8/26", "2026-09-08"),
        ("D-MON-YYYY", "8-Sep-2026", "2026-09-08"),
        ("MON D, YYYY", "September 8, 2026", "2026-09-08"),
        ("YYYYMMDD", "20260908", "2026-09-08"),
        ("MMYY", "0523", "2023-05-01"),
        ("SEASONYY", "SP24", "2024-04-15"),
        ("SEASON YYYY", "Fall 2024", "2024-10-15"),
        ("YYYY -> 04-15", "2025", "2025-04-15"),
        ("YYYY-MM-DD *", "2016-04-14 11:30:23", "2016-04-14"),
    ],
)
def test_dates_are_read_as_their_pattern_says(pattern, text, iso):
    assert date_reader((pattern,))(text) == iso


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_written_in_a_pattern_is_read_back(day):
    written = {
        "MM/DD/YYYY": f"{day:%m/%d/%Y}", "M/D/YY": f"{day.month}/{day.day}/{day:%y}", "YYYYMMDD": f"{day:%Y%m%d}",
        "D-MON-YY": f"{day.day}-{day:%b}-{day:%y}", "DD.MM.YYYY": f"{day:%d.%m.%Y}",
    }  # fmt: skip
    for pattern, text in written.items():
        assert date_reader((pattern,))(text) == day.isoformat()


@given(st.text(max_size=30))
def test_a_text_that_is_no_date_is_refused_without_repeating_it(text):
    try:
        date_reader(("MM/DD/YYYY", "D-MON-YY"))(text)
    except Refused as refused:
        assert refused.what == "is not a date as the mapping says"


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(st.text(max_size=8).map(lambda text: f"Zyx{text}"), min_size=1, max_size=6), max_size=6))
def test_no_problem_repeats_a_value_and_no_row_stops_the_reading(rows):
    mapping = read_mapping(RIGHT, "riverton.toml")
    table = InMemory(("PUPIL_NO", "NAME", "ATT_DT", "ATT_CODE"), rows)
    ((mapped_table, layout),) = apply(mapping, table)
    report = ImportReport()
    list(typed_rows(mapped_table, layout, FileRead("file.csv", layout.kind, "0" * 64), report))
    assert len(report.problems) == len(rows)
    assert "Zyx" not in "\n".join(report.lines()) + str(report.as_json())


class InMemory:
    """A table that was never a file."""

    name, sha256, encoding = "file.csv", "0" * 64, "utf-8"

    def __init__(self, header, rows):
        self.header, self._rows = header, rows

    def rows(self):
        return enumerate(self._rows, start=2)
