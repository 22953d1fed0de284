"""The records and the desk are two files: whatever happens between them, the log says what became of it."""

import contextlib
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.actions import Action
from appliance.errors import HomeTrouble
from appliance.storage.database import Database, Event
from tests.access_log import at_desk, lines, what_happened

LOOK = Event("okafor", Action.SEE_STUDENT, reason="is in your class Algebra", students=(1,))
IMPORT = Event("lind", Action.IMPORT, "roster.zip")
STUDENT = "INSERT INTO student (student_key, given_name, family_name) VALUES (?, 'Ada', 'Lovell')"

CHANGE = """
import os, signal, sys
from pathlib import Path
from appliance.actions import Action
from appliance.storage.database import Database, Event

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

database, moment = Database(Path(sys.argv[1])), sys.argv[2]
announce = database.desk.announce
if moment == "before the line":
    database.desk.announce = die
if moment == "after the line":
    database.desk.announce = lambda event: die(announce(event))
if moment == "after the commit":
    database.desk.note_carried_out = die
with database.changing(Event("lind", Action.IMPORT, "roster.zip")) as tables:
    tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (7, 'Cy', 'Marsh')")
    if moment == "inside the change":
        die()
    if moment == "told to wait":
        print("inside", flush=True)
        sys.stdin.readline()
"""


def add_student(database, key):
    with database.changing(IMPORT) as tables:
        tables.execute(STUDENT, (key,))


def students(database):
    return [key for (key,) in database._writer.execute("SELECT student_key FROM student ORDER BY 1")]


def no_witness(database):
    return database.home / "no witness"


