"""Each chart draws one mark for each number, says its title and numbers to those who hear it, hides what is small."""

import re
from html import unescape

import pytest
from jinja2 import Environment

from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.schools import Share, Week
from appliance.student_level.records.standards import Grid, Standard, Standing
from appliance.student_level.records.students import DayGrid
from appliance.web.charts import attendance_chart, bars_by_name
from appliance.web.grids import days_missed_histogram, standards_chart
from appliance.web.languages import ENGLISH, written_in
from appliance.web.rendering import _environment
from tests import everyone
from tests.conftest import app_for, sign_in

MONDAY = 20_689
"""A Monday of August 2026."""
by_month = written_in(ENGLISH)["by_month"]


def draw(call: str, **what: object) -> str:
    environment: Environment = _environment("en")
    return unescape(
        environment.from_string('{% import "parts/charts.html" as charts %}{{ ' + call + " }}").render(**what)
    )


def table_of(call: str, **what: object) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", draw(call, **what).split("</thead>")[1], re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def says(drawn: str, *titles: str) -> None:
    assert 'role="img"' in drawn
    assert all(re.search(rf"<title[^>]*>{title}</title>", drawn) for title in titles)
    assert re.search(r"<desc[^>]*>[^<]+</desc>", drawn)


def test_a_line_has_a_point_for_each_week_of_both_years() -> None:
    weeks = [Week(MONDAY + 7 * n, 1000, 40 + n) for n in range(11)]
    before = [Week(MONDAY + 7 * n - 364, 1000, 60) for n in range(11)]
    chart = attendance_chart(weeks, before[2:])
    drawn = draw('charts.line("x", "By week", chart)', chart=chart)
    says(drawn, "By week")
    lines = [len(points.split()) for points in re.findall(r'<polyline[^>]* points="([^"]*)"', drawn)]
    assert lines == [9, 11]
    assert drawn.count("<circle") == 11
    assert 'class="ln s2"' in drawn
    assert 'stroke-dasharray="6 4"' in drawn
    assert len(chart.rows) == 11
    assert sum(bool(row[2]) for row in chart.rows) == 9


@pytest.mark.parametrize("sizes", [[], [30], [30, 9, 40], [9, 9], [400, 12, 8, 10]])
def test_bars_have_a_mark_for_each_row_and_hide_the_same_ones_as_the_table(sizes: list[int]) -> None:
    shares = [Share(f"Room {n}", 3, size, hidden=size < 10) for n, size in enumerate(sizes)]
    bars = bars_by_name(shares)
    drawn = draw('charts.hbars("x", "By room", bars)', bars=bars)
    widths = [float(width) for width in re.findall(r'<rect class="bar[^>]*width="([\d.]+)%"', drawn)]
    assert all(0 <= width <= 100 for width in widths)
    assert not any(size >= 10 for size in sizes) or max(widths) == 100
    assert len(re.findall(r'<rect class="bar', drawn)) == sum(size >= 10 for size in sizes)
    assert len(re.findall(r'<rect class="hidden-n', drawn)) == sum(size < 10 for size in sizes)
    if sizes:
        says(drawn, "By room")
    assert "3 of 9" not in drawn
    assert "33.3" not in drawn


def test_a_day_grid_has_a_mark_for_each_day_and_its_months_add_up_to_them() -> None:
    grid = DayGrid(MONDAY, "  ppepputnpxppp" + "p" * 20)
    drawn = draw('charts.weekgrid("x", "Days", "3 missed", grid.codes, grid.months)', grid=grid)
    says(drawn, "Days")
    shown = len(grid.codes.replace(" ", ""))
    assert len(re.findall(r'<rect class="d |class="dl n" font-size="11" text-anchor="middle"[^>]*>·', drawn)) == shown
    assert sum(row[1] + row[2] + row[3] for row in grid.by_month) == shown - grid.codes.count("n") - grid.codes.count(
        "x"
    )
    assert [month for month, *_ in by_month(grid)] == ["August", "September", "October"]
    assert [month for month, *_ in written_in("es")["by_month"](grid)] == ["agosto", "septiembre", "octubre"]
    assert sum(row[4] for row in grid.by_month) == 1


