"""Pages and check-ins while a long import runs in the server itself, beside the same with nothing else going on.

`python -m tests.bench.during_import --rows 1000000`: a data steward uploads a file of so many test results to a running
server and loads it; meanwhile a class's page is opened `A_SECOND` times a second, and its teacher records a check-in
every half second. About three minutes. Wanted: p99 of pages at most 50 ms, and 250 ms during an import.
"""

import argparse
import json
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from appliance.jobs.demo import prepare
from appliance.storage.connection import Gate
from appliance.storage.database import Database
from tests.bench import pages
from tests.bench.readers import Milliseconds, Page, open_load

A_SECOND, BETWEEN_CHECK_INS, SLICE_SECONDS = 100, 0.5, 1
_IDS = Gate(views={"ids": "SELECT source_id FROM {vault}.identity WHERE entity = 'student' AND system = 'district'"})
_STEWARD, _TEACHER = "s.ortiz", "t.hale"


def results(home: Path, file: Path, rows: int) -> None:
    """A file of so many test results of the home's students."""
    database = Database(home)
    with database.reading(_IDS) as reading:
        ids = [row["source_id"] for row in reading.query("SELECT source_id FROM ids")]
    database.close()
    with file.open("w") as out:
        out.write("student_id,assessment_id,administration_date,scale_score\n")
        for number in range(rows):
            nth, student = divmod(number, len(ids))
            out.write(f"{ids[student]},BENCH-{nth},2026-09-{1 + nth % 28:02},{200 + number % 97}\n")


class _Person:
    """Somebody who is signed in and sends forms."""

    def __init__(self, address: str, username: str, password: str, app_secret: str = "") -> None:
        self._client = httpx.Client(base_url=address, follow_redirects=True, timeout=120)
        pages.sign_in(self._client, username, password, app_secret)
        self._headers = {"Origin": address}
        self.cookie = "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())

    def see(self, path: str) -> str:
        """A page."""
        return self._client.get(path).raise_for_status().text

    def is_told_to_look_again(self, path: str) -> bool:
        """Whether a page says that it will be another one in a moment."""
        return 'http-equiv="refresh"' in self.see(path)

    def token(self, path: str) -> str:
        """The token of the forms on a page."""
        return pages.first(r'name="csrf" value="([^"]+)"', self.see(path))

    def send(self, path: str, fields: dict[str, str], file: Path | None = None) -> httpx.Response:
        """Send a form, and follow to where it leads."""
        if file is None:
            return self._client.post(path, data=fields, headers=self._headers)
        with file.open("rb") as content:
            return self._client.post(path, data=fields, files={"files": (file.name, content)}, headers=self._headers)


class _CheckIns(threading.Thread):
    """A teacher who records one check-in after another."""

    def __init__(self, teacher: _Person) -> None:
        super().__init__()
        self._teacher, self._is_over = teacher, threading.Event()
        self.told = Milliseconds()
        self._student = pages.first(r'href="(/students/[^"?#/]+)"', teacher.see("/this-week"))
        self._token = teacher.token(self._student)

    def run(self) -> None:
        """Until `end`."""
        while not self._is_over.wait(BETWEEN_CHECK_INS):
            begun = time.perf_counter()
            answer = self._teacher.send(f"{self._student}/check-ins", {"csrf": self._token, "kind": "talked"})
            self.told.each.append((time.perf_counter() - begun) * 1000)
            self.told.refused += answer.status_code != 200

    def end(self) -> None:
        """Stop, and wait for the last one."""
        self._is_over.set()
        self.join()


def measure(demo: Path, rows: int) -> Iterator[tuple[str, Milliseconds, Milliseconds]]:
    """(what else goes on, pages, check-ins): nothing, the check of the upload, its load with the totals after it."""
    note = json.loads((demo / "sign-ins.json").read_text())
    apps = {person["username"]: person["app_secret"] for person in note["people"]}
    file = demo / "results.csv"
    results(demo / "home", file, rows)
    with pages.server(demo / "home") as address:
        teacher = _Person(address, _TEACHER, note["password"], apps[_TEACHER])
        steward = _Person(address, _STEWARD, note["password"], apps[_STEWARD])
        place = urlsplit(address)
        assert place.hostname
        assert place.port
        a_class = pages.first(r'href="(/classes/[^"?#]+)"', teacher.see("/"))
        page = Page(place.hostname, place.port, a_class, teacher.cookie)
        open_load(page, A_SECOND, 2)
        with _beside(teacher) as check_ins:
            told = open_load(page, A_SECOND, 10 * SLICE_SECONDS)
        yield "nothing else", told, check_ins.told
        sent = steward.send("/data/import/files", {"csrf": steward.token("/data/import")}, file)
        upload = sent.url.path
        yield "the check of an upload", *_while_busy(steward, teacher, upload, page)
        steward.send(f"{upload}/load", {"csrf": steward.token(upload), "reason": "the benchmark"})
        yield "its import", *_while_busy(steward, teacher, upload, page)
        if not re.search(r"loaded", steward.see(upload), re.IGNORECASE):
            raise SystemExit("The upload was not loaded.")


@contextmanager
def _beside(teacher: _Person) -> Iterator[_CheckIns]:
    check_ins = _CheckIns(teacher)
    check_ins.start()
    try:
        yield check_ins
    finally:
        check_ins.end()


def _while_busy(steward: _Person, teacher: _Person, upload: str, page: Page) -> tuple[Milliseconds, Milliseconds]:
    """Pages and check-ins for as long as something is done with an upload."""
    told = Milliseconds()
    with _beside(teacher) as check_ins:
        while steward.is_told_to_look_again(upload):
            some = open_load(page, A_SECOND, SLICE_SECONDS)
            told.each += some.each
            told.refused += some.refused
    return told, check_ins.told


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--students", type=int, default=2000)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="schoolhouse-bench-") as name:
        demo = Path(name) / "demo"
        prepare(demo, students=options.students, port=None, say=lambda _: None, progress=lambda *_: None)
        print(f"{options.students:,} students; an upload of {options.rows:,} test results.\n")
        head = "seconds | page p50, ms | p99, ms | not sent | check-in p50, ms | slowest, ms | refused"
        print(f"| {A_SECOND} pages/s, beside | {head} |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for beside, told, ins in measure(demo, options.rows):
            print(
                f"| {beside} | {len(told.each) / A_SECOND:.0f} | {told.at(0.5):.1f} | {told.at(0.99):.1f} "
                f"| {told.refused} | {ins.at(0.5):.1f} | {ins.at(1):.0f} | {ins.refused} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
