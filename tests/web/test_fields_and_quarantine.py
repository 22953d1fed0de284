"""Mr. Kim decides which sensitive fields are kept, and helps refused rows along, from his browser."""

import re

import pytest

from appliance.jobs.choose_fields import choices
from appliance.jobs.import_files import import_files
from tests import maplewood
from tests.access_log import lines
from tests.conftest import app_for, sign_in
from tests.page_text import read
from tests.sensitive_fields import keep


@pytest.fixture
def app(own_town):
    app = app_for(own_town)
    yield app
    app.state["uploads"].close()


@pytest.fixture
def kim(app):
    return sign_in(app, "kim")


def choice(town, name):
    return next(one for one in choices(town) if one.name == name)


def test_a_field_is_turned_on_with_a_purpose_and_a_time(own_town, kim):
    said = read(kim.get("/data/fields").text)
    assert "Special education Special education under IDEA, from the programs file Off." in said
    assert "Meals Free and reduced-price meals Off. Nothing stored." in said
    form = {"csrf": kim.csrf("/data/fields"), "name": "economic", "purpose": "totals by income", "keep": "2027-06-30"}
    answer = kim.post("/data/fields/on", form)
    assert answer.status_code == 303
    said = read(kim.get(answer.headers["location"]).text)
    assert "To fill it, import again the files that hold economic." in said
    assert "On, for totals by income, until Jun 30, 2027." in said
    assert "Decided by kim," in said
    assert lines(own_town, "who", "action", "subject", "reason")[-1] == (
        "kim", "choose a sensitive field", "economic on", "totals by income; until 2027-06-30",
    )  # fmt: skip


@pytest.mark.parametrize(("name", "purpose", "keep_until"), [
    ("economic", " ", "1 year"), ("economic", "totals", "some day"), ("meals", "totals", "1 year"),
    ("shoe_size", "sport", "1 year"),
])  # fmt: skip
def test_without_a_purpose_a_time_or_a_use_it_stays_off_and_a_sentence_says_why(
    own_town, kim, name, purpose, keep_until
):
    form = {"csrf": kim.csrf("/data/fields"), "name": name, "purpose": purpose, "keep": keep_until}
    answer = kim.post("/data/fields/on", form)
    assert answer.status_code == 400
    assert "That did not work" in answer.text
    assert not any(one.is_on for one in choices(own_town) if one.name == name and name != "economic")


def test_turning_it_off_says_beforehand_what_it_deletes_and_then_deletes_it(own_town, kim):
    keep(own_town, "special_education")
    page = kim.get("/data/fields").text
    assert "This deletes the 1 record at once: in the records, in quarantine and in the notes" in read(page)
    form = {"csrf": kim.csrf("/data/fields"), "name": "special_education", "reason": "the board said so"}
    assert kim.post("/data/fields/off", form).status_code == 303
    left = own_town._writer.execute("SELECT program FROM program_membership ORDER BY 1").fetchall()
    assert left == [("economic",), ("english_learner",)]
    assert not choice(own_town, "special_education").is_on
    assert ("kim", "special_education off", "the board said so") in lines(own_town, "who", "subject", "reason")


def test_the_page_lists_every_stored_field_and_names_no_student(kim):
    said = read(kim.get("/manual/what-is-kept?of=student").text)
    assert "Given name Finding the right child on a page directory staff whose students they are" in said
    assert "Lovell" not in said


@pytest.fixture
def waiting(own_town, tmp_path):
    """Absences of two students nobody sent, one of them with a word that is no code."""
    absences = tmp_path / "absences.csv"
    absences.write_text(
        "student_id,date,category\n777,2026-11-16,Excused\n778,2026-11-16,Excused\n777,2026-11-17,Ill\n"
    )
    return import_files(own_town, [absences], by="kim")


def test_quarantine_tells_the_root_causes_first_who_can_help_and_no_value(waiting, kim):
    said = read(kim.get("/data/quarantine").text)
    assert "3 rows wait for two things" in said
    assert "2 rows 2 of daily attendance 2 students that are not loaded. Send the file that lists them" in said
    assert "For the sender of the file." in said
    assert said.index("2 students that are not loaded") < said.index("not_in_list")
    assert not re.search(r"777|778|\bIll\b", said)


def test_rows_are_tried_again_at_once_when_what_they_wait_for_has_come(own_town, waiting, kim):
    answer = kim.post("/data/quarantine/retry", {"csrf": kim.csrf("/data/quarantine")})
    assert "Tried again: no row could be loaded yet." in kim.get(answer.headers["location"]).text
    with own_town._writing:
        own_town._writer.execute(
            "INSERT INTO identity (entity, system, source_id, key) VALUES ('student', 'district', '778', ?)",
            (maplewood.KEY["ida"],),
        )
    answer = kim.post("/data/quarantine/retry", {"csrf": kim.csrf("/data/quarantine")})
    assert "1 row left the quarantine." in read(kim.get(answer.headers["location"]).text)


def test_letting_go_needs_a_reason_and_forgets_the_rows(own_town, waiting, kim):
    token = kim.csrf("/data/quarantine")
    form = {"csrf": token, "batch": str(waiting.batch), "reason": " "}
    assert kim.post("/data/quarantine/drop", form).status_code == 400
    answer = kim.post("/data/quarantine/drop", form | {"reason": "they moved away"})
    said = read(kim.get(answer.headers["location"]).text)
    assert "3 rows forgotten." in said
    assert "Nothing waits in quarantine" in said
    assert lines(own_town, "who", "action", "reason")[-1] == ("kim", "drop refused rows", "they moved away")
    assert kim.post("/data/quarantine/drop", form | {"reason": "again"}).status_code == 400


@pytest.mark.parametrize("address", ["/data/fields", "/data/quarantine"])
@pytest.mark.parametrize("who", ["okafor", "ruiz", "hall"])
def test_these_pages_belong_to_the_data_steward(app, who, address):
    assert sign_in(app, who).get(address).status_code == 403


def test_the_data_page_leads_to_all_of_them(kim):
    page = kim.get("/data").text
    for address in ("/data/quarantine", "/data/mappings", "/data/fields", "/data/files", "/data/import"):
        assert f'href="{address}"' in page
        assert kim.get(address).status_code == 200
