"""Pictures of every page and role, in light, dark, on a phone and on paper: `make screens`.

Without a home it takes Maplewood's. `--demo DIR` takes what `schoolhouse demo --dir DIR` left there, with its sign-ins.
"""

import argparse
import json
import re
import tempfile
import time
from datetime import date
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from appliance.jobs.second_factors import current_code
from appliance.server import build_app, write_log_to_stderr
from appliance.settings import read_settings
from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import app_for
from tests.journeys.browser import chromium, serving, signed_in

FORMS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 400, "height": 800}, "color_scheme": "light", "device_scale_factor": 2},
}


def take(
    browser: Browser,
    address: str,
    people: dict[str, str],
    passwords: dict[str, str],
    to: Path,
    apps: dict[str, str] | None = None,
) -> list[Path]:
    """One picture of each page of each person (role -> user name), in each form; the files written."""
    to.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    for form, options in FORMS.items():
        with browser.new_context(**options) as context:  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(f"{address}/sign-in")
            taken.append(_shoot(page, to / f"sign-in-{form}.png"))
            page.goto(f"{address}/manual/this-week")
            taken.append(_shoot(page, to / f"manual-{form}.png"))
        for role, username in people.items():
            with browser.new_context(**options) as context:  # type: ignore[arg-type]
                page = signed_in(context, address, username, passwords[username], partial(_codes, apps, username))
                for name, where in _pages_of(page).items():
                    page.goto(where)
                    taken.append(_shoot(page, to / f"{role}-{name}-{form}.png"))
                    if form == "light":
                        taken.append(_print(page, to / f"{role}-{name}-print.png"))
    return taken


def _codes(apps: dict[str, str] | None, username: str) -> list[str]:
    """Codes of the person's app: of the demo's, by the real clock; else of Maplewood's."""
    if apps is None:
        return maplewood.app_codes()
    return [current_code(apps[username], time.time() + seconds) for seconds in (-30, 0, 30)]


def _pages_of(page: Page) -> dict[str, str]:
    """What there is to see: every page of the navigation, and the first class, student and measures on the way."""
    found = {}
    for link in page.locator("nav a").all():
        found["-".join(re.findall(r"\w+", link.inner_text().lower()))] = link.evaluate("link => link.href")
    starts = {
        "class": "/classes/",
        "student": "/students/",
        "measures": "/school/measures",
        "measured": "/district/mea",
    }
    for name, prefix in starts.items():
        link = page.locator(f'main a[href^="{prefix}"]').first
        if link.count():
            found[name] = link.evaluate("link => link.href")
    found.pop("help", None)
    return found


def _shoot(page: Page, file: Path) -> Path:
    page.screenshot(path=file, full_page=True)
    return file


def _print(page: Page, file: Path) -> Path:
    """The page as it comes out of a printer: Letter less its margins, in print colours."""
    before = page.viewport_size
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 710, "height": 950})
    page.screenshot(path=file, full_page=True)
    page.emulate_media(media="screen")
    if before:
        page.set_viewport_size(before)
    return file


def main() -> None:
    """Take the pictures into build/screens/."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--demo", type=Path)
    options.add_argument("--as-of", type=date.fromisoformat)
    options.add_argument("--to", type=Path, default=Path("build/screens"))
    chosen = options.parse_args()
    write_log_to_stderr()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.demo:
            note = json.loads((chosen.demo / "sign-ins.json").read_text())
            people = {person["role"]: person["username"] for person in note["people"]}
            passwords = dict.fromkeys(people.values(), note["password"])
            if "substitute" in people:
                passwords[people["substitute"]] = note["day_code"]
            apps = {person["username"]: person["app_secret"] for person in note["people"]}
            database = Database(chosen.demo / "home")
            app = build_app(database, read_settings(database.home), secure_cookies=False, as_of=chosen.as_of)
        else:
            database = maplewood.build(Path(folder) / "home")
            app = app_for(database)
            apps = None
            people = {role.value: username for username, (role, _, _) in reversed(maplewood.ACCOUNTS.items())}
            passwords = dict.fromkeys(people.values(), maplewood.PASSWORD)
        with serving(app) as address, chromium() as browser:
            for _file in take(browser, address, people, passwords, chosen.to, apps):
                pass
        database.close()


if __name__ == "__main__":
    main()
