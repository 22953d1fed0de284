"""Nothing about a student can be read in any file of the home, at any moment, without the key."""

import sqlite3
import tempfile
from datetime import date
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.jobs.compute_metrics import count_snapshot
from appliance.jobs.import_files import import_files
from appliance.storage.database import Database, Event, refresh_statistics
from tests import grandbend

LONG_ENOUGH = 7
"""Bytes. A shorter marker is found by chance in megabytes of ciphertext."""


def markers_of(database):
    """Two hundred students' full names, family names, source ids and local ids."""
    rows = database._writer.execute(
        "SELECT given_name, family_name FROM student ORDER BY student_key LIMIT 200"
    ).fetchall()
    ids = database._writer.execute(
        "SELECT source_id FROM identity WHERE entity = 'student' ORDER BY key LIMIT 400"
    ).fetchall()
    words = {f"{given} {family}" for given, family in rows} | {family for _, family in rows} | {i for (i,) in ids}
    return {word.encode() for word in words if len(word) >= LONG_ENOUGH}


def found_in(folders, markers):
    return [
        (file, marker)
        for folder in folders
        for file in Path(folder).rglob("*")
        if file.is_file()
        for content in [file.read_bytes()]
        for marker in markers
        if marker in content
    ]


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder that the system would use for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(folder))
    return folder


@pytest.fixture(scope="module")
def spilling(tmp_path_factory):
    """Grand Bend, loaded with a cache so small that pages go to disk in the middle of the transaction."""
    database = Database.create(tmp_path_factory.mktemp("spilling") / "home")
    database._writer.execute("PRAGMA cache_size = 20")
    database._writer.execute("PRAGMA wal_autocheckpoint = 0")
    import_files(database, [grandbend.ROSTER_1P2, *grandbend.SIS])
    yield database
    database.close()


def test_the_search_finds_what_is_written_in_plain_text(tmp_path, spilling):
    """The control: the same rows in a database without a key are found."""
    markers = markers_of(spilling)
    assert len(markers) > 300
    plain = sqlite3.connect(tmp_path / "plain.db")
    plain.execute("CREATE TABLE word (word BLOB)")
    plain.executemany("INSERT INTO word VALUES (?)", [(marker,) for marker in markers])
    plain.commit()
    plain.close()
    assert {marker for _, marker in found_in([tmp_path], markers)} == markers


def test_no_file_of_the_home_holds_a_name_or_an_id_in_the_middle_of_a_change_or_after(spilling, temporary):
    markers, home = markers_of(spilling), spilling.home
    with spilling.changing(Event("lind", Action.IMPORT)) as tables:
        tables.execute("UPDATE student SET middle_name = family_name || family_name")
        tables.execute("CREATE TEMP TABLE sorted AS SELECT * FROM student ORDER BY family_name || given_name DESC")
        tables.execute("CREATE INDEX tried ON student (middle_name, family_name)")
        log = home / "district.db-wal"
        assert log.stat().st_size > 1_000_000  # The write-ahead log is full, and was not folded in.
        assert found_in([home, temporary], markers) == []
        assert open_but_deleted(home, temporary) == []
    with spilling.counts_only():
        assert found_in([home, temporary], markers) == []
    spilling._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spilling._writer.execute("VACUUM")
    assert found_in([home, temporary], markers) == []
    assert (home / "district.db").stat().st_size > 1_000_000


def open_but_deleted(*folders):
    """Files of this process that have no name any more: where SQLite would put a large sort."""
    targets = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            targets.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return [t for t in targets if t.endswith("(deleted)") and any(t.startswith(str(folder)) for folder in folders)]


def test_a_failed_import_and_a_count_leave_no_name_either(spilling, temporary, tmp_path):
    markers = markers_of(spilling)
    count_snapshot(spilling, date(2011, 3, 1))
    broken = tmp_path / "broken.csv"
    broken.write_bytes(grandbend.SIS[2].read_bytes()[:-1000] + b'"never closed')
    with pytest.raises(Exception, match="broken.csv"):
        import_files(spilling, [broken])
    assert found_in([spilling.home, temporary], markers) == []


def test_the_planners_statistics_keep_no_sample_of_the_rows(spilling):
    spilling._writer.execute("PRAGMA analysis_limit = 0")
    with spilling.changing(Event("lind", Action.IMPORT)) as tables:
        tables.execute("ANALYZE")
        assert tables.execute("SELECT count(*) FROM sqlite_stat4").fetchone()[0] > 0
        refresh_statistics(tables)
    assert spilling._writer.execute("SELECT count(*) FROM sqlite_stat4").fetchone() == (0,)
    assert spilling._writer.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0] > 0


def test_nor_does_the_desk_hold_in_plain_text_who_looked_and_why(spilling, temporary):
    """Before and after its write-ahead log is folded in."""
    told = Event("margarethe.lindqvist", Action.SEE_STUDENT, "Counseling 7", "is on your caseload", students=(1, 2))
    spilling.desk._writer.execute("PRAGMA cache_size = 20")
    with spilling.desk.changing(told) as tables:
        row = ("margarethe.lindqvist", "argon2id-of-a-password", "counselor", "Ms. Lindqvist")
        tables.execute("INSERT INTO account (username, password_hash, role, display_name) VALUES (?, ?, ?, ?)", row)
    for _ in range(50):
        spilling.record(told)
    markers = {word.encode() for word in (*row, told.subject, told.reason)}
    assert (spilling.home / "desk.db-wal").stat().st_size > 100_000
    assert found_in([spilling.home, temporary], markers) == []
    spilling.desk._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert found_in([spilling.home, temporary], markers) == []
    assert spilling.desk._writer.execute("SELECT count(*) FROM account").fetchone() == (1,)
