"""Everybody walks through every page that leads on from their first: on the invented district and on Grand Bend.

Of many alike (students, classes, releases) one is opened. Each page is held against axe, 320 pixels, its own content
security policy and the console; and at the end no page may be left that nobody came to.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from playwright.sync_api import Browser, Page

from appliance.actions import Role
from tests.journeys import districts
from tests.journeys.browser import AXE, CHROMIUM, hindrances, serving, signed_in
from tests.journeys.districts import District

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make build/axe.min.js"),
]
NOT_PAGES = re.compile(r"/file|/pdf|^/static|^/healthz|/files/|^/data/files$")
"""Downloads, and what no link leads to."""
TYPED = ("/releases/drafting", "/prove", "/prove/passkey", "/my-sign-in/app", "/my-sign-in/passkey")
"""Pages that a form, or a refusal, leads to; whoever may, opens them by their address."""
AT_THE_DOOR = ("/sign-in", "/sign-in/code", "/sign-in/passkey", "/manual")
"""Pages for somebody who has not signed in."""
ELSEWHERE = {
    "/": "leads on to the first page",
    "/audit/day": "test_who_looked",
    "/sign-in/second": "test_signing_in",
    "/sign-in/app": "test_signing_in",
    "/sign-in/provider": "tests/doorkeeper",
    "/sign-in/provider/return": "tests/doorkeeper",
    "/data/import/{upload}": "test_steward",
    "/data/mappings/of/{upload}": "test_steward",
    "/data/who-is-who/{address}": "test_who_is_who",
    "/covered": "a day code is good for today only, so on Grand Bend, whose today is in 2011, there is none",
    "/who-may-see": "test_reach",
    "/who-may-see/{address}": "test_reach",
    "/audit/students/{address}": "test_who_looked",
}
"""Pages that need something done before they open, and where that is done."""


@pytest.fixture(scope="module", params=["invented", "grand_bend"])
def district(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    made: District = getattr(districts, request.param)(tmp_path_factory.mktemp("district"))
    yield made
    made.database.close()


def pattern_of(app: Litestar, address: str) -> str:
    """The route of an address: `/students/{address}`. Empty for none."""
    path = urlsplit(address).path
    routes = sorted((route.path_format for route in app.routes), key=lambda route: route.count("{"))
    return next((route for route in routes if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path)), "")


def complaints_of(page: Page) -> list[str]:
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text) if told.type in ("error", "warning") else None)
    page.on("request", lambda asked: said.append(asked.url) if "127.0.0.1" not in asked.url else None)
    return said


def walk(page: Page, app: Litestar, typed: Sequence[str]) -> dict[str, list[str]]:
    """Route -> what hinders somebody on it, of every page that a person comes to by links.

    `typed`: addresses to open as well, as far as they are open to this person.
    """
    found: dict[str, list[str]] = {}
    typed = [page.url.replace(urlsplit(page.url).path, where) for where in typed]
    to_see = [page.url, *typed]
    while to_see:
        where = to_see.pop(0)
        route = pattern_of(app, where)
        if not route or route in found or NOT_PAGES.search(route):
            continue
        if where in typed and not (page.request.get(where, max_redirects=0).ok):
            continue
        answer = page.goto(where)
        assert answer is not None
        found[route] = [] if answer.status == 200 else [f"answered {answer.status}"]
        links = page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.href.split('#')[0])")
        to_see += [link for link in links if not NOT_PAGES.search(urlsplit(link).path)]
        page.set_viewport_size({"width": 320, "height": 700})
        found[route] += hindrances(page)
        page.set_viewport_size({"width": 1280, "height": 900})
    return found


def test_everybody_can_use_every_page_and_no_page_is_left_out(browser: Browser, district: District) -> None:
    seen: set[str] = set()
    hindered = {}
    with serving(district.app) as address:
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(address + AT_THE_DOOR[0])
            said = complaints_of(page)
            for route, why in walk(page, district.app, AT_THE_DOOR).items():
                seen.add(route)
                if why:
                    hindered["nobody", route] = why
            assert said == []
        for role, username in district.people.items():
            with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
                codes = district.codes_of(username)
                page = signed_in(context, address, username, district.passwords[username], codes)
                said = complaints_of(page)
                for route, why in walk(page, district.app, TYPED).items():
                    seen.add(route)
                    if why:
                        hindered[role.value, route] = why
                assert said == [], role
    assert hindered == {}
    pages = {route.path_format for route in district.app.routes if "GET" in getattr(route, "methods", ())}
    assert {page for page in pages - seen if not NOT_PAGES.search(page)} <= set(ELSEWHERE)
    assert set(district.people) >= set(Role) - {Role.SUBSTITUTE}
