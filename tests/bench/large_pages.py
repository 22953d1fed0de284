"""Every page of every role in a district of 86,000 students and more, beside a route that answers two letters.

`python -m tests.bench --pages 86000` (or 404000). The home is built from an invented district's files, through the
import, on a day in October, so that it takes minutes; `--home DIR` keeps it, and takes it again the next time.
"""

import json
import math
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from appliance.jobs.compute_metrics import refresh
from appliance.jobs.demo_people import sign_ins
from appliance.jobs.import_files import import_files
from appliance.sample import write_district
from appliance.storage.database import Database
from tests.bench.pages import server, sign_in

TODAY = date(2026, 10, 12)
"""A Monday: seven weeks of school, and what happened in them, at a few minutes of building."""
WANTED_RATIO, WANTED_P99 = 20, 50
"""Of the performance notes, section 6: p50 against the plain route; p99 in milliseconds."""
_NOT_PAGES = re.compile(r"/file|/pdf|/static|/language|/manual|/data/files|/my-sign-in")
_AN_ADDRESS = re.compile(r"/[A-Za-z0-9_-]{22}(?=/|$)")


@dataclass(frozen=True)
class Timed:
    """One page of one role: milliseconds of its first visit by anybody, at the 50th and the 99th of a hundred; the
    50th as a ratio to a plain-text route that was visited in between; and its size.
    """

    role: str
    page: str
    first: float
    p50: float
    p99: float
    ratio: float
    kilobytes: float


def build(folder: Path, students: int) -> Path:
    """A home of so many students with somebody of each role, and their sign-ins beside it; the home."""
    home = folder / "home"
    if (folder / "sign-ins.json").exists():
        return home
    database = Database.create(home)
    made = write_district(folder / "files", students=students, today=TODAY)
    import_files(database, made.files)
    refresh(database)
    sign_ins(database, made, folder)
    database.close()
    return home


def measure(folder: Path, students: int, visits: int) -> None:
    """Build or take the home, visit, and print the table."""
    begun = time.perf_counter()
    home = build(folder, students)
    print(f"{students:,} students, ready after {time.perf_counter() - begun:.0f} s", flush=True)
    note = json.loads((folder / "sign-ins.json").read_text())
    (home / "config.toml").write_text("family_pages = true\n")
    with server(home, "--as-of", TODAY.isoformat()) as address:
        print(
            f"wanted: p50 at most {WANTED_RATIO} times the plain-text route between its visits, p99 {WANTED_P99} ms\n"
        )
        print("| role | page | first visit, ms | p50, ms | p99, ms | p50, as a ratio | KB |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for person in note["people"]:
            if person["role"] == "substitute":  # whose code stands on paper
                continue
            with httpx.Client(base_url=address, follow_redirects=True, timeout=120) as browser:
                sign_in(browser, person["username"], note["password"], person["app_secret"])
                for one in _walk(browser, person["role"], visits):
                    late = " (!)" if one.p99 > WANTED_P99 else ""
                    slow = " (!)" if one.ratio > WANTED_RATIO else ""
                    print(
                        f"| {one.role} | {one.page} | {one.first:.0f} | {one.p50:.1f} | {one.p99:.1f}{late} "
                        f"| {one.ratio:.1f}{slow} | {one.kilobytes:.0f} |",
                        flush=True,
                    )


def _walk(browser: httpx.Client, role: str, visits: int) -> Iterator[Timed]:
    """Every page that leads on from the first; of many alike, one."""
    done: set[str] = set()
    to_see = ["/"]
    while to_see:
        address = to_see.pop(0)
        if _page(address) in done:
            continue
        begun = time.perf_counter()
        answer = browser.get(address)
        first = (time.perf_counter() - begun) * 1000
        page = _page(str(answer.url))  # the front door leads on to the first page
        done |= {_page(address), page}
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        links = [unescape(link) for link in re.findall(r'<a [^>]*?href="(/[^"]*)"', answer.text)]
        to_see += [link.split("#")[0] for link in links if not _NOT_PAGES.search(link)]
        address = str(answer.url)
        times, plain = zip(
            *[(_visit(browser, address), _visit(browser, "/healthz")) for _ in range(visits)], strict=True
        )
        p50, p99 = statistics.median(times), sorted(times)[math.ceil(visits * 0.99) - 1]
        yield Timed(role, page, first, p50, p99, p50 / statistics.median(plain), len(answer.content) / 1024)


def _page(address: str) -> str:
    return _AN_ADDRESS.sub("/…", urlsplit(address).path)


def _visit(browser: httpx.Client, where: str) -> float:
    begun = time.perf_counter()
    browser.get(where)
    return (time.perf_counter() - begun) * 1000
