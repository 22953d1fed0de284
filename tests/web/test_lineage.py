"""From a number on a page to the students, the days and the file behind it; each reader within the own scope."""

import re
from html import unescape

import pytest

from appliance.actions import Action
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.import_files import import_files, undo_batch
from appliance.storage.database import Event
from tests import maplewood
from tests.access_log import at_desk
from tests.conftest import app_for, sign_in
from tests.learning_marks import OCT, put_growth, put_standards
from tests.page_text import read


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """Maplewood, with Ben's last Monday corrected by a file of a second batch."""
    folder = tmp_path_factory.mktemp("traced")
    database = maplewood.build(folder / "home")
    with database.changing(Event("test", Action.SET_UP)) as tables:
        tables.execute("UPDATE batch_file SET file_key = 1 WHERE name = 'attendance.csv'")
        tables.execute("UPDATE attendance_day SET file_key = 1, file_row = student_key")
        row = ("student", "district", "502", maplewood.KEY["ben"])
        tables.execute("INSERT INTO identity (entity, system, source_id, key) VALUES (?, ?, ?, ?)", row)
    corrected = folder / "corrected.csv"
    corrected.write_text("student_id,date,category\n502,2026-11-16,Excused\n")
    import_files(database, [corrected], by="kim")
    record = folder / "record.csv"
    record.write_text(
        "student_id,school_year,semester,course_code,course_title,credits_earned,final_letter,result\n"
        "502,2026,1,SPAN-1,Spanish I,0.5,B,Pass\n502,2026,2,SPAN-1,Spanish I,0,F,Fail\n"
    )
    import_files(database, [record], by="kim")
    refresh(database, by="kim")
    yield database
    database.close()


@pytest.fixture(scope="module")
def visit(traced):
    app = app_for(traced)
    people = {}

    def as_(username):
        if username not in people:
            people[username] = sign_in(app, username)
        return people[username]

    yield as_
    app.state["uploads"].close()


def test_missed_five_of_sixty_two_days_opens_the_days_with_the_file_that_said_so(visit):
    okafor = visit("okafor")
    page = okafor.get(okafor.link_to("Ada Lovell", "/this-week"))
    address = re.search(r'href="([^"]+/sources)#days">Missed', page.text)[1]
    said = read(okafor.get(address).text)
    days = len(maplewood.school_days())
    assert f"Missed 5 of {days} days" in said
    assert "Friday, November 20, 2026 Excused absence attendance.csv of Nov 20 1-101" in said
    assert said.count("Excused absence attendance.csv") == 5


def test_a_corrected_day_names_the_file_that_corrected_it_and_its_row(visit):
    okafor = visit("okafor")
    said = read(okafor.get(okafor.link_to("Ben Ostrow", "/this-week") + "/sources").text)
    assert "Monday, November 16, 2026 Excused absence corrected.csv of" in said
    assert "2-2" in said
    assert "Monday, November 9, 2026 Unexcused absence attendance.csv of Nov 20 1-102" in said


def test_each_course_on_record_names_its_credits_and_the_file_that_brought_it(visit):
    okafor = visit("okafor")
    said = read(okafor.get(okafor.link_to("Ben Ostrow", "/this-week") + "/sources").text)
    assert "Courses on record: 0.5 credits" in said
    assert "Spanish I 2025–2026, semester 1 B 0.5 record.csv of" in said
    assert "Spanish I 2025–2026, semester 2 F not passed 0 record.csv of" in said
    assert "Courses on record" not in read(okafor.get(okafor.link_to("Ada Lovell", "/this-week") + "/sources").text)


def test_a_teacher_elsewhere_and_a_steward_do_not_get_there(visit):
    address = visit("okafor").link_to("Ada Lovell", "/this-week") + "/sources"
    assert visit("lind").get(address).status_code == 404
    assert visit("kim").get(address).status_code == 403


def test_whoever_opens_it_is_in_the_access_log(visit, traced):
    before = traced.log_head().sequence
    okafor = visit("okafor")
    okafor.get(okafor.link_to("Ada Lovell", "/this-week") + "/sources")
    logged = at_desk(
        traced,
        "SELECT who, action, subject FROM access_log JOIN access_log_student USING (sequence)"
        " WHERE sequence > ? AND student_key = ? ORDER BY sequence DESC",
        (before, maplewood.KEY["ada"]),
    )
    assert logged[0] == ("okafor", "see a student", "sources")


