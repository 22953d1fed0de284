"""A key that is wrong, missing or open to others is told apart, before the database is touched."""

import stat

import pytest

from appliance.errors import HomeTrouble
from appliance.storage.database import Database
from appliance.storage.keys import KEY_BYTES, make_keys, read_data_key


def test_a_new_home_is_readable_by_its_owner_alone(home):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [home, *home.rglob("*")]}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_the_data_key_is_32_random_bytes_and_never_stands_on_the_disk(tmp_path):
    keys = [make_keys(tmp_path / name) for name in ("one", "two") if not (tmp_path / name).mkdir()]
    assert len(set(keys)) == 2
    assert all(len(key) == KEY_BYTES for key in keys)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(key in written or key.hex().encode() in written for key in keys)
    assert [read_data_key(tmp_path / name) for name in ("one", "two")] == keys


def test_the_key_of_another_home_is_refused_before_the_database_is_touched(home, tmp_path):
    other = tmp_path / "other"
    Database.create(other).close()
    (home / "keys" / "kek").write_bytes((other / "keys" / "kek").read_bytes())
    before = (home / "district.db").read_bytes()
    with pytest.raises(HomeTrouble, match="is not the key of this home"):
        Database(home)
    assert (home / "district.db").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 31, b"x" * 33, b"x" * 64], ids=len)
def test_a_key_file_of_another_length_is_refused(home, content):
    (home / "keys" / "kek").write_bytes(content)
    with pytest.raises(HomeTrouble, match="is not the key of this home"):
        Database(home)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777], ids=oct)
def test_a_key_that_others_can_read_stops_the_start_and_says_what_to_type(home, mode):
    (home / "keys" / "kek").chmod(mode)
    with pytest.raises(HomeTrouble, match="can be read by other users. Run: chmod 600"):
        Database(home)


@pytest.mark.parametrize("name", ["kek", "data-key.wrapped"])
def test_a_missing_key_is_called_missing(home, name):
    (home / "keys" / name).unlink()
    with pytest.raises(HomeTrouble, match="has no keys"):
        Database(home)


@pytest.mark.parametrize("wrapped", [b"", b"\x02" + b"x" * 40], ids=["empty", "of a later version"])
def test_a_wrapped_key_that_this_version_did_not_make_is_refused(home, wrapped):
    (home / "keys" / "data-key.wrapped").write_bytes(wrapped)
    with pytest.raises(HomeTrouble, match="another version"):
        Database(home)


def test_a_damaged_wrapped_key_is_not_taken_for_a_damaged_database(home):
    file = home / "keys" / "data-key.wrapped"
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(HomeTrouble, match="the database was not touched"):
        Database(home)


def test_a_second_init_changes_nothing(home):
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with pytest.raises(HomeTrouble, match="already is a home"):
        Database.create(home)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_an_init_never_makes_a_second_set_of_keys(home):
    (home / "district.db").unlink()
    before = (home / "keys" / "kek").read_bytes()
    with pytest.raises(HomeTrouble, match="already has keys"):
        Database.create(home)
    assert (home / "keys" / "kek").read_bytes() == before
