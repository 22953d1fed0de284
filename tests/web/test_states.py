"""What pages say when there is nothing yet, when school has just begun, when files are old, when rows were refused."""

import re
from datetime import date
from pathlib import Path

import pytest

from appliance.actions import Action, Role
from appliance.jobs.accounts import make_account
from appliance.jobs.import_files import import_files
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.conftest import Person, app_for, sign_in

FIRST_PAGES = {"okafor": "/this-week", "wu": "/this-week", "ruiz": "/school", "hall": "/district", "kim": "/data"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory):
    """A home in which nothing was loaded, with a sign-in for everybody of Maplewood."""
    database = Database.create(tmp_path_factory.mktemp("empty") / "home")
    for username, (role, _, name) in {**maplewood.ACCOUNTS, "rosa": (Role.GUARDIAN, None, "Rosa")}.items():
        make_account(
            database, username=username, password=maplewood.PASSWORD, role=role, staff_key=None, display_name=name,
            by="maplewood",
        )  # fmt: skip
    maplewood.set_up_apps(database)
    yield app_for(database, settings=Settings(family_pages=True))
    database.close()


def on(database: Database, username: str, day: date) -> Person:
    return sign_in(app_for(database, as_of=day), username)


@pytest.mark.parametrize(
    ("username", "page", "sentence"),
    [
        ("okafor", "/this-week", "No files have been loaded yet."),
        ("okafor", "/classes", "No files have been loaded yet."),
        ("wu", "/this-week", "No files have been loaded yet."),
        ("ruiz", "/school", "No files have been loaded yet."),
        ("hall", "/district", "No school is loaded yet."),
        ("kim", "/data", "To begin"),
        ("rosa", "/my-children", "No child is tied to this sign-in."),
    ],
)
def test_before_the_first_file_each_page_says_so_and_whose_turn_it_is(empty, username, page, sentence) -> None:
    text = sign_in(empty, username).get(page).text
    assert sentence in text
    assert "not in the roster" not in text
    assert "all is well" not in text
    assert "No data has been loaded yet." in text


def test_the_steward_reads_the_first_three_steps(empty) -> None:
    page = sign_in(empty, "kim").get("/data").text
    assert 'href="/data/import"' in page.split('id="h-begin"')[1]
    assert 'href="/manual/files"' in page


def test_a_search_in_an_empty_home_finds_nobody_and_does_not_break(empty) -> None:
    okafor = sign_in(empty, "okafor")
    answer = okafor.post("/find", {"csrf": okafor.csrf("/my-sign-in"), "name": "Ada"})
    assert answer.status_code == 200
    assert "0 students found" in answer.text


@pytest.mark.parametrize("username", ["okafor", "wu", "ruiz"])
def test_on_the_first_day_of_school_the_list_says_that_it_has_just_begun(town: Database, username: str) -> None:
    page = on(town, username, maplewood.FIRST_DAY).get(FIRST_PAGES[username]).text
    assert "School has just begun:" in page
    assert "1 school day of this year is loaded" in page
    assert "somebody has already checked in" not in page


def test_after_the_first_days_an_empty_list_does_not_say_that_school_has_begun(town: Database) -> None:
    assert "just begun" not in on(town, "wu", date(2026, 10, 12)).get("/this-week").text


@pytest.mark.parametrize("username", ["okafor", "wu", "ruiz"])
def test_two_weeks_without_files_the_page_says_until_when_it_knows(town: Database, username: str) -> None:
    page = on(town, username, date(2026, 12, 7)).get(FIRST_PAGES[username]).text
    assert "Attendance is loaded until November 20 only." in page


def test_the_steward_and_the_superintendent_read_which_schools_are_behind(town: Database) -> None:
    steward = on(town, "kim", date(2026, 12, 7)).get("/data").text
    assert steward.count("nothing has come for 17 days") == 2
    assert "Send the attendance of the days since" in steward
    assert "schools are behind with attendance" in on(town, "hall", date(2026, 12, 7)).get("/district").text


def test_refused_rows_are_things_to_look_at_with_file_row_and_whose_they_are_to_mend(
    own_town: Database, tmp_path: Path
) -> None:
    file = tmp_path / "absences.csv"
    file.write_text("student_id,date,category\n777,2026-11-16,Excused\n778,2026-11-16,Ill\n")
    import_files(own_town, [file])
    page = sign_in(app_for(own_town), "kim").get("/data").text
    assert "Working, with three things to do first" in page
    assert page.count("1 row held back") == 2
    assert "absences.csv, first in row 2" in page
    assert "Mend it in the system that sends the file" in page


def test_never_more_than_ten_kinds_of_trouble_are_listed(own_town: Database, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("appliance.web.pages.data.DataPage.most_shown", 1)
    file = tmp_path / "absences.csv"
    file.write_text("student_id,date,category\n777,2026-11-16,Excused\n778,2026-11-16,Ill\n")
    import_files(own_town, [file])
    page = sign_in(app_for(own_town), "kim").get("/data").text
    assert page.count("1 row held back") == 1
    assert "1 more kind of rows held back" in page


def test_the_steward_reads_who_is_not_in_the_roster_and_which_batch_is_held(own_town: Database, tmp_path: Path) -> None:
    page = sign_in(app_for(own_town), "kim").get("/data").text
    # Mx. Gray teaches, and the staff file does not know them.
    assert "1 person not in the roster" in page
    assert 'href="/manual/this-week#data"' in page
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        held = ("2026-11-22T10:00:00+00:00", "kim", "held", 1.0, "Half of the students would leave.")
        tables.execute("INSERT INTO batch (loaded_at, loaded_by, status, seconds, reason) VALUES (?, ?, ?, ?, ?)", held)
    page = sign_in(app_for(own_town), "kim").get("/data").text
    assert "A batch is held" in page
    assert "Half of the students would leave." in page


def test_kinds_to_which_nothing_happened_are_folded_into_one_line(own_town: Database, tmp_path: Path) -> None:
    file = tmp_path / "absences.csv"
    file.write_text("student_id,date,category\n777,2026-11-16,Excused\n")
    import_files(own_town, [file])
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        columns = "(batch_key, entity, added, changed, unchanged, ended, refused)"
        for entity, unchanged in (("student", 12), ("line_item", 0)):
            tables.execute(
                f"INSERT INTO batch_count {columns} SELECT max(batch_key), ?, 0, 0, ?, 0, 0 FROM batch",
                (entity, unchanged),
            )
    table = sign_in(app_for(own_town), "kim").get("/data").text.split('id="h-counts"')[1].split("</section>")[0]
    shown, folded = table.split("<details")
    rows = re.findall(r"<tr><th scope=\"row\">[^<]+</th>(.+?)</tr>", shown)
    assert all(re.search(r'num">[1-9]', row) for row in rows)
    assert "2 kinds to which nothing happened" in folded
    assert "Student: 12 as before" in folded
    assert "Line item: none came" in folded