@pytest.mark.parametrize(
    ("moment", "is_done", "said"),
    [
        ("before the line", False, []),
        ("after the line", False, ["import files", "did not happen"]),
        ("inside the change", False, ["import files", "did not happen"]),
        ("after the commit", True, ["import files"]),
    ],
)
def test_kill_9_between_the_files_leaves_a_log_that_says_what_became_of_it(home, moment, is_done, said):
    killed = subprocess.run([sys.executable, "-c", CHANGE, home, moment], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    database = Database(home)
    assert students(database) == ([7] if is_done else [])
    assert [action for (action,) in lines(database, "action")] == said
    assert database.verify_log(no_witness(database)).sound
    add_student(database, 8)
    database.close()
    again = Database(home)  # And what was settled is not settled twice.
    assert [action for (action,) in lines(again, "action")] == [*said, "import files"]
    again.close()


def test_a_change_of_a_killed_command_is_settled_by_the_next_change_of_a_running_server(home, database):
    subprocess.run([sys.executable, "-c", CHANGE, home, "inside the change"], timeout=60)
    add_student(database, 8)
    assert lines(database, "who", "action", "takes_back") == [
        ("lind", "import files", None), ("schoolhouse", "did not happen", 1), ("lind", "import files", None),
    ]  # fmt: skip


@pytest.fixture
def importing(home):
    """Another process in the middle of an import; `go_on` lets it end."""
    with subprocess.Popen(
        [sys.executable, "-c", CHANGE, home, "told to wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "inside\n"
        yield process
        process.kill()


def test_opening_a_home_during_an_import_does_not_take_the_import_back(home, importing):
    database = Database(home)
    assert what_happened(database, "action") == [("import files",)]
    database.record(LOOK)
    importing.communicate("go on\n")
    assert importing.returncode == 0
    assert students(database) == [7]
    assert lines(database, "action") == [("import files",), ("see a student",)]
    assert database.verify_log(no_witness(database)).sound
    database.close()


def test_nobody_who_looks_waits_for_an_import(home, database, importing):
    database.record(LOOK)
    with database.desk.changing(Event("okafor", Action.SIGN_OUT)):
        pass
    with pytest.raises(HomeTrouble, match="still writing"), database.changing(IMPORT, patience_seconds=0.01):
        pass
    assert [action for (action,) in lines(database, "action")] == ["import files", "see a student", "sign out"]


def test_nor_for_a_change_in_the_same_server_and_a_page_that_changes_something_says_to_wait(database):
    found = []

    def visit():
        database.record(LOOK)
        try:
            with database.changing(IMPORT, patience_seconds=0.01):
                pass
        except HomeTrouble as trouble:
            found.append(str(trouble))

    with database.changing(IMPORT) as tables:
        tables.execute(STUDENT, (1,))
        thread = threading.Thread(target=visit)
        thread.start()
        thread.join()
    assert found == ["Files are being loaded, or something else is being written. Try again in a few minutes."]


def copy_of(home, name, at):
    """A copy of one closed file of the home."""
    shutil.copy(home / name, at / name)
    return at / name


@pytest.fixture
def two_changes(home, tmp_path):
    """A home with two changes, closed, and copies of both files from between them."""
    database = Database(home)
    add_student(database, 1)
    database.close()
    copies = {name: copy_of(home, name, tmp_path) for name in ("district.db", "desk.db")}
    database = Database(home)
    add_student(database, 2)
    database.close()
    return home, copies


def test_older_records_put_back_are_noticed_and_nothing_is_written(two_changes):
    home, copies = two_changes
    shutil.copy(copies["district.db"], home)
    before = (home / "desk.db").read_bytes()
    with pytest.raises(HomeTrouble, match=r"district.db is an older copy: .* tells of changes up to line 2"):
        Database(home)
    assert (home / "desk.db").read_bytes() == before


def test_an_older_desk_put_back_is_noticed(two_changes):
    home, copies = two_changes
    shutil.copy(copies["desk.db"], home)
    with pytest.raises(HomeTrouble, match=r"desk.db is an older copy, or its end was cut off: .* a change of line 2"):
        Database(home)


@pytest.mark.parametrize(("name", "left"), [("district.db", [1]), ("desk.db", [1, 2])])
def test_a_person_may_accept_the_loss_and_the_log_keeps_who_and_why(two_changes, name, left):
    home, copies = two_changes
    shutil.copy(copies[name], home)
    Database(home, accepting=Event("kim", Action.ACCEPT_LOSS, reason="the disk burnt")).close()
    database = Database(home)
    assert students(database) == left
    who, reason, subject = lines(database, "who", "reason", "subject")[-1]
    assert (who, reason) == ("kim", "the disk burnt")
    assert name in subject
    assert database.verify_log(no_witness(database)).sound
    if name == "district.db":
        assert at_desk(database, "SELECT reason, takes_back FROM access_log WHERE takes_back IS NOT NULL") == [
            ("Lost: the disk burnt", 2)
        ]
    add_student(database, 3)
    database.close()


def test_both_files_of_one_moment_put_back_fit_together(two_changes):
    home, copies = two_changes
    for copy in copies.values():
        shutil.copy(copy, home)
    database = Database(home)
    assert students(database) == [1]
    database.close()


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        (
            "DELETE FROM carried_out WHERE sequence = 1",
            "Line 1 of the access log tells of a change that",
        ),
        ("UPDATE carried_out SET sha256 = zeroblob(32) WHERE sequence = 1", "a change of line 1, of which"),
        (
            "INSERT INTO carried_out SELECT 3, sha256 FROM carried_out WHERE sequence = 1",
            "a change of line 3, of which",
        ),
    ],
)
def test_marks_that_somebody_changed_are_found(database, deed, sentence):
    add_student(database, 1)
    add_student(database, 2)
    database.record(LOOK)
    database._writer.execute(deed)
    finding = database.verify_log(no_witness(database))
    assert not finding.sound
    assert sentence in finding.sentence


WRITE_MANY = """
import sys
from pathlib import Path
from appliance.actions import Action
from appliance.storage.database import Database, Event
database = Database(Path(sys.argv[1]))
for number in range(60):
    if number % 10:
        database.record(Event(sys.argv[2], Action.SEE_DATA, str(number)))
    else:
        with database.changing(Event(sys.argv[2], Action.IMPORT, str(number))) as tables:
            tables.execute("UPDATE organization SET name = name")
database.close()
"""


def test_processes_that_write_at_one_time_make_one_chain(home, database):
    processes = [subprocess.Popen([sys.executable, "-c", WRITE_MANY, home, who]) for who in ("wu", "ruiz")]
    for _ in range(60):
        database.record(LOOK)
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    finding = database.verify_log(no_witness(database))
    assert (finding.sound, finding.lines) == (True, 180)
    said = lines(database, "who", "subject")
    assert [subject for who, subject in said if who == "wu"] == [str(number) for number in range(60)]


@pytest.fixture
def at_one_time(database):
    """Has ten people look at one time: while one holds the pen the others come. Returns what went wrong for whom."""

    def look_all():
        wrong = []

        def look(number):
            try:
                database.record(Event(f"teacher {number}", Action.SEE_STUDENT, students=(number,)))
            except HomeTrouble as trouble:
                wrong.append(str(trouble))

        threads = [threading.Thread(target=look, args=(number,)) for number in range(10)]
        with database.desk._writing:
            for thread in threads:
                thread.start()
            while len(database.desk._queue) < len(threads):
                threading.Event().wait(0.001)
        for thread in threads:
            thread.join()
        return wrong

    return look_all


def test_people_who_look_at_one_time_share_a_commit(database, at_one_time):
    said = []
    database.desk._writer.set_trace_callback(said.append)
    assert at_one_time() == []
    database.desk._writer.set_trace_callback(None)
    assert said.count("COMMIT") == 1
    assert sorted(who for (who,) in lines(database, "who")) == [f"teacher {number}" for number in range(10)]
    assert at_desk(database, "SELECT count(*) FROM access_log_student") == [(10,)]
    assert database.verify_log(no_witness(database)).sound


def test_if_the_shared_commit_fails_each_of_them_is_told(database, at_one_time):
    database.desk._writer.execute("PRAGMA query_only = ON")
    assert len(at_one_time()) == 10
    database.desk._writer.execute("PRAGMA query_only = OFF")
    assert lines(database, "who") == []
    database.record(LOOK)
    assert lines(database, "who") == [("okafor",)]


class Halt(BaseException):
    """The power fails."""


def power_fails(database, key, *, after_commit):
    """What a power cut leaves of a change: the log's line, and the change itself if it came after the commit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database.desk, "take_back", lambda *_: None)
        patch.setattr(database.desk, "note_carried_out", lambda *_: None)
        with contextlib.suppress(Halt), database.changing(Event("lind", Action.IMPORT, str(key))) as tables:
            tables.execute(STUDENT, (key,))
            if not after_commit:
                raise Halt


def give_up(database, key):
    with contextlib.suppress(ValueError), database.changing(Event("lind", Action.IMPORT, str(key))) as tables:
        tables.execute(STUDENT, (key,))
        raise ValueError


DEEDS = st.lists(
    st.sampled_from(["look", "change", "give up", "power fails", "power fails after", "open again"]), max_size=14
)


@settings(max_examples=15, deadline=None)
@given(deeds=DEEDS)
def test_whatever_happens_in_whatever_order_the_log_tells_exactly_what_did(tmp_path_factory, deeds):
    home = tmp_path_factory.mktemp("any") / "home"
    database, done, looks = Database.create(home), [], 0
    for key, deed in enumerate(deeds, start=1):
        match deed:
            case "look":
                database.record(LOOK)
                looks += 1
            case "change":
                with database.changing(Event("lind", Action.IMPORT, str(key))) as tables:
                    tables.execute(STUDENT, (key,))
                done.append(key)
            case "give up":
                give_up(database, key)
            case "power fails":
                power_fails(database, key, after_commit=False)
            case "power fails after":
                power_fails(database, key, after_commit=True)
                done.append(key)
            case "open again":
                database.close()
                database = Database(home)
    database.close()
    database = Database(home)
    told = what_happened(database, "action", "subject")
    assert students(database) == done
    assert [int(subject) for action, subject in told if action == "import files"] == done
    assert [action for action, _ in told].count("see a student") == looks
    assert database.verify_log(no_witness(database)).sound
    database.close()
