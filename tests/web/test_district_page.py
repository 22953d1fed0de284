"""Dr. Hall, the superintendent, sees schools and no student."""

import csv
import io
import re
from datetime import date, timedelta

from hypothesis import given as given_any
from hypothesis import strategies as st

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.days import day_number
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.retention import erase_expired
from appliance.storage.database import Database, Event
from appliance.student_level.records.district import SchoolLine
from appliance.student_level.records.schools import Week
from appliance.student_level.records.schools_to_ask import schools_to_ask
from tests import maplewood
from tests.conftest import app_for, sign_in
from tests.page_text import read


def count(database: Database, elm: tuple[int, int], oak: tuple[int, int]) -> None:
    together = (elm[0] + oak[0], elm[1] + oak[1])
    with database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        ids = dict(tables.execute("SELECT name, state_id FROM organization").fetchall())
        cells = tuple(
            Cell(place, "all", "all", *numbers)
            for place, numbers in ((ids["Elm School"], elm), (ids["Oak School"], oak), (DISTRICT, together))
        )
        for metric in ("chronic_absence", "membership"):
            counts.put(tables, [Tabulation(metric, "2026-2027", "2026-11-20", cells)])


def test_her_first_page_is_the_district_with_a_line_a_school_and_no_name(own_town: Database) -> None:
    count(own_town, (4, 30), (2, 40))
    hall = sign_in(app_for(own_town), "hall")
    assert hall.get("/").headers["location"] == "/district"
    page = hall.get("/district").text
    assert "6 <small>of 70</small>" in page
    assert '13.3% <span class="sub">4 of 30</span>' in page
    assert page.index("Elm School") < page.index("Oak School")
    for given, family in ((row[1], row[2]) for row in maplewood.STUDENTS.values()):
        assert family not in read(page)
        assert f"<bdi>{given}" not in page


def test_a_school_of_nine_is_hidden_and_so_is_what_would_tell_it(own_town: Database) -> None:
    count(own_town, (4, 30), (2, 9))
    hall = sign_in(app_for(own_town), "hall")
    page = hall.get("/district").text
    assert "fewer than 10, not shown" in page
    assert "not shown: it would give one away" in page
    assert "4 of 30" not in page
    text = hall.get("/district/file/csv").content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    assert [row[5:7] for row in rows[1:3]] == [["not shown", "not shown"]] * 2
    assert "of the access log" in rows[-1][0]


def test_the_days_of_a_school_with_two_students_are_hidden_on_the_page_and_in_the_file(own_town: Database) -> None:
    hall = sign_in(app_for(own_town), "hall")
    page = hall.get("/district").text
    # Oak School has two students. Elm School is the only other one, so its share would tell theirs.
    assert page.count("too few students, not shown") == 2
    text = hall.get("/district/file/csv").content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    assert [row[2] for row in rows[1:3]] == ["not shown", "not shown"]


def test_before_anything_is_counted_the_page_says_so(own_town: Database) -> None:
    page = sign_in(app_for(own_town), "hall").get("/district").text
    assert "Not counted" in page
    assert "Oak School" in page


def test_teachers_have_no_district_page(visit) -> None:
    for who in ("okafor", "ruiz", "kim"):
        assert visit(who).get("/district").status_code == 403
        assert visit(who).get("/district/file/csv").status_code == 403


def test_on_the_first_twenty_school_days_the_page_counts_and_shows_no_share(own_town: Database) -> None:
    count(own_town, (4, 30), (2, 40))
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        days = [
            day for (day,) in tables.execute("SELECT DISTINCT day FROM school_attendance_day ORDER BY 1").fetchall()
        ]
        tables.execute("DELETE FROM school_attendance_day WHERE day > ?", (days[19],))
    hall = sign_in(app_for(own_town), "hall")
    page = hall.get("/district").text
    assert "4 of 30" not in page
    assert '<span class="sub">first days</span>' in page
    assert "13.3%" not in page
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("INSERT INTO school_attendance_day VALUES (1, ?, 11, 0)", (days[20],))
    assert "13.3%" in hall.get("/district").text


