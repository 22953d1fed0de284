"""Every page of every role in a district of 86,000 students and more, beside a route that answers two letters.

`python -m tests.bench --pages 86000` (or 404000). The home is built from an invented district's files, through the
import, on a day in October, so that it takes minutes; `--home DIR` keeps it, and takes it again the next time.
"""

import json
import math
import re
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from html import unescape
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx

from appliance.actions import Action
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.demo_people import sign_ins
from appliance.jobs.import_files import import_files
from appliance.sample import SampleDistrict, write_district
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from tests.bench.pages import server, sign_in

TODAY = date(2026, 10, 12)
"""A Monday: seven weeks of school, and what happened in them, at a few minutes of building."""
WANTED_RATIO, WANTED_P99 = 20, 50
"""Of the performance notes, section 6: p50 against the plain route; p99 in milliseconds."""
_NOT_PAGES = re.compile(r"/file/|/pdf|/static|/language|/manual|/my-sign-in")
_AN_ADDRESS = re.compile(r"/[A-Za-z0-9_-]{22}(?=/|$)")
_A_SEARCH = re.compile(r'<form [^>]*action="([^"]+)" role="search"><input type="hidden" name="csrf" value="([^"]+)"')
_TYPED = "an"
"""Into every field that finds people by name: more of them than a page lists."""
_Made = TypeVar("_Made")


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
    Database.create(home).close()
    made = _alone("its files are written", _write, folder / "files", students)
    _alone("they are loaded", _load, home, made)
    _alone("everything is counted", _count, home)
    database = Database(home)
    sign_ins(database, made, folder)
    _everybody_has_an_account(database)
    database.close()
    return home


def _everybody_has_an_account(database: Database) -> None:
    """Who is in the roster and nowhere on the way; nobody signs in by these."""
    with database.reading(Gate(open_tables=frozenset({"staff"}))) as reading:
        staff = [row["staff_key"] for row in reading.query("SELECT staff_key FROM staff")]
    with database.desk.changing(Event("bench", Action.MAKE_ACCOUNT, "everybody")) as tables:
        has = {key for (key,) in tables.execute("SELECT staff_key FROM account").fetchall()}
        rows = [(f"staff.{key}", "", "teacher", key, f"Person {key}") for key in staff if key not in has]
        sql = "INSERT INTO account (username, password_hash, role, staff_key, display_name) VALUES (?, ?, ?, ?, ?)"
        tables.conn.executemany(sql, rows)


def _write(folder: Path, students: int) -> SampleDistrict:
    return write_district(folder, students=students, today=TODAY)


def _load(home: Path, made: SampleDistrict) -> None:
    database = Database(home)
    import_files(database, made.files)
    database.close()


def _count(home: Path) -> None:
    database = Database(home)
    refresh(database)
    database.close()


def _alone(what: str, step: Callable[..., _Made], *given: object) -> _Made:
    """Do it in a process of its own, so that its memory is its own, and say what it took."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        made, seconds, processor, peak = process.submit(_watched, step, *given).result()
    print(f"{what}: {seconds:.0f} s, of them {processor:.0f} of a processor, at most {peak:,.0f} MB", flush=True)
    return made


def _watched(step: Callable[..., _Made], *given: object) -> tuple[_Made, float, float, float]:
    begun = time.perf_counter()
    made = step(*given)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return made, time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


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
    """Every page that leads on from the first; of many alike, one; and every search."""
    done: set[str] = set()
    to_see: list[_Page] = [_Page("/")]
    while to_see:
        page = to_see.pop(0)
        if page.name in done:
            continue
        begun = time.perf_counter()
        answer = page.open(browser)
        first = (time.perf_counter() - begun) * 1000
        landed = page if page.form else _Page(str(answer.url))  # the front door leads on to the first page
        done |= {page.name, landed.name}
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        links = [unescape(link) for link in re.findall(r'<a [^>]*?href="(/[^"]*)"', answer.text)]
        to_see += [_Page(link.split("#")[0]) for link in links if not _NOT_PAGES.search(link)]
        searches = _A_SEARCH.findall(answer.text)
        to_see += [_Page(action, {"csrf": unescape(csrf), "name": _TYPED}) for action, csrf in searches]
        times, plain = zip(
            *[(_visit(browser, landed), _visit(browser, _Page("/healthz"))) for _ in range(visits)], strict=True
        )
        p50, p99 = statistics.median(times), sorted(times)[math.ceil(visits * 0.99) - 1]
        yield Timed(role, landed.name, first, p50, p99, p50 / statistics.median(plain), len(answer.content) / 1024)


@dataclass(frozen=True)
class _Page:
    """An address, and what is sent to it where it answers a search."""

    address: str
    form: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """What pages that are alike share: the address without whom it is about, and the measure that it is about."""
        parts = urlsplit(self.address)
        return " ".join([_AN_ADDRESS.sub("/…", parts.path), *parse_qs(parts.query).get("measure", ())])

    def open(self, browser: httpx.Client) -> httpx.Response:
        if self.form is None:
            return browser.get(self.address)
        return browser.post(self.address, data=self.form, headers={"Origin": str(browser.base_url).rstrip("/")})


def _visit(browser: httpx.Client, page: _Page) -> float:
    begun = time.perf_counter()
    page.open(browser)
    return (time.perf_counter() - begun) * 1000
