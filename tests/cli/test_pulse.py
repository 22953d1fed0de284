"""The weekly pulse as a data steward types it, and as whoever receives the file checks it."""

from pathlib import Path

from appliance.sample import SampleDistrict

from .conftest import Type


def test_it_is_off_and_the_sentence_says_how_to_switch_it_on(loaded: Type) -> None:
    told = loaded("pulse", "publish", "--week", "2026-11-09")
    assert told.code == 1
    assert "weekly_pulse = true" in told.talk
    shown = loaded("pulse", "status", "--json").data["pulse"]
    assert (shown["on"], shown["spent"], shown["entries"]) == (False, "0", [])


def test_from_a_finished_week_to_a_checked_file(at_home: Type, small_district: SampleDistrict, tmp_path: Path) -> None:
    at_home("init", "--no-input")
    at_home("import", "--yes", *small_district.files)
    (tmp_path / "home" / "config.toml").write_text("weekly_pulse = true\n")
    done = at_home("pulse", "publish", "--week", "2026-11-11", "--json")
    assert done.code == 0, done.talk
    assert (done.data["week"], done.data["new"]) == ("2026-11-09", True)
    again = at_home("pulse", "publish", "--week", "2026-11-09")
    assert again.out.strip() == done.data["path"]
    assert "nothing more was spent" in again.talk
    assert "1/72 of 1/2 spent" in at_home("pulse", "status").out
    (tmp_path / "home").rename(tmp_path / "gone")
    file = tmp_path / "gone" / "outbox" / Path(done.data["path"]).name
    assert at_home("pulse", "check", file, "--json").data["entry"] == 1
    file.write_bytes(file.read_bytes().replace(b"2026-2027", b"2026-2028"))
    told = at_home("pulse", "check", file)
    assert told.code == 1
    assert "damaged" in told.talk


def test_a_cap_that_is_not_a_fraction_stops_with_file_and_key(at_home: Type, tmp_path: Path) -> None:
    at_home("init", "--no-input")
    (tmp_path / "home" / "config.toml").write_text('pulse_cap = "0.5"\n')
    told = at_home("pulse", "status")
    assert told.code == 1
    assert "config.toml" in told.talk
    assert "pulse_cap" in told.talk
