"""Each row of a file either passes whole, or is one problem by row and column that shows no value."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.student_level.sources.archive import SourceFile
from appliance.student_level.sources.csv_text import look_through
from appliance.student_level.sources.layout import Layout, may, need
from appliance.student_level.sources.values import day, number, one_of, text
from appliance.student_level.staging.report import MOST_PROBLEMS_KEPT, FileRead, ImportReport
from appliance.student_level.staging.typed_rows import typed_rows

LAYOUT = Layout("marks", "grade", (
    need("student", "student_id", text), need("day", "date", day, "dueDate"), may("score", "score", number),
    may("kind", "kind", one_of({"final": "F", "work": "W"}), empty="W"), may("note", "note", text, empty=""),
))  # fmt: skip


def read(content):
    if isinstance(content, str):
        content = content.encode()
    report, file = ImportReport(), FileRead("marks.csv", "marks", "")
    table = look_through(SourceFile("marks.csv", len(content), lambda: io.BytesIO(content)))
    return list(typed_rows(table, LAYOUT, file, report)), report, file


def test_a_row_is_typed_and_numbered():
    rows, report, file = read("student_id,date,score,kind\n501,2026-09-08,91,final\n502,9/8/2026,,\n")
    assert [(n, r.student, r.day, r.score, r.kind, r.note) for n, r in rows] == [
        (2, "501", 20704, 91.0, "F", ""), (3, "502", 20704, None, "W", ""),
    ]  # fmt: skip
    assert report.problems == []
    assert file.rows == 2


@pytest.mark.parametrize(
    "header",
    ["STUDENT_ID,DATE,SCORE", "score,date,student_id", " student_id , date ,score", "Student_Id,DueDate,Score"],
)
def test_the_case_and_order_of_the_header_do_not_matter(header):
    cells = {"student_id": "501", "date": "2026-09-08", "duedate": "2026-09-08", "score": "91"}
    line = ",".join(cells[name.strip().lower()] for name in header.split(","))
    rows, report, _ = read(f"{header}\n{line}\n")
    assert [(row.student, row.day, row.score) for _, row in rows] == [("501", 20704, 91.0)]
    assert report.problems == []


def test_columns_without_a_purpose_are_left_out_and_named():
    rows, _, file = read("student_id,ssn,date,metadata.color\n501,123-45-6789,2026-09-08,red\n")
    assert file.columns_left_out == ("ssn", "metadata.color")
    assert "123-45-6789" not in repr(rows)


def test_a_needed_column_that_is_missing_stops_the_file():
    with pytest.raises(BadFile, match="has no column student_id or date, which a file of marks needs"):
        read("name,score\nAda,91\n")


def test_a_column_that_is_read_may_stand_there_once_and_others_as_they_like():
    with pytest.raises(BadFile, match="names date twice"):
        read("student_id,date,Date\n501,2026-09-08,2026-09-09\n")
    rows, _, _ = read("student_id,date,x,x,,\n501,2026-09-08,1,2,,\n")
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("line", "column", "code", "kind"),
    [
        ("501", "", "wrong_width", ""),
        ("501,2026-09-08,91,final,extra", "", "wrong_width", ""),
        (",2026-09-08,91,final", "student_id", "missing", "empty"),
        ("NULL,2026-09-08,91,final", "student_id", "missing", "empty"),
        ("501,tomorrow,91,final", "date", "not_a_date", "text of 8 characters"),
        ("501,2026-09-08,ninety,final", "score", "not_a_number", "text of 6 characters"),
        ("501,2026-09-08,91,Elopement", "kind", "not_in_list", "text of 9 characters"),
    ],
)
def test_a_bad_row_is_one_problem_by_row_and_column(line, column, code, kind):
    rows, report, file = read(f"student_id,date,score,kind\n{line}\n502,2026-09-08,1,work\n")
    (problem,) = report.problems
    assert (problem.row, problem.column, problem.code, problem.value_kind) == (2, column, code, kind)
    assert problem.sentence.endswith(".")
    assert [row.student for _, row in rows] == ["502"]
    assert (report.counts["grade"].refused, file.rows) == (1, 2)


def test_a_row_that_is_only_longer_by_empty_fields_is_read():
    rows, report, _ = read("student_id,date\n501,2026-09-08,,\n")
    assert len(rows) == 1
    assert report.problems == []


def test_problems_beyond_the_most_are_counted_and_not_listed():
    lines = "501,never\n" * (MOST_PROBLEMS_KEPT + 50)
    rows, report, _ = read(f"student_id,date\n{lines}")
    assert rows == []
    assert len(report.problems) == MOST_PROBLEMS_KEPT
    assert report.refused == MOST_PROBLEMS_KEPT + 50
    (line,) = [line for line in report.lines() if "more rows like these" in line]
    assert f"{MOST_PROBLEMS_KEPT + 47:,}" in line


SECRET = st.text(st.characters(categories=["L", "Nd"]), min_size=9, max_size=30).map(lambda word: f"q{word}x")
CELL = st.one_of(st.just(""), st.just("2026-09-08"), st.just("final"), st.integers(0, 100).map(str), SECRET)


@given(st.lists(st.lists(CELL, min_size=1, max_size=6), max_size=10))
def test_no_problem_shows_a_value_of_any_row_and_every_row_is_told(rows):
    text_file = io.StringIO(newline="")
    csv.writer(text_file).writerows([["student_id", "date", "score", "kind", "note"], *rows])
    passed, report, file = read(text_file.getvalue())
    assert len(passed) + report.refused == file.rows
    secrets = {cell for row in rows for cell in row if len(cell) > 10}
    said = " ".join([*map(str, report.problems), *report.lines(), str(report.as_json())])
    assert not any(secret in said for secret in secrets)
