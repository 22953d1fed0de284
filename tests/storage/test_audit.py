"""The log of who looked: what somebody with the key would have to do to change it, and how that shows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage.audit import boot_id
from appliance.storage.database import Database, Event
from tests.access_log import lines


@pytest.fixture
def looked(tmp_path: Path) -> Database:
    """Ms. Okafor looked at three classes."""
    database = Database.create(tmp_path / "home")
    for section in ("reading", "science", "art"):
        database.record(Event("okafor", Action.SEE_SECTION, section))
    return database


def tamper(database: Database, sql: str) -> None:
    """What a person with root and the key can do: take the guards away, then write."""
    with database.desk.changing(Event("an intruder", Action.SEE_DATA)) as tables:
        for (trigger,) in tables.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            tables.execute(f"DROP TRIGGER {trigger}")
        tables.execute(sql)


def test_a_log_that_nobody_touched_is_sound(looked: Database, tmp_path: Path) -> None:
    finding = looked.verify_log(tmp_path / "no witness yet")
    assert finding.sound
    assert finding.lines == 3


@pytest.mark.parametrize(
    ("deed", "first_bad"),
    [
        ("UPDATE access_log SET who = 'somebody else' WHERE sequence = 2", 2),
        ("UPDATE access_log SET reason = 'a better reason' WHERE sequence = 1", 1),
        ("DELETE FROM access_log WHERE sequence = 2", 2),
        (
            "UPDATE access_log SET subject = CASE sequence WHEN 1 THEN 'science' ELSE 'reading' END WHERE sequence < 3",
            1,
        ),
    ],
)
def test_v16_4_2_a_line_that_was_changed_cut_out_or_swapped_is_named(
    looked: Database, tmp_path: Path, deed: str, first_bad: int
) -> None:
    tamper(looked, deed)
    finding = looked.verify_log(tmp_path / "no witness")
    assert finding.first_bad == first_bad


def cut_the_end(database: Database) -> None:
    tamper(database, "DELETE FROM access_log WHERE sequence > 1")


def test_v16_2_2_each_line_has_its_number_the_start_of_the_machine_and_its_time_in_utc(looked: Database) -> None:
    """Number and start of the machine keep the order where somebody puts the clock back."""
    found = lines(looked, "sequence", "boot", "at")
    assert [sequence for sequence, *_ in found] == [1, 2, 3]
    assert {boot for _, boot, _ in found} == {boot_id()} != {""}
    for *_, at in found:
        assert datetime.fromisoformat(at).utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - datetime.fromisoformat(at)) < timedelta(hours=1)


def test_a_cut_off_end_shows_against_the_witness(looked: Database, tmp_path: Path) -> None:
    witness = tmp_path / "elsewhere" / "witness.json"
    looked.write_witness(witness)
    assert looked.verify_log(witness).sound
    cut_the_end(looked)
    finding = looked.verify_log(witness)
    assert not finding.sound
    assert "cut off" in finding.sentence


def test_a_witness_that_somebody_else_wrote_is_not_believed(looked: Database, tmp_path: Path) -> None:
    witness = tmp_path / "witness.json"
    looked.write_witness(witness)
    told = json.loads(witness.read_text())
    told["head"]["sequence"] = 1
    witness.write_text(json.dumps(told))
    assert "cannot be believed" in looked.verify_log(witness).sentence


def test_a_dry_run_that_is_taken_back_leaves_no_gap_in_the_chain(looked: Database, tmp_path: Path) -> None:
    def give_up() -> None:
        with looked.changing(Event("okafor", Action.IMPORT, "check only")):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_up()
    looked.record(Event("okafor", Action.SEE_SECTION, "music"))
    assert looked.verify_log(tmp_path / "none").sound


def test_a_witness_that_knows_better_is_never_written_over(looked: Database, tmp_path: Path) -> None:
    witness = tmp_path / "witness.json"
    looked.write_witness(witness)
    looked.record(Event("okafor", Action.SEE_SECTION, "music"))
    looked.write_witness(witness)
    cut_the_end(looked)
    with pytest.raises(HomeTrouble, match="its end was cut off or written anew"):
        looked.write_witness(witness)
    assert not looked.verify_log(witness).sound
