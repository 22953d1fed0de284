"""What Mr. Ruiz and Ms. Okafor print: every sheet says who printed it, when, and which line of the log tells of it."""

import re

import pytest
from playwright.sync_api import Browser

from tests import maplewood
from tests.journeys.browser import CHROMIUM, signed_in
from tests.pdf_text import text_of
from tests.web.test_paper import pages_of

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]


@pytest.mark.parametrize(
    ("username", "where"),
    [("ruiz", "/school"), ("ruiz", "/school/meeting"), ("ruiz", "/school/numbers"), ("okafor", "/this-week")],
)
def test_each_sheet_from_the_browser_carries_its_foot(
    browser: Browser, address: str, username: str, where: str
) -> None:
    with browser.new_context() as context:
        page = signed_in(context, address, username, maplewood.PASSWORD)
        page.goto(address + where)
        printed = page.pdf(prefer_css_page_size=True)
    feet = re.findall(r"Printed by M[rs]\. \w+, Monday, .*?; line \d+ of the access log\.", text_of(printed))
    assert len(feet) == pages_of(printed)
    assert len(set(feet)) == 1
