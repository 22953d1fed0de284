"""One student's page: who may open it, and that every opening is written down first."""

import re
from collections.abc import Callable

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.errors import HomeTrouble
from appliance.storage.database import Database, Event
from appliance.student_level.staging.attendance_codes import BY_SECTION
from appliance.web.addresses import Addresses, Kind
from tests import everyone, maplewood
from tests.access_log import at_desk
from tests.conftest import Person, app_for, sign_in
from tests.learning_marks import NOV, OCT, put_growth, put_standards
from tests.page_text import read

ADA = maplewood.KEY["ada"]


def log_of(database: Database, student: int) -> list[tuple[str, str, str]]:
    sql = """SELECT who, action, reason FROM access_log JOIN access_log_student USING (sequence)
        WHERE student_key = ? ORDER BY sequence"""
    return at_desk(database, sql, (student,))


def address_for(person: Person, student: int) -> str:
    """The address that this person's session would give a student, whether or not they may see them."""
    return address_for_token(person.browser.cookies["sh"], student)


def address_for_token(token: str, student: int) -> str:
    """The same, from the secret in the session's cookie."""
    return f"/students/{Addresses(token).of(Kind.STUDENT, student)}"


def test_ms_okafor_opens_adas_page_and_it_says_why_she_may(visit) -> None:
    okafor = visit("okafor")
    page = okafor.get(okafor.link_to("Ada Lovell", on="/this-week")).text
    assert "You can see this page because <bdi>Ada</bdi> is in your class Science 7." in page
    assert "Missed 4 of the last 5 school days (Nov 16 to 20); had missed 1 before that this year." in page
    assert "Days at school: 58 of 63, 92.1%" in page
    assert "up 3; may be chance, the margin is 4" in page
    assert page.index("Going well") < page.index("New in the last four weeks") < page.index("Days at school")
    order = [page.index(text) for text in ("Courses", "Tests", "Supports and check-ins", "About this record")]
    assert order == sorted(order)


def test_v14_2_6_no_page_shows_what_is_kept_for_totals_only(visit) -> None:
    for username in ("okafor", "ruiz", "wu"):
        page = visit(username).get(address_for(visit(username), ADA)).text
        assert "English learner" in page
        for word in ("special education", "economic", "low-income", "birth", "race"):
            assert not re.search(rf"\b{word}\b", read(page).lower()), word


def test_v8_2_3_only_the_case_manager_reads_of_a_plan_and_for_others_it_is_absent(visit) -> None:
    for username, reads in (("okafor", False), ("ruiz", False), ("wu", True)):
        page = visit(username).get(address_for(visit(username), ADA)).text
        assert ("IEP" in read(page)) == reads, username


@pytest.mark.parametrize("username", ["lind", "kim", "hall", "gray", None])
def test_v8_2_2_nobody_else_opens_it(visit, username: str | None) -> None:
    okafor, other = visit("okafor"), visit(username)
    own = address_for(okafor, ADA) if username is None else address_for(other, ADA)
    answer = other.get(own)
    assert answer.status_code in (303, 403, 404)
    assert "Lovell" not in answer.text
    assert "Ada" not in read(answer.text)


