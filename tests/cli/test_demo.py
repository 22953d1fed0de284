"""The newcomer who types one command."""

import json
import stat
import subprocess
import sys
from pathlib import Path

from appliance.actions import Role


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
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_demo_walks_the_whole_way_and_says_so_in_a_dozen_lines(tmp_path: Path) -> None:
    done = demo(tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) <= 12
    assert lines[0].startswith("Files")
    assert "nothing changed" in done.stderr
    assert "accepted: all" in lines[-1]


def test_the_demo_does_not_clear_a_folder_that_no_demo_made(tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("ten years of work")
    done = demo(tmp_path)
    assert done.returncode == 1
    assert "no demo made" in done.stderr
    assert precious.exists()


def test_the_demo_may_run_again_and_its_password_is_for_its_owner_only(tmp_path: Path) -> None:
    demo(tmp_path / "demo")
    assert demo(tmp_path / "demo").returncode == 0
    note = tmp_path / "demo" / "sign-ins.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert {person["role"] for person in json.loads(note.read_text())["people"]} >= {
        "teacher",
        "principal",
        "data_steward",
    }


def test_v6_3_3_the_demo_switches_no_second_factor_off_and_tells_how_to_get_a_code(tmp_path: Path) -> None:
    assert demo(tmp_path / "demo").returncode == 0
    people = json.loads((tmp_path / "demo" / "sign-ins.json").read_text())["people"]
    with_app = {person["username"] for person in people if person["app_secret"]}
    for person in people:
        assert Role(person["role"]).terms.needs_second_factor == (person["username"] in with_app)
    command = [sys.executable, "-m", "appliance", "demo-codes", "--dir", str(tmp_path / "demo")]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    assert {line.split()[0] for line in told.splitlines()} == with_app
    assert all(line.split()[1].isdecimal() and len(line.split()[1]) == 6 for line in told.splitlines())
