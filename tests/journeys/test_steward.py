"""The data steward's afternoon in a real browser: files of a system nobody described, with scripts switched off.

And the two pages that a script brings up to date in place, with scripts on.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from playwright.sync_api import Browser, Page, expect

from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import app_for
from tests.journeys.browser import AXE, CHROMIUM, hindrances, serving, signed_in
from tests.student_level.sources.mapping.exports import PUPILS, aspen_like, clever_like

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]


@pytest.fixture
def app(own_town: Database) -> Litestar:
    return app_for(own_town)


@pytest.fixture
def address(app: Litestar) -> Iterator[str]:
    with serving(app) as where:
        yield where


@pytest.fixture
def kims(browser: Browser, address: str) -> Iterator[Page]:
    """Mr. Kim's browser with scripts on. Whatever it complains of, the policy's refusals among it, fails his test."""
    said: list[str] = []
    with browser.new_context() as context:
        page = signed_in(context, address, "kim", maplewood.PASSWORD)
        page.on("console", lambda told: said.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(address) else said.append(asked.url))
        yield page
    # What the server refuses with a sentence on the page, Chromium notes in the console too.
    assert [one for one in said if "status of 400" not in one] == []


def is_still_the_page(page: Page) -> bool:
    """Whether the page was not loaded anew since it was last asked; it is marked at the first time."""
    return bool(page.evaluate("() => { const was = window.marked === true; window.marked = true; return was; }"))


@pytest.mark.parametrize(
    ("export", "meanings"), [(aspen_like, {"FT": "Leave such rows out"}), (clever_like, {})], ids=["Aspen", "Clever"]
)
def test_files_of_a_system_that_nobody_described_get_in_by_confirming_proposals(
    browser: Browser, address: str, own_town: Database, tmp_path: Path, export, meanings: dict[str, str]
) -> None:
    before = own_town._writer.execute("SELECT count(*) FROM student").fetchone()[0]
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context, address, "kim", maplewood.PASSWORD)
    page.goto(f"{address}/data")
    page.get_by_role("link", name="Mappings").click()
    page.get_by_label("Files of one export").set_input_files([str(path) for path in export(tmp_path).values()])
    page.get_by_role("button", name="Look into these files").click()
    page.get_by_role("link", name="Say what the columns are").wait_for(timeout=20_000)
    page.get_by_role("link", name="Say what the columns are").click()
    pages = 0
    while page.url.startswith(f"{address}/data/mappings/of/"):
        for code, meaning in meanings.items():
            if page.get_by_label(f"Meaning of {code}", exact=True).count():
                page.get_by_label(f"Meaning of {code}", exact=True).select_option(meaning)
        with page.expect_navigation():
            page.get_by_role("button", name="Confirm, and check the files").click()
        pages += 1
    assert pages == 5
    page.get_by_role("button", name="Load these files").wait_for(timeout=20_000)
    page.get_by_role("button", name="Load these files").click()
    page.get_by_role("heading", name="Loaded", exact=True).wait_for(timeout=20_000)
    assert own_town._writer.execute("SELECT count(*) FROM student").fetchone()[0] == before + PUPILS
    context.close()


def test_a_principals_number_opens_the_students_and_a_students_number_the_days(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context, address, "ruiz", maplewood.PASSWORD)
    page.get_by_role("link", name="Who missed which days").click()
    assert "Who missed days from" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("row", name="Ada Lovell").get_by_role("link", name="Nov 17").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Where these numbers come from"
    assert page.get_by_role("rowheader", name="Friday, November 20, 2026").is_visible()
    context.close()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js")
def test_with_a_script_another_number_shows_what_it_would_do_and_the_page_stays(kims: Page, address: str) -> None:
    kims.goto(f"{address}/data/rules")
    is_still_the_page(kims)
    kims.get_by_label("Why").fill("Half written")
    kims.get_by_label("Names on a list, at most").fill("2")
    kims.get_by_text("Today the principals’ lists would have 3 names in all.").wait_for()
    kims.get_by_label("Names on a list, at most").fill("1")
    kims.get_by_text("Today the principals’ lists would have 2 names in all.").wait_for()
    kims.get_by_label("Days enrolled, at least").fill("121")
    kims.locator("#tried").get_by_text("“least days enrolled” is at").wait_for()
    assert not kims.get_by_text("Today the principals’ lists").is_visible()
    kims.get_by_label("Days enrolled, at least").fill("10")
    kims.get_by_text("Today the principals’ lists would have 2 names in all.").wait_for()
    assert kims.get_by_label("Why").input_value() == "Half written"
    assert kims.url == f"{address}/data/rules"
    assert is_still_the_page(kims)
    assert hindrances(kims) == []


def test_without_a_script_the_answer_is_where_the_button_was(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context, address, "kim", maplewood.PASSWORD)
    page.goto(f"{address}/data/rules")
    page.get_by_label("Days enrolled, at least").fill("64")
    page.get_by_role("button", name="Show what this would do").click()
    expect(page.get_by_text("Today the principals’ lists would have")).to_be_in_viewport()
    assert page.url.endswith("#tried")
    assert page.get_by_role("region", name="Missed 10% or more of days, table").is_visible()
    # On paper what is in force stands as text, and beneath it what was tried.
    page.emulate_media(media="print")
    assert page.get_by_text("Students enrolled fewer than 10 days are left out.").is_visible()
    assert page.get_by_text("Students enrolled fewer than 64 days are left out.").is_visible()
    assert page.get_by_role("region", name="Missed 10% or more of days, table").is_visible()
    assert not page.get_by_role("spinbutton").filter(visible=True).count()
    context.close()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js")
def test_with_a_script_an_upload_goes_on_before_ones_eyes(
    kims: Page, address: str, app: Litestar, tmp_path: Path
) -> None:
    file = tmp_path / "late.csv"
    file.write_text("student_id,school_id,entry_date,grade_level\n")
    their_turn = threading.Event()
    uploads = app.state["uploads"]
    uploads._worker.submit(their_turn.wait)
    kims.goto(f"{address}/data/import")
    kims.get_by_label("Files of one export").set_input_files(str(file))
    kims.get_by_role("button", name="Check these files").click()
    kims.get_by_text("It waits for its turn.").wait_for()
    is_still_the_page(kims)
    assert hindrances(kims) == []
    upload = uploads.find(kims.url.rpartition("/")[2])
    upload.note("late.csv, loading (rows)", 51_000, 204_000)
    kims.get_by_text("late.csv, loading (rows): 51,000 of 204,000.").wait_for()
    their_turn.set()
    kims.get_by_role("heading", level=1).filter(has_not_text="Checking").wait_for()
    assert kims.locator("#how-far").count() == 0
    assert kims.get_by_role("button", name="Throw these files away").is_visible()
    assert is_still_the_page(kims)
    assert hindrances(kims) == []