def test_a_histogram_has_a_column_for_each_class_and_every_student_once() -> None:
    missed = [0, 0, 1, 2, 5, 9, 14, 15, 19, 20, 64]
    chart = days_missed_histogram([DaysSoFar(70, days, 0, 0) for days in missed])
    drawn = draw('charts.histogram("x", "Days missed", chart)', chart=chart)
    says(drawn, "Days missed")
    assert drawn.count('<rect class="bar') == len(chart.columns) == len(chart.rows) == 8
    assert sum(column.count for column in chart.columns) == len(missed)
    assert max(column.height for column in chart.columns) == 170


def test_a_histogram_of_nine_shows_no_count_in_chart_nor_table() -> None:
    chart = days_missed_histogram([DaysSoFar(70, 3, 0, 0)] * 9)
    drawn = draw('charts.histogram("x", "Days missed", chart)', chart=chart)
    assert drawn.count('<rect class="hidden-n') == 1
    assert '<rect class="bar' not in drawn
    assert chart.rows == (("All students", "fewer than 10, not shown"),)


def test_a_standards_grid_has_a_square_for_each_standard_and_level_and_each_student_once_a_line() -> None:
    first, second = Standard(False, "S1", "Models"), Standard(False, "S2", "Data")
    standings = {(1, first): Standing(3, marks=2, day=9), (2, first): Standing(1, marks=1, day=9)}
    chart = standards_chart(Grid((first, second), 0, standings), [1, 2, 3])
    drawn = draw('charts.standards("x", "By standard", chart)', chart=chart)
    says(drawn, "By standard")
    assert drawn.count('<rect class="lv') == 2 * 5
    assert [sum(row[1:]) for row in chart.rows] == [3, 3]
    assert chart.rows[1] == ("S2 Data", 0, 0, 0, 0, 3)
    assert chart.heading == "Fewest meet S1 Models so far: 1 of 3"
    assert standards_chart(Grid((first,), 0, {}), [1, 2, 3]) is None


def test_a_table_has_a_row_for_each_row_of_numbers() -> None:
    rows = [("A", "1"), ("B", "2")]
    assert table_of('charts.datatable("Numbers", ["Name", "Count"], rows)', rows=rows) == [["A", "1"], ["B", "2"]]


def test_the_little_line_has_a_point_for_each_week_and_says_them_all(visit) -> None:
    okafor = visit("okafor")
    page = okafor.get(okafor.link_to("Science 7", on="/classes")).text
    sparks = re.findall(r'<svg class="spark".*?</svg>', page, re.DOTALL)
    assert len(sparks) == 11
    for spark in sparks:
        [told] = re.findall(r"<title>Attended by week, oldest first: ([\d, ]+)%</title>", spark)
        [points] = re.findall(r'points="([^"]*)"', spark)
        assert len(points.split()) == len(told.split(", ")) == 8
        [scale] = re.findall(r'aria-describedby="(\w+)"', spark)
        assert "on one scale from 60% to 100%" in page.split(f'id="{scale}"')[1].split("</p>")[0]


@pytest.mark.parametrize(("username", "start", "link"), [
    ("okafor", "/classes", "Science 7"), ("ruiz", "/school", None), ("wu", "/caseload", None),
])  # fmt: skip
def test_every_little_line_is_explained_on_its_page(visit, username: str, start: str, link: str | None) -> None:
    who = visit(username)
    page = who.get(who.link_to(link, on=start) if link else start).text
    assert page.count('aria-describedby="weeks"') == page.count('<svg class="spark"') > 0
    assert page.count('id="weeks"') == 1


@pytest.mark.parametrize(("language", "head"), [("en", "Days here"), ("es", "Días que vino")])
def test_a_familys_day_grid_has_a_table_in_its_language_that_counts_its_squares(
    own_town: Database, language: str, head: str
) -> None:
    everyone.move_in(own_town)
    rosa = sign_in(app_for(own_town, settings=Settings(family_pages=True)), "rosa")
    rosa.get(f"/language?code={language}")
    [figure] = re.findall(r'<figure class="days">.*?</figure>', rosa.get("/my-children").text, re.DOTALL)
    says(figure, ".*Ada.*")
    rows = re.findall(r"<tr><th[^>]*>.*?</th>((?:<td>\d+</td>){4})</tr>", figure)
    months = [[int(count) for count in re.findall(r"\d+", row)] for row in rows]
    assert len(months) >= 3
    assert f">{head}</th>" in figure
    squares = {code: figure.count(f'<rect class="d {code}"') for code in "peut"}
    assert [sum(column) for column in zip(*months, strict=True)] == [
        squares["p"] + squares["t"], squares["e"], squares["u"], squares["t"],
    ]  # fmt: skip
