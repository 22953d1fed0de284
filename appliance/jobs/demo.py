"""The whole way once, on an invented district: files, import, metrics, release, the state's verification."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.choose_fields import turn_on
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.demo_codes import demo_folder
from appliance.jobs.demo_people import sign_ins
from appliance.jobs.import_files import import_files
from appliance.jobs.make_release import draft
from appliance.jobs.policy import SHIPPED, propose_shipped, sign
from appliance.jobs.release_deeds import approve
from appliance.jobs.release_outbox import build_package
from appliance.progress import Progress
from appliance.sample import SampleDistrict, write_district
from appliance.settings import Settings
from appliance.state_office import verify
from appliance.storage.database import Database
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.sensitive import KEEPABLE
from appliance.wording import plural

_MARK = ".schoolhouse-demo"
"""Marks a folder that an earlier demo made, and that the next one may clear."""
_AIMS = RuleBook(
    goals={"attendance_rate": 950, "chronic_absence": 100, "credit_accumulation": 850},
    credits_by_grade={"09": 5, "10": 11, "11": 17, "12": 23},
)
"""What the invented district's board asks for: nothing of it is shipped, and without it no page could show a goal."""


def prepare(
    directory: Path | None, *, students: int, port: int | None, say: Callable[[str], None], progress: Progress
) -> Path:
    """Do everything but serve, telling each step and its time; returns the home. `port`: where it will be served.

    Raises Trouble when the folder holds something that a demo did not make, or when the state refuses the package.
    """
    folder = _fresh_folder(directory)
    home, settings, today = folder / "home", Settings(), date.today()

    @contextmanager
    def step(what: str) -> Iterator[list[str]]:
        begun, told = time.monotonic(), list[str]()
        yield told
        say(f"{what:<11} {' '.join(told)}  [{time.monotonic() - begun:.1f} s]")

    with step("Files") as told:
        made = write_district(folder / "files", students=students, today=today, last_year=True, progress=progress)
        told.append(
            f"{made.name}, invented: {students:,} students, {made.begins} to {made.last_day}, {made.note}".rstrip(", ")
        )
    with step("Home") as told:
        database = Database.create(home)
        (home / "config.toml").write_text("family_pages = true\n")
        told.append(f"an encrypted database in {home}")
    try:
        _fill(database, made, settings, folder, step, progress)
        password, people = sign_ins(database, made, folder)
    finally:
        database.close()
    if port is not None:
        say(f"\nOpen http://127.0.0.1:{port}/ and sign in with the password  {password}  as:")
        for person in people:
            asks = " (asks for a code)" if person.app_secret else ""
            say(f"  {person.username:<20} {person.role.terms.word:<22} sees {person.sees}{asks}")
        say(f"Codes of their authenticator apps, in a second window: schoolhouse demo-codes --dir {folder}")
        say("Stop with Ctrl-C.")
    return home


Step = Callable[[str], AbstractContextManager[list[str]]]


def _fill(
    database: Database, made: SampleDistrict, settings: Settings, folder: Path, step: Step, progress: Progress
) -> None:
    drafter, approver = (
        next(p.username for p in made.people if p.role == r) for r in ("data_steward", "superintendent")
    )
    for name in sorted(KEEPABLE):  # Nobody here is real, and all of the state's tables shall have something to count.
        turn_on(database, name, purpose="totals by group for the state", keep="1 year", by=drafter)
    with step("Import") as told:
        report = import_files(database, made.files, progress=progress)
        rows = sum(file.rows for file in report.files)
        files = plural(len(report.files), "file")
        told.append(f"{plural(rows, 'row')} of {files} in one batch, {report.refused} refused")
    with step("Import") as told:
        again = import_files(database, made.files, progress=progress)
        told.append(
            "the same files once more: " + ("changed something" if again.changed_anything else "nothing changed")
        )
    with step("Rules") as told:
        begins = day_number(made.begins)
        put_in_force(database, _AIMS, from_day=begins, by=drafter, reason="goals and credits of our board’s plan")
        told.append(f"goals for {plural(len(_AIMS.goals), 'measure')}, and the credits that the district asks for")
    with step("Metrics") as told:
        day = refresh(database)
        told.append(f"sums per student and school, totals by grade and group, as of {day}")
    with step("Policy") as told:
        why = "our board’s choice of what is too small to publish"
        proposed = propose_shipped(database, SHIPPED, settings, reason=why, by=drafter)
        sign(database, proposed["policy_key"], by=approver)
        told.append(f"the shipped rules of releases, proposed by {drafter}, signed by {approver}")
    with step("Draft") as told:
        release = draft(database, made.count_day, by=drafter)
        report_ = release["report"]
        shown, hidden = (sum(table[what] for table in report_["tables"]) for what in ("published", "hidden"))
        told.append(f"snapshot {made.count_day} by {drafter}: {shown} numbers shown, {hidden} hidden,")
        told.append(f"{sum(a['fallen'] for a in report_['attacks'])} fell to {len(report_['attacks'])} attacks")
    key = release["release_key"]
    with step("Approve") as told:
        approve(database, key, by=approver)
        told.append(f"by {approver}, who is not {drafter}")
    with step("Build") as told:
        package = build_package(database, key, folder / "outbox", by=drafter)
        told.append(f"{package.name}, {package.stat().st_size:,} bytes, signed")
    with step("State") as told:
        verdict = verify(package)
        if not verdict.accepted:
            raise Trouble(verdict.as_text())
        told.append(f"accepted: all {len(verdict.checks)} checks passed (schoolhouse state verify {package})")


def _fresh_folder(directory: Path | None) -> Path:
    folder = demo_folder(directory)
    if folder.exists():
        if any(folder.iterdir()) and not (folder / _MARK).exists():
            raise Trouble(f"{folder} holds something that no demo made. Choose an empty folder with --dir.")
        if folder.stat().st_uid != os.getuid():
            raise Trouble(f"{folder} belongs to another user. Choose a folder of your own with --dir.")
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True)
    (folder / _MARK).touch()
    return folder
