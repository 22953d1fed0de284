"""What the access log costs: a class's page with its line in the log, beside the same page without; and under load.

`python -m tests.bench.access_log` prints both tables; about two minutes. `--students` sets the size of the district.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from appliance.jobs.demo import prepare
from appliance.sample import write_district
from tests.bench import pages
from tests.bench.readers import Milliseconds, Page, at_once, open_load

A_SECOND, ROUNDS, READERS = 100, 5, 16
_ARRIVALS = 6
"""Days of new attendance that the import brings, one import after another while the load lasts."""

_SERVE = """
import os, sys
from pathlib import Path
from appliance import server
from appliance.settings import read_settings
from appliance.storage.database import Database

class Unlogged(Database):
    def record(self, event, also=None):
        return 0

server.write_log_to_stderr()
home = Path(sys.argv[1])
(home.parent / f"{sys.argv[3]} the log").write_text(str(os.getpid()))
database = (Database if sys.argv[3] == "with" else Unlogged)(home)
app = server.build_app(database, read_settings(home), secure_cookies=False)
server._run(app, server._listen("127.0.0.1", int(sys.argv[2])), None)
"""
"""The same server twice: as it is, and as if it wrote no line for a look. Only measuring needs the second."""


@contextmanager
def _serving(home: Path, log: str) -> Iterator[str]:
    with pages.on_a_port(lambda port: [sys.executable, "-c", _SERVE, str(home), str(port), log]) as address:
        yield address


def _a_class(address: str, password: str) -> Page:
    """A class of 20 to 30, as its teacher opens it."""
    with httpx.Client(base_url=address, follow_redirects=True) as person:
        pages.sign_in(person, "t.hale", password)
        path = pages.first(r'href="(/classes/[^"?#]+)"', person.get("/").text)
        cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    place = urlsplit(address)
    assert place.hostname
    assert place.port
    return Page(place.hostname, place.port, path, cookie)


@dataclass(frozen=True)
class Rush:
    """Some seconds of many readers at once."""

    a_second: float
    cpu: float
    """Milliseconds of the server's processor that a page took: what other work on the machine changes least."""


def rushes(demo: Path, password: str) -> Iterator[tuple[Rush, Rush]]:
    """(with the log, without), a pair for each round, both sides by turns."""
    with _serving(demo / "home", "with") as logged, _serving(demo / "home", "without") as unlogged:
        sides = {"with": _a_class(logged, password), "without": _a_class(unlogged, password)}
        for page in sides.values():
            at_once(page, READERS, 1)  # the first visits warm caches up
        for _ in range(ROUNDS):
            with_log, without = (_rush(page, int((demo / f"{log} the log").read_text())) for log, page in sides.items())
            yield with_log, without


def _rush(page: Page, server: int) -> Rush:
    before = _processor_ms(server)
    a_second, times = at_once(page, READERS, 3)
    return Rush(a_second, (_processor_ms(server) - before) / len(times.each))


def _processor_ms(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def under_load(
    demo: Path, password: str, seconds: float, arrivals: list[list[Path]]
) -> Iterator[tuple[str, Milliseconds]]:
    """(what else goes on, times) for a class's page, opened `A_SECOND` times a second at the real server."""
    home = demo / "home"
    with pages.server(home) as address:
        page = _a_class(address, password)
        open_load(page, A_SECOND, 2)
        yield "nothing else", open_load(page, A_SECOND, seconds)
        with _importing(home, arrivals) as imports:
            told = open_load(page, A_SECOND, seconds)
            if not imports.is_alive():
                raise SystemExit("The imports ended before the load did: give more students.")
        yield "imports at the command line", told


@contextmanager
def _importing(home: Path, arrivals: list[list[Path]]) -> Iterator[threading.Thread]:
    """One import after another, as the command line does them; leaving lets the last one end."""
    enough = threading.Event()

    def run() -> None:
        for files in arrivals:
            if not enough.is_set():
                command = [sys.executable, "-m", "appliance", "--home", str(home), "import", "--yes"]
                command += ["--despite-hold", "the benchmark", *map(str, files)]
                subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

    imports = threading.Thread(target=run)
    imports.start()
    try:
        yield imports
    finally:
        enough.set()
        imports.join()


def main() -> None:
    """Print both tables."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--students", type=int, default=6000)
    asked.add_argument("--seconds", type=float, default=20)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="schoolhouse-bench-") as name:
        demo = Path(name) / "demo"
        prepare(demo, students=options.students, port=None, say=lambda _: None, progress=lambda *_: None)
        password = json.loads((demo / "sign-ins.json").read_text())["password"]
        print(f"{options.students:,} students, {READERS} readers at once, {ROUNDS} rounds.\n")
        print("| a class's page | pages/s | ratio | processor a page, ms | ratio |\n| --- | --- | --- | --- | --- |")
        rounds = list(rushes(demo, password))
        pace, cpu = (
            statistics.median(getattr(logged, what) / getattr(unlogged, what) for logged, unlogged in rounds)
            for what in ("a_second", "cpu")
        )
        for title, side, *ratios in (("written down before it is sent", 0, pace, cpu), ("not written down", 1, 1, 1)):
            a_second = statistics.median(pair[side].a_second for pair in rounds)
            own = statistics.median(pair[side].cpu for pair in rounds)
            print(f"| {title} | {a_second:.0f} | {ratios[0]:.2f} | {own:.2f} | {ratios[1]:.2f} |")
        print()
        print(
            f"| {A_SECOND} pages/s, beside | p50, ms | p99, ms | slowest, ms | not sent |\n"
            "| --- | --- | --- | --- | --- |"
        )
        for beside, told in under_load(demo, password, options.seconds, _arrivals(Path(name), options.students)):
            print(f"| {beside} | {told.at(0.5):.1f} | {told.at(0.99):.1f} | {told.at(1):.0f} | {told.refused} |")


def _arrivals(folder: Path, students: int) -> list[list[Path]]:
    """The same district's files as they would be sent on later days."""
    today = date.today()
    days = (today + timedelta(days=number) for number in range(1, _ARRIVALS + 1))
    return [list(write_district(folder / f"{day}", students=students, today=day).files) for day in days]


if __name__ == "__main__":
    main()
