"""Who sees Ada on one Monday, from her teacher to the superintendent, and what Mr. Kim reads of it in the log."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from appliance.settings import Settings
from appliance.storage.database import Database
from tests import everyone, maplewood
from tests.conftest import app_for
from tests.journeys.browser import AXE, CHROMIUM, hindrances, serving, signed_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]
WHY = "The family called about a lost transcript."


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A Maplewood with somebody of each role in it, one class opened, and the glass broken."""
    database = maplewood.build(tmp_path_factory.mktemp("crowded") / "home")
    everyone.move_in(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def address(crowded: Database) -> Iterator[str]:
    with serving(app_for(crowded, settings=Settings(family_pages=True))) as where:
        yield where


def sits_down(browser: Browser, address: str, username: str, password: str = maplewood.PASSWORD) -> Page:
    return signed_in(browser.new_context(java_script_enabled=False), address, username, password)


def title(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_what_her_teacher_writes_of_what_ada_cares_about_her_mother_reads(browser: Browser, address: str) -> None:
    okafor = sits_down(browser, address, "okafor")
    okafor.get_by_role("link", name="Ada Lovell").click()
    assert okafor.get_by_text("Cares about: Nothing recorded yet: ask.").is_visible()
    okafor.locator("summary", has_text="Write one line").press("Enter")
    assert okafor.get_by_text("The family reads it too.").is_visible()
    okafor.get_by_label("What Ada cares about").fill("robotics, and running with her cousin")
    okafor.keyboard.press("Enter")
    assert okafor.get_by_role("status").inner_text() == "Saved. It stands on this page now."
    assert okafor.get_by_text("robotics, and running with her cousin recorded by Ms. Okafor").is_visible()
    rosa = sits_down(browser, address, "rosa")
    assert rosa.get_by_role("heading", name="What your child cares about").is_visible()
    assert rosa.get_by_text("robotics, and running with her cousin Ms. Okafor").is_visible()
    if AXE.exists():
        seen = signed_in(browser.new_context(), address, "okafor", maplewood.PASSWORD)
        seen.goto(seen.get_by_role("link", name="Ada Lovell").evaluate("link => link.href"))
        assert hindrances(seen) == []


def test_teacher_substitute_principal_and_superintendent_see_ada_and_the_steward_reads_so(
    browser: Browser, own_town: Database
) -> None:
    with serving(app_for(own_town)) as address:
        okafor = sits_down(browser, address, "okafor")
        okafor.get_by_role("link", name="Ada Lovell").click()
        assert okafor.get_by_text("because Ada is in your class Science 7").is_visible()

        ruiz = sits_down(browser, address, "ruiz")
        ruiz.get_by_role("link", name="Opened for a time").click()
        ruiz.get_by_label("Who is away").select_option(label="Ngozi Okafor, 1 class")
        ruiz.get_by_role("button", name="Make a day code").click()
        username, code = ruiz.locator("dd code").all_inner_texts()
        substitute = sits_down(browser, address, username, code)
        assert title(substitute) == "Today’s classes"
        assert substitute.get_by_text("Ada Lovell").is_visible()
        assert substitute.get_by_role("link", name="Ada Lovell").count() == 0

        ruiz.goto(f"{address}/school")
        ruiz.get_by_role("link", name="Ada Lovell").first.click()
        assert title(ruiz) == "Ada Lovell"

        hall = sits_down(browser, address, "hall")
        hall.get_by_role("link", name="One student").first.click()
        hall.get_by_label("The student’s whole name, or the district’s id").fill("Ada Lovell")
        hall.get_by_label("Why").fill(WHY)
        hall.get_by_role("button", name="Open this student for an hour").click()
        assert title(hall) == "Ada Lovell"

        kim = sits_down(browser, address, "kim")
        kim.get_by_role("link", name="Who looked").click()
        kim.get_by_label("The whole name").fill("Ada Lovell")
        kim.get_by_role("button", name="Find").click()
        kim.get_by_role("link", name="Lovell, Ada").click()
        assert title(kim) == "Who looked at Ada Lovell"
        rows = kim.locator("table").first.locator("tbody tr").all_inner_texts()
        for who, role, why in (
            ("Ms. Okafor", "teacher", "is in your class Science 7"),
            ("Substitute", "substitute", "stand"),
            ("Mr. Ruiz", "principal", "leads"),
            ("Dr. Hall", "superintendent", "breaking the glass"),
        ):
            assert any(who in row and role in row and why in row for row in rows), (who, rows)


PAGES = {
    "ruiz": "/grants /who-may-see /look-as /my-sign-in /what-i-can-see",
    "hall": "/district /break-glass /my-sign-in",
    "ames": "/district /break-glass",
    "kim": "/broken-glass /who-may-see /audit /data/rules /my-sign-in",
    "otto": "/audit /broken-glass /who-may-see",
    "dunn": "/accounts",
    "shea": "/covered",
    "rosa": "/my-children",
    "cruz": "/caseload /my-sign-in",
}
FORMS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (1280, "light"),
    (1280, "dark"),
    (400, "light"),
    (320, "dark"),
)


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js")
@pytest.mark.parametrize("username", PAGES)
def test_axe_finds_nothing_on_the_pages_of_grants_looks_and_accounts(
    browser: Browser, address: str, username: str
) -> None:
    context = browser.new_context()
    page = signed_in(context, address, username, maplewood.PASSWORD)
    for where in PAGES[username].split():
        for width, scheme in FORMS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            answer = page.goto(address + where)
            assert answer is not None
            assert (answer.status, page.url) == (200, address + where)
            assert hindrances(page) == [], (where, width, scheme)
    context.close()
