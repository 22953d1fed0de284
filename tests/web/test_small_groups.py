"""What is too small to show is hidden alike in the chart, its table, the paper, the PDF and the files."""

import csv
import io
import re
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.tabulation import Cell, Tabulation
from appliance.days import day_number
from appliance.storage.database import Database, Event
from appliance.student_level.records.hidden_parts import hide_small
from appliance.student_level.records.schools import SMALLEST_GROUP, Share
from appliance.web.words import short_day
from tests import maplewood
from tests.conftest import Person, app_for, sign_in
from tests.pdf_text import text_of


def put(tables, metric: str, *cells: tuple[str, str, str, int, int]) -> None:
    [elm] = tables.execute("SELECT state_id FROM organization WHERE name = 'Elm School'").fetchone()
    made = tuple(Cell(elm, dimension, category, count, of, detail) for dimension, category, detail, count, of in cells)
    counts.put(tables, [Tabulation(metric, "2026-2027", "2026-11-20", made)])


@pytest.fixture
def small_groups(own_town: Database) -> Database:
    """Elm School with a department of nine grades, a group of nine students, a grade of eight tested."""
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        departments = (("Art", 21, 61), ("Math", 11, 37), ("Welding", 5, 9))
        put(tables, "course_grades", *(("all", "all", name, count, of) for name, count, of in departments))
        courses = (("Art: Drawing", 17, 53), ("Art: Clay", 4, 8), ("Art: Paint", 2, 14))
        put(tables, "grades_by_course", *(("all", "all", name, count, of) for name, count, of in courses))
        groups = (("english_learner", "LEP", 5, 9), ("english_learner", "NLEP", 13, 91), ("disability", "WDIS", 7, 20))
        groups += (("disability", "WODIS", 11, 80), ("all", "all", 18, 100))
        put(tables, "chronic_absence", *((dimension, one, "", count, of) for dimension, one, count, of in groups))
        levels = (("all", "all", 16, 47), ("grade", "07", 3, 8), ("grade", "08", 13, 39))
        put(
            tables,
            "test_levels",
            *((dimension, one, "SCI-1: Meets", count, of) for dimension, one, count, of in levels),
        )
        tables.execute(
            "UPDATE section SET kind = 'homeroom', title = 'Homeroom 7' WHERE section_key = ?", (maplewood.SCIENCE,)
        )
        tables.execute(
            "UPDATE section SET kind = 'homeroom', title = 'Homeroom 8' WHERE section_key = ?", (maplewood.READING,)
        )
        tables.execute(
            "DELETE FROM section_enrollment WHERE section_key = ? AND student_key > 104", (maplewood.READING,)
        )
    return own_town


HIDDEN = (
    "5 of 9",
    "13 of 91",
    "4 of 8",
    "2 of 14",
    "3 of 8",
    "13 of 39",
    "11 of 37",
    "of 39",
    "of 37",
    "of 91",
    "of 14",
)
"""Each small count, and the next one wherever the whole is printed beside it."""
STAYS = ("21 of 61", "17 of 53", "7 of 20", "11 of 80", "18 of 100")


def told(database: Database) -> dict[str, str]:
    """What a principal reads in each form."""
    ruiz = sign_in(app_for(database), "ruiz")
    page = unescape(ruiz.get("/school").text).split('id="students"')[0] + unescape(ruiz.get("/school/numbers").text)
    charts = " ".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    tables = " ".join(re.findall(r"<table.*?</table>", page, re.DOTALL))
    csv_text = ruiz.get("/school/numbers/file/csv").content.decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(io.BytesIO(ruiz.get("/school/numbers/file/xlsx").content))
    sheet = as_said(book.get_sheet_by_index(0).to_python())
    paper = unescape(ruiz.get("/school/numbers").text)
    pdf = text_of(ruiz.get("/school/numbers/pdf").content)
    csv_said = as_said(list(csv.reader(io.StringIO(csv_text))))
    return {"charts": charts, "tables": tables, "paper": paper, "pdf": pdf, "csv": csv_said, "xlsx": sheet}


