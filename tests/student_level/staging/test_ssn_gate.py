"""No social security number gets past the one place that every row of every file passes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.student_level.sources.archive import SourceFile
from appliance.student_level.sources.csv_text import look_through
from appliance.student_level.sources.layout import Layout, may, need
from appliance.student_level.sources.values import day, text
from appliance.student_level.staging.report import FileRead, ImportReport
from appliance.student_level.staging.ssn_gate import LOOKED_AT_FIRST, refuse_file_names
from appliance.student_level.staging.typed_rows import typed_rows

LAYOUT = Layout("marks", "grade", (
    need("student", "student_id", text, "stu_ssn"), need("day", "date", day), may("note", "note", text, empty=""),
))  # fmt: skip
SECRET = "123-45-6789"


def read(rows, header=("student_id", "date", "note")):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    content = out.getvalue().encode()
    report, file = ImportReport(), FileRead("marks.csv", "marks", "")
    table = look_through(SourceFile("marks.csv", len(content), lambda: io.BytesIO(content)))
    return list(typed_rows(table, LAYOUT, file, report)), report, file


def good(number):
    return [(str(500 + n), "2026-09-08", "fine") for n in range(number)]


def test_a_file_whose_ids_are_social_security_numbers_is_refused_whole_in_one_sentence():
    with pytest.raises(BadFile) as caught:
        read([(f"{n:03}-45-{n:04}", "2026-09-08", "") for n in range(1, 60)])
    said = str(caught.value)
    assert "the column student_id holds social security numbers (rows 2, 3, 4 and 56 more" in said
    assert "001-45" not in said
    assert "\n" not in said


def test_a_district_with_ids_of_nine_digits_is_not_blocked():
    rows, report, _ = read([(f"{123450000 + n}", "2026-09-08", "") for n in range(500)])
    assert (len(rows), report.refused) == (500, 0)


def test_the_same_nine_digits_under_a_telling_name_are_refused():
    with pytest.raises(BadFile, match="the column stu_ssn is one of social security numbers by its name"):
        read([("123450000", "2026-09-08", "")], header=("stu_ssn", "date", "note"))


def test_nine_digits_in_a_column_that_is_no_id_are_refused():
    with pytest.raises(BadFile, match="the column note holds social security numbers"):
        read([(str(n), "2026-09-08", str(123450000 + n)) for n in range(100)])


def test_a_single_one_refuses_its_row_and_nothing_else():
    rows, report, _ = read([*good(10), ("600", "2026-09-08", f"call about {SECRET}"), *good(10)])
    (problem,) = report.problems
    assert (problem.row, problem.column, problem.code, problem.value_kind) == (12, "note", "social_security", "empty")
    assert len(rows) == 20
    assert SECRET not in " ".join([*report.lines(), str(report.as_json())])


def test_a_share_that_only_shows_after_the_first_rows_stops_the_file_too():
    bad = [(str(n), "2026-09-08", f"{1 + n % 800:03}-45-{1 + n:04}") for n in range(200)]
    with pytest.raises(BadFile, match="the column note holds social security numbers"):
        read([*good(LOOKED_AT_FIRST), *bad])


def test_columns_that_are_not_read_are_named_only_when_they_held_something():
    header = ("student_id", "date", "ssn", "empty", "color", "")
    _, report, file = read(
        [("501", "2026-09-08", SECRET, "", "", ""), ("502", "2026-09-08", "", "NULL", "red", "x")], header
    )
    assert file.columns_left_out == ("ssn", "color", "column 6")
    report.files.append(file)
    assert "marks.csv: left out, since nothing here has a purpose for it: ssn, color, column 6" in list(report.lines())


def test_a_file_called_after_one_is_refused_without_saying_its_name():
    refuse_file_names(["users.csv", "export_2026-11-20.csv"])
    with pytest.raises(BadFile, match="File 2 of 2") as caught:
        refuse_file_names(["users.csv", f"{SECRET}.csv"])
    assert SECRET not in str(caught.value)


CELL = st.one_of(
    st.just("2026-09-08"), st.integers(1, 999).map(str), st.just(SECRET), st.just("１２３–４５–６７８９"),
    st.just(f"x {SECRET} y"), st.just("SSN 123456789"), st.text(max_size=12),
)  # fmt: skip


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=12), st.lists(CELL, max_size=2))
def test_whatever_comes_none_is_in_a_typed_row_a_sentence_or_a_report(rows, extra_header):
    try:
        passed, report, file = read(rows, ("student_id", "date", "note", *extra_header))
    except BadFile as error:
        assert "6789" not in str(error)
        return
    report.files.append(file)
    said = repr(passed) + " ".join([*report.lines(), str(report.as_json())])
    assert not any(sign in said for sign in (SECRET, "123456789", "６７８９"))
