"""Measures taken along: what Mr. Ruiz and Dr. Hall read on the page, with what is hidden there hidden here."""

import csv
import io
import re
from html import unescape

import pytest
from python_calamine import CalamineWorkbook

from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import refresh
from appliance.student_level.metrics.catalogue import measures
from appliance.student_level.records.rule_book import RuleBook
from tests import maplewood
from tests.access_log import at_desk
from tests.conftest import app_for, sign_in
from tests.pdf_text import text_of

BY_SCHOOL = "/district/measures/schools?measure=chronic_absence"


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    database = maplewood.build(tmp_path_factory.mktemp("taken") / "home")
    goals = RuleBook(goals={"chronic_absence": 100, "attendance_rate": 950})
    put_in_force(database, goals, from_day=20_000, by="kim", reason="our board’s plan")
    refresh(database, by="test")
    yield database
    database.close()


@pytest.fixture(scope="module")
def visit(counted):
    app, people = app_for(counted, elapsed=lambda: 0.0), {}

    def as_(username):
        if username not in people:
            people[username] = sign_in(app, username)
        return people[username]

    yield as_
    app.state["uploads"].close()


def csv_of(person, address):
    answer = person.get(address)
    assert answer.status_code == 200, answer.text
    return [row for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) if row]


def xlsx_of(person, address):
    book = CalamineWorkbook.from_filelike(io.BytesIO(person.get(address).content))
    return [list(map(str, row)) for row in book.get_sheet_by_index(0).to_python()]


