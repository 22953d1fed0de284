"""Mr. Kim reads in a real browser who looked at Ada, and what became of an alarm."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.settings import Settings
from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.journeys.browser import AXE, CHROMIUM, hindrances_in_every_form, serving, signed_in
from tests.web.test_student_page import address_for

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]


@pytest.fixture
def address(own_town: Database) -> Iterator[str]:
    """Ms. Okafor opened Ada's page, and then more than her budget, which is one student."""
    app = app_for(own_town, settings=Settings(students_an_hour={"teacher": 1}), elapsed=time.monotonic)
    okafor = sign_in(app, "okafor")
    for name in ("ada", "ben"):
        okafor.get(address_for(okafor, maplewood.KEY[name]))
    with serving(app) as where:
        yield where


def kims_page(browser: Browser, address: str, **form: object) -> Page:
    context = browser.new_context(**form)  # type: ignore[arg-type]
    page = signed_in(context, address, "kim", maplewood.PASSWORD)
    page.get_by_role("link", name="Who looked").click()
    return page


def test_the_steward_reads_the_log_of_one_student_and_settles_an_alarm(browser: Browser, address: str) -> None:
    page = kims_page(browser, address, java_script_enabled=False)
    page.get_by_label("What did you find?").fill("She prepared conferences.")
    page.get_by_role("button", name="Looked into").click()
    assert page.get_by_role("heading", name="To look into").count() == 0
    page.get_by_label("The whole name").fill("Ada Lovell")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Lovell, Ada").click()
    page.get_by_role("heading", name="Who looked at Ada Lovell").wait_for()
    assert "Lovell" not in page.url
    row = page.locator("table").first.get_by_role("row").filter(has_text="Ms. Okafor")
    assert row.get_by_text("is in your class Science 7").is_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="As a file").click()
    assert "Ms. Okafor" in Path(download.value.path()).read_text()
    page.context.close()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js")
def test_alarms_can_be_settled_in_every_form(browser: Browser, address: str) -> None:
    page = kims_page(browser, address)
    page.get_by_role("heading", name="To look into").wait_for()
    assert hindrances_in_every_form(page) == []
    page.context.close()