def many_schools_come(town: Database) -> None:
    """Two hundred, of which nothing but the name is loaded."""
    with town.changing(Event("test", Action.IMPORT)) as tables:
        schools = [(1000 + number, f"Maple School {number:03}", "school", f"T{number}", 3) for number in range(200)]
        sql = "INSERT INTO organization (organization_key, name, kind, state_id, parent_key) VALUES (?, ?, ?, ?, ?)"
        tables.conn.executemany(sql, schools)


def test_more_schools_than_a_page_holds_stand_on_several_pages_and_all_in_the_file(own_town: Database) -> None:
    many_schools_come(own_town)
    refresh(own_town, by="test")
    hall = sign_in(app_for(own_town), "hall")
    of_measure = "/district/measures/schools?measure=attendance_rate&detail="
    for first, joined in (("/district", "?"), (of_measure, "&amp;")):
        page = hall.get(first).text
        assert f'page 1 of 2 · <a href="{first.replace("&", "&amp;")}{joined}page=1">Next</a>' in page
        assert ("Elm School" in page, "Maple School 199" in page) == (True, False)
        for beyond in ("1", "7"):
            page = hall.get(f"{first}{joined.replace('amp;', '')}page={beyond}").text
            assert ("Elm School" in page, "Maple School 199" in page) == (False, True)
        assert "Elm School" in hall.get(f"{first}{joined.replace('amp;', '')}page=-3").text
    text = hall.get("/district/file/csv").content.decode("utf-8-sig")
    assert ("Elm School" in text, "Maple School 199" in text) == (True, True)
    text = hall.get(of_measure.replace("?", "/file/csv?")).content.decode("utf-8-sig")
    assert ("Elm School" in text, "Maple School 199" in text) == (True, True)


def test_two_hundred_schools_make_neither_the_stewards_page_nor_the_choice_of_one_long(own_town: Database) -> None:
    kim = sign_in(app_for(own_town), "kim")
    short = {page: len(kim.get(page).content) for page in ("/data", "/grants")}
    assert "Elm School · Oak School" in kim.get("/data").text
    many_schools_come(own_town)
    for page, size in short.items():
        assert len(kim.get(page).content) < size + 200 * 100
    page = kim.get("/data").text
    assert "<summary>200 schools</summary>" in page
    assert "Elm School · Oak School" in page
    chosen = re.search(r'<option value="([^"]+)">Maple School 007</option>', kim.get("/grants").text)
    assert chosen
    assert "Opened for a time at Maple School 007" in kim.get(f"/grants?at={chosen[1]}").text


