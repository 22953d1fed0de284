"""The foot of each page: when files were loaded, and until when attendance goes, which is another thing."""

from datetime import date

from appliance.actions import Action
from appliance.days import day_number
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from tests import everyone, maplewood
from tests.conftest import app_for, sign_in
from tests.page_text import read


def change(town: Database, sql: str, *values: object) -> None:
    with town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(sql, values)


def foot(town: Database, username: str, page: str = "/what-i-can-see", **choices: object) -> str:
    text = sign_in(app_for(town, **choices), username).get(page).text
    return read(text[text.index("<footer") :])


def test_a_file_of_enrollments_makes_no_attendance_newer(own_town: Database) -> None:
    later = "2026-11-22T10:40:00+00:00"
    change(own_town, "INSERT INTO batch (loaded_at, loaded_by, status, seconds) VALUES (?, 'kim', 'loaded', 1)", later)
    said = foot(own_town, "okafor")
    assert "Newest files loaded Sunday, November 22, 2026" in said
    assert "Attendance until Nov 20, 2026" in said


def test_what_is_held_or_was_taken_back_is_not_loaded(own_town: Database) -> None:
    for status in ("held", "undone"):
        later = "2026-11-22T10:40:00+00:00"
        change(
            own_town, "INSERT INTO batch (loaded_at, loaded_by, status, seconds) VALUES (?, 'kim', ?, 1)", later, status
        )
    said = foot(own_town, "okafor")
    assert "Newest files loaded Friday, November 20, 2026" in said
    assert "2 rows of the newest files held back." in said


def test_ms_okafor_reads_of_elm_and_the_superintendent_of_both_schools(own_town: Database) -> None:
    newest = day_number(date(2026, 11, 13))
    change(own_town, "DELETE FROM attendance_taken WHERE school_key = ? AND day > ?", maplewood.ELM, newest)
    assert "Attendance until Nov 13, 2026. " in foot(own_town, "okafor")
    assert "Attendance until Nov 20, 2026 (1 of 2 schools: earlier, or not loaded). " in foot(own_town, "hall")


def test_without_attendance_the_foot_says_that_none_is_loaded(own_town: Database) -> None:
    change(own_town, "DELETE FROM attendance_taken")
    assert "Attendance is not loaded." in foot(own_town, "okafor")


def test_a_mother_reads_of_her_childs_school_in_her_language(own_town: Database) -> None:
    everyone.move_in(own_town)
    newest = day_number(date(2026, 11, 13))
    change(own_town, "DELETE FROM attendance_taken WHERE school_key = ? AND day > ?", maplewood.OAK, newest)
    mother = sign_in(app_for(own_town, settings=Settings(family_pages=True)), "rosa")
    page = mother.get("/my-children").text
    assert "Attendance until Nov 20, 2026. " in page
    assert "/manual/files#fresh" not in page
    mother.get("/language?code=es&next=/my-children")
    assert "Asistencia hasta el 20 nov 2026." in mother.get("/my-children").text


def test_links_lead_the_steward_to_the_data_and_others_to_what_it_means(town: Database) -> None:
    for username, address in (("kim", "/data#h-fresh"), ("okafor", "/manual/files#fresh")):
        assert (
            f'<a href="{address}">How fresh the data is</a>'
            in sign_in(app_for(town), username).get("/what-i-can-see").text
        )


def test_in_a_rehearsal_no_later_day_counts(town: Database) -> None:
    assert "Attendance until Oct 1, 2026" in foot(town, "okafor", as_of=date(2026, 10, 1))
