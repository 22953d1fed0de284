"""On paper: a letter home, a sheet for a conference, a list for calls."""

import re
import zlib
from html import escape, unescape
from pathlib import Path

import pytest

from appliance.actions import Action
from appliance.days import day_number
from appliance.settings import Settings
from appliance.storage.database import Database, Event
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.cares_about import CaresAbout
from appliance.student_level.records.courses import CourseLine
from appliance.student_level.records.enrollments import Name
from appliance.student_level.records.students import DayGrid
from appliance.student_level.records.students import TestLine as ResultLine
from appliance.student_level.staging.attendance_codes import DAILY
from appliance.web.languages import written_in
from appliance.web.pages.paper import Profile, Sheet
from appliance.web.pdf import MOST_SHEETS, NoPdf, pdf_of
from appliance.web.rendering import html_of
from tests import everyone, maplewood
from tests.access_log import at_desk
from tests.conftest import Person, app_for, sign_in
from tests.page_text import read
from tests.pdf_text import text_of


def ada_of(person: Person) -> str:
    return person.link_to("Ada Lovell", on="/this-week")


def pages_of(pdf: bytes) -> int:
    """How many sheets a PDF has, from its own count, which may be packed."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    parts = [pdf, *(zlib.decompressobj().decompress(part) for part in packed if part[:1] == b"\x78")]
    return max(int(count) for part in parts for count in re.findall(rb"/Count (\d+)", part))


def test_a_letter_tells_a_familys_own_child_and_compares_with_nobody(visit) -> None:
    okafor = visit("okafor")
    page = okafor.get(f"{ada_of(okafor)}/letter").text
    assert "To the family of <bdi>Ada Lovell</bdi>" in page
    assert "5 days missed" in page
    assert "<bdi>Ada</bdi> has missed 5 of 63 school days from August 24, 2026 to November 20, 2026." in page
    for word in ("average", "other students", "class ", "10%", "chronic", "truant", "risk"):
        assert word not in read(page).lower(), word


def test_the_same_letter_in_spanish_says_usted_and_its_dates_are_spanish(visit) -> None:
    okafor = visit("okafor")
    page = okafor.get(f"{ada_of(okafor)}/letter?language=es").text
    assert '<html lang="es"' in page
    assert "A la familia de <bdi>Ada Lovell</bdi>" in page
    assert (
        "Del 24 de agosto de 2026 al 20 de noviembre de 2026 hubo 63 días de clase, y <bdi>Ada</bdi> faltó 5." in page
    )
    assert "Puede comunicarse con nosotros" in page
    assert visit("okafor").get(f"{ada_of(okafor)}/letter?language=xx").status_code == 404


def test_a_letter_says_which_days_are_excused_and_says_nothing_where_none_is(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    ada = okafor.link_to("Ada Lovell", on="/this-week")
    for excused in (2, 0):
        with own_town.changing(Event("test", Action.IMPORT)) as tables:
            tables.execute("UPDATE student_attendance SET days_excused = ? WHERE student_key = 101", (excused,))
        page = okafor.get(f"{ada}/letter").text
        assert ("Of these, the school has noted as excused: 2." in page) is bool(excused)
        assert "told us about" not in page


def test_nobody_is_written_to_about_the_first_days_of_school(own_town: Database) -> None:
    """Ada has come lately: she alone gets no letter. Then nobody has been there for long."""
    okafor = sign_in(app_for(own_town), "okafor")
    ada, science = okafor.link_to("Ada Lovell", on="/this-week"), okafor.link_to("Science 7", on="/classes")
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE student_attendance SET days_enrolled = 20 WHERE student_key = 101")
    assert "once more than 20 school days of a student are loaded" in okafor.get(f"{ada}/letter").text
    assert okafor.get(f"{ada}/letter/pdf").status_code == 400
    assert pages_of(okafor.get(f"{science}/letters/pdf").content) == 10
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(
            "UPDATE student_attendance SET days_enrolled = 1, days_missed = 1, days_excused = 0, days_late = 0"
        )
    assert okafor.get(f"{science}/letters/pdf").status_code == 400


def test_on_the_first_day_a_mother_does_not_read_of_all_one_days(own_town: Database) -> None:
    everyone.move_in(own_town)
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute(
            "UPDATE student_attendance SET days_enrolled = 1, days_missed = 0, days_excused = 0, days_late = 0"
        )
    rosa = sign_in(app_for(own_town, settings=Settings(family_pages=True)), "rosa")
    assert "Here on the 1 school day of this year so far." in rosa.get("/my-children").text
    rosa.get("/language?code=es&next=/my-children")
    assert "Vino el 1 día de clase que va de este año." in rosa.get("/my-children").text


def test_a_conference_sheet_says_known_levels_and_terms_in_spanish_and_marks_the_rest(visit) -> None:
    wu = visit("wu")
    ada = wu.link_to("Ada Lovell", on="/this-week")
    page = wu.get(f"{ada}/profile?language=es").text
    assert "<th>Bimestre 2</th>" in page
    assert "<td>Cumple</td>" in page
    assert '<bdi lang="en">Science 7</bdi>' in page
    assert "<th><bdi>Quarter 2</bdi></th>" in wu.get(f"{ada}/profile").text


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Fall Semester", "Semestre 1"), ("Q3", "Bimestre 3"), ("2nd Trimester", "Trimestre 2"),
        ("Full Year", "Todo el año"), ("Getting there", "Va avanzando"), ("EXCEEDS", "Supera"),
        ("not yet assessed", "Todavía sin evaluar"),
        ("Proficient", None), ("MP 2", None), ("<b>", None), ("", None),
    ],
)  # fmt: skip
def test_what_is_known_is_said_in_spanish_and_what_is_not_stays_as_the_district_wrote_it(word, said) -> None:
    shown = written_in("es")["theirs"](word)
    assert shown == (said or f'<bdi lang="en">{escape(word)}</bdi>')
    assert written_in("en")["theirs"](word) == f"<bdi>{escape(word)}</bdi>"


def test_who_missed_no_day_is_thanked(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("UPDATE student_attendance SET days_missed = 0, days_excused = 0 WHERE student_key = 101")
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(f"{okafor.link_to('Ada Lovell', on='/this-week')}/letter").text
    assert "Here every day" in page
    assert "<bdi>Ada</bdi> has come on all 63 school days" in page


def test_paper_carries_the_line_of_the_log_that_was_written_before_it(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    page = okafor.get(f"{ada_of(okafor)}/profile").text
    [(number, who, subject)] = at_desk(
        own_town, "SELECT sequence, who, subject FROM access_log WHERE action = 'print about a student'"
    )
    assert (who, subject) == ("okafor", "conference sheet")
    assert f"line {number} of the access log" in page


def test_a_conference_sheet_says_first_what_goes_well_and_leaves_room_to_write(visit) -> None:
    wu = visit("wu")
    page = wu.get(f"{wu.link_to('Ada Lovell', on='/this-week')}/profile").text
    assert page.index("Going well") < page.index("Days at school") < page.index("Courses") < page.index("comes next")
    assert "Printed by Ms. Wu" in page


def test_a_list_for_calls_names_who_was_away_without_a_reason_and_nobody_else(own_town: Database) -> None:
    friday = day_number(maplewood.school_days()[-1])
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("DELETE FROM attendance_day WHERE day = ?", (friday,))
        for key, category in ((101, "unexcused"), (102, "excused"), (103, "tardy"), (201, "unexcused")):
            sql = "INSERT INTO attendance_day (student_key, day, code) VALUES (?, ?, ?)"
            tables.execute(sql, (key, friday, DAILY[category]))
    page = sign_in(app_for(own_town), "ruiz").get("/school/calls").text
    assert "away on Friday, November 20, 2026" in page
    assert "Lovell, Ada" in page
    assert not [name for name in ("Ostrow", "Marsh", "Vance") if name in page]


def test_the_letters_of_a_class_are_one_pdf_with_a_sheet_for_each(own_town: Database, tmp_path: Path) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    science = okafor.link_to("Science 7", on="/classes")
    answer = okafor.get(f"{science}/letters/pdf?language=es")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="letters.pdf"'
    assert answer.content[:5] == b"%PDF-"
    assert pages_of(answer.content) == 11
    named = (
        "SELECT count(*) FROM access_log_student JOIN access_log USING (sequence) WHERE subject = 'letters: Science 7'"
    )
    assert at_desk(own_town, named) == [(11,)]


def test_nobody_prints_a_student_across_town(visit) -> None:
    ada = ada_of(visit("okafor"))
    for kind in ("letter", "letter/pdf", "profile", "profile/pdf"):
        assert visit("lind").get(f"{ada}/{kind}").status_code == 404
    assert visit("okafor").get("/school/calls").status_code == 403
    assert visit("okafor").get("/school/letters/pdf").status_code == 403


def test_too_many_sheets_are_refused_before_any_is_made() -> None:
    with pytest.raises(NoPdf, match="Choose fewer students"):
        pdf_of(["<p>one</p>"] * (MOST_SHEETS + 1))


def test_the_worker_opens_no_file_but_ours(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>SECRET</text></svg>')
    made = pdf_of([f'<p>x</p><img src="{secret.as_uri()}"><img src="http://127.0.0.1:9/x.png">'])
    text = tmp_path / "made.pdf"
    text.write_bytes(made)
    assert b"SECRET" not in made
    assert b"/Image" not in made


def test_a_class_list_has_the_columns_of_the_page_and_the_number_of_its_line(own_town: Database) -> None:
    okafor = sign_in(app_for(own_town), "okafor")
    science = okafor.link_to("Science 7", on="/classes")
    paper = okafor.get(f"{science}/list?sort=missed").text
    assert re.findall(r"<th[^>]*>([^<]+)</th>", paper.split("</thead>")[0]) == [
        "Student", "Days missed", "Days enrolled", "Last 8 weeks", "Missing work", "Quarter 2", "Last check-in",
        "Notes",
    ]  # fmt: skip
    assert paper.index("Marsh, Cleo") < paper.index("Lovell, Ada") < paper.index("Olsen, Fay")
    assert "<bdi>Salim, Rani</bdi>" in paper
    [(number, *line)] = at_desk(
        own_town, "SELECT sequence, who, action, subject FROM access_log ORDER BY sequence DESC LIMIT 1", ()
    )
    assert line[0] == "okafor"
    assert line[2] == "class list: Science 7"
    assert f"Printed by Ms. Okafor, Monday, November 23, 2026, 7:50 am; line {number} of the access log" in paper
    assert pages_of(okafor.get(f"{science}/list/pdf").content) == 1
    assert sign_in(app_for(own_town), "lind").get(f"{science}/list").status_code == 404


def test_every_page_of_a_long_list_says_who_printed_it_and_carries_its_line(own_town: Database) -> None:
    with own_town.changing(Event("test", Action.IMPORT)) as tables:
        for key in range(700, 760):
            name = (key, "Pupil", f"Number {key}")
            tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (?, ?, ?)", name)
            stay = (key, maplewood.ELM, day_number(maplewood.FIRST_DAY))
            tables.execute("INSERT INTO school_enrollment VALUES (?, ?, ?, NULL, '07', NULL, NULL)", stay)
            seat = (maplewood.SCIENCE, key, day_number(maplewood.FIRST_DAY))
            tables.execute(
                "INSERT INTO section_enrollment (section_key, student_key, begin_day) VALUES (?, ?, ?)", seat
            )
            days = "student_key, school_key, school_year, days_enrolled, days_missed, days_excused, days_late"
            sql = f"INSERT INTO student_attendance ({days}) VALUES (?, ?, 2027, 63, 2, 1, 0)"
            tables.execute(sql, (key, maplewood.ELM))
    okafor = sign_in(app_for(own_town), "okafor")
    science = okafor.link_to("Science 7", on="/classes")
    made = okafor.get(f"{science}/list/pdf").content
    assert pages_of(made) >= 2
    feet = re.findall(r"Printed by Ms\. Okafor, .*?; line \d+ of the access log", text_of(made))
    assert len(feet) == pages_of(made)
    letters = okafor.get(f"{science}/letters/pdf?language=es").content
    assert text_of(letters).count("del registro de accesos") == pages_of(letters) == 71


@pytest.mark.parametrize(
    ("who", "address", "begins", "names_students"),
    [
        ("ruiz", "/school", "Student records. Printed by Mr. Ruiz", True),
        ("okafor", "/this-week", "Student records. Printed by Ms. Okafor", True),
        ("hall", "/district", "Printed by Dr. Hall", False),
        ("kim", "/data/rules", "Printed by Mr. Kim", False),
    ],
)
def test_a_page_hands_its_foot_to_the_printer_with_the_line_that_was_just_written(
    own_town: Database, who: str, address: str, begins: str, names_students: bool
) -> None:
    person = sign_in(app_for(own_town), who)
    page = person.get(address).text
    foot = unescape(re.search(r'data-foot="([^"]*)"', page)[1])
    assert foot.startswith(f"{begins}, Monday, November 23, 2026, 7:50 am")
    [(number, looked)] = at_desk(own_town, "SELECT sequence, who FROM access_log ORDER BY sequence DESC LIMIT 1", ())
    assert ("Keep locked" in foot) is names_students
    assert (f"line {number} of the access log" in foot) is (looked == who and address != "/data/rules")


def conference_about(name: Name, courses: int, language: str) -> str:
    """What the PDF says of a student with so many courses, eight tests and a whole year."""
    marks = ("B+ (87)", "A- (91)", "B (84)", "A (95)")
    taken = tuple(CourseLine(f"Reading and writing, period {n}", "Ms. Okafor", marks, "", 3) for n in range(courses))
    test = ResultLine("State test of grade 7, Reading and language arts", 20_000, 226.0, 3.0, "Meets", "")
    about = Profile(
        name=name, grade_level="07", school="Elm School",
        cares_about=CaresAbout("Her grandmother’s garden, football, and that nobody calls her slow", 20_500, "Ms. Wu"),
        going_well=("B in Science 7", "has not missed one of 20 days"), days=DaysSoFar(170, 9, 5, 4),
        grid=DayGrid(day_number(maplewood.FIRST_DAY), "ppppe" * 42),
        periods=("Quarter 1", "Quarter 2", "Quarter 3", "Quarter 4"), courses=taken, tests=(test,) * 8,
    )  # fmt: skip
    sheet = Sheet(about=about, today=day_number(maplewood.TODAY), signed="Ms. Wu", number=17, is_pdf=True)
    return text_of(pdf_of([html_of(sheet, language)]))


LONG = Name("Maximiliana Guadalupe Esperanza", "Fernández de Córdoba y Álvarez de las Asturias-Bohorques", "")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_conference_sheet_is_one_page_with_nine_courses_six_tests_and_a_long_name(language: str) -> None:
    told = conference_about(LONG, 9, language)
    assert re.findall(r"\b\d/\d\b", told) == ["1/1"]


def test_of_a_student_with_sixteen_courses_the_second_page_says_whose_it_is_and_who_printed_it() -> None:
    told = conference_about(LONG, 16, "en")
    assert re.findall(r"\b\d/\d\b", told) == ["1/2", "2/2"]
    assert told.count("line 17 of the access log") == 2
    assert told.count("Asturias-Bohorques") == 2
    first, second = told.split("1/2")
    assert "period 15" in first
    assert "What we talked about" in second