def attended(database: Database, shares: dict[int, tuple[int, int]]) -> None:
    """Elm and Oak School with 200 students each. By school: of a thousand student-days a week, how many were missed
    last year, and in the last full week of this year; the weeks before it were as last year.
    """
    monday = day_number(maplewood.TODAY)
    with database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM school_attendance_day")
        for school, (before, now) in shares.items():
            for week in range(1, 9):
                for weekday in range(5):
                    day = monday - 7 * week + weekday
                    for when, missed in ((day, now if week == 1 else before), (day - 364, before)):
                        row = (school, when, 200, missed // 5)
                        tables.execute("INSERT INTO school_attendance_day VALUES (?, ?, ?, ?)", row)


def to_ask(page: str) -> str:
    return page.split('id="h-ask"')[1].split("</section>")[0]


def test_a_school_that_attended_less_than_last_year_is_one_to_ask_about(own_town: Database) -> None:
    attended(own_town, {maplewood.ELM: (50, 70), maplewood.OAK: (50, 55)})
    hall = sign_in(app_for(own_town), "hall")
    listed = to_ask(hall.get("/district").text)
    assert "One school to ask about this week" in listed
    assert "93.0% attended in the week of Nov 16, 2.0 points below the same week last year (95.0%)." in listed
    assert "at or above last year in 7 of the last 8 weeks" in listed
    assert "<h3>Oak School</h3>" not in listed
    assert "Attended 1 point or more below the same week last year" in listed
    assert hall.link_to("How this list is made", on="/district") == "/manual/this-week#schools"
    manual = hall.get("/manual/this-week").text
    assert 'id="schools"' in manual
    assert "Attended 1 point or more below the same week last year" in manual


def test_exactly_one_point_counts_and_nine_tenths_do_not(own_town: Database) -> None:
    attended(own_town, {maplewood.ELM: (50, 60), maplewood.OAK: (45, 50)})
    listed = to_ask(sign_in(app_for(own_town), "hall").get("/district").text)
    assert "<h3>Elm School</h3>" in listed
    assert "<h3>Oak School</h3>" not in listed


def test_a_school_leaves_until_monday_when_she_asked_its_principal(own_town: Database) -> None:
    attended(own_town, {maplewood.ELM: (50, 70), maplewood.OAK: (50, 80)})
    hall = sign_in(app_for(own_town), "hall")
    page = hall.get("/district").text
    address = re.search(r'<h3>Elm School</h3>.*?action="([^"]+)"', page, re.S)
    assert address
    form = {"csrf": hall.csrf("/district"), "kind": "asked"}
    assert hall.post(address[1], form).headers["location"] == "/district?done=true"
    after = to_ask(hall.get("/district?done=true").text)
    assert "<h3>Elm School</h3>" not in after
    assert "<h3>Oak School</h3>" in after
    assert "Elm School (asked the principal, Nov 23, Dr. Hall)" in after
    assert hall.post(address[1], form | {"kind": "ranked"}).status_code == 400
    assert hall.post("/district/schools/nowhere/asked", form).status_code == 404
    next_week = sign_in(app_for(own_town, as_of=maplewood.TODAY + timedelta(days=5)), "hall")
    assert "<h3>Elm School</h3>" not in to_ask(next_week.get("/district").text)
    assert erase_expired(own_town, maplewood.TODAY + timedelta(days=7))["school_asked"] == 1
    assert "Elm School (asked" not in to_ask(hall.get("/district").text)


def test_a_school_of_few_students_is_on_no_list_nor_the_one_that_would_tell_of_it(own_town: Database) -> None:
    # As Maplewood is: two students at Oak School, of whom one misses every day.
    attended(own_town, {maplewood.ELM: (50, 90), maplewood.OAK: (50, 90)})
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(
            "UPDATE school_attendance_day SET enrolled = 2, missed = 1 WHERE school_key = ?", (maplewood.OAK,)
        )
    listed = to_ask(sign_in(app_for(own_town), "hall").get("/district").text)
    assert "No school to ask about" in listed
    assert "93.0%" not in listed


def test_a_school_without_last_weeks_days_is_one_to_ask_about_and_the_page_is_dated(own_town: Database) -> None:
    attended(own_town, {maplewood.ELM: (50, 70), maplewood.OAK: (50, 50)})
    december = sign_in(app_for(own_town, as_of=date(2026, 12, 7)), "hall").get("/district").text
    assert "Attendance is loaded until November 20 only." in december
    assert to_ask(december).count("attendance is loaded until Nov 20 only") == 2


@given_any(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.booleans()), max_size=30))
def test_never_more_than_ten_schools_each_with_news_and_none_that_is_hidden(told: list[tuple[int, int, bool]]) -> None:
    monday = day_number(maplewood.TODAY)
    lines = [
        SchoolLine(
            key, f"School {key:02}", 400, monday - 3, Week(monday - 7, 1000, now), Week(monday - 371, 1000, before),
            None, hidden, ((Week(monday - 7, 1000, now), Week(monday - 371, 1000, before)),),
        )
        for key, (before, now, hidden) in enumerate(told)
    ]  # fmt: skip
    listed, waiting = schools_to_ask(lines, monday, monday, {0})
    assert len(listed) <= 10
    assert [one.name for one in listed] == sorted(one.name for one in listed)
    meets = {
        line.school_key
        for line, (before, now, hidden) in zip(lines, told, strict=True)
        if now - before >= 10 and not hidden
    } - {0}
    assert {one.school_key for one in listed} <= meets
    assert len(listed) + waiting == len(meets)
    assert all(one.news for one in listed)
