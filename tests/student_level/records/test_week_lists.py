"""A list of the week, once read, says the same all week; only people change it, and who may no longer see."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from appliance.actions import Action, Role
from appliance.days import day_number, from_day_number
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.retention import erase_expired
from appliance.storage.connection import PastTheGate
from appliance.storage.database import Database, Event
from appliance.student_level.access import Viewer, reading_as
from appliance.student_level.records.rule_book import Line, RuleBook
from appliance.student_level.records.rules import RULES
from appliance.student_level.staging.attendance_codes import DAILY
from tests import everyone, maplewood
from tests.conftest import Person, app_for, sign_in
from tests.maplewood import KEY

MONDAY = day_number(maplewood.TODAY)
GUS, ADA = KEY["gus"], KEY["ada"]
WEEK_BEFORE = [day_number(day) for day in maplewood.school_days()[-5:]]


def on(database: Database, username: str, day: int = MONDAY) -> Person:
    return sign_in(app_for(database, as_of=from_day_number(day)), username)


def listed(person: Person, page: str = "/this-week") -> list[str]:
    """The names on the list, in its order."""
    text = person.get(page).text.split('id="h-list"')[1].split('class="card good-news"')[0].split("</section>")[0]
    return re.findall(r"<h3><a [^>]+><bdi>(\w+) ", text)


def change(database: Database, *statements: tuple[str, Sequence[object]], action: Action = Action.IMPORT) -> None:
    with database.changing(Event("test", action)) as tables:
        for sql, values in statements:
            tables.execute(sql, values)


def absent(student: int, days: Sequence[int]) -> list[tuple[str, Sequence[object]]]:
    insert = "INSERT OR REPLACE INTO attendance_day VALUES (?, ?, ?, NULL, NULL)"
    return [(insert, (student, day, DAILY["unexcused"])) for day in days]


def kept(database: Database) -> dict[str, int]:
    """How many lists and lines lie at the desk."""
    with database.desk.changing(Event("test", Action.SEE_DATA)) as desk:
        return {name: desk.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("week_list", "week_line")}


@pytest.fixture
def quiet_gus(own_town: Database) -> Database:
    """A Maplewood in which nothing happened to Gus."""
    change(own_town, ("DELETE FROM attendance_day WHERE student_key = ?", (GUS,)))
    return own_town


def test_absences_of_last_week_that_are_loaded_on_wednesday_are_on_the_next_list(quiet_gus: Database) -> None:
    monday = listed(on(quiet_gus, "okafor"))
    assert "Gus" not in monday
    change(quiet_gus, *absent(GUS, WEEK_BEFORE))
    assert listed(on(quiet_gus, "okafor", MONDAY + 2)) == monday
    assert listed(on(quiet_gus, "wu", MONDAY + 2)) == ["Ada", "Ben"]
    # Whoever opens a list for the first time reads what is known then.
    assert "Gus" in listed(on(quiet_gus, "ruiz", MONDAY + 2), "/school")
    taken = [("INSERT INTO attendance_taken VALUES (?, ?)", (maplewood.ELM, MONDAY + n)) for n in range(5)]
    change(quiet_gus, *taken, *absent(GUS, range(MONDAY, MONDAY + 5)))
    assert "Gus" in listed(on(quiet_gus, "okafor", MONDAY + 7))


def test_a_grade_that_is_loaded_in_mid_week_takes_no_name_off_the_list(own_town: Database) -> None:
    okafor = on(own_town, "okafor")
    before, text = listed(okafor), okafor.get("/this-week").text
    assert "went from" in text
    change(own_town, ("UPDATE grade SET score = 95, scored_day = ?", (MONDAY + 1,)))
    after = on(own_town, "okafor", MONDAY + 2)
    assert listed(after) == before
    assert re.findall(r"\w+ 7 went from[^<]+", after.get("/this-week").text) == re.findall(
        r"\w+ 7 went from[^<]+", text
    )


def test_an_empty_list_stands_still_too(own_town: Database) -> None:
    change(own_town, ("DELETE FROM attendance_day", ()), ("DELETE FROM grade", ()))
    assert "Nobody new to check in with" in on(own_town, "okafor").get("/this-week").text
    change(own_town, *absent(GUS, WEEK_BEFORE))
    assert listed(on(own_town, "okafor", MONDAY + 1)) == []


def test_who_talked_takes_the_name_off_and_nothing_else(own_town: Database) -> None:
    okafor = on(own_town, "okafor")
    before = listed(okafor)
    address = okafor.link_to("Ada Lovell", on="/this-week")
    form = {"csrf": okafor.csrf("/this-week"), "kind": "talked", "not_needed": "yes", "back": "this-week"}
    assert okafor.post(f"{address}/check-ins", form).status_code == 303
    assert listed(okafor) == [name for name in before if name != "Ada"]


def test_a_student_who_left_the_class_is_gone_from_the_list_at_once(own_town: Database) -> None:
    assert "Ada" in listed(on(own_town, "okafor"))
    change(own_town, ("DELETE FROM section_enrollment WHERE student_key = ?", (ADA,)))
    assert "Ada" not in listed(on(own_town, "okafor"))
    assert "Lovell" not in on(own_town, "okafor").get("/this-week").text
    viewer = Viewer(1, "okafor", "Ms. Okafor", Role.TEACHER, maplewood.OKAFOR, MONDAY)
    with reading_as(own_town, viewer) as reading:
        lines = {row["student_key"] for row in reading.query("SELECT student_key FROM visible_week_line")}
    assert lines
    assert ADA not in lines


def test_nobody_reads_a_line_about_a_student_out_of_reach(own_town: Database) -> None:
    on(own_town, "okafor").get("/this-week")
    everyone.move_in(own_town)
    lind = Viewer(3, "lind", "Ms. Lind", Role.TEACHER, maplewood.LIND, MONDAY)
    with reading_as(own_town, lind) as reading:
        assert reading.query("SELECT * FROM visible_week_line") == []
    steward = Viewer(5, "kim", "Mr. Kim", Role.DATA_STEWARD, None, MONDAY)
    for sql in ("SELECT * FROM visible_week_line", "SELECT * FROM week_line", "SELECT * FROM desk.week_line"):
        with reading_as(own_town, steward) as reading, pytest.raises(PastTheGate):
            reading.query(sql)


def test_all_who_lead_a_school_read_one_list(quiet_gus: Database) -> None:
    everyone.move_in(quiet_gus)
    ruiz = listed(on(quiet_gus, "ruiz"), "/school")
    change(quiet_gus, *absent(GUS, WEEK_BEFORE))
    assistant = next(name for name, row in everyone.MORE.items() if row[0] is Role.ASSISTANT_PRINCIPAL)
    assert listed(on(quiet_gus, assistant, MONDAY + 1), "/school") == ruiz
    assert kept(quiet_gus)["week_list"] == 1


def test_when_an_import_is_taken_back_the_list_is_made_anew(quiet_gus: Database) -> None:
    change(quiet_gus, *absent(GUS, WEEK_BEFORE))
    assert "Gus" in listed(on(quiet_gus, "okafor"))
    forget = ("DELETE FROM attendance_day WHERE student_key = ?", (GUS,))
    change(quiet_gus, forget)
    assert "Gus" in listed(on(quiet_gus, "okafor", MONDAY + 1))
    change(quiet_gus, forget, action=Action.UNDO_IMPORT)
    viewer = Viewer(1, "okafor", "Ms. Okafor", Role.TEACHER, maplewood.OKAFOR, MONDAY)
    with reading_as(quiet_gus, viewer) as reading:
        assert reading.query("SELECT * FROM visible_week_list") == []
    assert "Gus" not in listed(on(quiet_gus, "okafor", MONDAY + 1))


def test_lines_follow_a_student_whose_two_records_became_one(own_town: Database) -> None:
    assert "Ada" in listed(on(own_town, "okafor"))
    with own_town.desk.changing(Event("test", Action.SEE_DATA)) as desk:
        desk.execute("UPDATE week_line SET student_key = 9001 WHERE student_key = ?", (ADA,))
    assert "Ada" not in listed(on(own_town, "okafor", MONDAY + 1))
    shell = "INSERT INTO student (student_key, given_name, family_name) VALUES (9001, 'Ada', 'Lovell')"
    merged = ("INSERT INTO merged_student VALUES (9001, ?)", (ADA,))
    change(own_town, (shell, ()), merged, action=Action.MERGE_STUDENTS)
    assert "Ada" in listed(on(own_town, "okafor", MONDAY + 1))


def test_after_the_week_nothing_of_it_is_left(own_town: Database) -> None:
    on(own_town, "okafor").get("/this-week")
    on(own_town, "ruiz").get("/school")
    assert kept(own_town)["week_line"] > 0
    assert "week_list" not in erase_expired(own_town, maplewood.TODAY + timedelta(days=6))
    assert erase_expired(own_town, maplewood.TODAY + timedelta(days=7))["week_list"] == 2
    assert kept(own_town) == {"week_list": 0, "week_line": 0}
    assert erase_expired(own_town, maplewood.TODAY + timedelta(days=7)) == {}


def test_the_list_of_last_week_goes_when_its_reader_makes_the_next(own_town: Database) -> None:
    on(own_town, "okafor", MONDAY - 7).get("/this-week")
    on(own_town, "okafor").get("/this-week")
    assert kept(own_town)["week_list"] == 1


def test_without_last_weeks_days_no_list_is_fixed_and_the_page_says_so(own_town: Database) -> None:
    december = day_number(date(2026, 12, 7))
    page = on(own_town, "okafor", december).get("/this-week").text
    assert "Attendance is loaded until November 20 only." in page
    assert "Not fixed yet, because the days of last week are not loaded" in page
    assert "Nobody new" not in page
    assert kept(own_town)["week_list"] == 0
    friday = december - 3
    taken = [("INSERT INTO attendance_taken VALUES (?, ?)", (maplewood.ELM, friday - n)) for n in range(5)]
    change(own_town, *taken, *absent(GUS, range(friday - 4, friday + 1)))
    page = on(own_town, "okafor", december + 1).get("/this-week").text
    assert "Made on Tuesday, December 8, 2026, from attendance until December 4" in page
    assert "Gus" in listed(on(own_town, "okafor", december + 1))


def test_rules_that_are_changed_in_the_week_hold_from_the_next_monday(own_town: Database) -> None:
    nothing = RuleBook(lines={rule.name: Line(rule.at_least, rule.window, is_on=False) for rule in RULES})
    put_in_force(own_town, nothing, from_day=MONDAY + 1, by="kim", reason="We try a quiet week.")
    page = on(own_town, "okafor", MONDAY + 2).get("/this-week").text
    assert "the rules as they were shipped" in page
    assert "Ada Lovell" in page
    next_week = on(own_town, "okafor", MONDAY + 7)
    assert listed(next_week) == []
    assert "by version 1 of the rules" in next_week.get("/this-week").text
