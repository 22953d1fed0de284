"""Mr. Kim reads how fresh each kind of record is, and which rows of which imports still wait."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from appliance.jobs.choose_fields import turn_on
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.import_files import import_files
from appliance.jobs.quarantine import drop_batch, what_waits
from appliance.sample import write_district
from appliance.storage.database import Database
from appliance.student_level.access import NOBODY
from appliance.student_level.records.newest import KindOfRecord, kinds_of_record
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.page_text import read

ABSENCES = "student_id,date,category\n"


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A district of sixty students, loaded from its files, discipline among them."""
    folder = tmp_path_factory.mktemp("sixty")
    made = write_district(folder / "files", students=60, today=date(2026, 11, 23))
    database = Database.create(folder / "home")
    turn_on(database, "discipline", purpose="totals for the state", keep="1 year", by="test")
    import_files(database, made.files)
    refresh(database, by="test")
    yield database
    database.close()


def kinds_of(database: Database) -> dict[str, KindOfRecord]:
    with database.reading(NOBODY) as reading:
        return {one.called: one for one in kinds_of_record(reading)}


def test_each_kind_tells_its_newest_day_its_file_and_when_it_came(sixty: Database) -> None:
    told = kinds_of(sixty)
    assert {name for name, one in told.items() if not one.is_loaded} == set()
    files = {
        "Attendance": ("attendance.csv", "class_attendance.csv"),
        "Enrollment at schools": ("school_enrollment.csv",),
        "Grades and assignments": ("oneroster.zip/results.csv",),
        "Tests": ("tests.csv",),
        "Discipline": ("discipline.csv",),
    }
    for name, expected in files.items():
        assert told[name].file in expected, name
        assert told[name].loaded_at.startswith("20"), name
    with sixty.reading(NOBODY) as reading:
        newest = reading.one("SELECT max(day) AS day FROM attendance_taken")
    assert told["Attendance"].day == newest["day"]
    assert (told["Discipline"].day, told["Discipline"].school_year) == (None, 2027)
    assert told["Tests"].day < told["Attendance"].day


def test_what_was_never_loaded_is_not_loaded_and_not_fine(own_town: Database) -> None:
    refresh(own_town, by="test")
    page = sign_in(app_for(own_town), "kim").get("/data").text
    part = read(page[page.index('id="h-fresh"') : page.index('id="h-counts"')])
    assert "Attendance Nov 20, 2026" in part
    assert "Discipline not loaded" in part
    assert "Transcripts not loaded" in part
    assert not [family for _, _, family in maplewood.STUDENTS.values() if family in part]


def test_rows_of_every_import_stay_on_the_list_while_they_wait(own_town: Database, tmp_path: Path) -> None:
    file = tmp_path / "absences.csv"
    kim = sign_in(app_for(own_town), "kim")
    for student in (777, 778):
        file.write_text(f"{ABSENCES}{student},2026-11-16,Excused\n")
        import_files(own_town, [file])
    roster = tmp_path / "calendar.csv"
    roster.write_text("date,event,school_id\n2026-11-24,instructional day,\n")
    import_files(own_town, [roster])
    page = read(kim.get("/data").text)
    assert re.search(r"2 rows held back absences\.csv, first in row 2 · of 2 imports", page)
    assert "Everything that came is loaded" not in page
    *_, first = what_waits(own_town)[1]
    drop_batch(own_town, first.batch_key, reason="a pupil of another district", by="kim")
    page = read(kim.get("/data").text)
    assert "1 row held back absences.csv" in page
    assert "of 2 imports" not in page
