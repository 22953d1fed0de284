"""Mr. Kim gets files in that nobody wrote a mapping for, by confirming what the page proposes."""

import csv
import re
import time

import pytest

from tests.access_log import lines
from tests.conftest import FORM_HEADERS, app_for, sign_in
from tests.page_text import read
from tests.student_level.sources.mapping.exports import PUPILS, aspen_like, clever_like
from tests.student_level.sources.mapping.workbooks import write_workbook
from tests.web.forms import form_on

ABSENCES = "PUPIL_NO,ATT_DATE,ATT_CODE,REMARK\n" + "".join(
    f"{500 + n},9/{1 + n % 28}/2026,{code},\n" for n, code in enumerate(["A-U", "T", "A-E"] * 10)
)


@pytest.fixture
def app(own_town):
    app = app_for(own_town)
    yield app
    app.state["uploads"].close()


@pytest.fixture
def kim(app):
    return sign_in(app, "kim")


def upload(kim, *files):
    """Send files by the form of the mappings page, and wait until they are checked; the upload's address."""
    token = kim.csrf("/data/mappings")
    parts = [("csrf", (None, token)), *(("files", (name, content)) for name, content in files)]
    sent = kim.browser.post("/data/import/files", files=parts, headers=FORM_HEADERS, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    settled(kim, sent.headers["location"])
    return sent.headers["location"]


def settled(kim, address):
    for _ in range(400):
        answer = kim.get(address)
        if 'http-equiv="refresh"' not in answer.text:
            return answer.text
        time.sleep(0.02)
    raise AssertionError("still busy")


def confirm_all(kim, address, **meanings):
    """Confirm the proposal for each file of an upload; how many pages that took, and where it led."""
    at = address.replace("/data/import/", "/data/mappings/of/")
    for pages in range(1, 20):
        answer = kim.get(at)
        if answer.status_code == 303:
            return pages - 1, answer.headers["location"]
        where, fields = form_on(answer.text, having="name")
        for key in [key for key in fields if key.startswith("theirs.")]:
            if fields[key] in meanings:
                fields[key.replace("theirs", "ours")] = meanings[fields[key]]
        kept = kim.post(where, fields | {"do": "keep"})
        assert kept.status_code == 303, read(kept.text)
        if kept.headers["location"].startswith("/data/import/"):
            return pages, kept.headers["location"]
    raise AssertionError("never done")


def load(kim, address):
    page = settled(kim, address)
    assert "Checked, not loaded yet" in page, read(page)
    where = f"{address}/load"
    assert kim.post(where, {"csrf": kim.csrf(address)}).status_code == 303
    return settled(kim, address)


def count(town, table):
    return town._writer.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.mark.parametrize(
    ("export", "meanings"), [(aspen_like, {"FT": "-"}), (clever_like, {})], ids=["Aspen-like", "Clever-like"]
)
def test_a_district_that_nobody_wrote_a_mapping_for_gets_in_through_the_page(own_town, kim, tmp_path, export, meanings):
    before = count(own_town, "student")
    address = upload(kim, *((path.name, path.read_bytes()) for path in export(tmp_path).values()))
    assert "Nothing was loaded" in settled(kim, address)
    pages, address = confirm_all(kim, address, **meanings)
    assert pages == 5
    assert "Loaded" in load(kim, address)
    assert count(own_town, "student") == before + PUPILS
    kept = [line for line in lines(own_town, "who", "action", "reason") if line[1] == "change a mapping"]
    assert kept == [("kim", "change a mapping", "confirmed")] * 5
    # The next files of that system need nobody.
    again = upload(kim, *((path.name, path.read_bytes()) for path in export(tmp_path).values()))
    assert "Loaded: nothing was new" in load(kim, again)


def test_the_same_export_as_a_workbook_of_sheets_gets_in_through_the_page_too(own_town, kim, tmp_path):
    before = count(own_town, "student")
    sheets = {name: list(csv.reader(path.open())) for name, path in aspen_like(tmp_path).items()}
    book = write_workbook(tmp_path / "export.xlsx", **sheets)
    address = upload(kim, (book.name, book.read_bytes()))
    pages, address = confirm_all(kim, address, FT="-")
    assert pages == 5
    assert "Loaded" in load(kim, address)
    assert count(own_town, "student") == before + PUPILS


def test_the_page_shows_names_of_columns_and_evidence_and_no_pupils_value(kim, tmp_path):
    students = aspen_like(tmp_path)["students"]
    address = upload(kim, (students.name, students.read_bytes())).replace("/import/", "/mappings/of/")
    said = read(kim.get(address).text)
    assert "It looks like" in said
    assert "Sure: a known name; all of the values are words without digits" in said
    assert "PSN_SSN holds social security numbers, which are never read" in said
    shown = set(re.findall(r"\w+", said))
    cells = {cell for row in students.read_text().splitlines()[1:] for cell in row.split(",")}
    codes = {"F", "M", "NULL"}
    assert not (cells - codes - {str(n) for n in range(100)}) & shown - {"101", "102", "06", "07", "08"}
    assert not re.search(r"123-45|70\d\d\d", said)


def test_a_column_of_social_security_numbers_cannot_be_chosen_however_the_form_is_sent(kim, tmp_path):
    students = aspen_like(tmp_path)["students"]
    address = upload(kim, (students.name, students.read_bytes())).replace("/import/", "/mappings/of/")
    where, fields = form_on(kim.get(address).text, having="name")
    answer = kim.post(where, fields | {"column.student_id": "8", "do": "keep"})
    assert answer.status_code == 400
    assert "holds social security numbers, which are never read" in answer.text


def test_a_value_that_stands_in_one_row_is_not_shown_and_can_be_typed(own_town, kim):
    rare = ABSENCES + "900,9/3/2026,Mumps,\n"
    address = upload(kim, ("absences.csv", rare.encode())).replace("/import/", "/mappings/of/")
    page = kim.get(address).text
    assert "Mumps" not in read(page)
    assert "1 more value stands in fewer than three rows each, so it is not shown" in read(page)
    where, fields = form_on(page, having="name")
    blank = next(key for key in fields if key.startswith("theirs.") and not fields[key])
    fields |= {blank: "Mumps", blank.replace("theirs", "ours"): "Excused", "do": "keep"}
    assert kim.post(where, fields).status_code == 303
    kept = (own_town.home / "mappings" / "absences.toml").read_text()
    assert '"Mumps" = "Excused"' in kept


def test_a_changed_kind_or_column_is_proposed_again_before_anything_is_kept(own_town, kim):
    address = upload(kim, ("absences.csv", ABSENCES.encode())).replace("/import/", "/mappings/of/")
    page = kim.get(f"{address}?at=0&kind=programs")
    assert "Not found yet:" in page.text
    where, fields = form_on(page.text, having="name")
    answer = kim.post(where, fields | {"do": "keep"})
    assert answer.status_code == 400
    assert "no column was found for" in answer.text
    where, fields = form_on(kim.get(address).text, having="name")
    assert fields["column.attendance_code"] == "2"
    page = kim.post(where, fields | {"column.attendance_code": "", "do": "look"}).text
    assert form_on(page, having="name")[1]["column.attendance_code"] == ""
    assert not (own_town.home / "mappings").exists()


def test_new_codes_since_last_time_are_shown_for_a_meaning_and_make_the_next_version(own_town, kim):
    confirm_all(kim, upload(kim, ("absences.csv", ABSENCES.encode())))
    newer = ABSENCES.replace("A-E", "ZZ").replace("REMARK", "NOTE")
    address = upload(kim, ("absences.csv", newer.encode())).replace("/import/", "/mappings/of/")
    said = read(kim.get(address).text)
    assert "Changed since last time: Gone: REMARK New: NOTE New codes in ATT_CODE: 1" in said
    _, address = confirm_all(kim, address.replace("/mappings/of/", "/import/"), ZZ="Excused")
    assert "revision = 2" in (own_town.home / "mappings" / "absences.toml").read_text()
    said = read(kim.get("/data/mappings").text)
    assert re.search(r"absences daily attendance \d 2 kim,", said)


def test_a_mapping_is_retired_with_a_reason(own_town, kim):
    confirm_all(kim, upload(kim, ("absences.csv", ABSENCES.encode())))
    form = {"csrf": kim.csrf("/data/mappings"), "name": "absences", "reason": "a new system"}
    assert kim.post("/data/mappings/retire", form).status_code == 303
    assert 'name="name" value="absences"' not in kim.get("/data/mappings").text
    assert kim.post("/data/mappings/retire", form).status_code == 400


def test_a_file_without_a_header_is_told_so_and_its_rows_are_not_shown(kim):
    rows = "".join(f"{70_000 + n},Ada,Amin,3/4/2012,101\n" for n in range(20))
    address = upload(kim, ("students.csv", rows.encode())).replace("/import/", "/mappings/of/")
    answer = kim.get(address)
    assert answer.status_code == 400
    assert "its first row seems to hold values" in answer.text
    assert "Amin" not in read(answer.text)


def test_a_teacher_does_not_get_there(app):
    okafor = sign_in(app, "okafor")
    assert okafor.get("/data/mappings").status_code == 403
    assert okafor.get("/data/mappings/of/x").status_code == 403


def test_an_upload_that_is_gone_is_no_such_upload(kim):
    assert kim.get("/data/mappings/of/nothing").status_code == 404
