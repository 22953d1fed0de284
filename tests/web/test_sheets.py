"""Tables as files: what a person named to trick a spreadsheet is called there, too."""

import csv
import io
import unicodedata
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from appliance.web.sheets import Sheet, harmless
from appliance.wording import plain


def csv_rows(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.as_file("csv").content.decode("utf-8-sig"))))


def xlsx_rows(sheet: Sheet) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(BytesIO(sheet.as_file("xlsx").content))
    return book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-2",
        "@SUM(A1)",
        " \t",
        " \u00a0=1",
        "\ufeff=1",
        "＝1",
        "|calc",
        "%x",
        "\t=1",
        "\u200b@x",
        "'quoted",
    ],
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


TURNS = "\u202e\u202d\u202c\u2066\u2069\u200e\u200f\u061c\x1b\x00\x9b\x7f"
"""Signs that turn the direction of a text, or steer a terminal."""


@pytest.mark.parametrize("sign", TURNS)
def test_a_sign_that_turns_a_name_around_is_in_no_file(sign: str) -> None:
    sheet = Sheet("class", [f"Stu{sign}dent"], [[f"Ra{sign}ni"], [f"{sign}=1+1"]], f"Taken out by K{sign}im")
    assert [row for row in csv_rows(sheet) if row] == [["Student"], ["Rani"], ["'=1+1"], ["Taken out by Kim"]]
    assert [row for row in _texts(sheet) if row] == [["Student"], ["Rani"], ["=1+1"], ["Taken out by Kim"]]


@pytest.mark.parametrize(
    "name", ["أحمد الخطيب", "רחל כהן", "سمیه می\u200cخواهد", "क्\u200dष", "O’Neil-Ngũgĩ", "Zoë\u00a0Ann"]
)
def test_names_that_are_written_from_right_to_left_or_with_joiners_stay_as_they_are(name: str) -> None:
    assert plain(name) == name
    assert (
        csv_rows(Sheet("class", ["Student"], [[name]]))[1]
        == xlsx_rows(Sheet("class", ["Student"], [[name]]))[1]
        == [name]
    )


@given(st.lists(st.text() | st.text(TURNS + "=+-@ ab,;\"'\n\t"), min_size=1))
def test_whatever_a_name_holds_no_cell_of_a_file_begins_a_formula_or_turns_around(names: list[str]) -> None:
    rows = csv_rows(Sheet("class", ["Student"], [[name] for name in names]))[1:]
    for cell in (cell for row in rows for cell in row):
        assert not cell.lstrip(" \u00a0\u200b\u200c\u200d\u2060\ufeff").startswith(tuple("=+-@|%\t"))
        assert not set(cell) & set(TURNS)


@given(st.text())
def test_what_is_taken_out_of_a_text_is_controls_and_nothing_that_is_read(text: str) -> None:
    left, out = iter(plain(text)), [*text]
    kept = next(left, None)
    for sign in text:
        if sign == kept:
            out.remove(sign)
            kept = next(left, None)
    assert kept is None
    assert {unicodedata.category(sign) for sign in out} <= {"Cc", "Cf"}
    assert plain(plain(text)) == plain(text)
