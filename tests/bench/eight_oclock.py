"""Eight o'clock on a Monday: so many teachers sign in within minutes, and each opens the roster of a class.

`python -m tests.bench.eight_oclock --students 86000 --sign-ins 3000 --seconds 300` is the measure of the security notes
(F10: p95 under 500 ms, p99 under 2 s, no error). A share of it: fewer sign-ins in as many fewer seconds. People come
when they come, whether the server is ready or not; each pays for a password, as nobody is signed in yet.
"""

import argparse
import asyncio
import re
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx

from appliance.actions import Action, Role
from appliance.jobs.import_files import import_files
from appliance.jobs.passwords import hash_password
from appliance.sample import write_district
from appliance.storage.connection import Gate
from appliance.storage.database import Database, Event
from tests.bench.pages import server

PASSWORD = "three plain tapirs drink"
_TEACHERS = Gate(open_tables=frozenset({"teaching"}))


@dataclass
class Rush:
    """What people waited, in seconds, and what went wrong."""

    sign_ins: list[float] = field(default_factory=list)
    rosters: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def build(folder: Path, students: int) -> tuple[Path, list[str]]:
    """A home of so many students and the user names of all who teach there. One hash serves all, to save an hour."""
    home = folder / "home"
    database = Database.create(home)
    made = write_district(folder / "files", students=students, today=date.today())
    import_files(database, made.files)
    with database.reading(_TEACHERS) as reading:
        keys = [row["staff_key"] for row in reading.query("SELECT DISTINCT staff_key FROM teaching")]
    kept = hash_password(PASSWORD)
    sql = "INSERT INTO account (username, password_hash, role, staff_key, display_name) VALUES (?, ?, ?, ?, ?)"
    with database.desk.changing(Event("bench", Action.MAKE_ACCOUNT)) as tables:
        tables.conn.executemany(sql, [(f"t{key}", kept, Role.TEACHER, key, f"Teacher {key}") for key in keys])
    database.close()
    return home, [f"t{key}" for key in keys]


async def arrive(address: str, usernames: list[str], sign_ins: int, seconds: float) -> Rush:
    """People arrive evenly over the time; each signs in, opens the first page and the roster of the first class."""
    rush, begun = Rush(), time.perf_counter()
    limits = httpx.Limits(max_connections=400)

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, begun + number * seconds / sign_ins - time.perf_counter()))
        try:
            async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30, verify=False) as browser:
                form = {"username": usernames[number % len(usernames)], "password": PASSWORD}
                started = time.perf_counter()
                answer = await browser.post("/sign-in", data=form, headers={"Origin": address})
                rush.sign_ins.append(time.perf_counter() - started)
                if answer.status_code != 303:
                    rush.errors.append(f"sign-in: {answer.status_code}")
                    return
                classes = (await browser.get("/classes")).text
                link = re.search(r'href="(/classes/[^"?#]+)"', classes)
                started = time.perf_counter()
                roster = await browser.get(link[1] if link else "/classes")
                rush.rosters.append(time.perf_counter() - started)
                if roster.status_code != 200 or link is None:
                    rush.errors.append(f"roster: {roster.status_code}")
        except httpx.HTTPError as error:
            rush.errors.append(type(error).__name__)

    await asyncio.gather(*(one(number) for number in range(sign_ins)))
    return rush


def main() -> None:
    """Build, serve, let them come, and print what they waited."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--students", type=int, default=2_000)
    options.add_argument("--sign-ins", type=int, default=300)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--home", type=Path, help="a folder to build in, and to use again")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="schoolhouse-eight-") as name:
        folder = chosen.home or Path(name)
        begun = time.perf_counter()
        if (folder / "home").exists():
            database = Database(folder / "home")
            with database.reading(_TEACHERS) as reading:
                found = reading.query("SELECT DISTINCT staff_key FROM teaching")
            database.close()
            home, usernames = folder / "home", [f"t{row['staff_key']}" for row in found]
        else:
            home, usernames = build(folder, chosen.students)
        print(
            f"{chosen.students:,} students, {len(usernames):,} teachers; built in {time.perf_counter() - begun:.0f} s"
        )
        with server(home) as address:
            rush = asyncio.run(arrive(address, usernames, chosen.sign_ins, chosen.seconds))
    for what, waited in (("sign-in", sorted(rush.sign_ins)), ("roster", sorted(rush.rosters))):
        if waited:
            p50, p95, p99 = (waited[int(len(waited) * share)] * 1000 for share in (0.5, 0.95, 0.99))
            print(f"{what:<8} {len(waited):>6,}  p50 {p50:,.0f} ms  p95 {p95:,.0f} ms  p99 {p99:,.0f} ms")
    kinds = {kind: rush.errors.count(kind) for kind in sorted(set(rush.errors))}
    print(f"errors: {len(rush.errors)} {kinds or ''}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"server's peak memory {peak:,.0f} MB; Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
