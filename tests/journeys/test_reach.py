"""One school day, in a real browser without scripts: a substitute, a coach, a superintendent, and who may see Ada."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from appliance.settings import Settings
from appliance.storage.database import Database
from tests import everyone, maplewood
from tests.conftest import app_for
from tests.journeys.browser import CHROMIUM, serving, signed_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]
WHY = "The family called about a lost transcript."


@pytest.fixture
def address(own_town: Database) -> Iterator[str]:
    everyone.move_in(own_town)
    everyone.change(own_town, "DELETE FROM coach_grant")
    everyone.change(own_town, "DELETE FROM broken_glass")
    with serving(app_for(own_town, settings=Settings(family_pages=True))) as where:
        yield where


def sits_down(browser: Browser, address: str, username: str, password: str = maplewood.PASSWORD) -> Page:
    return signed_in(browser.new_context(java_script_enabled=False), address, username, password)


def test_mr_ruiz_prints_a_day_code_and_the_substitute_reads_names(browser: Browser, address: str) -> None:
    ruiz = sits_down(browser, address, "ruiz")
    ruiz.get_by_role("link", name="Opened for a time").click()
    ruiz.get_by_label("Who is away").select_option(label="Ngozi Okafor, 1 class")
    ruiz.get_by_role("button", name="Make a day code").click()
    ruiz.locator("dd code").first.wait_for()
    username, code = ruiz.locator("dd code").all_inner_texts()

    substitute = sits_down(browser, address, username, code)
    assert substitute.get_by_role("heading", level=1).inner_text() == "Today’s classes"
    assert substitute.get_by_text("Ada Lovell").is_visible()
    assert substitute.get_by_role("link", name="Ada Lovell").count() == 0
    ruiz.get_by_role("link", name="Opened for a time").click()
    for button in reversed(ruiz.get_by_role("button", name="End it now for Ngozi Okafor").all()):
        button.click()
    substitute.reload()
    assert substitute.get_by_text("No class is open to you now.").is_visible()


def test_mr_ruiz_opens_a_class_to_ms_cruz_and_she_reads_until_when(browser: Browser, address: str) -> None:
    ruiz, cruz = sits_down(browser, address, "ruiz"), sits_down(browser, address, "cruz")
    ruiz.get_by_role("link", name="Opened for a time").click()
    ruiz.locator("select[name=section]").select_option(label="Science 7, period 3, Okafor")
    ruiz.get_by_label("Last day").fill("2026-12-04")
    ruiz.get_by_label("What for").fill("science labs")
    ruiz.get_by_role("button", name="Open the class").click()
    cruz.get_by_role("link", name="My caseload").click()
    cruz.get_by_role("link", name="Lovell, Ada").click()
    assert cruz.get_by_text("because Ada is in Science 7, opened for you until Dec 4, 2026").is_visible()


def test_dr_hall_breaks_the_glass_and_mr_kim_reads_who_did_and_who_may(browser: Browser, address: str) -> None:
    hall = sits_down(browser, address, "hall")
    hall.get_by_role("link", name="One student").first.click()
    hall.get_by_label("The student’s whole name, or the district’s id").fill("Ada Lovell")
    hall.get_by_label("Why").fill(WHY)
    hall.get_by_role("button", name="Open this student for an hour").click()
    assert hall.get_by_role("heading", level=1).inner_text() == "Ada Lovell"
    assert hall.get_by_text("was opened by you by breaking the glass").is_visible()

    kim = sits_down(browser, address, "kim")
    kim.get_by_role("link", name="Broken glass").click()
    assert kim.get_by_text(WHY).is_visible()
    assert kim.get_by_text("Ada").count() == 0
    kim.get_by_role("link", name="Who may see a student").click()
    kim.get_by_label("The whole name, or the district’s id").fill("Ada Lovell")
    kim.get_by_role("button", name="Find").click()
    kim.get_by_role("link", name="Lovell, Ada").click()
    rows = kim.locator("tbody tr").all_inner_texts()
    assert any("Dr. Hall" in row and "breaking the glass" in row for row in rows)
    assert any("Ms. Okafor" in row and "is in your class Science 7" in row for row in rows)
    assert not any("Ms. Lind" in row for row in rows)


def test_mr_ruiz_looks_as_ms_okafor_under_a_red_bar(browser: Browser, address: str) -> None:
    ruiz = sits_down(browser, address, "ruiz")
    ruiz.get_by_role("link", name="Look as", exact=True).click()
    ruiz.get_by_role("button", name="Look as Ms. Okafor").click()
    bar = ruiz.locator(".shoulder")
    bar.wait_for()
    red, green, blue = (
        int(part) for part in bar.evaluate("it => getComputedStyle(it).backgroundColor")[4:-1].split(",")
    )
    assert red > 2 * max(green, blue)
    assert ruiz.get_by_role("heading", level=1).inner_text() == "Good morning, Ms. Okafor"
    assert ruiz.get_by_text("Record a check-in").count() == 0
    ruiz.get_by_role("button", name="Look as yourself again").click()
    assert ruiz.get_by_role("heading", level=1).inner_text() == "This week at Elm School"
