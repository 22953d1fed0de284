"""Ms. Park looks after the machine: is the log whole, and what does she do when an older copy was put back?"""

import shutil
from pathlib import Path

from .conftest import Type

CALENDAR = "date,event\n2026-08-17,instructional\n{day},instructional\n"


def load(at_home: Type, folder: Path, day: str) -> None:
    (folder / "calendar.csv").write_text(CALENDAR.format(day=day))
    told = at_home("import", "--yes", "--despite-hold", "a test", folder / "calendar.csv")
    assert told.code == 0, told.talk


def test_an_older_copy_of_the_records_is_refused_until_somebody_says_what_happened(
    at_home: Type, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    assert at_home("init", "--no-input").code == 0
    load(at_home, tmp_path, "2026-08-18")
    shutil.copy(home / "district.db", tmp_path / "older.db")
    load(at_home, tmp_path, "2026-08-19")
    assert at_home("audit", "verify").code == 0
    shutil.copy(tmp_path / "older.db", home / "district.db")
    for command in (("status",), ("audit", "verify"), ("import", "--yes", tmp_path / "calendar.csv")):
        told = at_home(*command)
        assert told.code == 1
        assert "district.db is an older copy" in told.talk
        assert "Traceback" not in told.talk
    assert at_home("audit", "accept-loss").code == 2  # Not without a reason.
    assert at_home("audit", "accept-loss", "--reason", "the disk was replaced").code == 0
    assert at_home("status").code == 0
    told = at_home("audit", "verify", "--json")
    assert (told.code, told.data["sound"], told.data["first_bad"]) == (0, True, None)


def test_an_end_that_was_cut_off_is_named_by_the_first_line_that_is_gone(at_home: Type, tmp_path: Path) -> None:
    home = tmp_path / "home"
    at_home("init", "--no-input")
    load(at_home, tmp_path, "2026-08-18")
    for name in ("district.db", "desk.db"):
        shutil.copy(home / name, tmp_path / f"older-{name}")
    load(at_home, tmp_path, "2026-08-19")
    for name in ("district.db", "desk.db"):
        shutil.copy(tmp_path / f"older-{name}", home / name)
    told = at_home("audit", "verify")
    assert told.code == 1
    assert "Its end was cut off." in told.talk
