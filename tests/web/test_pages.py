"""Every page asks the same: does it work, who else gets in, what does it show when there is nothing to show."""

import re

import pytest

from appliance.actions import RIGHTS, Action, Role
from appliance.roles import FieldGroup
from appliance.storage.database import Database, Event
from appliance.student_level.records.rules import RULES
from appliance.web.addresses import Kind
from appliance.web.visit import school_address
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.page_text import read

WHO_MAY = {
    "/this-week": {"okafor", "lind", "wu", "ruiz", "gray"},
    "/classes": {"okafor", "lind", "wu", "ruiz", "gray"},
    "/school": {"ruiz"},
    "/data": {"kim"},
    "/releases": {"kim", "hall", "ruiz"},
    "/what-i-can-see": set(maplewood.ACCOUNTS),
}


@pytest.mark.parametrize("page", WHO_MAY)
@pytest.mark.parametrize("username", maplewood.ACCOUNTS)
def test_each_page_opens_for_its_roles_and_for_no_other(visit, page: str, username: str) -> None:
    assert (visit(username).get(page).status_code in (200, 303)) == (username in WHO_MAY[page])
    if username not in WHO_MAY[page]:
        assert visit(username).get(page).status_code == 403


def test_ms_okafors_week_names_six_and_says_why(visit) -> None:
    page = visit("okafor").get("/this-week").text
    assert "Six students to check in with this week, and why" in page
    for sentence in (
        "missed 4 of the last 5 school days",
        "absent three Mondays in a row (Nov 2, Nov 9, Nov 16)",
        "reached 10% of days missed on Thursday, Nov 19 (7 of 63 by Nov 20)",
        "late on 5 of the last 8 school days",
        "Science 7 went from B (85) in Quarter 1 to D (64)",
        "6 assignments missing in Science 7",
        "Science 7 up from C (74) to B (88) <small>(since November 20)",
        "Nothing recorded yet: ask.",
    ):
        assert sentence in page
    assert "Oscar" not in read(page)


def test_ms_lind_sees_her_own_student_across_town_and_nobody_else(visit) -> None:
    page = visit("lind").get("/this-week").text
    assert "Oscar Vance" in page
    assert "Lovell" not in page


def test_mr_ruiz_sees_his_school(visit) -> None:
    page = visit("ruiz").get("/school").text
    assert "This week at Elm School" in page
    assert "89.1%" in page
    assert "Down 6.4 points on the week before" in page
    assert "2 <small>of 11</small>" in page
    assert "Showing 1 to 11 of 11" in page
    assert "Not computed yet" in page
    assert "Oscar" not in read(page)


