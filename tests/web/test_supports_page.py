"""Ms. Okafor notes what Ada is helped with, and sees the days before and after side by side."""

import re

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.conftest import Person, app_for, sign_in

ADA = maplewood.KEY["ada"]
TODAY = day_number(maplewood.TODAY)


def ada_of(person: Person) -> str:
    return person.link_to("Ada Lovell", on="/this-week")


def begin(database: Database, kind: str, begin_day: int) -> None:
    with database.changing(Event("okafor", Action.RECORD_SUPPORT, students=(ADA,))) as tables:
        values = (ADA, kind, "Tue/Thu", begin_day, "Ms. Okafor")
        sql = "INSERT INTO support (student_key, kind, detail, begin_day, recorded_by) VALUES (?, ?, ?, ?, ?)"
        tables.execute(sql, values)


def test_a_support_begins_is_shown_and_ends(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = ada_of(okafor)
    assert "No support recorded yet." in okafor.get(ada).text
    form = {"csrf": okafor.csrf(ada), "kind": "tutoring", "detail": " Tue/Thu \n reading"}
    assert okafor.post(f"{ada}/supports", form).status_code == 303
    page = okafor.get(ada).text
    assert "Support in place: <bdi>tutoring Tue/Thu reading</bdi>" in page
    assert "after five school days" in page
    key = re.search(r'name="support" value="(\d+)"', page)[1]
    # One that ends on its first day was a slip, and goes.
    assert okafor.post(f"{ada}/supports/end", {"csrf": form["csrf"], "support": key}).status_code == 303
    assert "No support recorded yet." in okafor.get(ada).text
    assert okafor.post(f"{ada}/supports/end", {"csrf": form["csrf"], "support": key}).status_code == 400


def test_what_is_written_from_right_to_left_turns_nothing_beside_it(own_town: Database) -> None:
    """A name and a note in Hebrew stand apart from the English sentence around them."""
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE student SET given_name = 'עדה' WHERE student_key = ?", (ADA,))
        sql = "INSERT INTO support (student_key, kind, detail, begin_day, recorded_by) VALUES (?, ?, ?, ?, ?)"
        tables.execute(sql, (ADA, "tutoring", "יום שני", TODAY - 3, "Ms. Okafor"))
    okafor = sign_in(app_for(own_town), "okafor")
    ada = okafor.link_to("עדה Lovell", on="/this-week")
    page = okafor.get(ada).text
    assert "because <bdi>עדה</bdi> is in your class" in page
    assert "Support in place: <bdi>tutoring יום שני</bdi></strong>" in page
    assert re.search(r"</bdi>\.\s+Days before and after", page)
    assert "<bdi>עדה</bdi> has missed" in okafor.get(f"{ada}/letter").text


def test_days_before_and_after_stand_side_by_side(own_town: Database) -> None:
    days = [day_number(day) for day in maplewood.school_days()]
    begin(own_town, "mentor", days[-10])
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(ada_of(okafor)).text
    assert re.search(r"Missed \d+ of the 10 school days before it began, and \d+ of the 10 after\.", page)


def test_somebody_across_town_can_neither_begin_nor_end_a_support(own_town: Database) -> None:
    begin(own_town, "mentor", TODAY - 20)
    app = app_for(own_town)
    okafor, lind = sign_in(app, "okafor"), sign_in(app, "lind")
    ada = ada_of(okafor)
    form = {"csrf": lind.csrf("/this-week"), "kind": "tutoring"}
    assert lind.post(f"{ada}/supports", form).status_code == 404
    assert lind.post(f"{ada}/supports/end", {"csrf": form["csrf"], "support": "1"}).status_code == 404
    # Nor does the number of Ada's support end anything on another student's page.
    ben = okafor.link_to("Ben Ostrow", on="/this-week")
    assert okafor.post(f"{ben}/supports/end", {"csrf": okafor.csrf(ben), "support": "1"}).status_code == 400
    assert "Support in place: <bdi>a mentor Tue/Thu</bdi>" in okafor.get(ada).text


def test_a_name_comes_back_in_the_week_somebody_promised_to_look_again(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = ada_of(okafor)
    form = {"csrf": okafor.csrf(ada), "kind": "family", "note": "", "back": "this-week", "look_again": "2026-11-27"}
    assert okafor.post(f"{ada}/check-ins", form).status_code == 303
    assert "time to look again, as Ms. Okafor planned on Nov 23" in okafor.get("/this-week").text
    assert "Look again on Nov 27" in okafor.get(ada).text
    okafor.post(f"{ada}/check-ins", form | {"look_again": "2026-12-04"})
    assert "time to look again" not in okafor.get("/this-week").text


def test_a_day_to_look_again_that_has_passed_is_refused_with_a_sentence(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = ada_of(okafor)
    form = {"csrf": okafor.csrf(ada), "kind": "family", "look_again": "2026-11-23"}
    answer = okafor.post(f"{ada}/check-ins", form)
    assert answer.status_code == 400
    assert "has to come after today" in answer.text
    assert "No check-in recorded yet" in okafor.get(ada).text
