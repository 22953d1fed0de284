"""A real server on a real port, and the distribution's Chromium in front of it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import uvicorn
from litestar import Litestar
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import maplewood

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path("build/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_QUIET = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()


@contextmanager
def serving(app: Litestar) -> Iterator[str]:
    """The app on a free port of this machine; the address it answers at."""
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, server_header=False))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the distribution, without a window and without a word to anybody outside."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=_QUIET)
        try:
            yield browser
        finally:
            browser.close()


def signed_in(
    context: BrowserContext,
    address: str,
    username: str,
    password: str,
    app_codes: Callable[[], Sequence[str]] = maplewood.app_codes,
) -> Page:
    """A page of somebody who has just signed in through the form, with a code of the app where one is asked for.

    Each code counts once, so the one before and the one after are tried too.
    """
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    for code in app_codes() if "/sign-in/second" in page.url else ():
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_load_state()
        if "/sign-in" not in page.url:
            break
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


@dataclass(frozen=True, slots=True)
class Form:
    """How a page is looked at. `width`: in CSS pixels; paper is Letter less its margins."""

    width: int = 1280
    scheme: Literal["light", "dark"] = "light"
    media: Literal["screen", "print"] = "screen"


FORMS = {"light": Form(), "dark": Form(scheme="dark"), "phone": Form(400), "print": Form(710, media="print")}
_NARROW, _TABLET = Form(320), Form(820)
_EMPTY_SECTIONS = """[...document.querySelectorAll("main section")]
    .map(one => [one.innerText.trim(), one.querySelector("h2, h3")?.innerText.trim()])
    .filter(([all, heading]) => heading && all === heading).map(([all]) => all)"""
"""What stands over nothing, as the page is shown: the headings of sections whose forms were left out."""
_NOT_FOR_PAPER = "nav, button, input:not([type=hidden]), select, textarea, summary, .skip"


def turn(page: Page, form: Form) -> None:
    """The open page in another form, without loading it again."""
    page.emulate_media(media=form.media, color_scheme=form.scheme)
    page.set_viewport_size({"width": form.width, "height": 900})
    page.evaluate("new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))")


def hindrances(page: Page) -> list[str]:
    """What would keep somebody from using this page as it is: what axe-core finds, and that it scrolls sideways.

    Forms that are folded in are opened first.
    """
    _open_all(page)
    return _axe_finds(page) + _scrolls_sideways(page)


def hindrances_in_every_form(page: Page) -> list[str]:
    """As `hindrances`, of the open page in light and dark, at 400 and 320 pixels; and what paper should not show."""
    told = []
    turn(page, FORMS["print"])
    told += [f"print: {one}" for one in _scrolls_sideways(page) + _dead_on_paper(page)]
    _open_all(page)
    turn(page, _TABLET)
    told += [f"tablet: {one}" for one in _scrolls_sideways(page)]
    for name, form in {
        "narrow": _NARROW,
        "phone": FORMS["phone"],
        "dark": FORMS["dark"],
        "light": FORMS["light"],
    }.items():
        turn(page, form)
        told += [f"{name}: {one}" for one in _scrolls_sideways(page) + _axe_finds(page)]
    return told


def _open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def _scrolls_sideways(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} pixels too wide"] if wide > 0 else []


def _dead_on_paper(page: Page) -> list[str]:
    shown = page.locator(_NOT_FOR_PAPER).filter(visible=True)
    told = [
        f"paper shows {html[:120]}" for html in shown.evaluate_all("them => them.slice(0, 3).map(one => one.outerHTML)")
    ]
    return told + [f"paper shows nothing under “{heading}”" for heading in page.evaluate(_EMPTY_SECTIONS)]


def _axe_finds(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert len(found["passes"]) > 10, page.url
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"][:3]]
