"""Mr. Kim, the steward, and Ms. Otto, the auditor, read the log; and somebody opens more students than is usual."""

import contextlib
import csv
import io
import time
from datetime import date

import pytest

from appliance.actions import Action
from appliance.errors import HomeTrouble, Trouble
from appliance.jobs import student_budget
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from tests import everyone, maplewood
from tests.access_log import at_desk, lines
from tests.conftest import Person, app_for, sign_in
from tests.page_text import read
from tests.web.test_student_page import address_for

ADA, BEN = maplewood.KEY["ada"], maplewood.KEY["ben"]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory):
    """A Maplewood with somebody of each role in it."""
    database = maplewood.build(tmp_path_factory.mktemp("crowded") / "home")
    everyone.move_in(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def looked(crowded: Database):
    """Ms. Okafor opened Ada's page twice, Ms. Wu once, and Mr. Ruiz only saw her on a list."""
    app = app_for(crowded)
    for username, times in (("okafor", 2), ("wu", 1)):
        person = sign_in(app, username)
        for _ in range(times):
            assert person.get(address_for(person, ADA)).status_code == 200
    sign_in(app, "ruiz").get("/school")
    return app


def who_looked(person: Person, name: str = "Ada Lovell") -> str:
    """The page of one student, found by name."""
    form = {"csrf": person.csrf("/audit"), "name": name}
    found = person.post("/audit/find", form).text
    return found.split('href="/audit/students/')[1].split('"')[0]


@pytest.mark.parametrize("username", ["kim", "otto"])
def test_a_family_can_be_handed_the_list_of_everyone_who_looked(looked, username: str) -> None:
    person = sign_in(looked, username)
    address = who_looked(person)
    page = person.get(f"/audit/students/{address}").text
    assert "Who looked at <bdi>Ada Lovell</bdi>" in page
    rows = page.split("<h2")[0].split("<tr>")[2:]
    told = {row.split("<bdi>")[1].split("</bdi>")[0]: row for row in rows}
    assert {"Ms. Okafor", "Ms. Wu", "Mr. Ruiz"} <= told.keys()
    assert "is in your class Science 7" in told["Ms. Okafor"]
    assert '<td class="num">2</td>' in told["Ms. Okafor"]
    assert "counselor" in told["Ms. Wu"]


def test_asking_who_looked_is_a_look_of_its_own(looked, crowded: Database) -> None:
    otto = sign_in(looked, "otto")
    otto.get(f"/audit/students/{who_looked(otto)}")
    page = otto.get(f"/audit/students/{who_looked(otto)}").text
    assert "Ms. Otto" in page
    named = at_desk(crowded, "SELECT student_key FROM access_log_student JOIN access_log USING (sequence)"
                    " WHERE who = 'otto'")  # fmt: skip
    assert {key for (key,) in named} == {ADA}


def test_v16_2_what_came_to_nothing_is_not_a_look(looked, crowded: Database) -> None:
    def fail() -> None:
        with crowded.changing(Event("lind", Action.RECORD_CHECK_IN, "talked", students=(ADA,))):
            raise ValueError

    with contextlib.suppress(ValueError):
        fail()
    kim = sign_in(looked, "kim")
    assert "Ms. Lind" not in kim.get(f"/audit/students/{who_looked(kim)}").text
    page = kim.get(f"/audit/day?day={date.today()}").text
    assert "came to nothing" in page


def test_a_day_and_a_person_are_shown_with_numbers_of_students_and_no_names(looked) -> None:
    otto = sign_in(looked, "otto")
    day = otto.get(f"/audit/day?day={date.today()}").text
    form = {"csrf": otto.csrf("/audit"), "who": "Ms. Okafor", "since": f"{date.today()}", "until": f"{date.today()}"}
    person = otto.post("/audit/person", form).text
    assert "See a student" in day
    assert "See a student" in person
    assert "counselor" not in person
    for page in (day, person):
        assert not any(family in page for _, _, family in maplewood.STUDENTS.values() if family.isalpha())


def test_v1_2_10_a_file_of_the_log_runs_nothing_in_a_spreadsheet_and_is_in_the_log_itself(
    looked, crowded: Database
) -> None:
    crowded.record(Event("okafor", Action.SEE_SECTION, '=HYPERLINK("http://evil","x")'))
    kim = sign_in(looked, "kim")
    answer = kim.get(f"/audit/day/file/csv?day={date.today()}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert any(row["Which"] == '\'=HYPERLINK("http://evil","x")' for row in rows)
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values() if value)
    assert lines(crowded, "who", "action")[-1] == ("kim", "take lines of the access log out as a file")


def test_one_student_as_a_file_carries_no_name(looked, crowded: Database) -> None:
    kim = sign_in(looked, "kim")
    answer = kim.get(f"/audit/students/{who_looked(kim)}/file/csv")
    assert "Lovell" not in answer.text + answer.headers["content-disposition"]
    assert answer.text.count("see a student") == 3
    assert "Ms. Okafor" in answer.text


def test_a_day_that_is_none_is_answered_in_a_sentence(looked) -> None:
    answer = sign_in(looked, "kim").get("/audit/day?day=yesterday")
    assert answer.status_code == 400
    assert "A day is written like 2026-11-20." in answer.text


def test_v16_3_2_whoever_is_refused_stands_in_the_log_and_no_student_with_them(looked, crowded: Database) -> None:
    lind = sign_in(looked, "lind")
    assert lind.get(address_for(lind, ADA)).status_code == 404
    assert lind.get("/audit").status_code == 403
    said = lines(crowded, "who", "action", "subject", "reason", "sequence")[-2:]
    assert [line[:4] for line in said] == [
        ("lind", "refused", "student", "/students/{address}"), ("lind", "refused", "a page", "/audit"),
    ]  # fmt: skip
    assert at_desk(crowded, "SELECT 1 FROM access_log_student WHERE sequence >= ?", (said[0][4],)) == []


FEW = Settings(students_an_hour={"teacher": 1})


def test_v2_4_1_whoever_opens_more_students_than_the_role_does_is_stopped_and_the_steward_told(
    own_town: Database,
) -> None:
    app = app_for(own_town, settings=FEW, elapsed=time.monotonic)
    okafor = sign_in(app, "okafor")
    assert okafor.get(address_for(okafor, ADA)).status_code == 200
    assert okafor.get(address_for(okafor, ADA)).status_code == 200  # The same student is no other student.
    answer = okafor.get(address_for(okafor, BEN))
    assert answer.status_code == 429
    assert "say once more who you are" in answer.text
    assert "Marsh" not in read(answer.text)
    assert okafor.get(address_for(okafor, BEN)).status_code == 429  # A second try raises no second alarm.
    (alarm,) = student_budget.alarms(own_town)
    assert (alarm.who, alarm.reason) == ("okafor", "has opened as many students in an hour as a teacher does: 1")
    assert okafor.get("/this-week").status_code == 200  # Lists go on.
    again = sign_in(app, "okafor")
    assert again.get(address_for(again, BEN)).status_code == 200


def test_the_steward_sees_the_alarm_says_what_it_was_and_the_log_keeps_it(own_town: Database) -> None:
    app = app_for(own_town, settings=FEW, elapsed=time.monotonic)
    okafor, kim = sign_in(app, "okafor"), sign_in(app, "kim")
    for student in (ADA, BEN):
        okafor.get(address_for(okafor, student))
    assert "Ms. Okafor" in kim.get("/audit").text
    assert "1 alarm" in kim.get("/data").text
    (alarm,) = student_budget.alarms(own_town)
    form = {"csrf": kim.csrf("/audit"), "note": "conferences"}
    assert kim.post(f"/audit/alarms/{alarm.sequence}", form).headers["location"] == "/audit"
    assert student_budget.alarms(own_town) == []
    assert kim.post(f"/audit/alarms/{alarm.sequence}", form).status_code == 404
    assert ("kim", "look into an alarm", "conferences") in lines(own_town, "who", "action", "reason")


def test_an_alarm_is_not_settled_without_a_word(own_town: Database) -> None:
    with pytest.raises(Trouble, match="what you found"):
        student_budget.settle(own_town, 1, note="  ", by="kim")


def test_a_budget_for_a_role_that_there_is_not_stops_the_start(own_town: Database) -> None:
    with pytest.raises(HomeTrouble, match="there is no role janitor"):
        app_for(own_town, settings=Settings(students_an_hour={"janitor": 5}))


def test_every_role_has_a_budget() -> None:
    assert student_budget.budgets(Settings()).keys() == set(student_budget.Role)
