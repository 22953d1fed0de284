"""Before Mr. Kim puts other rules in force, the page says what they would do to each school's figures, in totals."""

import re
from html import unescape

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.jobs.change_rules import preview, put_in_force, rules_in_force
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Database, Event
from appliance.student_level.records.rule_book import AS_SHIPPED, RuleBook
from appliance.student_level.staging.attendance_codes import DAILY
from appliance.student_level.staging.days_from_sections import tell_days
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.maplewood import KEY
from tests.page_text import read
from tests.web.test_rules_page import form_of

TODAY = day_number(maplewood.TODAY)
SINCE = day_number(maplewood.FIRST_DAY)
CHRONIC = "Missed 10% or more of days"


def figures(database: Database, book: RuleBook, from_day: int = SINCE) -> dict[str, dict[str, tuple]]:
    """(now, as tried) of each measure of each school; None for what is hidden."""
    return {
        effect.school: {
            one.called: tuple(
                None if share.hidden else (share.count, share.out_of) for share in (one.now, one.tried)
            )
            for one in effect.figures
        }
        for effect in preview(database, book, TODAY, from_day=from_day)
    }  # fmt: skip


def with_(**numbers: object) -> RuleBook:
    return RuleBook(**numbers)


@pytest.fixture
def by_class(own_town: Database) -> Database:
    """Eve and Fay at Elm School are sent class by class: on eight days Eve missed one class of two, Fay both."""
    days = [day_number(day) for day in maplewood.school_days()[10:18]]
    classes = [(KEY["eve"], maplewood.SCIENCE), *((KEY["fay"], one) for one in (maplewood.SCIENCE, maplewood.READING))]
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        sql = "INSERT INTO attendance_section (student_key, day, section_key, code) VALUES (?, ?, ?, ?)"
        for student, section in classes:
            tables.conn.executemany(sql, [(student, day, section, DAILY["unexcused"]) for day in days])
        # A whole day that the school sent for Eve stands, whatever her classes say.
        tables.execute(
            "INSERT INTO attendance_day (student_key, day, code) VALUES (?, ?, ?)",
            (KEY["eve"], days[0], DAILY["tardy"]),
        )
        tell_days(tables.execute, SINCE, TODAY)
    refresh(own_town, by="test")
    return own_town


def test_a_higher_floor_counts_nobody_and_a_school_of_two_is_never_shown(own_town: Database) -> None:
    refresh(own_town, by="test")
    told = figures(own_town, with_(least_days_enrolled=64))
    assert told["Elm School"][CHRONIC] == ((2, 11), (0, 0))
    assert told["Oak School"][CHRONIC] == (None, None)


def test_numbers_that_no_figure_stands_on_move_no_figure(own_town: Database) -> None:
    refresh(own_town, by="test")
    assert figures(own_town, with_(most_names=2)) == {"Elm School": {}, "Oak School": {}}
    assert figures(own_town, AS_SHIPPED) == {"Elm School": {}, "Oak School": {}}


@pytest.mark.parametrize(("part", "missed"), [("whole", 3), ("any", 4)])
def test_another_part_of_a_day_moves_only_the_days_from_its_day_on(by_class: Database, part: str, missed: int) -> None:
    """By halves Eve missed seven of 63 days and Fay eight: with Cleo and Ida four are over a tenth."""
    told = figures(by_class, with_(part_of_day=part))
    assert told["Elm School"][CHRONIC] == ((4, 11), (missed, 11))
    later = figures(by_class, with_(part_of_day=part), from_day=TODAY)
    assert later["Elm School"][CHRONIC] == ((4, 11), (4, 11))


@pytest.mark.parametrize(
    "book", [with_(part_of_day="whole"), with_(least_days_enrolled=64), with_(least_days_attended=10)]
)
def test_what_was_shown_is_what_comes_true(by_class: Database, book: RuleBook) -> None:
    told = figures(by_class, book)["Elm School"][CHRONIC][1]
    put_in_force(by_class, book, from_day=SINCE, by="kim", reason="as it was tried")
    refresh(by_class, by="test")
    assert rules_in_force(by_class, TODAY).book == book
    again = with_(
        **{name: getattr(book, name) for name in ("part_of_day", "least_days_attended")}, least_days_enrolled=63
    )
    now = figures(by_class, again)["Elm School"].get(CHRONIC)
    assert now is None or now[0] == told
    page = sign_in(app_for(by_class), "ruiz").get("/school").text
    if told[1]:
        assert f"{told[0]} <small>of {told[1]}</small>" in page


def test_another_scale_of_letters_says_how_many_students_would_have_an_f(own_town: Database) -> None:
    refresh(own_town, by="test")
    app = app_for(own_town)
    kim = sign_in(app, "kim")
    now = form_of(kim.get("/data/rules").text) | {"do": "preview"}
    page = read(unescape(kim.post("/data/rules/change", now | {"letters_d": "65"}).text))
    # Eve has 64 points.
    assert "1 figure would be counted otherwise" in page
    assert (
        "Students with an F in a class School as tried now Elm School 9.1% 1 of 11 0.0% 0 of 11 Oak School fewer"
        in page
    )
    assert "No figure of a school would change." in read(kim.post("/data/rules/change", now | {"letters_d": "61"}).text)
    for _, given, family in maplewood.STUDENTS.values():
        assert f"{given} {family}" not in page


def test_the_answer_stands_under_the_button_that_asked_for_it(own_town: Database) -> None:
    refresh(own_town, by="test")
    kim = sign_in(app_for(own_town), "kim")
    page = kim.get("/data/rules").text
    asks = '<button name="do" value="preview" formaction="/data/rules/change#tried">'
    assert page.count(asks) == 1
    assert page.index(asks) < page.index('<div id="tried" tabindex="-1"')
    sent = form_of(page) | {"least_days_enrolled": "64", "do": "preview"}
    answer = kim.post("/data/rules/change", sent).text
    part = answer[answer.index(asks) : answer.index('id="h-goals"')]
    told = read(part)
    assert "Today the principals’ lists would have" in told
    assert "Elm School nobody counted 18.2% 2 of 11" in told
    assert "Oak School fewer than 10, not shown fewer than 10, not shown" in told
    wrong = kim.post("/data/rules/change", form_of(page) | {"at_least_late": "9", "do": "preview"}).text
    assert "9 of 8 days cannot be" in read(wrong[wrong.index(asks) : wrong.index('id="h-goals"')])


def test_each_number_says_what_it_counts_and_of_which_rule(own_town: Database) -> None:
    page = sign_in(app_for(own_town), "kim").get("/data/rules").text
    labels = re.findall(r"<label[^>]*>(.*?)<(?:input|select|textarea) ", page, re.DOTALL)
    said = [read(one) for one in labels]
    assert len(said) > 30
    assert "Days late, at least" in said
    assert "Assignments missing, at least" in said
    assert [one for one in said if "so many" in one] == []
    rules = re.findall(r'name="(?:at_least|window)_(\w+)"[^>]* aria-describedby="rule-(\w+)"', page)
    assert len(rules) == 8
    assert all(rule == row and f'id="rule-{row}"' in page for rule, row in rules)
