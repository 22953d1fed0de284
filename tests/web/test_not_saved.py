"""While files are loaded Ms. Okafor loses no sentence: what she wrote comes back, with a button to send it again."""

import re
from html import unescape

import pytest

from appliance.actions import Action
from appliance.storage.database import Database, Event
from appliance.web import visit as visits
from tests import maplewood
from tests.access_log import at_desk
from tests.conftest import Person, app_for, sign_in
from tests.web.test_student_page import address_for

ADA = maplewood.KEY["ada"]
LINE = 'robotics, "and" running\n with <her> cousin \u202eRani'


@pytest.fixture
def okafor(own_town: Database, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setattr(visits, "PATIENCE_SECONDS", 0.01)
    return sign_in(app_for(own_town), "okafor")


def sent_again(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of the page goes, and what it sends when its button is pressed."""
    body = page[page.index('<form class="check-in"') :]
    action = re.search(r'action="([^"]+)"', body)[1]
    fields = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body)}
    name, text = re.search(r'<textarea name="(\w+)"[^>]*>(.*?)</textarea>', body, re.DOTALL).groups()
    return action, fields | {name: unescape(text)}


@pytest.mark.parametrize(
    ("to", "form", "table", "column"),
    [("cares-about", {"line": LINE}, "cares_about", "line"),
     ("supports", {"kind": "mentor", "detail": LINE}, "support", "detail")],
)  # fmt: skip
def test_what_was_written_comes_back_and_one_press_keeps_it(
    own_town: Database, okafor: Person, to: str, form: dict[str, str], table: str, column: str
) -> None:
    address = address_for(okafor, ADA)
    form = {"csrf": okafor.csrf("/this-week")} | form
    with own_town.changing(Event("test", Action.IMPORT)):
        answer = okafor.post(f"{address}/{to}", form)
    assert answer.status_code == 503
    assert "Files are being loaded, or something else is being written. Try again in a few minutes." in answer.text
    assert answer.headers["cache-control"] == okafor.get(address).headers["cache-control"]
    where, again = sent_again(answer.text)
    assert (where, again) == (f"{address}/{to}", form)
    kept = f"SELECT {column} FROM {table} WHERE student_key = {ADA}"
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        assert tables.execute(kept).fetchall() == []
    assert okafor.post(where, again).status_code == 303
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        assert tables.execute(kept).fetchall() == [(" ".join(LINE.split()),)]


def test_the_log_says_nothing_was_changed_and_no_line_of_what_was_written(own_town: Database, okafor: Person) -> None:
    address, csrf = address_for(okafor, ADA), okafor.csrf("/this-week")
    with own_town.changing(Event("test", Action.IMPORT)):
        okafor.post(f"{address}/cares-about", {"csrf": csrf, "line": "horses"})
    told = at_desk(own_town, "SELECT count(*) FROM access_log WHERE action = ?", (str(Action.RECORD_CARES_ABOUT),))
    assert told == [(0,)]
