"""Mr. Ruiz's school in totals: departments, tests and the roll, and nothing small."""

from datetime import date, timedelta

from appliance import counts
from appliance.actions import Action
from appliance.aggregate.tabulation import Cell, Tabulation
from appliance.days import day_number
from appliance.jobs.compute_metrics import refresh
from appliance.storage.database import Database, Event
from tests import maplewood
from tests.access_log import at_desk
from tests.conftest import app_for, sign_in
from tests.page_text import read


def count(database: Database, metric: str, rows: list[tuple[str, int, int]]) -> None:
    with database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        [elm] = tables.execute("SELECT state_id FROM organization WHERE name = 'Elm School'").fetchone()
        cells = tuple(Cell(elm, "all", "all", number, out_of, detail) for detail, number, out_of in rows)
        counts.put(tables, [Tabulation(metric, "2026-2027", "2026-11-20", cells)])


def school_of(database: Database) -> str:
    return sign_in(app_for(database), "ruiz").get("/school").text


def test_departments_stand_by_name_and_are_not_ranked(own_town: Database) -> None:
    count(own_town, "course_grades", [("Math", 9, 40), ("Art", 1, 30), ("Welding", 2, 9)])
    page = school_of(own_town)
    part = page[page.index('id="h-courses"') : page.index('id="h-more"')]
    assert part.index("Art") < part.index("Math") < part.index("Welding")
    assert ">22.5%<" in part
    assert "9 of 40" in part
    assert 'class="bar b1"' not in part
    assert "2 of 9" not in part
    assert "fewer than 10, not shown" in part
    assert "Okafor" not in part


def test_no_department_of_one_teacher_stands_alone_on_any_page(own_town: Database) -> None:
    """Science is Mr. Okafor's alone: its share would be his. Together with Mr. Lind's reading it is nobody's."""
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE course SET subject = substr(title, 1, length(title) - 2)")
    refresh(own_town, by="test")
    assert departments(own_town) == {"Reading"}
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        seat = {"staff_key": maplewood.LIND, "section_key": maplewood.READING, "begin_day": 0}
        tables.table("teaching").insert(seat)
    refresh(own_town, by="test")
    assert departments(own_town) == {"Departments of one teacher each"}


def departments(database: Database) -> set[str]:
    """The departments that Mr. Ruiz reads of on his school's page; his measures and numbers name no other."""
    ruiz = sign_in(app_for(database), "ruiz")
    names = {"Science", "Reading", "Departments of one teacher each"}
    page = ruiz.get("/school").text
    part = page[page.index('id="h-courses"') : page.index('id="h-more"')]
    for address in ("/school/numbers", "/school/measures"):
        other = ruiz.get(address).text.replace("Science 7", "")
        for name in ("Science", "Departments of one teacher each"):
            assert (name in other) == (name in part), address
    return {name for name in names if name in part}


def test_a_test_shows_its_levels_unless_fewer_than_ten_were_tested(own_town: Database) -> None:
    rows = [("MATH7: Meets", 12, 30), ("MATH7: Beginning", 18, 30), ("ELP: Entering", 3, 8)]
    count(own_town, "test_levels", rows)
    part = sign_in(app_for(own_town), "ruiz").get("/school/numbers").text.split('id="tests"')[1]
    assert '<td class="num">30</td><td>Beginning: 18 · Meets: 12</td>' in part
    assert "Entering" not in part


def test_where_no_test_tells_of_standards_the_page_says_so(own_town: Database) -> None:
    said = "No test with results by standard is loaded"
    count(own_town, "test_levels", [("MATH7: Meets", 12, 30), ("RATIOS: Meets", 14, 30)])
    ruiz = sign_in(app_for(own_town), "ruiz")
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        sql = "INSERT INTO test (code, title, kind, subject, part_of) VALUES (?, ?, 'state', 'MATH', ?)"
        tables.execute(sql, ("MATH7", "State test of math", ""))
    assert said in ruiz.get("/school/numbers").text
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(sql, ("RATIOS", "State test of math Ratios", "MATH7"))
    page = ruiz.get("/school/numbers").text
    assert "(standard of State test of math)" in page
    assert said not in page


def test_the_roll_says_who_came_in_four_weeks_and_how_many_left(own_town: Database) -> None:
    today = day_number(maplewood.TODAY)
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        # Gus came two weeks ago, and somebody who is not here any more was here four weeks ago.
        tables.execute(
            "UPDATE school_enrollment SET begin_day = ? WHERE student_key = ?", (today - 14, maplewood.KEY["gus"])
        )
        tables.execute("UPDATE school_attendance_day SET enrolled = 11 WHERE school_key = ?", (maplewood.ELM,))
    page = school_of(own_town)
    roll = page[page.index('id="h-roll"') : page.index('id="students"')]
    assert "The roll: 11 students, 11 on October 26" in roll
    assert "1 student came and 1 student left since." in roll
    assert "<bdi>Gus Pereira</bdi></a> (grade 7, since Nov 9)" in roll
    assert "Ada" not in read(roll)
    named = "SELECT student_key FROM access_log_student WHERE sequence = (SELECT max(sequence) FROM access_log)"
    assert (maplewood.KEY["gus"],) in at_desk(own_town, named, ())


def test_before_four_weeks_of_school_are_over_the_roll_begins_at_the_first_school_day(own_town: Database) -> None:
    """Last June’s roll says nothing of this year: nobody left who finished school, and nobody came who begins it."""
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        june = day_number(date(2026, 6, 5))
        tables.execute("INSERT INTO school_attendance_day VALUES (?, ?, 138, 3)", (maplewood.ELM, june))
    second_week = maplewood.FIRST_DAY + timedelta(days=8)
    page = sign_in(app_for(own_town, as_of=second_week), "ruiz").get("/school").text
    assert "The roll: 11 students, 11 on the first school day, August 24" in page
    assert "0 students came and 0 students left since." in page
    before_school = maplewood.FIRST_DAY - timedelta(days=7)
    assert "The roll" not in sign_in(app_for(own_town, as_of=before_school), "ruiz").get("/school").text


def test_before_anything_is_counted_each_part_says_so(own_town: Database) -> None:
    page = school_of(own_town)
    assert "No course grades have been counted yet." in page
    assert "No test results with levels are loaded." in sign_in(app_for(own_town), "ruiz").get("/school/numbers").text


def test_tile_grades_and_groups_tell_of_the_same_students_and_of_who_left(own_town: Database) -> None:
    """Twelve were counted, one of whom is at Elm no more."""
    with own_town.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        [elm] = tables.execute("SELECT state_id FROM organization WHERE name = 'Elm School'").fetchone()
        cells = (Cell(elm, "all", "all", 3, 12), Cell(elm, "grade", "07", 3, 12))
        counts.put(tables, [Tabulation("chronic_absence", "2026-2027", "2026-11-20", cells)])
    page = school_of(own_town)
    assert "3 <small>of 12</small>" in page
    assert "1 student is counted who left since" in page
    grades = page[page.index('id="h-grade"') : page.index('id="h-groups"')]
    groups = page[page.index('id="h-groups"') : page.index('id="h-courses"')]
    assert "3 of 12" in grades
    assert "3 of 12" in groups
    assert "of 11" not in grades + groups


def test_with_nothing_counted_the_tile_and_the_grades_are_those_here(own_town: Database) -> None:
    page = school_of(own_town)
    assert "2 <small>of 11</small>" in page
    assert "counted who left" not in page
