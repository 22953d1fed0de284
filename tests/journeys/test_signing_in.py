"""Signing in as people do: setting up an app, a passkey of a real browser, a shared computer, a lost password."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from appliance.jobs.accounts import make_account
from appliance.jobs.one_time_codes import give_code
from appliance.jobs.second_factors import current_code
from appliance.roles import Role
from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import app_for
from tests.journeys.browser import AXE, CHROMIUM, serving, signed_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs the distribution's Chromium: apt install chromium"),
]
PICTURES = Path("build/sign-in-screens")
"""Left for a person to look at."""


@pytest.fixture
def address(own_town: Database) -> Iterator[str]:
    """Schoolhouse by its name, because browsers bind passkeys to names."""
    with serving(app_for(own_town)) as where:
        yield where.replace("127.0.0.1", "localhost")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1100, "height": 800})
    yield opened
    opened.close()


def look(page: Page, name: str) -> None:
    """Leave pictures in light, dark, on a phone and on paper; and let axe look, where it is there."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for form, scheme, width in (("light", "light", 1100), ("dark", "dark", 1100), ("phone", "light", 400)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=PICTURES / f"{name}-{form}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways on {form}"
    page.emulate_media(media="print")
    page.screenshot(path=PICTURES / f"{name}-print.png", full_page=True)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1100, "height": 800})
    if AXE.exists():
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []


def first_step(page: Page, address: str, username: str, password: str = maplewood.PASSWORD) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def test_a_new_data_steward_sets_up_an_app_on_the_way_in(
    own_town: Database, address: str, context: BrowserContext
) -> None:
    make_account(
        own_town, username="j.park", password=maplewood.PASSWORD, role=Role.DATA_STEWARD, staff_key=None,
        display_name="Ms. Park", by="dunn",
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    look(page, "sign-in")
    first_step(page, address, "j.park")
    look(page, "set-up-app")
    page.locator("summary", has_text="type these letters").click()
    secret = page.locator("details code").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Keep this app").click()
    assert page.get_by_role("alert").inner_text().startswith("That code is not right")
    page.get_by_role("textbox", name="Code").fill(current_code(secret, maplewood.NOW))
    page.get_by_role("button", name="Keep this app").click()
    look(page, "paper-codes")
    assert page.locator("ul.codes li").count() == 10
    paper = page.locator("ul.codes code").first.inner_text()
    page.get_by_role("link", name="I have them").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.get_by_role("button", name="Sign out", exact=True).click()
    first_step(page, address, "j.park")
    look(page, "second-step")
    page.get_by_label("Code").fill(paper)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_ms_lind_adds_a_passkey_of_a_real_browser_and_signs_in_with_nothing_typed(
    address: str, context: BrowserContext
) -> None:
    page = signed_in(context, address, "lind", maplewood.PASSWORD)
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    held = tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})["authenticatorId"]
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.get_by_role("link", name="How I sign in").click()
    look(page, "how-i-sign-in")
    page.get_by_role("link", name="Add a passkey").click()
    look(page, "add-passkey")
    page.get_by_label("A name for it").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/my-sign-in")
    assert page.get_by_role("row", name=re.compile("My laptop")).is_visible()
    assert len(tools.send("WebAuthn.getCredentials", {"authenticatorId": held})["credentials"]) == 1
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("link", name="Sign in with a passkey").click()
    look(page, "use-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/this-week")
    assert page.get_by_text("Ms. Lind").first.is_visible()
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": held, "isUserVerified": False})
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto(f"{address}/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.locator("#passkey-trouble").wait_for(state="visible")
    assert complaints == []


def test_on_a_shared_computer_nothing_of_ms_okafor_is_left_when_the_browser_closes(
    browser: Browser, address: str
) -> None:
    def cookie_ends(untick: bool) -> float:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        if untick:
            page.get_by_label("Others use this computer too").uncheck()
        page.get_by_label("User name").fill("okafor")
        page.get_by_label("Password").fill(maplewood.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/this-week")
        (ends,) = [cookie["expires"] for cookie in context.cookies() if cookie["name"] == "sh"]
        context.close()
        return float(ends)

    assert cookie_ends(untick=False) == -1, "a cookie of this browser's run"
    assert cookie_ends(untick=True) > 0


def test_mr_ruiz_who_forgot_his_password_and_lost_his_phone_begins_anew(
    own_town: Database, address: str, context: BrowserContext
) -> None:
    code = give_code(own_town, "ruiz", by="dunn", forgets_factors=True, now=maplewood.NOW)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_role("link", name="I have a one-time code").click()
    look(page, "one-time-code")
    page.get_by_label("User name").fill("ruiz")
    page.get_by_label("One-time code").fill(code.replace("-", " "))
    page.get_by_label("New password").fill("elm school 2026")
    page.get_by_label("The same once more").fill("elm school 2026")
    page.get_by_role("button", name="Set the password").click()
    assert "easy to guess" in page.get_by_role("alert").inner_text()
    page.get_by_label("One-time code").fill(code)
    page.get_by_label("New password").fill("three plain tapirs")
    page.get_by_label("The same once more").fill("three plain tapirs")
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("link", name="Sign in").click()
    first_step(page, address, "ruiz", "three plain tapirs")
    assert page.get_by_role("heading", level=1).inner_text() == "Set up an authenticator app"


def test_the_administrator_sees_accounts_gives_a_code_and_locks_the_house(
    own_town: Database, address: str, context: BrowserContext
) -> None:
    make_account(
        own_town, username="the.admin", password=maplewood.PASSWORD, role=Role.DISTRICT_ADMIN, staff_key=None,
        display_name="Ms. Dunn", by="the keyboard",
    )  # fmt: skip
    maplewood.set_up_apps(own_town)
    page = signed_in(context, address, "the.admin", maplewood.PASSWORD)
    page.goto(f"{address}/accounts")
    look(page, "accounts")
    assert "Lovell" not in page.content()
    page.locator("tr", has_text="lind").locator("summary").click()
    page.screenshot(path=PICTURES / "accounts-open.png", full_page=True)
    page.locator("tr", has_text="lind").get_by_role("button", name="Give a one-time code").click()
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", page.locator("ul.codes code").inner_text())
    look(page, "new-code")
    page.goto(f"{address}/accounts")
    page.get_by_label("Why?").fill("a drill")
    page.get_by_role("button", name="Lock Schoolhouse down").click()
    page.wait_for_url("**/sign-in")
    first_step(page, address, "okafor")
    assert "locked for now" in page.get_by_role("alert").inner_text()
    page.goto(f"{address}/prove")
    assert "/sign-in" in page.url
