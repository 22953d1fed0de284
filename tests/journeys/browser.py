"""A real server on a real port, and the distribution's Chromium in front of it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

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
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    config = uvicorn.Config(app, host="127.0.0.1", port=port, access_log=False, log_config=None, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
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


def hindrances(page: Page) -> list[str]:
    """What would keep somebody from using this page: what axe-core finds, and that it scrolls sideways.

    Forms that are folded in are opened first.
    """
    for form in page.locator("details").all():
        form.evaluate("details => details.open = true")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert len(found["passes"]) > 10, page.url
    told = [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"][:3]]
    return told + ([f"{wide} pixels too wide"] if wide > 0 else [])
