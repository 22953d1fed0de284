"""Mr. Kim, the data steward, decides who is who at his workbench; nobody else gets there."""

import re
from html import unescape

import pytest

from appliance.jobs import who_is_who
from appliance.settings import Settings
from appliance.storage.database import Database
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, ElmAndOak, csv_text

HERE = "/data/who-is-who"
BORN = csv_text(ROSTER["demographics"])


def ada_comes_again(place: ElmAndOak) -> ElmAndOak:
    """Elm's and Oak's roster is loaded, and then Ada comes again under another name and other ids."""
    place.roster = {
        member: text.replace(",101,", ",901,").replace(",102,", ",902,").replace("district,100,", "district,900,")
        for member, text in ROSTER.items()
    }
    school = SCHOOL_ENROLLMENT.replace("101", "901").replace("102", "902")
    place.load(place.package(), place.file("school.csv", school))
    people = csv_text(place.roster["users"]).replace("u-ada,Ada,Abara,,501", "n-1,Ada,Zeller,,777")
    place.load(place.package("second.zip", users=people, demographics=BORN + "n-1,2012-03-04,female,,,\n"))
    return place


@pytest.fixture
def place(own_town: Database, tmp_path):
    return ada_comes_again(ElmAndOak(tmp_path, own_town))


@pytest.fixture
def kim(place):
    return sign_in(app_for(place.database), "kim")


def number_of_question(page: str) -> str:
    found = re.search(r'name="question" value="(\d+)"', page)
    assert found
    return found[1]


def answer(person, decision: str, reason: str = "her mother brought the papers"):
    form = {"csrf": person.csrf(HERE), "question": number_of_question(person.get(HERE).text)}
    return person.post(f"{HERE}/decide", form | {"decision": decision, "reason": reason})


def test_the_evidence_stands_side_by_side_with_where_it_came_from_and_how_many_rows_wait(kim):
    page = unescape(kim.get(HERE).text)
    assert "1 question about who is who" in page
    for said in (
        "Zeller",
        "Abara",
        "Mar 4, 2012",
        "n-1",
        "second.zip/users.csv, row 2",
        "roster.zip/users.csv, row 2",
        "differs",
        "agrees",
    ):
        assert said in page
    assert "1 row waits" in page
    data = kim.get("/data").text
    assert "1 question about who is who" in data
    assert "waits until somebody decides who it is about" in data


def test_that_the_names_were_seen_is_in_the_access_log(kim, place):
    kim.get(HERE)
    sql = "SELECT who, reason FROM access_log WHERE action = 'see who may be who'"
    assert place.database.desk._writer.execute(sql).fetchone() == ("kim", "decides who is who")


@pytest.mark.parametrize("username", ["okafor", "ruiz", "wu", "hall", "gray"])
def test_nobody_but_the_steward_gets_to_the_workbench(place, username):
    person = sign_in(app_for(place.database), username)
    assert person.get(HERE).status_code == 403
    assert "Zeller" not in person.get(HERE).text


def test_the_same_person_is_linked_and_nothing_waits(kim, place):
    assert answer(kim, "same").status_code == 303
    assert "No question about who is who" in kim.get(HERE).text
    assert place.one("SELECT count(*) FROM identity WHERE source_id IN ('n-1', 'u-ada', '501', '777')") == 4
    assert place.one("SELECT count(DISTINCT key) FROM identity WHERE source_id IN ('n-1', 'u-ada')") == 1


def test_not_yet_stays_on_the_page_with_its_reason(kim):
    answer(kim, "not yet", "the school calls back")
    page = kim.get(HERE).text
    assert "Not yet: the school calls back" in page


def test_a_decision_without_a_reason_is_not_taken(kim):
    assert answer(kim, "same", "").status_code == 400
    assert answer(kim, "same", "   ").status_code != 303
    assert "1 question" in kim.get(HERE).text


def test_a_decision_is_taken_back_from_the_page(kim):
    answer(kim, "different")
    page = kim.get(HERE).text
    batch = re.search(r'name="batch" value="(\d+)"', page)
    assert batch
    form = {"csrf": kim.csrf(HERE), "batch": batch[1], "reason": "I was wrong"}
    assert kim.post(f"{HERE}/take-back", form).status_code == 303
    assert "1 question about who is who" in kim.get(HERE).text


def found(kim, source_id: str) -> str:
    reply = kim.post(f"{HERE}/find", {"csrf": kim.csrf(HERE), "id": source_id})
    assert reply.status_code == 303, reply.text
    assert not re.search(rf"\b{source_id}\b", reply.headers["location"])
    return reply.headers["location"]


def test_a_record_found_by_its_id_shows_its_ids_with_their_days_and_none_in_the_address(kim):
    address = found(kim, "502")
    page = unescape(kim.get(address).text)
    assert "Ben Brook" in page
    assert "u-ben" in page
    assert "still" in page
    assert kim.post(f"{HERE}/find", {"csrf": kim.csrf(HERE), "id": "nobody"}).status_code == 400


def test_two_records_become_one_and_two_again_by_splitting(kim, place):
    ben = found(kim, "502")
    form = {"csrf": kim.csrf(HERE), "id": "503", "reason": "one boy"}
    assert kim.post(f"{ben}/merge", form).status_code == 303
    page = unescape(kim.get(ben).text)
    assert "u-cy" in page
    boxes = re.findall(r'name="part" value="(\d+)">Id: [^<]*<bdi>([^<]+)</bdi>', page)
    ticked = [number for number, source_id in boxes if source_id in ("503", "u-cy")]
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert len(ticked) == 2
    assert mark
    split = {"csrf": kim.csrf(HERE), "mark": mark[1], "part": ticked, "reason": "two boys after all"}
    reply = kim.post(f"{ben}/split", split)
    assert reply.status_code == 303
    assert "u-cy" in kim.get(reply.headers["location"]).text
    assert place.one("SELECT count(DISTINCT key) FROM identity WHERE source_id IN ('u-ben', 'u-cy')") == 2


def test_who_looked_at_either_of_two_records_is_read_on_the_one_that_they_became(kim, place):
    okafor = sign_in(app_for(place.database), "okafor")
    ruiz = sign_in(app_for(place.database), "ruiz")
    ruiz.get(ruiz.link_to("Ben Ostrow", "/school"))
    ben, ada = maplewood.KEY["ben"], maplewood.KEY["ada"]
    who_is_who.merge(place.database, ben, ada, reason="one", by="kim", settings=Settings())
    page = okafor.get(okafor.link_to("Ada Lovell", "/this-week")).text
    assert "Mr. Ruiz" in page
