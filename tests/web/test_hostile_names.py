"""Everybody and everything in Maplewood has a name that would run in a browser, and no page runs one."""

import re
from html import unescape

import pytest
from litestar import Litestar

from appliance.actions import Action
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.web.rendering import as_sent
from appliance.wording import plain
from tests import everyone, maplewood
from tests.conftest import app_for, sign_in
from tests.pdf_text import text_of

EVIL = "\"'><script>alert(1)</script><img src=x>"
RUNS = r"<script(?! src=\"/static/)|<img"
NAMES = {
    "student": ("given_name", "family_name"),
    "staff": ("given_name", "family_name"),
    "organization": ("name",),
    "section": ("title",),
    "course": ("title",),
    "line_item": ("title",),
    "test": ("title",),
}


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    database = maplewood.build(tmp_path_factory.mktemp("evil") / "home")
    everyone.move_in(database)
    for table, columns in NAMES.items():
        for column in columns:
            everyone.change(database, f"UPDATE {table} SET {column} = {column} || ?", EVIL)
    with database.desk.changing(Event("test", Action.SEE_DATA)) as tables:
        tables.execute("UPDATE account SET display_name = display_name || ?", (EVIL,))
    return app_for(database, settings=Settings(family_pages=True))


@pytest.mark.parametrize("username", everyone.PEOPLE)
def test_v1_2_1_hostile_names_are_written_as_text_on_every_page(evil: Litestar, username: str) -> None:
    """Every page that links lead to, of each kind the first three."""
    person = sign_in(evil, username)
    to_see, seen, kinds = ["/", "/my-sign-in"], set(), dict[str, int]()
    while to_see:
        where = to_see.pop(0)
        seen.add(where)
        answer = person.get(where)
        if answer.status_code == 303:
            links = [answer.headers["location"]]
        else:
            assert answer.status_code == 200, where
            assert not re.search(RUNS, answer.text), where
            assert "&lt;script&gt;alert(1)" in answer.text, where  # If only in the name of whoever reads.
            links = re.findall(r'<a [^>]*href="(/[^"#]*)', unescape(answer.text))
        for link in links:
            kind = re.sub(r"/[\w-]{22,}|\d+|\?.*", "", link)
            if link in seen or link in to_see or re.search(r"/(file|files|pdf)\b|^/manual", link):
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 3:
                to_see.append(link)
    assert len(seen) > 4


@pytest.mark.parametrize("page", ["/audit", "/who-may-see"])
def test_v1_2_1_whoever_is_looked_for_is_found_under_a_hostile_name(evil: Litestar, page: str) -> None:
    kim = sign_in(evil, "kim")
    found = kim.post(f"{page}/find", {"csrf": kim.csrf(page), "name": f"Ada{EVIL} Lovell{EVIL}"})
    assert found.status_code == 200
    assert not re.search(RUNS, found.text)
    assert "Ada&#34;&#39;&gt;&lt;script&gt;" in found.text


def test_a_sign_that_turns_a_name_around_is_on_no_page_and_no_paper(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        for table, column in (("student", "family_name"), ("organization", "name"), ("section", "title")):
            tables.execute(f"UPDATE {table} SET {column} = {column} || ?", ("\u202e\u2066\u200f\x9b\x1b",))
    okafor, ruiz = (sign_in(app_for(own_town), username) for username in ("okafor", "ruiz"))
    science = okafor.link_to("Science 7", on="/classes")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    pages = [okafor.get(f"{where}").text for where in ("/this-week", science, f"{science}/list", ada, f"{ada}/letter")]
    for page in [*pages, okafor.get(f"{ada}/profile?language=es").text, ruiz.get("/school").text]:
        assert "Lovell" in page
        assert not re.search("[\u202e\u2066\u200f\x9b\x1b]", page)
    told = okafor.get(f"{science}/list/pdf").content
    assert "Lovell, Ada" in text_of(told)
    assert not re.search("[\u202e\u2066\u200f\x9b\x1b]", text_of(told))


def test_a_code_of_a_file_comes_back_from_the_form_as_it_was_sent() -> None:
    sent = as_sent("A\u202eb\u200f<&>é")
    assert plain(sent) == sent
    assert unescape(sent) == "A\u202eb\u200f<&>é"
