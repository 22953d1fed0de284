"""The data steward's afternoon in a real browser, with scripts switched off: files of a system nobody described."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import app_for
from tests.journeys.browser import CHROMIUM, chromium, serving, signed_in
from tests.student_level.sources.mapping.exports import PUPILS, aspen_like, clever_like

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def address(own_town: Database) -> Iterator[str]:
    app = app_for(own_town)
    with serving(app) as where:
        yield where


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
