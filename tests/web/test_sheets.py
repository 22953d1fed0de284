"""Tables as files: what a person named to trick a spreadsheet is called there, too."""

import csv
import io
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from appliance.web.sheets import Sheet, harmless


def csv_rows(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.as_file("csv").content.decode("utf-8-sig"))))


def xlsx_rows(sheet: Sheet) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(BytesIO(sheet.as_file("xlsx").content))
    return book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-2", "@SUM(A1)", " \u00a0=1", "\ufeff=1", "＝1", "|calc", "%x", "\t=1", "\u200b@x", "'quoted"],
)
def test_v1_2_10_a_name_that_a_spreadsheet_would_run_is_only_text(name: str) -> None:
    assert csv_rows(Sheet("class", ["Student"], [[name]]))[1] == ["'" + name]
    assert xlsx_rows(Sheet("class", ["Student"], [[name]]))[1] == [name]


@given(st.text())
def test_v1_2_10_one_apostrophe_taken_away_gives_the_text_back(text: str) -> None:
    shown = harmless(text)
    assert (shown[1:] if shown.startswith("'") else shown) == text


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    sheet = Sheet("class", ["Student", "Days missed", "Share"], [["Ada", 5, 7.9], ["Ben", None, -1]])
    assert csv_rows(sheet)[1:] == [["Ada", "5", "7.9"], ["Ben", "", "-1"]]
    assert xlsx_rows(sheet)[1:] == [["Ada", 5.0, 7.9], ["Ben", "", -1.0]]


def test_both_forms_hold_the_same_and_say_who_took_them_out() -> None:
    sheet = Sheet("class", ["Student", "Grade"], [["Ada", "B (85)"]], "Taken out by Ms. Okafor")
    assert [row for row in csv_rows(sheet) if row] == [row for row in _texts(sheet) if row]


def _texts(sheet: Sheet) -> list[list[str]]:
    return [[cell for cell in row if cell != ""] for row in xlsx_rows(sheet)]  # type: ignore[misc]


def test_v3_2_1_the_file_is_a_download_and_not_a_page() -> None:
    answer = Sheet("class", ["Student"], []).as_file("csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="class.csv"'
