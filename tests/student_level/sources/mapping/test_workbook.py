"""Excel workbooks are read as the rows that a person sees in them."""

import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.student_level.sources.mapping.workbook import sheets
from appliance.student_level.sources.recognise import recognise
from tests.student_level.sources.mapping.reading import see
from tests.student_level.sources.mapping.workbooks import write_workbook

HEADER = ["student_id", "date", "category"]


def test_a_workbook_is_read_like_the_csv_that_it_would_be_saved_as(tmp_path):
    path = write_workbook(
        tmp_path / "attendance.xlsx",
        Sheet1=[HEADER, [501, date(2026, 9, 8), "Excused"], ["0502", date(2026, 9, 9), "Tardy"]],
    )
    rows = see(path).rows["daily attendance"]
    assert [(number, row.student, row.category) for number, row in rows] == [
        (2, "501", "excused"),
        (3, "0502", "tardy"),
    ]
    assert rows[0][1].day == (date(2026, 9, 8) - date(1970, 1, 1)).days


def test_blank_rows_above_the_header_and_between_the_rows_do_not_shift_the_row_numbers(tmp_path):
    path = write_workbook(
        tmp_path / "attendance.xlsx",
        Sheet1=[[None], [], HEADER, [501, date(2026, 9, 8), "Excused"], [], [502, "never", "Tardy"]],
    )
    seen = see(path)
    assert [number for number, _ in seen.rows["daily attendance"]] == [4]
    assert seen.codes == [(6, "date", "not_a_date")]


def test_a_number_has_no_point_zero_and_a_cell_that_is_not_there_is_empty(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", Sheet1=[["a", "b", "c", "d"], [1.0, 2.5, True], ["x"]])
    (table,) = sheets(path)
    assert list(table.rows()) == [(2, ["1", "2.5", "true", ""]), (3, ["x", "", "", ""])]


def test_each_sheet_is_a_table_of_its_own(tmp_path):
    path = write_workbook(
        tmp_path / "both.xlsx",
        Attendance=[HEADER, [501, date(2026, 9, 8), "Excused"]],
        Calendar=[["date", "event"], [date(2026, 9, 7), "Holiday"]],
    )
    assert set(see(path).rows) == {"daily attendance", "calendar"}
    assert [table.name for table in sheets(path)] == ["both.xlsx/Attendance", "both.xlsx/Calendar"]
    assert len({table.sha256 for table in sheets(path)}) == 2


def test_what_is_no_workbook_is_one_sentence(tmp_path):
    path = tmp_path / "fake.xlsx"
    path.write_text("student_id,date,category\n")
    with pytest.raises(BadFile, match="not a workbook"):
        sheets(path)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("hello.txt", "no sheets")
    with pytest.raises(BadFile, match="cannot be read as a workbook"):
        sheets(path)
    with pytest.raises(BadFile, match="no such file"):
        sheets(tmp_path / "nowhere.xlsx")
    with pytest.raises(BadFile, match="holds no rows"):
        sheets(write_workbook(tmp_path / "empty.xlsx", Sheet1=[[None]]))


def test_a_workbook_that_unpacks_to_far_too_much_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/s1.xml", b"0" * 30_000_000)
    with pytest.raises(BadFile, match="would unpack to"):
        sheets(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(damage=st.binary(max_size=40), at=st.integers(0, 3000))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(tmp_path, damage, at):
    path = write_workbook(tmp_path / "damaged.xlsx", Sheet1=[HEADER, [501, date(2026, 9, 8), "Excused"]])
    content = bytearray(path.read_bytes())
    content[at : at + len(damage)] = damage
    path.write_bytes(content)
    try:
        for table in sheets(path):
            list(table.rows())
    except BadFile as trouble:
        assert "damaged.xlsx" in str(trouble)


def test_a_sheet_of_notes_beside_the_data_is_left_out_and_one_alone_is_refused(tmp_path):
    notes = [["Please ask Kim about these"], ["thanks"]]
    path = write_workbook(tmp_path / "a.xlsx", Notes=notes, Data=[HEADER, [501, date(2026, 9, 8), "Excused"]])
    found = recognise([path])
    assert [(one.table.name, bool(one.note)) for one in found] == [("a.xlsx/Notes", True), ("a.xlsx/Data", False)]
    with pytest.raises(BadFile, match="fits no kind of file"):
        recognise([write_workbook(tmp_path / "b.xlsx", Notes=notes)])