def as_said(rows: list[list[object]]) -> str:
    """A file's rows with its last two columns as the page says them: 5 of 9; whole numbers as Excel shows them."""
    said = [[f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return "\n".join(",".join(row[:5]) + (f",{row[5]} of {row[6]}" if len(row) == 7 and row[6] else "") for row in said)


def test_a_small_group_is_hidden_alike_in_chart_table_paper_pdf_csv_and_xlsx(small_groups: Database) -> None:
    forms = told(small_groups)
    for form, text in forms.items():
        plain = re.sub(r"<[^>]+>", " ", text)
        assert "not shown" in plain, form
        assert not re.search(r"Meets: (3|13)\b", plain), form
        for count in HIDDEN:
            assert not re.search(rf"(?<!\d){count}(?!\d)", plain), (form, count)
        assert all(re.search(rf"(?<!\d){one}(?!\d)", plain) for one in STAYS), form
    assert forms["pdf"].count("not shown") >= 6


def test_csv_and_xlsx_have_the_same_cells_and_the_hidden_ones_are_words(small_groups: Database) -> None:
    ruiz = sign_in(app_for(small_groups), "ruiz")
    text = ruiz.get("/school/numbers/file/csv").content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text)) if row][:-1]
    book = CalamineWorkbook.from_filelike(io.BytesIO(ruiz.get("/school/numbers/file/xlsx").content))
    sheet = book.get_sheet_by_index(0).to_python()[: len(rows)]
    assert rows[0] == sheet[0] == ["Table", "Row", "Level", "Percent", "Percent last year", "Number", "Out of"]
    assert [[f"{cell:g}" if isinstance(cell, float) else cell for cell in row] for row in sheet] == [
        [f"{float(cell):g}" if re.fullmatch(r"[\d.]+", cell) else cell for cell in row] for row in rows
    ]
    by_row = {(row[0], row[1]): row[2:] for row in sheet}
    department = "D and F among course grades, by department"
    assert by_row[department, "Welding"] == ["", "fewer than 10, not shown", "", "", ""]
    assert by_row[department, "Math"] == ["", "not shown: it would give one away", "", "", ""]
    assert by_row["SCI-1", "Grade 7"] == ["not shown", "", "", "", ""]
    shown = [row for row in sheet[1:] if row[0] == department and row[5] != ""]
    assert shown
    assert all(row[3] == pytest.approx(100 * row[5] / row[6], abs=0.05) for row in shown)


