"""A class by standard and by growth: what Ms. Okafor reads on the page, and takes along as a file."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from python_calamine import CalamineWorkbook

from appliance.actions import Action
from appliance.storage.database import Database, Event
from appliance.student_level.records.levels import LEVELS, Levels
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.learning_marks import NOV, OCT, put_growth, put_standards


def science(person) -> str:
    return person.link_to("Science 7", on="/classes")


def line_of(page: str, name: str) -> str:
    return next(row for row in page.split("<tr>") if name in row)


def test_a_student_stands_where_most_of_the_newest_three_marks_say(own_town: Database) -> None:
    put_standards(
        own_town, ("ada", OCT, 95, "exceeds"), ("ada", OCT + 1, 50, "beginning"), ("ada", OCT + 2, 80, "Beginning"),
        ("ada", OCT + 3, 80, "meets"), ("ben", OCT, 76, None),
    )  # fmt: skip
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(science(okafor)).text
    assert (
        "Level: the level most often given in the newest 3 marks; of two that are as frequent, the newer (as shipped)."
        in page
    )
    # LS1 has marks of its own; PS1 goes by the points of the whole work: 50, 80, 80.
    assert re.findall(r'class="std m(\d)">([^<]+)<', line_of(page, "Lovell, Ada")) == [
        ("1", "beginning"),
        ("3", "meets"),
    ]
    assert re.findall(r'class="std m(\d)">', line_of(page, "Ostrow, Ben")) == ["3", "3"]
    assert re.findall(r'class="std m(\d)">', line_of(page, "Marsh, Cleo")) == ["0", "0"]
    assert "not yet assessed" in line_of(page, "Marsh, Cleo")


@pytest.mark.parametrize(
    ("marks", "level"),
    [
        ([], 0),
        ([(1, 4)], 4),
        ([(1, 4), (2, 1)], 1),
        ([(1, 1), (2, 3), (3, 4)], 4),
        ([(1, 2), (2, 2), (3, 4)], 2),
        ([(1, 4), (2, 4), (3, 1), (4, 2), (5, 3)], 3),
        ([(1, 3), (2, 0), (3, 0)], 3),
    ],
)
def test_the_roll_up_is_the_commonest_of_three_and_else_the_newest(marks, level: int) -> None:
    assert Levels().rolled_up([one for _, one in sorted(marks, reverse=True)]) == level


@pytest.mark.parametrize(
    ("score", "text", "highest", "word"),
    [
        (None, "Proficient", None, "meets"),
        (3, None, 4, "meets"),
        (0, None, 4, "beginning"),
        (59.9, None, 100, "beginning"),
        (60, None, None, "getting there"),
        (15, None, 20, "meets"),
        (90, "A", 100, "exceeds"),
        (None, "LoAvg", None, "not yet assessed"),
        (None, None, 100, "not yet assessed"),
    ],
)
def test_a_mark_is_read_as_a_level_only_where_it_says_one(score, text, highest, word: str) -> None:
    assert LEVELS[Levels().level_of(score, text, highest)] == word


def test_words_that_say_no_level_are_shown_as_they_are(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        tables.execute("UPDATE course SET subject = 'Science' WHERE course_key = 1")
        tables.execute("INSERT INTO test VALUES (8, 'W', 'MAP Science', 'SCI', 'benchmark', '', '')")
        tables.execute(
            "INSERT INTO test VALUES (9, 'P', 'MAP Science Earth and Space', 'SCI', 'benchmark', '', 'MAP Science')"
        )
        tables.execute(
            "INSERT INTO test_result (student_key, test_key, day, level) VALUES (?, 9, ?, 'LoAvg')",
            (maplewood.KEY["ada"], NOV),
        )
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(science(okafor)).text
    assert 'Earth and Space<span class="vh">: MAP Science</span>' in page
    assert '<span class="std m0">LoAvg</span>' in page


def test_growth_stands_beside_what_is_typical_and_says_when_it_may_be_chance(own_town: Database) -> None:
    for who, observed, typical, margin in (("ada", 6, 5, 4.6), ("ben", -3, 5, 4.6), ("cleo", 0, None, None)):
        put_growth(own_town, who, observed, typical, margin)
    okafor = sign_in(app_for(own_town), "okafor")
    page = unescape(okafor.get(science(okafor)).text)
    assert 'Growth, fall to winter<span class="sub">: Science check</span>' in page
    assert '+6, typical 5<br><span class="sub">may be chance: the margin is 5 points</span>' in page
    assert '-3, typical 5<br><span class="sub">the margin is 5 points</span>' in page
    assert 'no change<br><span class="sub">no margin told</span>' in page
    assert "not tested" in line_of(page, "Anand, Dev")


def test_page_and_files_have_the_same_columns_lines_and_cells(own_town: Database) -> None:
    put_standards(own_town, ("ada", OCT, 95, "exceeds"), ("ben", OCT, 50, None))
    put_growth(own_town, "ada", 6, 5, 4.6)
    okafor = sign_in(app_for(own_town), "okafor")
    address = science(okafor)
    page = unescape(okafor.get(f"{address}?sort=s1").text)
    head = [re.sub(r"<[^>]+>|[▼▲]", "", cell).strip() for cell in re.findall(r"<th scope=\"col\".*?</th>", page)]
    taken = okafor.get(f"{address}/file/csv?sort=s1").content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(taken)) if row]
    book = CalamineWorkbook.from_filelike(io.BytesIO(okafor.get(f"{address}/file/xlsx?sort=s1").content))
    sheet = [list(map(str, row)) for row in book.get_sheet_by_index(0).to_python()]
    assert rows[0] == sheet[0] == head[: len(rows[0])]
    assert rows[0][5:8] == ["LS1: Living things", "PS1: Forces", "Growth, fall to winter: Science check"]
    assert [row[0] for row in rows[1:3]] == ["Ostrow, Ben", "Lovell, Ada"]
    for name, *cells in rows[1:-1]:
        line = re.sub(r"<[^>]+>", " ", line_of(page, name.removeprefix("'")))
        assert all(cell in line for cell in cells[4:6])


@pytest.mark.parametrize("order", ["name", "missed", "missing", "s1", "s2", "g1", "grade", "check-in"])
def test_each_heading_with_a_link_sorts_and_says_so_to_those_who_hear_it(own_town: Database, order: str) -> None:
    put_standards(own_town, ("ada", OCT, 95, "exceeds"))
    put_growth(own_town, "ada", 6, 5, 4.6)
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(f"{science(okafor)}?sort={order}").text
    [heading] = re.findall(r'<th scope="col"[^>]*aria-sort="\w+"[^>]*>.*?</th>', page)
    assert f"?sort={order}" in heading


def test_a_class_without_students_and_one_without_standards_say_so(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    assert "No assignment of this class names the standard" in okafor.get(science(okafor)).text
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        tables.execute("UPDATE section_enrollment SET end_day = begin_day")
    page = okafor.get(science(okafor)).text
    assert "Nobody is enrolled in this class today" in page
    assert "/file/csv" not in page


def test_attendance_that_is_more_than_a_week_old_is_said(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    assert "is loaded until" not in okafor.get(science(okafor)).text
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        tables.execute("DELETE FROM attendance_taken WHERE day > ?", (NOV - 20,))
    assert "Attendance is loaded until" in okafor.get(science(okafor)).text


def test_a_name_with_a_right_to_left_override_reads_as_the_name_and_stands_apart_from_its_line(visit) -> None:
    okafor = visit("okafor")
    line = line_of(okafor.get(science(okafor)).text, "Rani")
    assert "<bdi>Salim, Rani</bdi>" in line


def test_on_the_first_days_of_school_the_pages_count_and_tell_no_share(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        second = 20_690  # August 25, 2026: one day is over.
        for table in ("attendance_taken", "attendance_day"):
            tables.execute(f"DELETE FROM {table} WHERE day >= ?", (second,))
        tables.execute("DELETE FROM grade")
        tables.execute("DELETE FROM school_attendance_day WHERE day >= ?", (second,))
        tables.execute(
            "UPDATE student_attendance SET days_enrolled = 1, days_missed = 0, days_excused = 0, days_late = 0"
        )
    first_days = app_for(own_town, as_of=maplewood.FIRST_DAY + timedelta(days=1))
    okafor, ruiz = sign_in(first_days, "okafor"), sign_in(first_days, "ruiz")
    line = line_of(okafor.get(science(okafor)).text, "Lovell, Ada")
    assert "too early" in line
    assert "none yet" in line
    assert "<svg" not in line
    school = ruiz.get("/school").text
    assert "Shares are shown after 20 school days" in school
    numbers = ruiz.get("/school/numbers").text
    assert "Shares of days are shown after 20 school days." in numbers
    assert "<svg" not in numbers


def test_a_teachers_other_classes_are_a_link_away_by_period(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        columns = "(staff_key, section_key, begin_day)"
        row = (maplewood.OKAFOR, maplewood.READING, OCT - 30)
        tables.execute(f"INSERT INTO teaching {columns} VALUES (?, ?, ?)", row)
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(science(okafor)).text
    assert "<strong>Period 3, Science 7</strong>" in page
    reading = okafor.link_to("Period 4, Reading 7", on=science(okafor))
    assert "<h1>Reading 7</h1>" in okafor.get(reading).text
