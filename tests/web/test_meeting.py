"""What Mr. Ruiz and Dr. Hall take into a meeting: what their page says, on paper, and not a word more."""

import re
from html import unescape

import pytest

from appliance.actions import Action
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.access_log import at_desk
from tests.conftest import Person, app_for, sign_in
from tests.page_text import read
from tests.pdf_text import text_of
from tests.web.test_district_page import count

LINK_WORDS = ("Their names", "How this list is made", "Who missed which days", "Measures", "Record a check-in", "CSV")


def sheet_of(person: Person, address: str) -> str:
    """The paper itself, without the bar that a screen shows above it."""
    return person.get(address).text.split("</nav>")[1]


def pages_of(text: str) -> int:
    """How many pages a PDF says that it has, on the last of them."""
    return int(re.findall(r"\b(\d+)/\1\b", text)[-1])


def facts_of(page: str) -> list[str]:
    """The three facts as they are read, without the links that paper has no use for."""
    told = re.findall(r'<div class="fact">(.*?)</div>', page, re.DOTALL)
    return [read(re.sub(r"<a .*?</a>", "", one, flags=re.DOTALL)) for one in told]


def test_the_sheet_says_what_the_page_says_and_has_no_link_that_leads_nowhere(own_town: Database) -> None:
    refresh(own_town, by="test")
    ruiz = sign_in(app_for(own_town), "ruiz")
    page, sheet = ruiz.get("/school").text, sheet_of(ruiz, "/school/meeting")
    assert facts_of(sheet) == facts_of(page)
    assert len(facts_of(sheet)) == 3
    why = re.findall(r"<p><strong>(?:New|Going well):</strong> .*?</p>", page)
    assert len(why) >= 4
    assert [one for one in why if one not in sheet] == []
    assert re.findall(r"<p><strong>(?:New|Going well):</strong> .*?</p>", sheet) == why
    assert "Ada Lovell" in read(sheet)
    assert "<a " not in sheet
    assert [word for word in LINK_WORDS if word in read(sheet)] == []
    assert '"/school/meeting?at=' in page


def test_the_pdf_carries_names_reasons_and_the_number_of_its_line_on_every_page(own_town: Database) -> None:
    refresh(own_town, by="test")
    ruiz = sign_in(app_for(own_town), "ruiz")
    made = ruiz.get("/school/meeting/pdf").content
    [(number, who, action, subject)] = at_desk(
        own_town, "SELECT sequence, who, action, subject FROM access_log ORDER BY sequence DESC LIMIT 1"
    )
    assert (who, action, subject) == ("ruiz", "print about a school", "meeting sheet: Elm School")
    text = " ".join(text_of(made).split())
    foot = f"Printed by Mr. Ruiz, Monday, November 23, 2026, 7:50 am; line {number} of the access log"
    assert text.count(foot) == pages_of(text) == 2
    assert "Ada Lovell" in text
    assert [word for word in LINK_WORDS if word in text] == []


def test_the_log_names_whom_the_sheet_names_and_nobody_else(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    sheet = read(sheet_of(ruiz, "/school/meeting"))
    named = {
        key for (key,) in at_desk(
            own_town,
            "SELECT student_key FROM access_log_student JOIN access_log USING (sequence) WHERE subject LIKE 'meeting%'",
        )
    }  # fmt: skip
    hostile = {maplewood.KEY["script"], maplewood.KEY["rtl"]}
    told = {key for key, given, family in maplewood.STUDENTS.values() if f"{given} {family}" in sheet}
    assert named - hostile == told
    assert maplewood.KEY["ada"] in told
    assert len(told) < len(maplewood.STUDENTS) - len(hostile)


def test_whoever_opens_the_sheet_first_on_monday_has_made_the_weeks_list(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    first = sheet_of(ruiz, "/school/meeting")
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM attendance_day WHERE student_key = ?", (maplewood.KEY["ada"],))
    assert "Ada Lovell" in read(ruiz.get("/school").text)
    assert "it stands still until Monday, November 30" in read(first)


def test_the_sheet_of_another_school_is_no_such_school_and_a_teacher_has_none(visit) -> None:
    for address in ("/school/meeting", "/school/meeting/pdf"):
        assert visit("ruiz").get(f"{address}?at=nonsense").status_code == 404
        for who in ("okafor", "wu", "kim", "hall"):
            assert visit(who).get(address).status_code == 403
    for who in ("ruiz", "okafor", "kim"):
        assert visit(who).get("/district/meeting").status_code == 403
        assert visit(who).get("/district/meeting/pdf").status_code == 403


def test_in_the_first_days_of_school_the_sheet_tells_no_share(own_town: Database) -> None:
    refresh(own_town, by="test")
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE student_attendance SET days_enrolled = 5, days_missed = 1, days_excused = 0")
    sheet = sheet_of(sign_in(app_for(own_town), "ruiz"), "/school/meeting")
    assert "Shares of days are shown after 20 school days." in read(sheet)
    assert "by grade" not in sheet
    assert not re.search(r"\d%", read(sheet).replace("10%", ""))


@pytest.mark.parametrize("oak", [(2, 40), (2, 9)])
def test_the_districts_sheet_has_the_very_rows_of_its_page_and_nobodys_name(own_town: Database, oak) -> None:
    count(own_town, (4, 30), oak)
    hall = sign_in(app_for(own_town), "hall")
    page, sheet = hall.get("/district").text, sheet_of(hall, "/district/meeting")
    assert facts_of(sheet) == facts_of(page)
    rows = re.search(r'<table class="roster">.*?</table>', page, re.DOTALL)[0]
    assert rows in sheet
    assert ("fewer than 10, not shown" in rows) is (oak[1] < 10)
    assert "<a " not in sheet
    assert not [family for _, _, family in maplewood.STUDENTS.values() if family in unescape(read(sheet))]
    made = hall.get("/district/meeting/pdf").content
    text = " ".join(text_of(made).split())
    assert ("4 of 30" in text) is ("4 of 30" in read(rows)) is (oak[1] >= 10)
    [(number,)] = at_desk(own_town, "SELECT max(sequence) FROM access_log")
    assert text.count(f"Totals. Printed by Dr. Hall, Monday, November 23, 2026, 7:50 am; line {number} of") == pages_of(
        text
    )


def test_two_hundred_schools_are_all_in_the_pdf_and_the_page_that_has_fewer_says_so(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        sql = "INSERT INTO organization (organization_key, name, kind, state_id, parent_key) VALUES (?, ?, ?, ?, ?)"
        more = [(1000 + number, f"Maple School {number:03}", "school", f"T{number}", 3) for number in range(200)]
        tables.conn.executemany(sql, more)
    hall = sign_in(app_for(own_town), "hall")
    sheet = sheet_of(hall, "/district/meeting")
    head_and_schools = sheet.split("<h2>Schools, by name</h2>")[1].count("<tr>")
    assert head_and_schools == 1 + 150
    assert "Here are the first 150 of 202 schools; the PDF has all of them." in read(sheet)
    text = " ".join(text_of(hall.get("/district/meeting/pdf").content).split())
    assert {int(number) for number in re.findall(r"Maple School ?(\d{3})", text)} == set(range(200))
    assert "the PDF has all" not in text
