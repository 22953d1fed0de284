"""What was worked out for a reader is kept until a record changes, and handed to nobody else."""

import re
from html import unescape

import httpx

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.change_rules import put_in_force
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Database, Event
from appliance.student_level.access import NOBODY
from appliance.student_level.records.check_ins import record_check_in
from appliance.student_level.records.kept import Kept
from appliance.student_level.records.rule_book import RuleBook
from tests import maplewood
from tests.conftest import Person, app_for, sign_in
from tests.web.matrix import counting_questions

TODAY = day_number(maplewood.TODAY)


def ask(database: Database, kept: Kept, whose: str, worked: list[str]) -> str:
    with database.reading(NOBODY) as reading:
        return kept.of(reading, whose, lambda: worked.append(whose) or f"{len(worked)} for {whose}")


def test_a_result_is_worked_out_once_until_a_record_changes(own_town: Database) -> None:
    kept, worked = Kept(), []
    assert [ask(own_town, kept, "ruiz", worked) for _ in range(3)] == ["1 for ruiz"] * 3
    own_town.record(Event("ruiz", Action.SEE_SCHOOL))
    assert ask(own_town, kept, "ruiz", worked) == "1 for ruiz"
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE school_enrollment SET grade_level = '08' WHERE student_key = 101")
    assert ask(own_town, kept, "ruiz", worked) == "2 for ruiz"


def test_nobody_is_handed_what_was_worked_out_for_another(own_town: Database) -> None:
    kept, worked = Kept(), []
    assert ask(own_town, kept, "ruiz", worked) != ask(own_town, kept, "wu", worked)


def test_no_more_is_kept_than_there_is_room_for(own_town: Database) -> None:
    kept, worked = Kept(most=2), []
    for whose in ("ruiz", "wu", "ruiz", "okafor", "ruiz", "wu"):
        ask(own_town, kept, whose, worked)
    assert worked == ["ruiz", "wu", "okafor", "wu"]


def read(answer: httpx.Response) -> str:
    """The page, but for the line of the access log that it was given."""
    assert answer.status_code == 200
    return re.sub(r"line \d+ of the access log", "a line of the access log", answer.text)


def test_a_principals_second_visit_asks_less_and_reads_the_same(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    with counting_questions() as first:
        before = read(ruiz.get("/school"))
    with counting_questions() as second:
        assert read(ruiz.get("/school")) == before
    assert len(second) < len(first)


def test_a_check_in_takes_a_name_off_a_kept_list_at_once(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    address = ruiz.link_to("Ada Lovell", on="/school")
    before = ruiz.get("/school").text
    form = {"csrf": ruiz.csrf("/school"), "kind": "talked", "note": "We talked.", "back": "this-week"}
    assert ruiz.post(f"{address}/check-ins", form).status_code == 303
    after = ruiz.get("/school").text
    card = f'<h3><a href="{address}">'
    assert card in before
    assert card not in after


def test_an_import_is_on_a_kept_page_at_once(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    assert "11 students" in ruiz.get("/school").text
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        left = (TODAY, maplewood.KEY["gus"])
        tables.execute("UPDATE school_enrollment SET end_day = ? WHERE student_key = ?", left)
    assert "10 students" in ruiz.get("/school").text


def test_a_promise_to_look_again_brings_a_name_onto_a_kept_list(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    ruiz.get("/school")
    record_check_in(
        own_town, Event("wu", Action.RECORD_CHECK_IN), student_key=maplewood.KEY["hal"], account_key=1,
        day=TODAY - 10, kind="plan", note="", follow_up_day=TODAY + 1,
    )  # fmt: skip
    page = ruiz.get("/school").text
    assert "time to look again" in page
    assert "Hal Quist" in page.split('id="students"')[0]


def behind_chronic_absence(person: Person) -> httpx.Response:
    page = person.get("/school/measures").text
    found = re.search(r'href="(/school/measures/students[^"]*measure=chronic_absence)"', page)
    return person.get(unescape(found[1])) if found else person.get("/school/measures")


def test_students_behind_a_measure_are_worked_out_once_and_anew_after_a_change(own_town: Database) -> None:
    refresh(own_town, by="test")
    ruiz = sign_in(app_for(own_town), "ruiz")
    with counting_questions() as first:
        before = read(behind_chronic_absence(ruiz))
    with counting_questions() as second:
        assert read(behind_chronic_absence(ruiz)) == before
    assert len(second) < len(first)
    assert "Gus Pereira" not in before
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for day in range(TODAY - 40, TODAY):
            row = (maplewood.KEY["gus"], day)
            tables.execute("INSERT OR REPLACE INTO attendance_day (student_key, day, code) VALUES (?, ?, 0)", row)
    refresh(own_town, by="test")
    assert "Gus Pereira" in behind_chronic_absence(ruiz).text


def test_who_leads_the_school_no_more_finds_nobody_behind_its_measures(own_town: Database) -> None:
    refresh(own_town, by="test")
    ruiz = sign_in(app_for(own_town), "ruiz")
    page = ruiz.get("/school/measures").text
    address = unescape(re.search(r'href="(/school/measures/students[^"]*)"', page)[1])  # type: ignore[index]
    assert ruiz.get(address).status_code == 200
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE staff_role SET end_day = ? WHERE role = 'principal'", (TODAY,))
    assert ruiz.get(address).status_code == 404


def test_a_rule_that_counts_otherwise_is_on_the_kept_list_behind_a_measure_at_once(own_town: Database) -> None:
    refresh(own_town, by="test")
    ruiz = sign_in(app_for(own_town), "ruiz")
    assert "Cleo Marsh" in behind_chronic_absence(ruiz).text
    longer = RuleBook(least_days_enrolled=90)
    put_in_force(own_town, longer, from_day=TODAY - 30, by="kim", reason="the state’s own count")
    assert "Cleo Marsh" not in behind_chronic_absence(ruiz).text


def test_the_districts_lines_are_worked_out_once_until_a_record_changes(own_town: Database) -> None:
    refresh(own_town, by="test")
    hall = sign_in(app_for(own_town), "hall")
    with counting_questions() as first:
        before = read(hall.get("/district"))
    with counting_questions() as second:
        assert read(hall.get("/district")) == before
    assert len(second) < len(first)
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE organization SET name = 'Elm Academy' WHERE name = 'Elm School'")
    assert "Elm Academy" in hall.get("/district").text


def test_what_changes_while_a_page_is_worked_out_is_on_the_next_one(own_town: Database) -> None:
    """The mark is read before the work is done, so a result is never believed to be newer than it is."""
    kept = Kept()

    def slowly() -> str:
        with own_town.changing(Event("test", Action.IMPORT)) as tables:
            tables.execute("UPDATE school_enrollment SET grade_level = '08' WHERE student_key = 101")
        return "as it was"

    with own_town.reading(NOBODY) as reading:
        assert kept.of(reading, "ruiz", slowly) == "as it was"
    with own_town.reading(NOBODY) as reading:
        assert kept.of(reading, "ruiz", lambda: "as it is") == "as it is"
