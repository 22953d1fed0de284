"""The head of the access log, kept where whoever could change the log cannot reach it."""

from datetime import date
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.jobs.witness import witness_file, witnesses, write_daily_witness, write_witness
from appliance.storage.database import Database, Event


@pytest.fixture
def watched(tmp_path: Path):
    """A home whose witness stands beside it, with a daily one in a folder of the auditor's."""
    home = tmp_path / "home"
    database = Database.create(home)
    settings = f'witness_folder = "{tmp_path / "beside"}"\ndaily_witness_folder = "{tmp_path / "auditor"}"\n'
    (home / "config.toml").write_text(settings)
    yield database
    database.close()


def look(database: Database) -> None:
    database.record(Event("okafor", Action.SEE_SECTION, "reading"))


def cut_off(database: Database, after: int) -> None:
    with database.desk.changing(Event("an intruder", Action.SEE_DATA)) as tables:
        tables.execute("DROP TRIGGER access_log_is_kept")
        tables.execute("DELETE FROM access_log WHERE sequence > ?", (after,))


def test_v16_4_3_each_day_has_a_witness_of_its_own_that_no_later_one_replaces(
    watched: Database, tmp_path: Path
) -> None:
    look(watched)
    write_daily_witness(watched)
    (today,) = (tmp_path / "auditor").iterdir()
    assert today.name == f"access-log-{date.today()}.json"
    today.rename(tmp_path / "auditor" / "access-log-2026-11-20.json")
    look(watched)
    write_daily_witness(watched)
    assert [path.name for path in witnesses(watched.home)] == [
        "access-log.json", "access-log-2026-11-20.json", today.name,
    ]  # fmt: skip


def test_an_end_that_was_cut_off_shows_by_the_daily_witness_when_the_hourly_one_is_gone(watched: Database) -> None:
    for _ in range(3):
        look(watched)
    write_witness(watched)
    write_daily_witness(watched)
    assert watched.verify_log(*witnesses(watched.home)).sound
    witness_file(watched.home).unlink()
    cut_off(watched, after=1)
    finding = watched.verify_log(*witnesses(watched.home))
    assert "the witness saw line 3. Its end was cut off." in finding.sentence
    with pytest.raises(HomeTrouble, match="its end was cut off or written anew"):
        write_daily_witness(watched)


def test_a_line_that_was_written_anew_shows_by_an_older_witness_that_saw_it(watched: Database, tmp_path: Path) -> None:
    look(watched)
    write_daily_witness(watched)
    write_witness(watched)
    other = Database.create(tmp_path / "other")
    look(other)
    heads = [other.log_head(), watched.log_head()]
    assert heads[0] is not None
    assert heads[0] != heads[1]
    other.close()
    with watched.desk.changing(Event("an intruder", Action.SEE_DATA)) as tables:
        tables.execute("DROP TRIGGER access_log_is_kept")
        tables.execute("DELETE FROM access_log")
    look(watched)
    assert watched.verify_log(*witnesses(watched.home)).first_bad == 1


def test_without_a_folder_there_is_no_daily_witness(tmp_path: Path) -> None:
    database = Database.create(tmp_path / "home")
    look(database)
    write_daily_witness(database)
    assert witnesses(database.home) == [tmp_path / "home" / "witness" / "access-log.json"]
    database.close()


def test_a_folder_that_cannot_be_written_is_named(watched: Database, tmp_path: Path) -> None:
    (tmp_path / "auditor").write_text("a file where a folder should be")
    look(watched)
    with pytest.raises(HomeTrouble, match="Mend `daily_witness_folder`"):
        write_daily_witness(watched)
