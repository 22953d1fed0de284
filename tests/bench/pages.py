"""Pages as a browser gets them from the real server, beside a route that answers two letters."""

import json
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx

from appliance.jobs.second_factors import current_code


@dataclass(frozen=True)
class PageTimes:
    """Milliseconds at the 50th and the 99th of a hundred, and the first as a ratio to the plain route of this run."""

    name: str
    p50: float
    p99: float
    ratio: float
    kilobytes: float


def measure(demo: Path, visits: int) -> list[PageTimes]:
    """Visit the demo's pages one after another; each visit is scoped, each student page logged before it is sent."""
    note = json.loads((demo / "sign-ins.json").read_text())
    password = note["password"]
    apps = {person["username"]: person["app_secret"] for person in note["people"]}
    people: dict[str, httpx.Client] = {}
    with server(demo / "home") as address, ExitStack() as clients:
        plain = statistics.median(_milliseconds(httpx.Client(base_url=address), "/healthz", visits))
        found = []
        measures = r'href="(/school/measures\?[^"]+)"'
        for username, name, links in (
            ("t.hale", "This week, teacher", ()),
            ("t.hale", "Class of 20 to 30", (r'href="(/classes/[^"?#]+)"',)),
            ("t.hale", "Student", (r'href="(/students/[^"?#]+)"',)),
            ("a.rivera", "This week, principal", ()),
            ("a.rivera", "Measures of a school", (measures,)),
            ("a.rivera", "Students behind a measure", (measures, r'href="([^"]+measure=failing_grades)"')),
        ):
            if username not in people:  # a code of an app counts once
                people[username] = clients.enter_context(httpx.Client(base_url=address, follow_redirects=True))
                sign_in(people[username], username, password, apps[username])
            person = people[username]
            where = str(person.get("/").url.path)
            for link in links:
                where = unescape(first(link, person.get(where).text))
            times = sorted(_milliseconds(person, where, visits))
            size = len(person.get(where).content) / 1024
            p50 = statistics.median(times)
            found.append(PageTimes(name, p50, times[int(len(times) * 0.99)], p50 / plain, size))
    return found


def first(pattern: str, text: str) -> str:
    """The first link like this on a page."""
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"no link like {pattern} on the page")
    return match[1]


def _milliseconds(client: httpx.Client, where: str, visits: int) -> Iterator[float]:
    for visit in range(visits + 20):
        begun = time.perf_counter()
        answer = client.get(where)
        seconds = time.perf_counter() - begun
        if answer.status_code != 200:
            raise SystemExit(f"{where.split('/')[1]} answered {answer.status_code}")
        if visit >= 20:  # the first visits warm caches up
            yield seconds * 1000


def sign_in(person: httpx.Client, username: str, password: str, app_secret: str = "") -> None:
    """Sign in by form, with a code of the person's app where there is one. No page of theirs is opened by it."""
    form = person.get("/sign-in").text
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    _send(person, "/sign-in", {**fields, "username": username, "password": password})
    if app_secret:
        _send(person, "/sign-in/second", {"code": current_code(app_secret, time.time())})


def _send(person: httpx.Client, where: str, fields: dict[str, str]) -> None:
    headers = {"Origin": str(person.base_url).rstrip("/")}
    answer = person.post(where, data=fields, headers=headers, follow_redirects=False)
    if answer.status_code != 303:
        raise SystemExit(f"{where} answered {answer.status_code}")


def server(home: Path, *more: str) -> AbstractContextManager[str]:
    """The real server of a home; gives its address."""
    return on_a_port(
        lambda port: [sys.executable, "-m", "appliance", "--home", str(home), "serve", "--port", str(port), *more]
    )


@contextmanager
def on_a_port(command: Callable[[int], list[str]]) -> Iterator[str]:
    """A server started by a command that is told its port; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(command(port), stderr=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(100):
                try:
                    httpx.get(f"{address}/healthz")
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()
