"""The newcomer who types one command."""

import json
import shutil
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from appliance.actions import Role
from appliance.days import day_number, from_day_number, school_year
from appliance.jobs.make_release import draft
from appliance.jobs.release_deeds import approve
from appliance.jobs.release_outbox import build_package
from appliance.jobs.release_record import show
from appliance.state_office import attack, verify
from appliance.storage.database import Database
from appliance.student_level.access import NOBODY
from appliance.student_level.records.measures import of_district
from appliance.student_level.records.rule_book import in_force

NEWEST = "SELECT max(snapshot) AS day FROM count_table WHERE metric = 'attendance_rate'"


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "appliance",
        "demo",
        "--no-serve",
        "--students",
        "300",
        "--dir",
        str(folder),
        *words,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo ran once."""
    place = tmp_path_factory.mktemp("demo") / "demo"
    assert demo(place).returncode == 0
    return place


def test_the_demo_walks_the_whole_way_again_and_says_so_in_a_dozen_lines(folder: Path) -> None:
    done = demo(folder)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) <= 12
    assert lines[0].startswith("Files")
    assert "nothing changed" in done.stderr
    assert "accepted: all" in lines[-1]


def test_the_demos_superintendent_sees_a_goal_and_how_far_it_is_who_is_on_track_and_last_year(folder: Path) -> None:
    database = Database(folder / "home")
    with database.counts_only() as shelf, database.reading(NOBODY) as reading:
        today = day_number(date.fromisoformat(str(shelf.one(NEWEST)["day"])))
        found = of_district(shelf, reading, school_year(from_day_number(today)), in_force(reading, today))
    database.close()
    lines = {line.measure.name: line for line in found.lines}
    assert sum(line.goal is not None for line in lines.values()) >= 2
    assert lines["credit_accumulation"].from_goal is not None
    assert 0 < lines["on_track"].now.count < lines["on_track"].now.out_of
    for name in ("credit_accumulation", "assessment_performance"):
        assert lines[name].apart is not None
    for line in lines.values():
        if line.goal is not None and line.now.kind == "shown":  # in the first days of a year attendance is a count
            assert line.from_goal is not None
            assert line.apart is not None


def test_the_demo_does_not_clear_a_folder_that_no_demo_made(tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("ten years of work")
    done = demo(tmp_path)
    assert done.returncode == 1
    assert "no demo made" in done.stderr
    assert precious.exists()


def test_the_demos_password_is_for_its_owner_only(folder: Path) -> None:
    note = folder / "sign-ins.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert {person["role"] for person in json.loads(note.read_text())["people"]} >= {
        "teacher",
        "principal",
        "data_steward",
    }


def test_v6_3_3_the_demo_switches_no_second_factor_off_and_tells_how_to_get_a_code(folder: Path) -> None:
    people = json.loads((folder / "sign-ins.json").read_text())["people"]
    with_app = {person["username"] for person in people if person["app_secret"]}
    for person in people:
        assert Role(person["role"]).terms.needs_second_factor == (person["username"] in with_app)
    command = [sys.executable, "-m", "appliance", "demo-codes", "--dir", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert {line.split()[0] for line in told.splitlines()} == with_app
    assert all(line.split()[1].isdecimal() and len(line.split()[1]) == 6 for line in told.splitlines())


def test_the_next_release_of_all_tables_stands_beside_the_demos(folder: Path, tmp_path: Path) -> None:
    """In a month students move, begin to be English learners, lose their homes; the state accepts what that leaves."""
    shutil.copytree(folder / "home", tmp_path / "home")
    (first,) = (folder / "outbox").glob("*.zip")
    database = Database(tmp_path / "home")
    before = show(database, 1)
    month_later = date.fromisoformat(before["snapshot"]) + timedelta(days=32)
    if month_later > date.today():
        database.close()
        pytest.skip("The demo's school year is the one of today, and a month of it has not passed since its release.")
    drafted = draft(database, month_later, by="s.ortiz")
    assert len(drafted["report"]["tables"]) == len(before["report"]["tables"]) == 12
    assert approve(database, 2, by="g.lindqvist")["status"] == "approved"
    second = build_package(database, 2, tmp_path / "outbox", by="s.ortiz")
    database.close()
    verdict = verify(second, others=[first])
    assert verdict.accepted, verdict.as_text()
    assert attack(second, earlier=[first]).silent
