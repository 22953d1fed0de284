"""Whom the tile of Mr. Ruiz's school counts, his list, its file and the list behind the measure name: the same ones."""

import csv
import io
import re

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.conftest import Person, app_for, sign_in


@pytest.fixture
def ruiz(own_town: Database) -> Person:
    """Gus came to Elm nine school days ago and missed two of them: so short a time says nothing."""
    gus, days = maplewood.KEY["gus"], [day_number(day) for day in maplewood.school_days()[-9:]]
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE school_enrollment SET begin_day = ? WHERE student_key = ?", (days[0], gus))
        tables.table("attendance_day").insert_all({"student_key": gus, "day": day, "code": 0} for day in days[2:4])
    refresh(own_town, by="test")
    return sign_in(app_for(own_town), "ruiz")


def names_in(page: str) -> list[str]:
    roster = page[page.index('id="students"') :]
    return re.findall(r'<th scope="row"><a href="[^"]*"><bdi>([^<]*)</bdi>', roster)


def test_gus_is_in_no_share_before_his_tenth_day_and_in_no_list_by_one(ruiz: Person) -> None:
    page = ruiz.get("/school?missed=tenth").text
    assert re.search(r'<p class="big">2 <small>of 10</small>', page)
    assert names_in(page) == ["Cleo Marsh", "Ida Rahimi"]
    assert "Gus Pereira" in names_in(ruiz.get("/school").text)
    for band in ("under", "from-5"):
        assert "Gus Pereira" not in names_in(ruiz.get(f"/school?missed={band}").text)


def test_nor_is_he_in_the_file_of_that_list_nor_behind_the_measure(ruiz: Person) -> None:
    taken = ruiz.get("/school/file/csv?missed=tenth").content.decode("utf-8-sig")
    names = [row[0] for row in csv.reader(io.StringIO(taken)) if row][1:-1]
    assert names == ["Marsh, Cleo", "Rahimi, Ida"]
    page = ruiz.get("/school/measures").text
    address = re.search(r'href="(/school/measures/students[^"]*measure=chronic_absence)"', page)
    assert address
    behind = ruiz.get(address[1].replace("&amp;", "&")).text
    assert re.findall(r'<th scope="row"><a href="[^"]*"><bdi>([^<]*)</bdi>', behind) == ["Cleo Marsh", "Ida Rahimi"]
