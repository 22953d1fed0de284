"""Pictures of every page and role, in light, dark, on a phone and on paper: `make screens`.

Beside the pages that links and forms lead to: the first pages of everybody on the first school day, long after the last
file, and in an empty home; and the first sheet of each paper, where `pdftoppm` is installed. A page that is added later
is in the pictures because it is in the tour (test_every_page demands that).
"""

import argparse
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page

from appliance.actions import Role
from appliance.server import write_log_to_stderr
from tests.journeys import districts
from tests.journeys.browser import FORMS, chromium, serving, turn
from tests.journeys.districts import District
from tests.journeys.tour import Stop, begin, deeds, name_of, route_of, stops


def take(browser: Browser, district: District, empty: District, to: Path) -> None:
    """Fill the folder: `ROLE-PAGE-FORM.png`, `ROLE-PAGE-DAY-FORM.png`, `ROLE-PAPER-pdf.png`.

    The second person of a role is `ROLE-2`.
    """
    to.mkdir(parents=True, exist_ok=True)
    with ExitStack() as served:
        address = served.enter_context(serving(district.app))
        days = {name: served.enter_context(serving(app)) for name, app in districts.unusual_days(district).items()}
        _everybody(browser, district, address, days, to)
    with serving(empty.app) as address:
        for username, role in empty.people.items():
            with browser.new_context() as context:
                page = begin(context, empty, address, username)
                _shoot(page, to / f"{role.value}-{_first(page, empty)}-empty")


def _everybody(browser: Browser, district: District, address: str, days: dict[str, str], to: Path) -> None:
    papers = set[str]()
    seen = list[Role | None]()
    for username in (None, *district.people):
        role = district.people[username] if username else None
        with browser.new_context() as context:
            page = begin(context, district, address, username)
            turn(page, FORMS["light"])
            home, who = page.url, role.value if role else "nobody"
            who += f"-{seen.count(role) + 1}" if role in seen else ""
            seen.append(role)
            for stop in stops(page, district.app, role):
                _shoot(page, to / f"{who}-{stop.name}")
                _papers(stop, district, papers, to / who)
            for day, where in days.items() if role else ():
                page.goto(where + "/")
                _shoot(page, to / f"{who}-{_first(page, district)}-{day}")
            page.goto(home)
            for stop in deeds(page, district, role):
                _shoot(page, to / f"{who}-{stop.name}")


def _first(page: Page, district: District) -> str:
    return name_of(route_of(district.app, page.url))


def _shoot(page: Page, file: Path) -> None:
    """The open page in each form, `FILE-FORM.png`; then as it was."""
    for name, form in FORMS.items():
        turn(page, form)
        page.screenshot(path=f"{file}-{name}.png", full_page=True)
    turn(page, FORMS["light"])


def _papers(stop: Stop, district: District, taken: set[str], file: Path) -> None:
    """The first sheet of each kind of paper that the page leads to, but for those in `taken`."""
    if not shutil.which("pdftoppm"):
        return
    links = stop.page.locator("a[href*='/pdf']").evaluate_all("links => links.map(link => link.href)")
    for link in links:
        route = route_of(district.app, link)
        if route not in taken:
            taken.add(route)
            answer = stop.page.request.get(link, timeout=300_000)
            if answer.ok:
                command = ["pdftoppm", "-png", "-r", "80", "-singlefile", "-", f"{file}-{name_of(route)}"]
                subprocess.run(command, input=answer.body(), check=True)


def main() -> None:
    """Take the pictures into build/screens/."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--demo", type=Path, help="what `schoolhouse demo --dir DIR` made; else a smaller one is made")
    options.add_argument("--to", type=Path, default=Path("build/screens"))
    chosen = options.parse_args()
    write_log_to_stderr()
    with tempfile.TemporaryDirectory() as folder:
        district = districts.of_demo(chosen.demo) if chosen.demo else districts.invented(Path(folder))
        empty = districts.empty(Path(folder))
        with chromium() as browser:
            take(browser, district, empty, chosen.to)
        for one in (district, empty):
            one.database.close()


if __name__ == "__main__":
    main()
