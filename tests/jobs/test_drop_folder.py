"""What other systems put into the drop folder at night: whole, half, changing, not files at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.errors import HomeTrouble
from appliance.jobs import drop_folder
from appliance.jobs.drop_folder import DropFolder
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, ElmAndOak, csv_text


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(two_schools: ElmAndOak, clock: Clock) -> DropFolder:
    watched = DropFolder(two_schools.database, Settings(drop_folder="drop"), clock)
    watched.look()
    return watched


def drop(folder: DropFolder, town: ElmAndOak, name: str = "roster.zip", **files: str | None) -> Path:
    return town.package(name, **files).rename(folder.folder / name)


def wait(folder: DropFolder, clock: Clock, seconds: float = 60):
    folder.look()
    clock.now += seconds
    return folder.look()


def under(folder: DropFolder, name: str) -> list[str]:
    return sorted(path.name for path in (folder.folder / name).rglob("*") if not path.is_dir())


def batches(town: ElmAndOak) -> list[tuple[object, ...]]:
    return town.ask("SELECT loaded_by, status FROM batch ORDER BY batch_key")


def test_files_that_are_still_become_one_batch_and_are_moved_away(folder, two_schools, clock) -> None:
    drop(folder, two_schools)
    (folder.folder / "stay.csv").write_text(csv_text(SCHOOL_ENROLLMENT))
    done = wait(folder, clock)
    assert done.loaded == ["roster.zip", "stay.csv"]
    assert batches(two_schools) == [("drop folder", "loaded")]
    assert two_schools.one("SELECT count(*) FROM school_enrollment") == 3
    assert under(folder, "loaded") == ["roster.zip", "stay.csv"]
    assert under(folder, ".loading") == []


def test_a_half_written_file_waits_until_it_is_still(folder, two_schools, clock) -> None:
    whole = csv_text(SCHOOL_ENROLLMENT)
    two_schools.load(two_schools.package())
    file = folder.folder / "stay.csv"
    for end in (40, 80, len(whole)):
        file.write_text(whole[:end])
        assert folder.look().loaded == []
        clock.now += 59
        assert folder.look().waiting == 1
    clock.now += 1
    assert folder.look().loaded == ["stay.csv"]
    assert two_schools.one("SELECT count(*) FROM school_enrollment") == 3


def test_a_file_that_kept_an_old_date_while_it_was_copied_waits_too(folder, two_schools, clock) -> None:
    file = drop(folder, two_schools)
    os.utime(file, (1_000_000, 1_000_000))
    assert folder.look().loaded == []
    assert wait(folder, clock).loaded == ["roster.zip"]


def test_a_mark_beside_a_file_says_that_it_is_whole(folder, two_schools) -> None:
    drop(folder, two_schools)
    (folder.folder / "roster.zip.done").touch()
    assert folder.look().loaded == ["roster.zip"]
    assert not (folder.folder / "roster.zip.done").exists()


@pytest.mark.parametrize("name", ["roster.zip.part", "roster.zip.filepart", ".roster.zip.Xy12", "roster.zip~"])
def test_a_name_that_means_unfinished_is_never_read(folder, two_schools, clock, name) -> None:
    drop(folder, two_schools, name)
    done = wait(folder, clock)
    assert (done.loaded, done.refused) == ([], [])
    assert (folder.folder / name).exists()


def test_links_and_pipes_are_refused_without_being_opened(folder, two_schools, clock, tmp_path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(csv_text(SCHOOL_ENROLLMENT))
    (folder.folder / "soft.csv").symlink_to(secret)
    (folder.folder / "hard.csv").hardlink_to(secret)
    os.mkfifo(folder.folder / "pipe.csv")
    done = wait(folder, clock)
    assert done.loaded == []
    assert under(folder, "refused") == [
        "hard.csv", "hard.csv.txt", "pipe.csv", "pipe.csv.txt", "soft.csv", "soft.csv.txt",
    ]  # fmt: skip
    assert "not a file of its own" in next((folder.folder / "refused").rglob("soft.csv.txt")).read_text()
    assert secret.read_text() == csv_text(SCHOOL_ENROLLMENT)
    assert batches(two_schools) == []


def test_what_cannot_be_read_is_refused_with_a_reason_that_holds_no_value(folder, two_schools, clock) -> None:
    (folder.folder / "people.csv").write_text("name,secret\nAda Abara,cat\n")
    assert wait(folder, clock).refused == ["people.csv"]
    said = next((folder.folder / "refused").rglob("people.csv.txt")).read_text()
    assert "its header fits no kind of file" in said
    assert "Ada" not in said
    assert batches(two_schools) == []
    assert wait(folder, clock).refused == []


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"name,secret\nAda Abara,cat\n", "its header fits no kind of file"),
        (b'student_id,school_id,entry_date,grade_level\n1001,300,2026-08-17,"05\n', "quot"),
    ],
)
def test_a_bad_file_does_not_keep_the_good_ones_out(folder, two_schools, clock, bad, why) -> None:
    drop(folder, two_schools)
    (folder.folder / "bad.csv").write_bytes(bad)
    (folder.folder / "stay.csv").write_text(csv_text(SCHOOL_ENROLLMENT))
    done = wait(folder, clock)
    assert (done.loaded, done.refused) == (["roster.zip", "stay.csv"], ["bad.csv"])
    assert why in next((folder.folder / "refused").rglob("bad.csv.txt")).read_text()
    assert two_schools.one("SELECT count(*) FROM school_enrollment") == 3
    assert batches(two_schools) == [("drop folder", "loaded")]


def test_two_rosters_in_one_look_are_both_refused_and_the_rest_is_loaded(folder, two_schools, clock) -> None:
    two_schools.begin()
    without = dict.fromkeys(ROSTER) | {"users": ROSTER["users"] + "        u-new,Nia,New,,1009,student,e\n"}
    drop(folder, two_schools, "one.zip")
    drop(folder, two_schools, "two.zip", **without)
    (folder.folder / "stay.csv").write_text(csv_text(SCHOOL_ENROLLMENT))
    done = wait(folder, clock)
    assert (done.loaded, done.refused) == (["stay.csv"], ["one.zip", "two.zip"])


def test_a_file_that_changes_while_it_is_read_loads_nothing(folder, two_schools, clock, monkeypatch) -> None:
    drop(folder, two_schools)
    real = drop_folder.import_files

    def while_somebody_writes(database, paths, *rest, **options):
        last_look = options.pop("last_look")

        def late() -> None:
            with paths[0].open("ab") as file:
                file.write(b"more")
            last_look()

        return real(database, paths, *rest, last_look=late, **options)

    monkeypatch.setattr(drop_folder, "import_files", while_somebody_writes)
    assert wait(folder, clock).refused == ["roster.zip"]
    assert two_schools.one("SELECT count(*) FROM student") == 0
    assert "changed while it was read" in next((folder.folder / "refused").rglob("*.txt")).read_text()


def half_of_the_people(town: ElmAndOak) -> dict[str, str]:
    people = "\n".join(f"s{n},Given,Family{n},,{1000 + n},student,e" for n in range(60))
    plain = csv_text(ROSTER["users"])
    town.load(town.package(users=plain + people))
    return {"users": plain}


def test_a_held_batch_waits_in_its_own_folder_until_a_steward_gives_a_reason(folder, two_schools, clock) -> None:
    drop(folder, two_schools, "half.zip", **half_of_the_people(two_schools))
    done = wait(folder, clock)
    assert done.held == ["half.zip"]
    assert {batch: [file.name for file in files] for batch, files in folder.held_batches().items()} == {2: ["half.zip"]}
    assert two_schools.one("SELECT count(*) FROM student WHERE is_active") == 63
    report = folder.release(2, by="kim", reason="sixty children moved away")
    assert report.counts["student"].ended == 60
    assert folder.held_batches() == {}
    assert under(folder, "loaded") == ["half.zip"]
    assert two_schools.ask("SELECT loaded_by, reason FROM batch WHERE batch_key = 3") == [
        ("kim", "sixty children moved away")
    ]


def test_a_loaded_file_can_be_shredded_instead_of_kept(two_schools, clock, monkeypatch) -> None:
    folder = DropFolder(two_schools.database, Settings(drop_folder="drop", drop_folder_afterwards="shred"), clock)
    folder.look()
    drop(folder, two_schools)
    contents: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda number: contents.append(os.pread(number, 1 << 20, 0)))
    wait(folder, clock)
    assert under(folder, "loaded") == under(folder, ".loading") == []
    assert any(contents)
    assert not any(any(content) for content in contents)


def test_kill_9_between_loading_and_moving_does_not_load_twice(two_schools, clock) -> None:
    folder = DropFolder(two_schools.database, Settings(drop_folder="drop"), clock)
    folder.look()
    drop(folder, two_schools)
    (folder.folder / "roster.zip.done").touch()
    two_schools.database.close()
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from appliance.jobs.drop_folder import DropFolder\n"
        "from appliance.settings import Settings\n"
        "from appliance.storage.database import Database\n"
        "folder = DropFolder(Database(Path(sys.argv[1])), Settings(drop_folder='drop'))\n"
        "folder._put_away = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "folder.look()\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(two_schools.database.home)], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert under(folder, ".loading") == ["roster.zip"]
    two_schools.database = Database(two_schools.database.home)
    before = two_schools.all_that_is_stored()
    again = DropFolder(two_schools.database, Settings(drop_folder="drop"), clock)
    assert again.look().loaded == ["roster.zip"]
    assert batches(two_schools) == [("drop folder", "loaded"), ("drop folder", "unchanged")]
    assert two_schools.all_that_is_stored() == before
    assert under(folder, "loaded") == ["roster.zip"]


def test_two_looks_at_one_time_are_one(folder, two_schools, clock, monkeypatch) -> None:
    drop(folder, two_schools)
    inner = []
    real = drop_folder.import_files

    def meanwhile(*rest, **options):
        inner.append(DropFolder(two_schools.database, Settings(drop_folder="drop"), clock).look())
        return real(*rest, **options)

    monkeypatch.setattr(drop_folder, "import_files", meanwhile)
    assert wait(folder, clock).loaded == ["roster.zip"]
    assert [(one.loaded, one.waiting) for one in inner] == [([], 0)]


def test_a_full_disk_is_not_the_files_fault_and_they_wait(folder, two_schools, clock, monkeypatch) -> None:
    drop(folder, two_schools)

    def full(*_rest, **_options):
        raise HomeTrouble("The disk is full.")

    monkeypatch.setattr(drop_folder, "import_files", full)
    with pytest.raises(HomeTrouble):
        wait(folder, clock)
    assert under(folder, "refused") == []
    monkeypatch.undo()
    assert folder.look().loaded == ["roster.zip"]


def test_a_fault_of_our_own_ends_after_three_tries(folder, two_schools, clock, monkeypatch) -> None:
    drop(folder, two_schools)

    def fault(*_rest, **_options):
        raise RuntimeError("Ada Abara")

    monkeypatch.setattr(drop_folder, "import_files", fault)
    with pytest.raises(RuntimeError):
        wait(folder, clock)
    with pytest.raises(RuntimeError):
        folder.look()
    assert folder.look().loaded == []
    said = next((folder.folder / "refused").rglob("*.txt")).read_text()
    assert "a fault of its own" in said
    assert "Ada" not in said
