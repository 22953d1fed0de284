"""Ms. Okafor writes one line on what Ada cares about; her mother reads it too."""

import re

import pytest
from litestar import Litestar

from appliance.actions import Action, Role
from appliance.settings import Settings
from appliance.storage.database import Database
from appliance.student_level.access import GATES
from tests import everyone, maplewood
from tests.access_log import at_desk
from tests.conftest import Person, app_for, sign_in
from tests.page_text import read
from tests.web.test_student_page import address_for

ADA = maplewood.KEY["ada"]
LINE = "robotics, and running with her cousin"


@pytest.fixture
def town(own_town: Database) -> Litestar:
    everyone.move_in(own_town)
    return app_for(own_town, settings=Settings(family_pages=True))


def write(person: Person, address: str, line: str) -> int:
    form = {"csrf": person.csrf("/this-week"), "line": line}
    return int(person.post(f"{address}/cares-about", form).status_code)


def said_on(page: str) -> str:
    """What stands after "Cares about:", without its marks."""
    found = re.search(r"<strong>Cares about:</strong>(.*?)</p>", page)
    assert found
    return read(found[1])


def test_until_somebody_asks_the_page_says_to_ask_and_above_the_box_that_the_family_reads_it(town) -> None:
    okafor = sign_in(town, "okafor")
    page = okafor.get(address_for(okafor, ADA)).text
    assert said_on(page) == "Nothing recorded yet: ask."
    assert page.index("Cares about:") < page.index("You can see this page because")
    assert page.index("The family reads it too.") < page.index('name="line"')
    rosa = sign_in(town, "rosa")
    assert "Nothing recorded yet: tell the teacher." in rosa.get("/my-children").text


def test_the_newest_line_stands_on_the_page_the_sheet_and_the_familys_page_with_who_and_when(town) -> None:
    okafor, wu, rosa = (sign_in(town, who) for who in ("okafor", "wu", "rosa"))
    assert write(okafor, address_for(okafor, ADA), "horses") == 303
    assert write(wu, address_for(wu, ADA), f" {LINE}\n ") == 303
    page = okafor.get(address_for(okafor, ADA)).text
    assert said_on(page) == f"{LINE} recorded by Ms. Wu, Nov 23, 2026"
    assert f'value="{LINE}"' in page
    sheet = okafor.get(f"{address_for(okafor, ADA)}/profile").text
    assert said_on(sheet) == LINE
    for told in (page, sheet, rosa.get("/my-children").text):
        assert LINE in told
        assert "horses" not in told
    assert "Ms. Wu" in rosa.get("/my-children").text
    spanish = okafor.get(f"{address_for(okafor, ADA)}/profile?language=es").text
    assert "Le importa:" in spanish


def test_an_empty_line_takes_it_away(town) -> None:
    okafor = sign_in(town, "okafor")
    assert write(okafor, address_for(okafor, ADA), LINE) == 303
    assert write(okafor, address_for(okafor, ADA), "  ") == 303
    assert said_on(okafor.get(address_for(okafor, ADA)).text) == "Nothing recorded yet: ask."


def test_the_log_keeps_who_wrote_about_whom_and_not_what(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    write(okafor, address_for(okafor, ADA), LINE)
    write(okafor, address_for(okafor, ADA), "")
    sql = """SELECT who, subject, reason FROM access_log JOIN access_log_student USING (sequence)
              WHERE action = ? AND student_key = ? ORDER BY sequence"""
    why = "is in your class Science 7"
    assert at_desk(own_town, sql, (Action.RECORD_CARES_ABOUT, ADA)) == [
        ("okafor", "writes it", why),
        ("okafor", "takes it away", why),
    ]


@pytest.mark.parametrize("line", ["x" * 201, "x" * 5000])
def test_more_than_one_line_is_refused(own_town: Database, line: str) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    assert write(okafor, address_for(okafor, ADA), line) == 400
    assert said_on(okafor.get(address_for(okafor, ADA)).text) == "Nothing recorded yet: ask."


def test_somebody_across_town_writes_nothing(town) -> None:
    okafor, lind = sign_in(town, "okafor"), sign_in(town, "lind")
    assert write(lind, address_for(lind, ADA), LINE) == 404
    assert said_on(okafor.get(address_for(okafor, ADA)).text) == "Nothing recorded yet: ask."


def test_who_sees_only_names_has_nothing_to_read_it_from() -> None:
    without = {role for role in Role if "visible_cares_about" not in GATES[role].views}
    assert without == {Role.SUBSTITUTE, Role.DATA_STEWARD, Role.DISTRICT_ADMIN, Role.AUDITOR}


def test_what_looks_like_markup_stays_text(town) -> None:
    okafor, rosa = sign_in(town, "okafor"), sign_in(town, "rosa")
    write(okafor, address_for(okafor, ADA), '"><script>alert(1)</script>')
    for page in (okafor.get(address_for(okafor, ADA)).text, rosa.get("/my-children").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