def test_v8_2_2_another_school_and_no_such_key_get_the_same_answer(visit) -> None:
    lind = visit("lind")
    made_up = address_for(lind, 999_999)
    answers = [
        lind.get(address_for(lind, ADA)),
        lind.get(made_up),
        lind.get("/students/AAAAAAAAAAAAAAAAAAAAAA"),
        lind.get("/students/101"),
        lind.get("/students/" + "é" * 22),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "No such student" in answers[0].text
    assert "No data has been loaded yet" not in answers[0].text


def test_an_edited_address_and_one_of_another_session_open_nothing(own_town: Database) -> None:
    app = app_for(own_town)
    okafor, okafor_elsewhere = sign_in(app, "okafor"), sign_in(app, "okafor")
    address = okafor.link_to("Ada Lovell", on="/this-week")
    edited = address[:-1] + ("A" if address[-1] != "A" else "Q")
    assert okafor.get(address).status_code == 200
    assert okafor.get(edited).status_code == 404
    assert okafor_elsewhere.get(address).status_code == 404
    section = okafor.link_to("Science 7", on="/classes")
    assert okafor.get(section.replace("/classes/", "/students/")).status_code == 404


def test_v8_3_2_an_address_kept_from_before_ada_changed_classes_opens_nothing(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    address, science = okafor.link_to("Ada Lovell", on="/this-week"), okafor.link_to("Science 7", on="/classes")
    assert okafor.get(address).status_code == 200
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        left = "UPDATE section_enrollment SET end_day = begin_day + 1 WHERE student_key = ?"
        tables.execute(left, (ADA,))
    for page in (address, f"{address}/sources"):
        assert okafor.get(page).status_code == 404, page
    form = {"csrf": okafor.csrf("/classes"), "kind": "talked", "not_needed": "yes"}
    assert okafor.post(f"{address}/check-ins", form).status_code == 404
    assert "Lovell" not in okafor.get(science).text


def test_v14_2_1_no_address_on_any_page_carries_a_name_or_a_key(visit) -> None:
    for username, pages in {"okafor": ["/this-week", "/classes"], "ruiz": ["/school"], "wu": ["/caseload"]}.items():
        for page in pages:
            text = visit(username).get(page).text
            for part in text.split('href="')[1:] + text.split('action="')[1:]:
                address = part.split('"')[0]
                assert "lovell" not in address.lower()
                assert not any(str(key) in address.split("/") for key in maplewood.KEY.values())


def test_v16_3_3_opening_a_page_is_in_the_log_before_it_is_sent(
    own_town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from appliance.web.pages import student

    okafor = sign_in(app_for(own_town), "okafor")
    address = okafor.link_to("Ada Lovell", on="/this-week")
    already: list[list[tuple[str, str, str]]] = []
    real = student.show
    monkeypatch.setattr(student, "show", lambda page: already.append(log_of(own_town, ADA)) or real(page))
    assert okafor.get(address).status_code == 200
    assert already[0][-1] == ("okafor", "see a student", "is in your class Science 7")


def fill(database: Database) -> None:
    """The disk takes no further page of the desk."""
    (pages,) = database.desk._writer.execute("PRAGMA page_count").fetchone()
    database.desk._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(HomeTrouble, match="full or failing"):
        for _ in range(200):
            database.record(Event("", Action.SIGN_OUT))  # Shorter than any other line.


def make_read_only(database: Database) -> None:
    """Somebody took the right to write to the desk away."""
    database.desk._writer.execute("PRAGMA query_only = ON")


@pytest.mark.parametrize(("fault", "sentence"), [(fill, "is full or failing"), (make_read_only, "cannot be written")])
def test_v16_5_3_if_the_log_cannot_be_written_no_page_with_a_student_is_shown(
    own_town: Database, fault: Callable[[Database], None], sentence: str
) -> None:
    app = app_for(own_town)
    okafor, ruiz = sign_in(app, "okafor"), sign_in(app, "ruiz")
    ada, section = okafor.link_to("Ada Lovell", on="/this-week"), okafor.link_to("Science 7", on="/classes")
    fault(own_town)
    for person, pages in ((okafor, (ada, section, "/this-week", "/caseload")), (ruiz, ("/school",))):
        for page in pages:
            answer = person.get(page)
            assert answer.status_code == 503, page
            assert sentence in answer.text
            assert "Lovell" not in answer.text
    assert okafor.get("/manual").status_code == 200


def test_lists_say_in_the_log_whom_they_showed(own_town: Database) -> None:
    app = app_for(own_town)
    okafor, ruiz = sign_in(app, "okafor"), sign_in(app, "ruiz")
    okafor.get("/this-week")
    okafor.get(okafor.link_to("Science 7", on="/classes"))
    ruiz.get("/school")
    assert log_of(own_town, ADA) == [
        ("okafor", "see this week", "are in the reader's own classes"),
        ("okafor", "see a class", "are in the reader's own classes"),
        ("ruiz", "see a school", "are students of the school that the reader leads"),
    ]
    assert log_of(own_town, maplewood.KEY["oscar"]) == []


def test_the_page_says_who_opened_it_in_the_last_thirty_days(own_town: Database, monkeypatch) -> None:
    monkeypatch.setattr("tests.maplewood.NOW", __import__("time").time())
    app = app_for(own_town)
    wu, okafor = sign_in(app, "wu"), sign_in(app, "okafor")
    wu.get(address_for(wu, ADA))
    page = okafor.get(address_for(okafor, ADA)).text
    assert re.search("In the last 30 days, before you did just now: <bdi>Ms. Wu</bdi> \\(opened [A-Z]", page)
    wu.get(f"{address_for(wu, ADA)}/profile")
    told = okafor.get(address_for(okafor, ADA)).text.split('id="s7"')[1]
    assert told.count("Ms. Wu") == 1
    assert re.search("<bdi>Ms. Wu</bdi> \\(opened, printed [A-Z]", told)
    assert "nobody in the last 30 days" in okafor.get(address_for(okafor, maplewood.KEY["ben"])).text


def test_a_check_in_is_kept_shown_and_takes_the_name_off_everybodys_list(own_town: Database) -> None:
    app = app_for(own_town)
    okafor, ruiz = sign_in(app, "okafor"), sign_in(app, "ruiz")
    assert "Ada Lovell" in ruiz.get("/school").text.split('id="h-trend"')[0]
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    form = {"csrf": okafor.csrf("/this-week"), "kind": "talked", "note": "Likes  the\nnew seat.", "back": "this-week"}
    answer = okafor.post(f"{ada}/check-ins", form)
    assert answer.headers["location"] == "/this-week?done=true"
    assert "Ada Lovell" not in okafor.get("/this-week").text
    assert "Ada Lovell" not in ruiz.get("/school").text.split('id="h-trend"')[0]
    page = ruiz.get(address_for(ruiz, ADA)).text
    assert "Ms. Okafor: talked with the student. Likes the new seat." in page
    assert ("okafor", "record a check-in", "is in your class Science 7") in log_of(own_town, ADA)


def test_not_needed_takes_the_name_off_too(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    form = {"csrf": okafor.csrf("/this-week"), "kind": "talked", "not_needed": "yes", "back": "this-week"}
    okafor.post(f"{ada}/check-ins", form)
    assert "Ada Lovell" not in okafor.get("/this-week").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"kind": "punished"}, 400),
        ({"kind": "talked", "note": "x" * 301}, 400),
        ({"kind": "talked", "back": "//evil.example"}, 400),
        ({"kind": "talked", "day": "1"}, 400),
        ({}, 400),
    ],
)
def test_a_check_in_that_makes_no_sense_is_refused(own_town: Database, form: dict[str, str], status: int) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    assert okafor.post(f"{ada}/check-ins", {"csrf": okafor.csrf("/this-week"), **form}).status_code == status
    assert "No check-in recorded yet" in okafor.get(ada).text


