"""What people do on a Monday, in a real browser: signing in, opening a student, being told no."""

import pytest
from playwright.sync_api import Browser, Page

from tests import maplewood
from tests.journeys.browser import CHROMIUM, signed_in
from tests.web.test_student_page import address_for_token

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]


@pytest.fixture
def violations() -> list[str]:
    return []


def watched(page: Page, violations: list[str]) -> Page:
    """A page whose every complaint is kept: the policy's, the console's, and each request to elsewhere."""
    page.on(
        "console", lambda message: violations.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("request", lambda request: violations.append(request.url) if "127.0.0.1" not in request.url else None)
    return page


def test_a_teacher_opens_a_student_and_gets_no_further_than_her_own(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = signed_in(context, address, "okafor", maplewood.PASSWORD)
    assert page.locator("ol.cards > li:not(.good-news)").count() == 6
    page.get_by_role("link", name="Ada Lovell").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Ada Lovell"
    assert page.get_by_text("You can see this page because Ada is in your class Science 7.").is_visible()
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "sh")
    answer = page.goto(address + address_for_token(token, maplewood.KEY["oscar"]))
    assert answer is not None
    assert answer.status == 404
    assert page.get_by_role("heading", level=1).inner_text() == "No such student"
    edited = page.goto(address + "/students/" + "A" * 22)
    assert edited is not None
    assert edited.status == 404
    context.close()


def test_a_check_in_by_mouse_and_keyboard_takes_the_name_off_the_list(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = signed_in(context, address, "okafor", maplewood.PASSWORD)
    card = page.locator("li.card", has_text="Ada Lovell")
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    card.get_by_label("One line about it").fill("Talked about the bus.")
    card.get_by_role("button", name="Save the check-in").click()
    page.get_by_text("Saved.").wait_for()
    assert page.get_by_role("link", name="Ada Lovell").count() == 0
    ben = page.locator("li.card", has_text="Ben Ostrow")
    ben.get_by_role("button", name="Not needed").click()
    ben.wait_for(state="detached")
    assert page.get_by_role("link", name="Ben Ostrow").count() == 0
    context.close()


def test_signing_out_leaves_nothing_behind_the_back_button(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = signed_in(context, address, "okafor", maplewood.PASSWORD)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.go_back()
    page.wait_for_load_state()
    assert "Lovell" not in page.content()
    context.close()


def is_file(link: str) -> bool:
    """Whether a link leads to a download, which no page shows."""
    return "/file/" in link or "/pdf" in link or ".csv" in link


@pytest.mark.parametrize("username", maplewood.ACCOUNTS)
def test_v3_4_3_no_page_breaks_its_own_policy_or_calls_elsewhere(
    browser: Browser, address: str, violations: list[str], username: str
) -> None:
    context = browser.new_context()
    page = watched(signed_in(context, address, username, maplewood.PASSWORD), violations)
    seen = set()
    to_see = [page.url]
    while to_see:
        where = to_see.pop()
        page.goto(where)
        seen.add(where)
        links = page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.href.split('#')[0])")
        found = {link for link in links if "students/" not in link or not any("students/" in one for one in seen)}
        to_see += [link for link in found - seen - set(to_see) if "&sort=" not in link and not is_file(link)]
    assert len(seen) >= 6
    assert violations == []
    context.close()


def test_pages_are_the_same_picture_without_javascript(browser: Browser, address: str) -> None:
    pictures = []
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1000, "height": 800})
        page = signed_in(context, address, "ruiz", maplewood.PASSWORD)
        pictures.append(page.screenshot(full_page=True))
        context.close()
    assert pictures[0] == pictures[1]


def test_every_chart_has_a_name_and_its_numbers_as_a_table(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = signed_in(context, address, "ruiz", maplewood.PASSWORD)
    charts = page.locator("svg[role=img]")
    assert charts.count() > 10
    for chart in charts.all():
        named = chart.evaluate("svg => svg.getAttribute('aria-label') || svg.querySelector('title')?.textContent")
        assert named
    assert page.locator("#h-trend ~ figure svg circle").count() == page.locator("#h-trend ~ figure tbody tr").count()
    assert page.locator("#h-grade ~ figure svg rect").count() == page.locator("#h-grade ~ figure tbody tr").count()
    context.close()
