"""A sceptical parent reads what is kept, and finds all of it."""

import re
from datetime import date

from appliance.jobs.choose_fields import turn_off, turn_on
from appliance.settings import Settings
from appliance.storage.field_catalogue import FIELDS
from appliance.web.what_is_kept import FACTS, kept_here
from tests import everyone
from tests.conftest import app_for, sign_in


def test_every_table_about_a_child_stands_in_a_sentence_that_families_read() -> None:
    told = {table for fact in FACTS for table in fact.tables}
    about_children = {field.table for field in FIELDS if field.is_about_students}
    assert about_children == told


def test_what_the_district_does_not_keep_is_not_named_and_what_it_keeps_is(own_town) -> None:
    for choice in ("discipline", "economic", "special_education"):
        turn_off(own_town, choice, by="j.ito")
    names = {one.what for one in kept_here(own_town)}
    assert not {"Low income", "Special education"} & names
    assert not any("sent home" in name for name in names)

    turn_on(own_town, "discipline", purpose="state report", keep="2027-06-30", by="j.ito", today=date(2026, 11, 20))
    [removals] = [one for one in kept_here(own_town) if "sent home" in one.what]
    assert (removals.seen_by, removals.last_day) == ((), 20999)


def test_a_family_reads_until_when_the_district_chose_to_keep_something(own_town) -> None:
    turn_on(own_town, "economic", purpose="grants", keep="2027-06-30", by="j.ito", today=date(2026, 11, 20))
    everyone.move_in(own_town)
    rosa = sign_in(app_for(own_town, settings=Settings(family_pages=True)), "rosa")
    page = rosa.get("/what-we-keep").text
    assert re.search(r"Low income</th>.*?nobody beside a name</td><td>until June 30, 2027", page)


def test_a_mother_reads_that_a_teacher_printed_and_took_out_what_is_about_her_child(own_town) -> None:
    everyone.move_in(own_town)
    app = app_for(own_town, settings=Settings(family_pages=True))
    okafor, rosa = sign_in(app, "okafor"), sign_in(app, "rosa")
    [address] = set(re.findall(r'href="(/classes/[^"/?]+)"', okafor.get("/classes").text)[:1])
    assert "Nobody" in rosa.get("/my-children").text
    okafor.get(f"{address}/list")
    page = rosa.get("/my-children").text
    assert "printed: <bdi>" in page
    okafor.get(f"{address}/file/csv")
    assert "taken out in a list: <bdi>" in rosa.get("/my-children").text