def test_nobody_records_a_check_in_with_a_student_across_town(own_town: Database) -> None:
    lind = sign_in(app_for(own_town), "lind")
    form = {"csrf": lind.csrf("/this-week"), "kind": "talked", "note": "hello"}
    assert lind.post(f"{address_for(lind, ADA)}/check-ins", form).status_code == 404
    assert log_of(own_town, ADA) == []


def test_a_rehearsal_says_so_on_every_page(own_town: Database) -> None:
    from datetime import date

    okafor = sign_in(app_for(own_town, as_of=date(2026, 10, 2)), "okafor")
    page = okafor.get("/this-week").text
    assert "Rehearsal." in page
    assert "Friday, October 2, 2026" in page
    assert "Missed 4 of the last 5" not in okafor.get(address_for(okafor, ADA)).text


def test_courses_have_their_trend_and_tests_their_growth(own_town: Database) -> None:
    put_growth(own_town, "ada", 2, 5, 4.6)
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(okafor.link_to("Ada Lovell", on="/this-week")).text
    assert re.search(r"<title>Science 7, out of 100, oldest first: [\d.]+, [\d.]+</title>", page)
    assert (
        "Growth on Science check, fall to winter: <strong>+2, typical 5</strong>; may be chance: the margin is 5"
        in page
    )


