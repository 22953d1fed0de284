"""The vendor's half file on a Sunday night, and the steward who takes a batch back on Monday."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.errors import Trouble
from appliance.jobs.import_files import check_files, import_files, undo_batch
from appliance.sample import SampleDistrict, write_district
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.student_level.staging.journal import LOADED


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> SampleDistrict:
    return write_district(tmp_path_factory.mktemp("district"), students=200, today=date(2026, 11, 20))


@pytest.fixture
def loaded(tmp_path: Path, district: SampleDistrict) -> Database:
    database = Database.create(tmp_path / "home")
    assert import_files(database, district.files).batch == 1
    return database


def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table that an import may change."""
    with database.changing(Event("the test", Action.SEE_DATA)) as tables:
        return {table: sorted(map(repr, tables.execute(f"SELECT * FROM {table}").fetchall())) for table in LOADED}


def statuses(database: Database) -> list[tuple[int, str]]:
    with database.changing(Event("the test", Action.SEE_DATA)) as tables:
        return list(tables.execute("SELECT batch_key, status FROM batch ORDER BY batch_key").fetchall())


Rows = list[dict[str, str]]


def changed_package(package: Path, to: Path, member: str, change: Callable[[Rows], Rows]) -> Path:
    """The package with the rows of one file put through `change`."""
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == member:
                rows = list(csv.DictReader(io.StringIO(content.decode())))
                out = io.StringIO()
                writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                writer.writerows(change(rows))
                content = out.getvalue().encode()
            new.writestr(name, content)
    return to


def half(rows: Rows) -> Rows:
    return rows[: len(rows) // 2]


def test_half_a_file_of_enrollments_is_held_and_nothing_is_loaded(
    loaded: Database, district: SampleDistrict, tmp_path: Path
) -> None:
    before = everything(loaded)
    package = changed_package(district.files[0], tmp_path / "half.zip", "enrollments.csv", half)
    report = import_files(loaded, [package])
    assert any("class enrollments would end" in sentence for sentence in report.held)
    assert everything(loaded) == before
    assert statuses(loaded)[-1] == (2, "held")


def test_a_check_says_beforehand_that_an_import_would_be_held(
    loaded: Database, district: SampleDistrict, tmp_path: Path
) -> None:
    package = changed_package(district.files[0], tmp_path / "half.zip", "enrollments.csv", half)
    assert check_files(loaded, [package]).held


def test_a_steward_with_a_reason_lets_a_held_batch_through_and_the_reason_is_kept(
    loaded: Database, district: SampleDistrict, tmp_path: Path
) -> None:
    package = changed_package(district.files[0], tmp_path / "half.zip", "enrollments.csv", half)
    report = import_files(loaded, [package], despite_hold="the high school closed")
    assert report.held == []
    assert report.counts["section_enrollment"].ended > 10
    with loaded.changing(Event("the test", Action.SEE_DATA)) as tables:
        assert tables.execute("SELECT reason FROM batch WHERE batch_key = 2").fetchone()[0] == "the high school closed"


def test_a_few_changes_are_no_reason_to_hold(loaded: Database, district: SampleDistrict, tmp_path: Path) -> None:
    def few(rows: Rows) -> Rows:
        return rows[10:]

    package = changed_package(district.files[0], tmp_path / "few.zip", "enrollments.csv", few)
    assert import_files(loaded, [package]).held == []


def test_the_limits_of_a_hold_are_the_districts_to_set(
    loaded: Database, district: SampleDistrict, tmp_path: Path
) -> None:
    package = changed_package(district.files[0], tmp_path / "half.zip", "enrollments.csv", half)
    assert check_files(loaded, [package], Settings(hold_share=0.9)).held == []


def rename_and_drop(rows: Rows) -> Rows:
    """Some students have new names, some are gone, and one is new."""
    for row in rows[5:9]:
        row["givenName"] += " Changed"
    stranger = dict(rows[-1], sourcedId="stu-new", identifier="999999", username="new")
    return [*rows[3:], stranger]


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("users.csv", rename_and_drop),
        ("enrollments.csv", half),
        ("results.csv", lambda rows: [dict(row, score="61") if row["score"] else row for row in rows]),
        ("classes.csv", lambda rows: [dict(row, location="Room 1") for row in rows]),
    ],
)
def test_a_batch_that_is_taken_back_leaves_exactly_the_state_before_it(
    loaded: Database, district: SampleDistrict, tmp_path: Path, member: str, change: Callable[[Rows], Rows]
) -> None:
    before = everything(loaded)
    package = changed_package(district.files[0], tmp_path / "other.zip", member, change)
    import_files(loaded, [package], despite_hold="a trial")
    assert everything(loaded) != before
    undo_batch(loaded, 2, reason="it was a trial")
    assert everything(loaded) == before
    assert statuses(loaded)[-1] == (2, "undone")


def test_the_first_batch_taken_back_leaves_an_empty_home(loaded: Database) -> None:
    undo_batch(loaded, 1, reason="the wrong district")
    assert not any(everything(loaded).values())


def test_an_older_batch_waits_for_the_newer_one(loaded: Database, district: SampleDistrict, tmp_path: Path) -> None:
    package = changed_package(district.files[0], tmp_path / "few.zip", "enrollments.csv", lambda rows: rows[5:])
    import_files(loaded, [package])
    with pytest.raises(Trouble, match="Batch 2 has to be taken back first"):
        undo_batch(loaded, 1, reason="too early")


def test_a_batch_cannot_be_taken_back_from_under_what_people_wrote(loaded: Database) -> None:
    with loaded.changing(Event("the test", Action.SEE_DATA)) as tables:
        (student,) = tables.execute("SELECT min(student_key) FROM student").fetchone()
    loaded.record(Event("okafor", Action.SEE_STUDENT, students=(student,)))
    before = everything(loaded)
    with pytest.raises(Trouble, match="1 of the records that it brought were used since"):
        undo_batch(loaded, 1, reason="the wrong district")
    assert everything(loaded) == before
