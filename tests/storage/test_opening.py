"""Opening a home: what is wrong is said in one sentence, and nothing is repaired by guessing."""

import sqlite3
import subprocess
import sys

import pytest

from appliance.errors import HomeTrouble
from appliance.storage.connection import Encrypted, Gate, GatedConnection
from appliance.storage.database import Database, only_server


def why(home):
    with pytest.raises(HomeTrouble) as caught:
        Database(home)
    sentence = str(caught.value)
    assert str(home) in sentence
    assert "\n" not in sentence
    return sentence


def test_no_home(tmp_path):
    assert "There is no home at" in why(tmp_path / "nowhere")


def test_a_missing_database_is_not_made_anew(home):
    (home / "district.db").unlink()
    assert "is missing. Restore it from a backup" in why(home)
    assert not (home / "district.db").exists()


def test_an_empty_database_file_is_not_taken_for_a_new_home(home):
    (home / "district.db").write_bytes(b"")
    assert "what it held is lost" in why(home)
    assert (home / "district.db").read_bytes() == b""


def test_a_plaintext_file_is_left_as_it_is(home):
    (home / "district.db").unlink()
    with sqlite3.connect(home / "district.db") as plain:
        plain.execute("CREATE TABLE student (name)")
    plain.close()
    before = (home / "district.db").read_bytes()
    assert "is not encrypted" in why(home)
    assert (home / "district.db").read_bytes() == before


def test_a_database_of_another_home_gets_one_sentence_and_no_lines_of_the_driver(home, tmp_path, capfd):
    other = tmp_path / "other"
    Database.create(other).close()
    (home / "district.db").write_bytes((other / "district.db").read_bytes())
    assert "cannot be read with this home's key" in why(home)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("length", [1, 1000, 4096, 8192, -4096])
def test_a_truncated_database(home, length):
    whole = (home / "district.db").read_bytes()
    (home / "district.db").write_bytes(whole[:length])
    assert "damaged" in why(home)


def test_a_database_with_a_flipped_bit_in_its_first_page(home):
    damaged = bytearray((home / "district.db").read_bytes())
    damaged[2000] ^= 4
    (home / "district.db").write_bytes(damaged)
    assert "damaged" in why(home)


def test_a_reader_says_the_same_and_never_the_key(home, database):
    wrong = bytes(32)
    with pytest.raises(HomeTrouble) as caught:
        GatedConnection(Encrypted(home / "district.db", wrong), Encrypted(home / "desk.db", wrong), Gate())
    assert wrong.hex() not in str(caught.value)
    with pytest.raises(HomeTrouble, match="is missing"):
        GatedConnection(Encrypted(home / "nothing.db", wrong), Encrypted(home / "desk.db", wrong), Gate())
    assert not (home / "nothing.db").exists()


def test_every_writer_is_set_to_lose_nothing(database):
    said = {
        name: database._writer.execute(f"PRAGMA {name}").fetchone()[0]
        for name in (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "recursive_triggers",
            "temp_store",
            "cipher_version",
        )
    }
    assert said.pop("cipher_version")
    full, memory = 2, 2
    assert said == {
        "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "recursive_triggers": 1, "temp_store": memory,
    }  # fmt: skip


def test_every_reader_keeps_its_temporary_tables_in_memory(database):
    with database.counts_only():
        pass
    (connection,) = (c for pool in database._pools.values() for c in pool.idle)
    connection._connection.set_authorizer(None)
    memory = 2
    assert connection._connection.execute("PRAGMA temp_store").fetchone()[0] == memory


SERVER = """
import sys, time
from pathlib import Path
from appliance.storage.database import only_server
with only_server(Path(sys.argv[1])):
    print("serving", flush=True)
    time.sleep(60)
"""


def test_a_second_server_on_the_same_home_is_refused_until_the_first_is_gone(home):
    with subprocess.Popen([sys.executable, "-c", SERVER, home], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "serving\n"
        with pytest.raises(HomeTrouble, match="already running"), only_server(home):
            pass
        first.kill()
        first.wait()
        with only_server(home):  # The system frees the lock of a killed server.
            pass


def test_tables_have_checks_and_strict_types(database):
    strict = dict(database._writer.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'"))
    ours = {name: is_strict for name, is_strict in strict.items() if not name.startswith(("sqlite_", "_sqlite_"))}
    assert len(ours) > 30
    assert set(ours.values()) == {1}
