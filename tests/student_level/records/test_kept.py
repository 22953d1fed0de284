"""What was worked out for a reader is kept until a record changes, and handed to nobody else."""

from appliance.actions import Action
from appliance.days import day_number
from appliance.storage.database import Database, Event
from appliance.student_level.access import NOBODY
from appliance.student_level.records.check_ins import record_check_in
from appliance.student_level.records.kept import Kept
from tests import maplewood
from tests.conftest import app_for, sign_in
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


def test_a_principals_second_visit_asks_less_and_reads_the_same(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    with counting_questions() as first:
        before = ruiz.get("/school").text
    with counting_questions() as second:
        assert ruiz.get("/school").text == before
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


def test_an_import_is_on_a_kept_list_at_once(own_town: Database) -> None:
    ruiz = sign_in(app_for(own_town), "ruiz")
    assert "Gus Pereira" not in ruiz.get("/school").text.split('id="h-list"')[-1].split('id="students"')[0]
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for day in range(TODAY - 7, TODAY):
            row = (maplewood.KEY["gus"], day)
            tables.execute("INSERT OR REPLACE INTO attendance_day (student_key, day, code) VALUES (?, ?, 0)", row)
    assert "Gus Pereira" in ruiz.get("/school").text.split('id="students"')[0]


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
