"""A check works on a copy: nobody waits for it, it waits for nobody, and nothing of the copy is left."""

import threading

from appliance.actions import Action
from appliance.jobs.import_files import check_files
from appliance.jobs.rehearsal import rehearsing
from appliance.storage.database import Database, Event
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, csv_text

DEE = csv_text(ROSTER["users"]) + "u-dee,Dee,Drum,,504,student,e\n"


def students(tables):
    return tables.execute("SELECT count(*) FROM student").fetchone()[0]


def test_a_file_is_checked_while_somebody_else_holds_the_right_to_write(two_schools):
    two_schools.load(two_schools.package())
    files = [two_schools.package(users=DEE)]
    with two_schools.database.changing(Event("Ms. Ortiz", Action.IMPORT)) as tables:
        tables.execute("UPDATE student SET is_active = 0")
        report = check_files(two_schools.database, files)
    assert (report.counts["student"].added, report.counts["student"].changed) == (1, 0)


def test_somebody_writes_while_a_file_is_checked(two_schools):
    two_schools.load(two_schools.package())
    with rehearsing(two_schools.database) as tables:
        tables.execute("UPDATE student SET is_active = 0")
        two_schools.load(two_schools.file("school_enrollment.csv", SCHOOL_ENROLLMENT))
        assert tables.execute("SELECT count(*) FROM school_enrollment").fetchone() == (0,)
    assert two_schools.one("SELECT count(*) FROM school_enrollment") == 3
    assert two_schools.one("SELECT count(*) FROM student WHERE is_active = 0") == 0


def test_the_copy_is_what_was_committed_however_busy_the_writer_is(tmp_path):
    """Each commit moves all of one hundred rows; a copy that mixed two states would hold two numbers."""
    database = Database.create(tmp_path / "home")
    with database.changing(Event("the test", Action.IMPORT)) as tables:
        tables.execute("CREATE TABLE mark (row INTEGER PRIMARY KEY, number INTEGER, filler TEXT)")
        tables.conn.executemany("INSERT INTO mark VALUES (?, 0, ?)", ((row, "x" * 3000) for row in range(100)))
    stop = threading.Event()

    def write():
        writer = database._writer
        while not stop.is_set():
            writer.execute("UPDATE mark SET number = number + 1")
            writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    busy = threading.Thread(target=write)
    busy.start()
    seen = set()
    try:
        for _ in range(25):
            with rehearsing(database) as copy:
                assert copy.execute("PRAGMA cipher_integrity_check").fetchall() == []
                ((least, most),) = copy.execute("SELECT min(number), max(number) FROM mark").fetchall()
            assert least == most
            seen.add(least)
    finally:
        stop.set()
        busy.join()
        database.close()
    assert len(seen) > 1


def test_nothing_of_the_copy_is_in_the_home_even_while_it_is_used(two_schools):
    before = {path.name for path in two_schools.database.home.iterdir()}
    with rehearsing(two_schools.database) as tables:
        assert students(tables) == 0
        assert {path.name for path in two_schools.database.home.iterdir()} == before
