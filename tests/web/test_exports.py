"""Rosters as files: what Ms. Okafor takes out is what she sees, and the log knows."""

import csv
import io
import re
from html import unescape
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from appliance.actions import Action
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.access_log import at_desk
from tests.conftest import Person, app_for, sign_in


def rows_of(person: Person, address: str) -> list[list[str]]:
    answer = person.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment;")
    return [row for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) if row]


def test_a_class_as_a_file_holds_the_students_of_the_page(visit) -> None:
    okafor = visit("okafor")
    science = okafor.link_to("Science 7", on="/classes")
    rows = rows_of(okafor, f"{science}/file/csv")
    assert rows[0][:3] == ["Student", "Days missed", "Days enrolled"]
    ada = next(row for row in rows if row[0] == "Lovell, Ada")
    assert ada[1:3] == ["5", "63"]
    assert rows[-1][0].startswith("Student records. Taken out by Ms. Okafor, Monday, November 23, 2026")
    page = unescape(okafor.get(science).text)
    assert all(row[0].removeprefix("'") in page for row in rows[1:-1])
    sheet = CalamineWorkbook.from_filelike(BytesIO(okafor.get(f"{science}/file/xlsx").content)).get_sheet_by_index(0)
    assert [str(row[0]) for row in sheet.to_python()[1 : len(rows) - 1]] == [row[0].lstrip("'") for row in rows[1:-1]]


def test_the_log_keeps_that_a_class_was_taken_out_before_it_leaves(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    science = okafor.link_to("Science 7", on="/classes")
    rows = rows_of(okafor, f"{science}/file/csv")
    assert len(rows) == 13
    [(number, *line)] = at_desk(
        own_town, "SELECT sequence, who, action, subject FROM access_log ORDER BY sequence DESC LIMIT 1", ()
    )
    assert line == ["okafor", "take a class out as a file", "Science 7, csv"]
    assert f"line {number} of the access log" in rows[-1][0]


def test_a_principal_takes_out_all_whom_the_filter_chose_in_its_order(visit) -> None:
    ruiz = visit("ruiz")
    everybody = rows_of(ruiz, "/school/file/csv?sort=name")
    names = [row[0] for row in everybody[1:-1]]
    assert len(names) == 11
    assert names == sorted(names, key=lambda name: name.lstrip("'").casefold())
    assert len(rows_of(ruiz, "/school/file/csv?missed=tenth")) < len(everybody)


def test_a_counselor_takes_out_the_caseload_and_nobody_else(visit) -> None:
    names = {row[0] for row in rows_of(visit("wu"), "/caseload/file/csv")[1:-1]}
    assert names == {"Lovell, Ada", "Ostrow, Ben"}


def test_missing_work_without_a_gradebook_is_not_loaded_and_never_nought(own_town: Database) -> None:
    people = {who: sign_in(app_for(own_town), who) for who in ("ruiz", "wu")}
    lists = (("ruiz", "/school", "/school/file/csv"), ("wu", "/caseload", "/caseload/file/csv"))
    for who, _, file in lists:
        ada = next(row for row in rows_of(people[who], file) if row[0] == "Lovell, Ada")
        assert ada[5].isdigit()
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        assignments = "SELECT line_item_key FROM line_item WHERE kind = 'assignment'"
        tables.execute(f"DELETE FROM grade WHERE line_item_key IN ({assignments})")
        tables.execute("DELETE FROM line_item WHERE kind = 'assignment'")
    for who, page, file in lists:
        assert {row[5] for row in rows_of(people[who], file)[1:-1]} == {"not loaded"}
        [row] = re.findall(r"<tr>.*Ada.*</tr>", people[who].get(page).text)
        assert '<td class="num"><span class="sub">not loaded</span></td>' in row


@pytest.mark.parametrize(("who", "status"), [("kim", 403), ("hall", 403), ("okafor", 403)])
def test_only_a_principal_takes_out_a_school(visit, who: str, status: int) -> None:
    assert visit(who).get("/school/file/csv").status_code == status


def test_a_class_across_town_is_no_class(visit) -> None:
    science = visit("okafor").link_to("Science 7", on="/classes")
    assert visit("lind").get(f"{science}/file/csv").status_code == 404
    assert visit("okafor").get(f"{science}/file/docx").status_code in (400, 404)
    assert maplewood.STUDENTS["ada"][2] not in visit("lind").get("/caseload/file/csv").text


def test_v7_5_3_a_class_is_taken_out_only_by_somebody_who_said_lately_who_they_are(own_town: Database) -> None:
    elapsed = [0.0]
    okafor = sign_in(app_for(own_town, elapsed=lambda: elapsed[0]), "okafor")
    science = okafor.link_to("Science 7", on="/classes")
    assert okafor.get(f"{science}/file/csv").status_code == 200
    elapsed[0] += 6 * 60
    assert okafor.get(science).status_code == 200
    assert okafor.get(f"{science}/file/csv").headers["location"].startswith("/prove")