def test_a_principals_week_opens_the_students_and_the_days_they_missed(visit):
    ruiz = visit("ruiz")
    address = unescape(re.search(r'href="(/school/days[^"]+)"', ruiz.get("/school").text)[1])
    said = read(ruiz.get(address).text)
    assert "Ada Lovell 4 Nov 17, Nov 18, Nov 19, Nov 20" in said
    assert "Cleo Marsh" in said
    assert "Dev Anand" not in said  # late is not missed
    assert "Oscar Vance" not in said  # at another school
    assert "6 days missed" in said.replace("Six", "6")


def test_students_who_left_are_counted_and_not_named(visit, traced):
    with traced.changing(Event("test", Action.SET_UP)) as tables:
        tables.execute("UPDATE school_attendance_day SET missed = missed + 1 WHERE school_key = ? AND day = ?",
                       [maplewood.ELM, maplewood.day_number(maplewood.school_days()[-1])])  # fmt: skip
    ruiz = visit("ruiz")
    address = unescape(re.search(r'href="(/school/days[^"]+)"', ruiz.get("/school").text)[1])
    assert "1 day of the number above is of students who have left the school since" in read(ruiz.get(address).text)


@pytest.mark.parametrize(
    "query", ["since=2026-11-01&until=2026-12-31", "since=x&until=y", "since=2026-11-20&until=2026-11-16"]
)
def test_a_list_of_days_that_is_no_list_of_days_gets_a_sentence(visit, query):
    ruiz = visit("ruiz")
    at = re.search(r'href="/school/days\?at=([^&]+)&', ruiz.get("/school").text)[1]
    assert ruiz.get(f"/school/days?at={at}&{query}").status_code == 400


def test_the_school_of_another_principal_is_no_such_school(visit):
    assert (
        visit("ruiz").get("/school/days?at=AAAAAAAAAAAAAAAAAAAAAA&since=2026-11-16&until=2026-11-20").status_code == 404
    )


def test_a_reference_that_a_teacher_quotes_leads_the_steward_to_file_row_and_batch(visit):
    said = read(visit("kim").get("/data/files?reference=2-2").text)
    assert "File corrected.csv Row 2 Read as daily attendance Batch 2, loaded" in said
    assert "by kim Stands on this row 1 record of attendance day" in said
    assert not any(name in said for name in ("Ostrow", "Ben", "502"))


def test_the_steward_sees_how_many_records_stand_on_each_file(visit):
    said = read(visit("kim").get("/data/files").text)
    marks = sum(map(len, maplewood.away().values()))
    assert re.search(rf"attendance\.csv district_csv 1 .{{10,40}} 40 {marks - 1}\b", said)
    assert re.search(r"corrected\.csv daily attendance 2 .{10,40} 1 1\b", said)


def test_a_reference_nobody_gave_gets_a_sentence(visit):
    assert "No file has the reference 99-1." in read(visit("kim").get("/data/files?reference=99-1").text)
    assert "No file has the reference ' OR 1." in read(visit("kim").get("/data/files?reference=' OR 1").text)


def test_what_was_taken_back_is_said_to_be_and_the_day_names_the_file_before(own_town, tmp_path):
    with own_town.changing(Event("test", Action.SET_UP)) as tables:
        tables.execute("UPDATE batch_file SET file_key = 1 WHERE name = 'attendance.csv'")
        tables.execute("UPDATE attendance_day SET file_key = 1, file_row = student_key")
        row = ("student", "district", "502", maplewood.KEY["ben"])
        tables.execute("INSERT INTO identity (entity, system, source_id, key) VALUES (?, ?, ?, ?)", row)
    corrected = tmp_path / "corrected.csv"
    corrected.write_text("student_id,date,category\n502,2026-11-16,Excused\n")
    report = import_files(own_town, [corrected], by="kim")
    undo_batch(own_town, report.batch, reason="wrong", by="kim")
    app = app_for(own_town)
    okafor, kim = sign_in(app, "okafor"), sign_in(app, "kim")
    said = read(okafor.get(okafor.link_to("Ben Ostrow", "/this-week") + "/sources").text)
    assert "Monday, November 16, 2026 Unexcused absence attendance.csv of Nov 20 1-102" in said
    assert "corrected.csv" not in said
    found = read(kim.get("/data/files?reference=2-2").text)
    assert "it was taken back since" in found
    assert "nothing any more" in found
    app.state["uploads"].close()


def test_growth_and_marks_by_standard_lead_to_their_file_too(own_town) -> None:
    put_standards(own_town, ("ada", OCT, 95, "exceeds"))
    put_growth(own_town, "ada", 6, 5, 4.6)
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(f"{okafor.link_to('Ada Lovell', on='/this-week')}/sources").text
    assert "Science check, growth, fall to winter" in page
    assert "Lab: LS1" in page