def test_after_ones_own_check_in_only_what_came_since_is_new(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    assert "New in the last four weeks" in okafor.get(ada).text
    okafor.post(f"{ada}/check-ins", {"csrf": okafor.csrf("/this-week"), "kind": "talked", "back": "student"})
    page = okafor.get(ada).text
    assert "New since your last check-in on November 23" in page
    assert "look for since then" in page
    assert "Missed 4 of the last 5 school days" not in page.split('id="s2"')[1].split("</section>")[0]
    wu = sign_in(app_for(own_town), "wu")
    assert "New in the last four weeks" in wu.get(address_for(wu, ADA)).text


def test_under_the_courses_each_standard_has_its_level_in_words_its_day_and_the_rule(own_town: Database) -> None:
    put_standards(own_town, ("ada", OCT, 95, None), ("ada", NOV, 62, "meets"), ("ben", NOV, 20, None))
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(address_for(okafor, ADA)).text
    part = page[page.index('id="s8"') : page.index('id="s5"')]
    lines = [
        re.sub(r"<[^>]+>", " ", row).split()
        for row in re.findall(r"<tr>(.*?)</tr>", part.split("<tbody>")[1], re.DOTALL)
    ]
    assert [" ".join(line) for line in lines] == [
        "Science 7",
        "LS1 Living things meets Nov 8",
        "PS1 Forces getting there Nov 8",
    ]
    assert "the level most often given in the newest 3 marks" in part
    assert "Meets the standard “Living things”" in page[page.index("Going well") : page.index('id="s2"')]
    ben = okafor.get(address_for(okafor, maplewood.KEY["ben"])).text
    assert ben[ben.index('id="s8"') :].count('class="std m1"') == 2
    science = okafor.get(okafor.link_to("Science 7", on="/classes")).text
    [row] = re.findall(r"Lovell, Ada.*?</tr>", science, re.DOTALL)
    levels = r'class="std m\d">([^<]+)<'
    assert re.findall(levels, row) == re.findall(levels, part) == ["meets", "getting there"]


def test_who_has_nothing_marked_by_standard_has_no_empty_table(visit) -> None:
    assert 'id="s8"' not in visit("okafor").get(address_for(visit("okafor"), ADA)).text


def test_a_homeroom_stands_beside_the_grade_and_is_no_course(own_town: Database) -> None:
    everyone.change(
        own_town, "UPDATE section SET kind = 'homeroom', title = 'Homeroom 7' WHERE section_key = ?", maplewood.READING
    )
    everyone.change(own_town, "DELETE FROM grade WHERE line_item_key IN (SELECT line_item_key FROM line_item"
                    " WHERE section_key = ?)", maplewood.READING)  # fmt: skip
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(address_for(okafor, ADA)).text
    assert "Grade 7 · Homeroom 7 · Elm School" in page
    assert "Homeroom 7" not in page[page.index('id="s4"') :]


def also_at_oak(database: Database, until: int | None) -> None:
    """Ada is, or was until a day, at Oak School too, where 40 days were taken and she missed 3."""
    day = day_number(maplewood.FIRST_DAY)
    columns = "student_key, school_key, begin_day, end_day, grade_level"
    sql = f"INSERT INTO school_enrollment ({columns}) VALUES (?, ?, ?, ?, ?)"
    everyone.change(database, sql, ADA, maplewood.OAK, day, until, "07")
    everyone.change(database, "INSERT INTO student_attendance VALUES (?, ?, 2027, 40, 3, 2, 0)", ADA, maplewood.OAK)


def test_a_student_of_two_schools_has_both_beside_the_name_and_the_days_of_each(own_town: Database) -> None:
    also_at_oak(own_town, until=None)
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(address_for(okafor, ADA)).text
    assert "Grade 7 · Elm School and Oak School" in page
    assert "Days at school: 58 of 63, 92.1%" in page
    assert "At Oak School, where <bdi>Ada</bdi> is enrolled too: missed 3 of 40 days this school year." in page


def test_after_a_move_in_the_middle_of_the_year_days_are_counted_since_it_and_those_before_stand_apart(
    own_town: Database,
) -> None:
    moved = day_number(maplewood.school_days()[-10])
    also_at_oak(own_town, until=moved)
    everyone.change(
        own_town, "UPDATE school_enrollment SET begin_day = ? WHERE student_key = ? AND school_key = ?", moved, ADA,
        maplewood.ELM,
    )  # fmt: skip
    everyone.change(
        own_town, "UPDATE student_attendance SET days_enrolled = 10, days_missed = 4, days_excused = 4"
        " WHERE student_key = ? AND school_key = ?", ADA, maplewood.ELM,
    )  # fmt: skip
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(address_for(okafor, ADA)).text
    assert "Grade 7 · Elm School" in page
    assert "Elm School and Oak School" not in page
    assert 'id="s3">Days at school: 6 of 10</h2>' in page  # The first 20 days show no share.
    assert "Before, at Oak School: missed 3 of 40 days this school year." in page
    assert page.count('class="d e"') == 4  # The day missed before the move is not a square here.


def test_where_nothing_is_loaded_the_page_says_so_and_shows_no_zero(own_town: Database) -> None:
    everyone.change(own_town, "DELETE FROM grade WHERE student_key = ?", ADA)
    everyone.change(own_town, "DELETE FROM line_item WHERE line_item_key NOT IN (SELECT line_item_key FROM grade)")
    everyone.change(own_town, "UPDATE line_item SET kind = 'course_grade'")
    for table in ("test_result", "student_attendance", "attendance_day"):
        everyone.change(own_town, f"DELETE FROM {table} WHERE student_key = ?", ADA)
    everyone.change(own_town, "DELETE FROM attendance_taken")
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(address_for(okafor, ADA)).text
    assert "Days at school: not loaded" in page
    assert "That does not mean that no day was missed." in page
    assert "No grades are loaded for these courses yet." in page
    assert "No test results are loaded for this student." in page
    courses = page[page.index('id="s4"') : page.index('id="s5"')]
    assert re.findall(r'<td class="num">(.*?)</td>', courses) == ['<span class="sub">not loaded</span>'] * 2
    assert "Nothing recorded yet: ask." in page[page.index('id="s1"') : page.index('id="s2"')]


def test_a_name_that_turns_its_direction_turns_nothing_on_the_page(own_town: Database) -> None:
    everyone.change(own_town, "UPDATE student SET family_name = ? WHERE student_key = ?", "Lov\u202eell", ADA)
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(address_for(okafor, ADA)).text
    assert "\u202e" not in page
    assert "<h1><bdi>Ada Lovell</bdi></h1>" in page


def test_of_each_course_stands_how_often_the_class_was_missed_where_classes_say_so(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    assert "Meetings missed" not in okafor.get(address_for(okafor, ADA)).text
    days = [day_number(day) for day in maplewood.school_days()]
    for day, category in zip(days[:4], ("excused", "unexcused", "tardy", "excused"), strict=True):
        sql = "INSERT INTO attendance_section (student_key, day, section_key, code) VALUES (?, ?, ?, ?)"
        everyone.change(own_town, sql, ADA, day, maplewood.SCIENCE, BY_SECTION[category])
    page = okafor.get(address_for(okafor, ADA)).text
    courses = page[page.index('id="s4"') : page.index('id="s5"')]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>.*?<td class=\"num\">([^<]*)</td></tr>", courses)
    assert dict(rows) == {"Reading 7": "", "Science 7": "3"}  # Late is there.
