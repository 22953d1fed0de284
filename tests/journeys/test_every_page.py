"""Everybody walks through every page: on the invented district, on Grand Bend, in an empty home, on unusual days.

Of many alike (students, classes, releases) one is opened. Each page is held, in light and dark, on paper, at 400 and
320 pixels, against axe, its own content security policy, the console and the words of the design; and at the end no
page may be left that nobody came to.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from litestar import Litestar
from playwright.sync_api import Browser, Page, Response

from appliance.actions import Role
from tests.journeys import districts
from tests.journeys.browser import AXE, CHROMIUM, hindrances_in_every_form, serving
from tests.journeys.districts import District
from tests.journeys.tour import AT_THE_DOOR, ELSEWHERE, NOT_PAGES, TYPED, Stop, begin, deeds, stops
from tests.test_wording import labels

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js"),
]


WORDS_OF_OTHERS = re.compile(r"^Rule: .*$|\b\w+\.csv\b", re.MULTILINE)
"""The federal and Ed-Fi names that a metric's rule quotes, and the names of files that leave."""


SHAPE = "[...document.querySelectorAll('main, main *')].map(one => one.tagName + one.className).join()"
"""What a page is built of. Most roles come to pages that differ in words alone, such as proving who one is."""


@pytest.fixture(scope="module", params=["invented", "grand_bend"])
def district(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    made: District = getattr(districts, request.param)(tmp_path_factory.mktemp("district"))
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def shapes() -> set[str]:
    """Of the pages that were looked at in every form; one like them is only read."""
    return set()


def complaints_of(page: Page) -> list[str]:
    """What the browser will have complained of, and what it asked of anybody else; but for answers that are a no."""
    said: list[str] = []

    def hear(kind: str, text: str) -> None:
        if kind in ("error", "warning") and "responded with a status of 40" not in text:
            said.append(text)

    def look(answer: Response) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            said.append(f"{answer.status} for {answer.url}")

    page.on("console", lambda told: hear(told.type, told.text))
    page.on("request", lambda asked: said.append(asked.url) if "127.0.0.1" not in asked.url else None)
    page.on("response", look)
    return said


def faults_of(stop: Stop, shapes: set[str]) -> list[str]:
    """What is wrong with the page that is open."""
    page = stop.page
    told = [f"answered {stop.status}"] if stop.status not in (0, 200) else []
    shape = page.evaluate(SHAPE)
    if shape not in shapes:
        shapes.add(shape)
        told += hindrances_in_every_form(page)
    language = page.evaluate("document.documentElement.lang")
    words = WORDS_OF_OTHERS.sub("", page.locator("body").inner_text())
    return told + [f"says {word}" for word in labels(language, words)]


Wrong = dict[tuple[str, str], list[str]]
"""(User name, page) -> what is wrong there."""


def walk(
    browser: Browser,
    district: District,
    app: Litestar,
    shapes: set[str],
    seen: Callable[[Page, Role | None], Iterator[Stop]],
) -> Wrong:
    """Let everybody see their pages."""
    wrong: Wrong = {}
    with serving(app) as address:
        for username in (None, *district.people):
            role = district.people[username] if username else None
            with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
                page = begin(context, district, address, username)
                said = complaints_of(page)
                for stop in seen(page, role):
                    faults = faults_of(stop, shapes) + said
                    said.clear()
                    if faults:
                        wrong[username or "nobody", stop.name] = faults
    return wrong


def test_everybody_can_use_every_page_and_no_page_is_left_out(
    browser: Browser, district: District, shapes: set[str]
) -> None:
    come_to: set[str] = set()

    def every_page(page: Page, role: Role | None) -> Iterator[Stop]:
        for stop in chain(stops(page, district.app, role), deeds(page, district, role)):
            come_to.add(stop.route)
            yield stop

    assert walk(browser, district, district.app, shapes, every_page) == {}
    pages = {route.path_format for route in district.app.routes if "GET" in getattr(route, "methods", ())}
    assert {page for page in pages - come_to if not NOT_PAGES.search(page)} <= set(ELSEWHERE)
    assert {*ELSEWHERE, *TYPED, *AT_THE_DOOR} <= pages
    assert set(district.people.values()) >= set(Role) - {Role.SUBSTITUTE}


def test_first_pages_can_be_used_on_the_first_school_day_and_long_after_the_last_file(
    browser: Browser, district: District, shapes: set[str]
) -> None:
    def first_page(page: Page, _role: Role | None) -> Iterator[Stop]:
        yield Stop("first", "", page, 0)

    for name, app in districts.unusual_days(district).items():
        assert walk(browser, district, app, shapes, first_page) == {}, name


def test_a_home_in_which_nothing_is_loaded_can_be_used(browser: Browser, tmp_path: Path, shapes: set[str]) -> None:
    empty = districts.empty(tmp_path)
    assert walk(browser, empty, empty.app, shapes, lambda page, role: stops(page, empty.app, role)) == {}
    empty.database.close()