def test_exactly_ten_percent_is_in_the_band_of_ten_percent_and_not_below(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        for nick, missed, enrolled in (("ada", 6, 60), ("ben", 599, 6000), ("cleo", 0, 60)):
            tables.execute(
                "UPDATE student_attendance SET days_missed = ?, days_excused = 0, days_enrolled = ?"
                " WHERE student_key = ?",
                (missed, enrolled, maplewood.KEY[nick]),
            )
    ruiz = sign_in(app_for(own_town), "ruiz")
    roster = {
        band: ruiz.get(f"/school?missed={band}").text.split('id="students"')[1] for band in ("tenth", "from-5", "under")
    }
    assert "Ada Lovell" in roster["tenth"]
    assert "Ben Ostrow" in roster["from-5"]
    assert "Ben Ostrow" not in roster["tenth"]
    assert "90.1%" in roster["from-5"]
    assert "Cleo Marsh" in roster["under"]


def put_groups(database: Database, english_learners: int) -> None:
    with database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        tables.execute("INSERT INTO count_table VALUES (1, 'chronic_absence', '2026-2027', '2026-11-20')")
        for dimension, category, count, out_of in (
            ("all", "all", 20, 100),
            ("english_learner", "LEP", 2, english_learners),
            ("english_learner", "NLEP", 18, 100 - english_learners),
            ("disability", "WDIS", 6, 40),
            ("disability", "WODIS", 14, 60),
        ):
            for school in ("S1", "S2"):
                row = (1, school, dimension, category, "", count + (school == "S2"), out_of)
                tables.execute("INSERT INTO count_cell VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def test_groups_are_totals_of_ones_own_school(own_town: Database) -> None:
    put_groups(own_town, 12)
    page = sign_in(app_for(own_town), "ruiz").get("/school").text
    assert ">16.7%</tspan>" in page
    assert "2 of 12" in page
    assert "15.0%" in page
    assert "3 of 12" not in page


def test_a_group_of_nine_is_hidden_and_so_is_what_would_tell_it(own_town: Database) -> None:
    put_groups(own_town, 9)
    page = sign_in(app_for(own_town), "ruiz").get("/school").text
    groups = page.split('id="h-groups"')[1].split('id="students"')[0]
    assert "fewer than 10, not shown" in groups
    assert "2 of 9" not in groups
    assert "18 of 91" not in groups
    assert "19.8" not in groups
    assert "15.0%" in groups


def test_a_principal_of_another_school_gets_no_such_school(visit) -> None:
    from appliance.web.addresses import Addresses

    ruiz = visit("ruiz")
    oak = Addresses(ruiz.browser.cookies["sh"]).of(Kind.SCHOOL, maplewood.OAK)
    elm = Addresses(ruiz.browser.cookies["sh"]).of(Kind.SCHOOL, maplewood.ELM)
    assert ruiz.get(school_address(elm)).status_code == 200
    assert ruiz.get(school_address(oak)).status_code == 404
    assert ruiz.get("/school?at=nonsense").status_code == 404


def test_another_teachers_class_is_no_such_class(visit) -> None:
    from appliance.web.addresses import Addresses

    okafor = visit("okafor")
    addresses = Addresses(okafor.browser.cookies["sh"])
    assert okafor.get(f"/classes/{addresses.of(Kind.SECTION, maplewood.SCIENCE)}").status_code == 200
    for section in (maplewood.READING, maplewood.OAK_MATH, 12345):
        answer = okafor.get(f"/classes/{addresses.of(Kind.SECTION, section)}")
        assert answer.status_code == 404
        assert "No such class" in answer.text


@pytest.mark.parametrize("order", ["name", "missed", "missing", "grade", "check-in"])
def test_a_class_can_be_sorted_by_its_links(visit, order: str) -> None:
    okafor = visit("okafor")
    address = okafor.link_to("Science 7", on="/classes")
    page = okafor.get(f"{address}?sort={order}").text
    assert page.count("aria-sort") == 1
    names = re.findall(r"<th scope=\"row\"><a href=\"[^\"]+\"><bdi>([^<]+)</bdi>", page)
    assert len(names) == 11
    if order == "name":
        assert names[1:] == sorted(names[1:], key=str.casefold)
    elif order != "check-in":
        assert names[0].startswith({"missed": "Marsh", "missing": "Olsen", "grade": "Nakai"}[order])
    assert okafor.get(f"{address}?sort=race").status_code == 400


def test_a_name_that_turns_the_text_around_is_kept_apart(visit) -> None:
    page = visit("ruiz").get("/school").text
    assert "<bdi>Rani Salim</bdi>" in page


def test_somebody_whom_the_roster_does_not_know_gets_an_explanation_and_no_data(visit) -> None:
    page = visit("gray").get("/this-week").text
    assert "You are not in the roster." in page
    assert not any(row[2] in page for row in maplewood.STUDENTS.values())


def test_the_steward_sees_imports_and_problems_and_no_name(visit) -> None:
    page = visit("kim").get("/data").text
    assert "2 rows held back" in page
    assert "Names a section that no file lists." in page
    assert "attendance.csv" in page
    assert "first in row 17" in page
    assert "Friday, November 20, 2026" in page
    assert not any(row[2] in page for row in maplewood.STUDENTS.values())


def test_data_that_is_not_loaded_is_called_not_loaded(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for table in ("attendance_day", "attendance_taken", "student_attendance", "school_attendance_day", "grade"):
            tables.execute(f"DELETE FROM {table}")
    app = app_for(own_town)
    okafor, ruiz = sign_in(app, "okafor"), sign_in(app, "ruiz")
    week = okafor.get("/this-week").text
    assert "Attendance is not loaded" in week
    assert "No grades are loaded" in week
    assert "not loaded" in okafor.get(okafor.link_to("Science 7", on="/classes")).text
    from tests.web.test_student_page import address_for

    assert "Days at school: not loaded" in okafor.get(address_for(okafor, maplewood.KEY["ada"])).text
    school = ruiz.get("/school").text
    assert "Attendance of this school year is not here yet." in school
    assert "100.0%" not in school


def test_in_the_first_twenty_days_pages_show_counts_and_no_shares(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(
            "UPDATE student_attendance SET days_missed = min(days_missed, 2), days_excused = 0, days_enrolled = 12"
        )
    app = app_for(own_town)
    okafor, ruiz = sign_in(app, "okafor"), sign_in(app, "ruiz")
    from tests.web.test_student_page import address_for

    assert "Shares are shown after 20 school days" in ruiz.get("/school").text
    page = okafor.get(address_for(okafor, maplewood.KEY["ada"])).text
    assert "Days at school: 10 of 12</h2>" in page
    assert "none is shown" in page


def test_finding_a_student_is_a_post_and_stays_inside_ones_own_students(visit) -> None:
    okafor = visit("okafor")
    csrf = okafor.csrf("/caseload")
    assert "Ada" in okafor.post("/find", {"csrf": csrf, "name": "lovell"}).text
    assert "None of your own students" in okafor.post("/find", {"csrf": csrf, "name": "vance"}).text
    assert "0 students found" in okafor.post("/find", {"csrf": csrf, "name": "%"}).text
    assert okafor.get("/find?name=lovell").status_code == 405


def test_what_i_can_see_counts_and_gives_reasons(visit) -> None:
    page = visit("okafor").get("/what-i-can-see").text
    assert "is in your class Science 7" in page
    assert ">11<" in page
    assert "Lovell" not in page
    assert "is on your caseload" in visit("wu").get("/what-i-can-see").text


def test_v8_1_1_v8_1_2_the_manual_prints_the_rules_and_rights_that_are_in_force(visit) -> None:
    nobody = visit(None)
    rules = nobody.get("/manual/this-week").text
    assert all(rule.meaning.replace("'", "&#39;") in rules for rule in RULES)
    rights = nobody.get("/manual/who-sees-what").text
    for action in set().union(*RIGHTS.values()):
        who = ", ".join(role.terms.word for role in Role if action in RIGHTS[role])
        assert f'<th scope="row">{action.value[0].upper()}{action.value[1:]}</th><td>{who}</td>' in rights
    for group in FieldGroup:
        who = ", ".join(role.terms.word for role in Role if group in role.terms.fields) or "nobody"
        assert f"</th><td>{who}</td>" in rights
    for role in Role:
        assert f"<dd>{role.terms.scope.value}" in rights
    for page in ("", "/schoolhouse", "/words"):
        assert nobody.get(f"/manual{page}").status_code == 200
    for page in ("/layout", "/nothing", "/../base"):
        assert nobody.get(f"/manual{page}").status_code in (404,)


def test_a_long_caseload_comes_in_pages_and_the_log_keeps_whom_each_showed(
    visit, town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.web.pages.classes.LINES_A_PAGE", 1)
    first, second = (visit("wu").get(f"/caseload?page={page}").text for page in (0, 1))
    assert "Lovell, Ada" in first
    assert "Ostrow" not in first
    assert "Showing 1 to 1 of 2" in first
    assert "Ostrow, Ben" in second
    assert 'href="/caseload?sort=name&amp;page=0"' in second
    beyond = visit("wu").get("/caseload?page=99").text
    assert beyond.split("<main")[1].split("</main>")[0] == second.split("<main")[1].split("</main>")[0]
    sql = "SELECT student_key FROM access_log_student WHERE sequence = (SELECT max(sequence) FROM access_log)"
    with town.desk.changing(Event("test", Action.SEE_DATA)) as tables:
        seen = [row["student_key"] for row in tables.query(sql.replace("max(sequence)", "max(sequence) - 1"))]
    assert seen == [maplewood.KEY["ben"]]
