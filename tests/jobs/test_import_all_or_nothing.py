"""An import is all or nothing: after a bad file, and after kill -9 at any moment."""

import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from appliance.errors import BadFile
from appliance.jobs.import_files import check_files, import_files
from appliance.jobs.status import last_batches, totals
from appliance.storage.database import Database
from tests import grandbend
from tests.access_log import lines, what_happened
from tests.elm_and_oak import ROSTER, csv_text
from tests.sensitive_fields import keep

BAD = {
    "truncated": (
        b"student_id,school_id,entry_date,grade_level,exit_date\n501,101,2026-08-17,08,\n502,10",
        "cut short",
    ),
    "unclosed quote": (b'student_id,school_id,entry_date,grade_level\n501,101,"2026-08-17,08\n', "never closed"),
    "wrong header": (b"student,building,from,grade\n501,101,2026-08-17,08\n", "its header fits no kind of file"),
    "no header": (b"501,101,2026-08-17,08\n502,101,2026-08-17,08\n", "its header fits no kind of file"),
    "NUL": (b"student_id,school_id,entry_date,grade_level\n501,101,2026-08-17,0\x008\n", "NUL"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "NUL"),
    "empty": (b"", "is empty"),
}


@pytest.mark.parametrize(("content", "sentence"), BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("place", [0, 1], ids=["first", "last"])
def test_one_bad_file_stops_the_whole_batch_in_one_sentence(two_schools, content, sentence, place):
    good = two_schools.package()
    bad = two_schools.file("bad.csv", content)
    before = two_schools.all_that_is_stored()
    paths = [good]
    paths.insert(place, bad)
    with pytest.raises(BadFile, match=sentence) as caught:
        two_schools.load(*paths)
    said = str(caught.value)
    assert said.startswith("bad.csv")
    assert "\n" not in said
    assert not any(value in said for value in ("501", "2026-08-17"))
    assert two_schools.all_that_is_stored() == before
    assert last_batches(two_schools.database) == []
    assert what_happened(two_schools.database, "action") == []


def manifest(version="1.1", **modes):
    """A manifest that calls each file of the roster bulk, but those named."""
    lines = [f"file.{member},{modes.get(member, 'bulk')}" for member in [*ROSTER, *(modes.keys() - ROSTER.keys())]]
    return "\n".join(["propertyName,value", f"oneroster.version,{version}", *lines, ""])


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (manifest("1.0"), r"says it is OneRoster 1\.0; 1\.1 and 1\.2 are read here"),
        (manifest(users="delta"), "the manifest says delta, and its header has no column"),
        (manifest(roles="bulk"), r"promises roles\.csv"),
        (manifest(users="partly"), r"must call users\.csv bulk, delta or absent"),
    ],
    ids=["1.0", "a delta without its columns", "a file that is not there", "an unknown word"],
)
def test_a_manifest_that_cannot_be_right_stops_the_package(two_schools, manifest, sentence):
    with pytest.raises(BadFile, match=sentence):
        two_schools.load(two_schools.package(manifest=manifest))
    assert set(totals(two_schools.database).values()) == {0}


def test_a_package_without_a_manifest_and_with_files_nobody_needs_is_read(two_schools):
    scales = "sourcedId,title\ns,Letters\n"
    report = two_schools.load(two_schools.package(scoreScales=scales, manifest=None))
    (note,) = [read.note for read in report.files if read.kind == "OneRoster scoreScales"]
    assert note.startswith("left out: score scales have no use")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_names_arrive_whole_in_whatever_encoding(two_schools, encoding):
    two_schools.load(two_schools.package())
    users = csv_text(ROSTER["users"]).replace("Ada,Abara", "Zoë,Peña")
    text = csv_text(ROSTER["orgs"])
    import zipfile

    path = two_schools.folder / "encoded.zip"
    with zipfile.ZipFile(path, "w") as package:
        for member, content in (ROSTER | {"users": users, "orgs": text}).items():
            package.writestr(f"{member}.csv", csv_text(content).encode(encoding))
    report = two_schools.load(path)
    assert report.problems == []
    assert two_schools.one("SELECT count(*) FROM student WHERE given_name = 'Zoë' AND family_name = 'Peña'") == 1
    notes = {read.note for read in report.files if read.name.endswith("users.csv")}
    assert notes == ({"read as Windows-1252, since it is not UTF-8"} if encoding == "cp1252" else {""})


