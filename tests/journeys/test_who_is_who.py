"""Mr. Kim decides who is who in a real browser: he reads the evidence, answers, and takes his answer back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import app_for
from tests.elm_and_oak import ElmAndOak
from tests.journeys.browser import AXE, CHROMIUM, hindrances_in_every_form, serving, signed_in
from tests.web.test_who_is_who import HERE, ada_comes_again

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]


@pytest.fixture
def address(own_town: Database, tmp_path: Path) -> Iterator[str]:
    ada_comes_again(ElmAndOak(tmp_path, own_town))
    with serving(app_for(own_town)) as where:
        yield where


def kims_page(browser: Browser, address: str, **form: object) -> Page:
    context = browser.new_context(**form)  # type: ignore[arg-type]
    page = signed_in(context, address, "kim", maplewood.PASSWORD)
    page.goto(address + HERE)
    return page


def test_a_question_is_answered_by_keyboard_and_the_answer_is_taken_back(browser: Browser, address: str) -> None:
    page = kims_page(browser, address, java_script_enabled=False)
    question = page.locator("section.question")
    rows = question.get_by_role("row")
    assert rows.filter(has_text="Zeller").get_by_text("Abara").is_visible()
    question.get_by_label("How you know").fill("Her mother brought the papers.")
    question.get_by_role("button", name="Same person").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="No question about who is who").wait_for()
    done = page.locator("li", has_text="same person")
    done.locator("summary").click()
    done.get_by_label("Why").fill("It was her cousin.")
    done.get_by_role("button", name="Restore what it changed").click()
    page.get_by_role("heading", name="1 question about who is who").wait_for()
    page.context.close()


def test_a_record_is_found_by_an_id_and_what_it_is_made_of_can_be_ticked(browser: Browser, address: str) -> None:
    page = kims_page(browser, address)
    page.get_by_label("Roster id").fill("502")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="Ben Brook").wait_for()
    assert not re.search(r"\b502\b", page.url)  # neither its port nor the secret of its end may fail this
    page.get_by_text("Make two of one").click()
    page.get_by_label("local id").check()
    page.get_by_label("How you know").last.fill("Two boys had one number.")
    page.get_by_role("button", name="Give these to a second student").click()
    page.get_by_text("502").first.wait_for()
    page.context.close()


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js")
def test_the_workbench_can_be_used_in_every_form(browser: Browser, address: str) -> None:
    page = kims_page(browser, address)
    record = page.locator("a[href^='/data/who-is-who/']").first.evaluate("link => link.href")
    for where in (address + HERE, record):
        page.goto(where)
        assert hindrances_in_every_form(page) == [], where
    page.context.close()