def cells_of(page):
    """The rows of a page's first table, each cell in words."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("</table>")[0], re.DOTALL)
    return [
        [
            re.sub(r"\s+", " ", unescape(re.sub(r'<span aria-hidden="true">.</span>|<[^>]+>', " ", cell))).strip()
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def files_of(page):
    """The addresses of the CSV, the workbook and the PDF that a page offers."""
    return [unescape(one) for one in re.findall(r'href="([^"]+/(?:file/\w+|pdf)(?:\?[^"]*)?)"', page)]


@pytest.mark.parametrize(("who", "place"), [("ruiz", "/school/measures"), ("hall", "/district/measures")])
def test_the_files_have_the_columns_and_the_words_of_the_page(visit, who, place):
    page = visit(who).get(place).text
    on_csv, on_xlsx, _ = files_of(page)
    taken = csv_of(visit(who), on_csv)
    assert taken[0][:8] == ["Family", "Measure", "Subject", "Now", "Count", "Out of", "Goal", "Against last year"]
    shown = [row for row in cells_of(page) if len(row) == 6][1:]
    assert len(shown) == len(taken) - 2 >= len(measures())
    for on_page, (_, called, subject, now, _, _, goal, apart, *_) in zip(shown, taken[1:], strict=False):
        assert on_page[0] == f"{called} {subject}".strip()
        assert [on_page[1], on_page[2], on_page[3]] == [one.replace("; ", " ", 1) for one in (now, goal, apart)]
    assert [row[:8] for row in xlsx_of(visit(who), on_xlsx)[1:3]] == [
        [*row[:4], *(f"{float(n)}" if n else "" for n in row[4:6]), *row[6:8]] for row in taken[1:3]
    ]
    assert re.match(r"Totals\. Taken out by .*; line \d+ of the access log\. Counted for Nov 20, 2026\.$", taken[-1][0])


def test_what_the_page_does_not_show_is_in_no_file(visit):
    page = visit("hall").get(BY_SCHOOL).text
    on_csv, on_xlsx, on_paper = files_of(page)
    hidden = {"Elm School": "not shown: it would give one away", "Oak School": "fewer than 10, not shown"}
    for rows in (csv_of(visit("hall"), on_csv), xlsx_of(visit("hall"), on_xlsx)):
        assert {row[0]: row[1] for row in rows if row[0] in hidden} == hidden
        assert {tuple(row[2:4]) for row in rows if row[0] in hidden} == {("", "")}
    district = next(row for row in csv_of(visit("hall"), on_csv) if row[0].startswith("The district"))
    assert district[1:] == [f"{district[1][:5]}; {district[2]} of 13 students", district[2], "13"]
    rule = "Students enrolled fewer than 10 days are left out."
    assert rule in page
    ends = "Goal: at most 10%. Rules in force since Oct 4, 2024 (version 1)."
    assert csv_of(visit("hall"), on_csv)[-1][0].endswith(ends)
    told = text_of(visit("hall").get(on_paper).content)
    assert rule in told
    assert "fewer than 10, not shown" in told
    assert "it would give one away" in told
    assert "Printed by Dr. Hall" in told


def test_every_student_behind_a_number_is_in_the_file_and_in_the_log(visit, counted):
    ruiz = visit("ruiz")
    address = re.search(
        r'href="(/school/measures/students[^"]*measure=attendance_rate)"', ruiz.get("/school/measures").text
    )
    page = ruiz.get(unescape(address[1])).text
    on_csv, on_xlsx, on_paper = files_of(page)
    before = counted.log_head().sequence
    taken = csv_of(ruiz, on_csv)
    assert taken[0] == ["Student", "Grade", "Days missed", "Out of", "Going well"]
    assert [[name, grade, f"{missed} of {out_of}", well] for name, grade, missed, out_of, well in taken[1:-1]] == [
        row[:4] for row in cells_of(page)[1:]
    ]
    assert [row[0] for row in xlsx_of(ruiz, on_xlsx)[: len(taken) - 1]] == [row[0] for row in taken[:-1]]
    assert taken[1][0] in text_of(ruiz.get(on_paper).content)
    assert re.match(
        r"Student records\. Taken out by Mr\. Ruiz, .* Keep locked; .*Goal: at least 95%\. Rules .*\.$",
        taken[-1][0],
    )
    logged = at_desk(
        counted,
        "SELECT action, subject, count(student_key) FROM access_log JOIN access_log_student USING (sequence)"
        " WHERE sequence > ? GROUP BY sequence ORDER BY sequence",
        (before,),
    )
    subject, students = "Days attended: Elm School", len(taken) - 2
    assert logged == [
        ("take a school’s students out as a file", f"{subject}, csv", students),
        ("take a school’s students out as a file", f"{subject}, xlsx", students),
        ("print about a school", subject, students),
    ]


@pytest.mark.parametrize("what", ["file/csv", "file/xlsx", "pdf"])
def test_a_file_is_for_whom_its_page_is(visit, what):
    ruiz = visit("ruiz")
    at = re.search(r"at=([^&\"]+)", ruiz.get("/school/measures").text)[1]
    for address in (f"/school/measures/{what}", f"/school/measures/students/{what}?at={at}&measure=chronic_absence"):
        assert visit("okafor").get(address).status_code == 403
        assert visit("hall").get(address).status_code == 403
    for address in (f"/district/measures/{what}", f"/district/measures/schools/{what}?measure=chronic_absence"):
        assert ruiz.get(address).status_code == 403
    assert ruiz.get(f"/school/measures/{what}?at=nowhere").status_code == 404
    assert ruiz.get(f"/school/measures/students/{what}?at={at}&measure=nothing").status_code == 404


@pytest.mark.parametrize("what", ["file/csv", "pdf"])
def test_names_are_taken_along_only_by_somebody_who_said_lately_who_they_are(counted, what):
    elapsed = [0.0]
    ruiz = sign_in(app_for(counted, elapsed=lambda: elapsed[0]), "ruiz")
    at = re.search(r"at=([^&\"]+)", ruiz.get("/school/measures").text)[1]
    elapsed[0] += 6 * 60
    asked = f"/school/measures/students/{what}?at={at}&measure=chronic_absence"
    assert ruiz.get(asked).headers["location"].startswith("/prove")
    assert ruiz.get(f"/school/measures/{what}?at={at}").status_code == 200


def test_before_anything_is_counted_a_file_has_its_head_and_instead_of_paper_the_page_says_why(own_town):
    ruiz = sign_in(app_for(own_town), "ruiz")
    assert len(csv_of(ruiz, "/school/measures/file/csv")) == 2
    answer = ruiz.get("/school/measures/pdf")
    assert answer.status_code == 303
    assert "Nothing has been counted this school year" in ruiz.get(answer.headers["location"]).text