def test_a_dry_run_says_what_would_change_and_changes_nothing(two_schools):
    two_schools.load(two_schools.package())
    before, log = two_schools.all_that_is_stored(), lines(two_schools.database, "*")
    users = csv_text(ROSTER["users"]) + "u-dee,Dee,Drum,,504,student,e\nu-x,,Drum,,505,student,e\n"
    report = check_files(two_schools.database, [two_schools.package(users=users)])
    assert (report.counts["student"].added, report.counts["student"].refused) == (1, 1)
    assert report.batch is None
    assert two_schools.all_that_is_stored() == before
    assert lines(two_schools.database, "*") == log
    assert len(last_batches(two_schools.database)) == 1


def test_a_batch_keeps_its_files_its_counts_and_its_problems_without_any_value(two_schools):
    users = csv_text(ROSTER["users"]) + "u-x,Xaverine,,,505,student,e\n"
    report = two_schools.load(two_schools.package(users=users))
    (batch,) = last_batches(two_schools.database)
    assert (batch["batch"], batch["status"], batch["refused"], batch["loaded_by"]) == (
        report.batch,
        "loaded",
        1,
        "the test",
    )
    kept = two_schools.ask("SELECT file, row_number, column_name, code, value_kind, sentence FROM problem")
    assert kept == [("roster.zip/users.csv", 7, "familyName", "missing", "empty",
                     "this value is empty, and this column is needed. Fill it in the source system.")]  # fmt: skip
    stored = two_schools.ask("SELECT * FROM batch JOIN batch_file USING (batch_key) JOIN batch_count USING (batch_key)")
    assert "Xaverine" not in repr(stored)
    assert lines(two_schools.database, "who", "action", "subject") == [("the test", "import files", "roster.zip")]


IMPORT = """
import sys
from pathlib import Path
from appliance.jobs.import_files import import_files
from appliance.storage.database import Database
database = Database(Path(sys.argv[1]))
database._writer.execute("PRAGMA cache_size = 50")  # so that pages are written in the middle of the transaction
print("begun", flush=True)
import_files(database, [Path(name) for name in sys.argv[2:]])
print("done", flush=True)
"""


def test_kill_9_at_any_moment_leaves_the_state_before_or_after(tmp_path):
    """Twelve times, at random moments of an import that takes about a second."""
    home, dice = tmp_path / "home", random.Random(9)
    database = Database.create(home)
    keep(database)
    choices = len(what_happened(database, "sequence"))
    import_files(database, [grandbend.ROSTER_1P1])
    before = totals(database)
    database.close()
    kept = shutil.copytree(home, tmp_path / "kept")
    after = before | {name: grandbend.COUNTS[name] for name in totals_of_sis}
    seen = set()
    for _ in range(12):
        moment = dice.uniform(0.0, 1.2)
        command = [sys.executable, "-c", IMPORT, home, *grandbend.SIS]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "begun\n"
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            was_done = process.stdout.read() == "done\n"
        database = Database(home)
        found = totals(database)
        assert found in (before, after), "a half-loaded batch"
        assert found == after or not was_done, "an acknowledged batch was lost"
        batches = database._writer.execute("SELECT count(*) FROM batch").fetchone()[0]
        assert batches == len(what_happened(database, "sequence")) - choices
        assert database.verify_log(tmp_path / "no witness").sound
        assert database._writer.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database._writer.execute("PRAGMA cipher_integrity_check").fetchall() == []
        assert database._writer.execute("PRAGMA foreign_key_check").fetchall() == []
        seen.add(found == after)
        database.close()
        if found == after:  # Begin again from the state before.
            shutil.rmtree(home)
            shutil.copytree(kept, home)
    assert False in seen


totals_of_sis = ("school_enrollment", "attendance_event", "test_result", "program", "transcript_course")
