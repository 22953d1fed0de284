"""A disk that is really full: what was too large is taken back, gives its room back, and people can look again."""

import subprocess
import sys

import pytest

from appliance.storage.ballast import lay_in, throw_off

SMALL_DISK = 'mount -t tmpfs -o size=8m none "$1" && "$2" -c "$3" "$1"'
FILL = """
import sys
from pathlib import Path
from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage.ballast import lay_in
from appliance.storage.database import Database, Event

home = Path(sys.argv[1]) / "home"
database = Database.create(home)
look = Event("okafor", Action.SEE_SECTION, "Algebra")
SCHOOL = "INSERT INTO organization (name, kind, state_id) VALUES (?, 'school', ?)"
database.record(look)
lay_in(home, 2 * 1024 * 1024)
try:
    with database.changing(Event("lind", Action.IMPORT, "large.zip")) as tables:
        tables.execute("PRAGMA cache_size = 20")
        for number in range(100_000):
            tables.execute(SCHOOL, ("x" * 400, number))
            if number % 1000 == 0:
                database.record(look)
except HomeTrouble as trouble:
    print(trouble)
for _ in range(300):
    database.record(look)
print((home / "ballast").exists())
print(database._writer.execute("SELECT count(*) FROM organization").fetchone()[0])
with database.changing(Event("lind", Action.IMPORT, "small.zip")) as tables:
    tables.execute(SCHOOL, ("Elm", 1))
print(database.verify_log(home / "no witness").sound)
database.close()
"""
START = """
import sys
from pathlib import Path
from appliance.actions import Action
from appliance.storage.ballast import lay_in
from appliance.storage.database import Database, Event

home = Path(sys.argv[1]) / "home"
database = Database.create(home)
database.record(Event("okafor", Action.SEE_SECTION, "Algebra"))
database.close()
lay_in(home, 1024 * 1024)
with (home.parent / "other").open("wb", buffering=0) as other:
    try:
        while True:
            other.write(bytes(4096))
    except OSError:
        print("no space left")
database = Database(home)
print([subject for (subject,) in database.desk._writer.execute("SELECT subject FROM access_log")])
database.close()
"""


def may_mount() -> bool:
    """Whether this machine lets us have a small disk of our own."""
    tried = subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True)
    return tried.returncode == 0


def on_a_small_disk(script, tmp_path):
    """What a script prints whose home lies on a disk of 8 MB."""
    words = ["sh", "-c", SMALL_DISK, "sh", str(tmp_path), sys.executable, script]
    command = ["unshare", "--map-root-user", "--mount", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not may_mount(), reason="needs user namespaces, to mount a small disk")
def test_an_import_that_fills_the_disk_is_taken_back_and_the_log_goes_on(tmp_path):
    trouble, ballast, schools, sound = on_a_small_disk(FILL, tmp_path)
    assert "is full or failing" in trouble
    assert (ballast, schools, sound) == ("False", "0", "True")


@pytest.mark.skipif(not may_mount(), reason="needs user namespaces, to mount a small disk")
def test_a_home_on_a_full_disk_still_opens_by_what_was_kept_for_it(tmp_path):
    said = on_a_small_disk(START, tmp_path)
    assert said == ["no space left", "['Algebra']"]


def test_room_is_kept_once_and_given_back_once(home):
    lay_in(home, 100_000)
    lay_in(home, 200_000)
    assert (home / "ballast").stat().st_size == 100_000
    assert throw_off(home)
    assert not throw_off(home)