def test_the_weeks_of_the_chart_are_in_every_form_with_its_columns(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        tables.execute(
            "INSERT INTO school_attendance_day SELECT school_key, day - 364, enrolled, enrolled / 9"
            " FROM school_attendance_day WHERE day > (SELECT max(day) - 40 FROM school_attendance_day)"
        )
    ruiz, hall = sign_in(app_for(own_town), "ruiz"), sign_in(app_for(own_town), "hall")
    page = ruiz.get("/school").text
    drawn = weeks_on(page)
    assert drawn[0] == ["Week of", "This year", "Last year"]
    assert len(drawn) == page.split('aria-labelledby="trend-t')[1].split("</svg>")[0].count("<circle") + 1
    rows = [[row[1], row[3], row[4]] for row in files_of(ruiz, "/school/numbers") if row[0] == "Attendance by week"]
    assert [as_drawn(*row) for row in rows] == drawn[1:]
    paper = re.sub(r"<[^>]+>", " ", ruiz.get("/school/numbers").text)
    pdf = text_of(ruiz.get("/school/numbers/pdf").content)
    for week, now, _ in drawn[1:]:
        assert re.search(rf"{week}\s+{now}", paper)
        assert week in pdf
    drawn = weeks_on(hall.get("/district").text)
    head, *rows = files_of(hall, "/district/weeks")
    assert head == drawn[0]
    assert [as_drawn(*row) for row in rows] == drawn[1:]


def weeks_on(page: str) -> list[list[str]]:
    """The table under the chart of weeks, its head first."""
    [table] = re.findall(r"<caption>Attendance by week</caption>.*?</table>", page, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]


def files_of(who: Person, address: str) -> list[list[str]]:
    """The rows of a CSV, which are those of the workbook too, without the line that says who took it out."""
    rows = list(csv.reader(io.StringIO(who.get(f"{address}/file/csv").content.decode("utf-8-sig"))))[:-2]
    book = CalamineWorkbook.from_filelike(io.BytesIO(who.get(f"{address}/file/xlsx").content))
    cells = [[f"{cell}".removesuffix(".0") for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    assert [[cell.removesuffix(".0") for cell in row] for row in rows] == cells[: len(rows)]
    return rows


def as_drawn(monday: str, now: str, then: str = "") -> list[str]:
    """A week of a file as the table under the chart writes it."""
    return [short_day(day_number(date.fromisoformat(monday))), f"{now}%", f"{then}%" if then else ""]


def test_the_sheet_for_a_meeting_draws_the_very_bars_of_the_page(small_groups: Database) -> None:
    ruiz = sign_in(app_for(small_groups), "ruiz")
    page, sheet = ruiz.get("/school").text, ruiz.get("/school/meeting").text
    drawn = {
        key: [re.search(rf'<desc id="{place}{key}-d">(.*?)</desc>', form)[1] for place, form in forms]
        for forms in [(("", page), ("paper-", sheet))]
        for key in ("groups", "courses")
    }
    assert all(of_page == of_sheet for of_page, of_sheet in drawn.values())
    assert "Welding: fewer than 10, not shown" in drawn["courses"][1]
    assert "English learners: fewer than 10, not shown" in drawn["groups"][1]
    # A chart's letters are drawn one by one, without the spaces between words.
    pdf = text_of(ruiz.get("/school/meeting/pdf").content)
    for form in (re.sub(r"<[^>]+>", " ", unescape(sheet)), pdf):
        packed = re.sub(r"\s", "", form)
        for count in (one.replace(" ", "") for one in HIDDEN):
            assert not re.search(rf"(?<![\d%]){count}(?!\d)|%{count}(?!\d)", packed), count
        assert "21of61" in packed
        assert packed.count("notshown") >= 4


def test_homerooms_are_told_by_name_and_small_ones_are_not(small_groups: Database) -> None:
    page = sign_in(app_for(small_groups), "ruiz").get("/school/numbers").text
    part = page[page.index('id="homeroom"') : page.index('id="groups"')]
    assert part.index("Homeroom 7") < part.index("Homeroom 8")
    assert "fewer than 10, not shown" in part
    assert "not shown: it would give one away" in part
    assert "Okafor" not in part


def test_the_numbers_of_another_school_are_no_such_school(visit) -> None:
    for address in ("/school/numbers", "/school/numbers/pdf", "/school/numbers/file/csv"):
        assert visit("ruiz").get(f"{address}?at=nonsense").status_code == 404
        assert visit("okafor").get(address).status_code == 403


PARTS = st.lists(st.integers(0, 60), max_size=8)


@given(PARTS)
def test_whoever_knows_the_whole_learns_of_no_small_part(sizes: list[int]) -> None:
    parts = hide_small([Share(str(place), 0, size) for place, size in enumerate(sizes)])
    hidden = [one.out_of for one in parts if one.hidden]
    assert all(one.hidden for one in parts if 0 < one.out_of < SMALLEST_GROUP)
    assert not any(one.hidden for one in parts if one.out_of == 0)
    if hidden and any(not one.hidden for one in parts if one.out_of):
        assert len(hidden) >= 2
        assert sum(hidden) >= SMALLEST_GROUP
    if all(size == 0 or size >= SMALLEST_GROUP for size in sizes):
        assert not hidden
