"""What the access log costs: a class's page with its line in the log, beside the same page without; and under load.

`python -m tests.bench.access_log` prints both tables; about two minutes. `--students` sets the size of the district.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
import sys
from datetime import date
from pathlib import Path
from appliance import server
from appliance.settings import read_settings
from appliance.storage.database import Database

class Unlogged(Database):
    def record(self, event, also=None):
        return 0

server.write_log_to_stderr()
home = Path(sys.argv[1])
database = (Database if sys.argv[3] == "with" else Unlogged)(home)
app = server.build_app(database, read_settings(home), secure_cookies=False)
server._run(app, server._listen("127.0.0.1", int(sys.argv[2])))
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


def ratio(demo: Path, password: str) -> Iterator[tuple[float, float, float]]:
    """(pages a second with the log, without, and with its p50), a row for each round, both sides by turns."""
    with _serving(demo / "home", "with") as logged, _serving(demo / "home", "without") as unlogged:
        sides = _a_class(logged, password), _a_class(unlogged, password)
        for side in sides:
            at_once(side, READERS, 1)  # the first visits warm caches up
        for _ in range(ROUNDS):
            (with_log, times), (without, _) = (at_once(side, READERS, 3) for side in sides)
            yield with_log, without, times.at(0.5)


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
        print("| a class's page | pages/s | p50, ms | ratio |\n| --- | --- | --- | --- |")
        rounds = list(ratio(demo, password))
        with_log, without = (statistics.median(one[place] for one in rounds) for place in (0, 1))
        share = statistics.median(one[0] / one[1] for one in rounds)
        print(f"| written down before it is sent | {with_log:.0f} | {rounds[0][2]:.0f} | {share:.2f} |")
        print(f"| not written down | {without:.0f} | | 1 |\n")
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
