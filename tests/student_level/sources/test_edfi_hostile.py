"""Whatever is wrong with an Ed-Fi package is one sentence that names the file, and nothing of it is loaded."""

import hashlib
import io
import tracemalloc
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.jobs.import_files import import_files
from appliance.jobs.status import totals
from appliance.storage.database import Database
from appliance.student_level.sources.archive import MOST_RATIO, MOST_RATIO_OF_XML, SourceFile
from appliance.student_level.sources.edfi.records import MOST_BYTES_PER_RECORD, look_through, records
from appliance.student_level.sources.recognise import recognise
from tests.student_level.sources import edfi_district

ADA = (
    "<Student><StudentUniqueStateId>501</StudentUniqueStateId><Name><FirstName>Ada</FirstName>"
    "<LastSurname>Abara</LastSurname></Name></Student>"
)


def student_file(content=ADA, *, start='<?xml version="1.0"?>', root="InterchangeStudentParent"):
    return f"{start}<{root} xmlns='http://ed-fi.org/0100'>{content}</{root}>".encode()


def source(content, name="StudentParent.xml"):
    return SourceFile(name, len(content), lambda: io.BytesIO(content))


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name.replace("_", "."), content)
    return path


ENTITIES = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
HOSTILE = {
    "a billion laughs": (
        student_file("<Student><Id>&l9;</Id></Student>", start=f'<!DOCTYPE x [<!ENTITY l0 "ha">{ENTITIES}]>'),
        "declares a document type",
    ),
    "an entity from a file": (
        student_file("<Student><Id>&f;</Id></Student>", start='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
        "declares a document type",
    ),
    "a parameter entity": (student_file(start='<!DOCTYPE x [<!ENTITY % p SYSTEM "http://x/x.dtd">%p;]>'), "document"),
    "a document type from elsewhere": (student_file(start='<!DOCTYPE x SYSTEM "http://evil/x.dtd">'), "document type"),
    "an empty document type": (student_file(start="<!DOCTYPE x>"), "document type"),
    "an entity nobody declared": (student_file("<Student><Id>&secret;</Id></Student>"), "not sound XML"),
    "65 levels": (student_file("<a>" * 65 + "</a>" * 65), "nested deeper than 64"),
    "200,000 levels": (student_file("<a>" * 200_000), "nested deeper than 64"),
    "a text of 10 MB": (student_file(f"<Student><Name><FirstName>{'A' * 10_000_000}</FirstName></Name></Student>"),
                        "larger than any real one"),
    "an attribute of 10 MB": (student_file(f"<Student id='{'A' * 10_000_000}'/>"), "larger than any real one"),
    "a comment of 10 MB": (student_file(f"<!--{'A' * 10_000_000}-->"), "larger than any real one"),
    "a record of a million children": (student_file(f"<Student>{'<a/>' * 1_000_000}</Student>"), "larger than any"),
    "10 MB outside every record": (student_file(" " * 10_000_000), "larger than any real one"),
    "cut short in a record": (student_file()[:-60], "may be cut short"),
    "cut short between records": (student_file(ADA + ADA)[:-27], "may be cut short"),
    "tags that cross": (student_file("<Student><a><b></a></b></Student>"), "not sound XML"),
    "a NUL": (student_file("<Student>\x00</Student>"), "not sound XML"),
    "bytes that are no UTF-8": (student_file().replace(b"Ada", b"Ad\xe9"), "not sound XML"),
    "an encoding nobody knows": (student_file(start='<?xml version="1.0" encoding="klingon"?>'), "is in an encoding"),
    "nothing at all": (b"", "not sound XML"),
    "no XML": (b"student_id,date\n501,2026-09-08\n", "not sound XML"),
    "a page of the web": (b"<html><body/></html>", "its root element is html"),
    "a deletion": (student_file("<Action ActionType='DELETE'/>"), "asks for deletions"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_or_broken_file_is_refused_in_one_sentence_that_quotes_none_of_it(tmp_path, content, sentence):
    path = tmp_path / "StudentParent.xml"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=sentence) as caught:
        recognise([path])
    said = str(caught.value)
    assert said.startswith("StudentParent.xml")
    assert "Ada" not in said
    assert len(said) < 300


@pytest.mark.parametrize("name", ["a billion laughs", "a text of 10 MB", "200,000 levels", "an attribute of 10 MB"])
def test_an_attack_costs_no_memory(name):
    file = source(HOSTILE[name][0])
    tracemalloc.start()
    with pytest.raises(BadFile):
        look_through(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MOST_BYTES_PER_RECORD


def peak_of_reading(count):
    content = b"".join(edfi_district.interchange("StudentGrade", edfi_district.grades(count)))
    file = source(content, "StudentGrade.xml")
    tracemalloc.start()
    found = sum(1 for _ in records(file, {"Grade"}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == count * edfi_district.GRADES_A_STUDENT
    return len(content), peak


def test_eight_times_the_grades_need_no_more_memory():
    small, little = peak_of_reading(10)
    large, much = peak_of_reading(80)
    assert large > 7 * small
    assert much < little + 300_000


CONTROL = {
    "a file that is not there": (
        "edfi-xml,StudentParent,Missing.xml",
        "line 1 names a file that is not in the package",
    ),
    "another interchange": ("\nedfi-xml,StudentGrade,StudentParent.xml", "line 2 calls .* its root element is"),
    "another md5": ("edfi-xml,StudentParent,StudentParent.xml," + "0" * 32, "its md5 differs"),
    "an order to purge": ("@purge", "line 1: a line of a control file reads"),
    "a path": ("edfi-xml,StudentParent,../../etc/passwd", "names a file that is not in the package"),
}


@pytest.mark.parametrize(("line", "sentence"), CONTROL.values(), ids=CONTROL)
def test_a_control_file_must_be_right_about_the_package(tmp_path, line, sentence):
    path = zipped(tmp_path / "edfi.zip", StudentParent_xml=student_file(), MainControlFile_ctl=line)
    with pytest.raises(BadFile, match=sentence):
        recognise([path])


@pytest.mark.parametrize("kind", ["StudentParent", "InterchangeStudentParent"])
@pytest.mark.parametrize("md5", ["", "," + hashlib.md5(student_file(), usedforsecurity=False).hexdigest().upper()])
def test_a_control_file_chooses_what_is_read(tmp_path, kind, md5):
    path = zipped(
        tmp_path / "edfi.zip",
        StudentParent_xml=student_file(),
        StudentProgram_xml=student_file("", root="InterchangeStudentProgram"),
        MainControlFile_ctl=f"edfi-xml,{kind},StudentParent.xml{md5}\n\n",
    )
    found = recognise([path])
    assert {one.table.name: one.note for one in found if one.note} == {
        "edfi.zip/StudentProgram.xml": "left out: the control file does not name it"
    }
    assert {one.layout.kind for one in found if not one.note} == {"Ed-Fi people", "Ed-Fi demographics"}


def district(folder, count=2, **changed):
    """Files of a small district, some replaced."""
    paths = {path.stem: path for path in edfi_district.write(folder, count)}
    for name, content in changed.items():
        paths[name] = folder / f"{name}.xml"
        paths[name].write_bytes(content)
    return list(paths.values())


@pytest.fixture
def database(tmp_path):
    opened = Database.create(tmp_path / "home")
    yield opened
    opened.close()


def test_a_small_district_loads_whole_and_the_same_again_changes_nothing(database, tmp_path):
    paths = district(tmp_path, 30)
    report = import_files(database, paths)
    assert report.problems == []
    counts = totals(database)
    assert (counts["student"], counts["section"], counts["section_enrollment"], counts["grade"]) == (30, 14, 210, 630)
    assert not import_files(database, paths).changed_anything


def test_a_roster_of_another_system_keeps_its_people_their_classes_and_rights(two_schools, tmp_path):
    two_schools.begin()
    everything = ["SELECT * FROM teaching", "SELECT * FROM staff_role", "SELECT * FROM section_enrollment",
                  "SELECT student_key, is_active FROM student",
                  "SELECT section_key, is_active FROM section"]  # fmt: skip
    before = [set(two_schools.ask(sql)) for sql in everything]
    assert all(before)
    report = import_files(two_schools.database, district(tmp_path, 30))
    assert report.problems == []
    after = [set(two_schools.ask(sql)) for sql in everything]
    assert all(earlier <= later for earlier, later in zip(before, after, strict=True))
    assert len(after[3]) == len(before[3]) + 30


def test_tables_among_xml_files_are_refused_rather_than_passed_over(tmp_path):
    path = zipped(tmp_path / "mixed.zip", StudentParent_xml=student_file(), users_csv="sourcedId\n1\n")
    with pytest.raises(BadFile, match=r"mixed.zip/users.csv stands among XML files"):
        recognise([path])


def test_a_grade_of_somebody_nobody_listed_is_refused_by_its_line_and_no_phantom_is_made(database, tmp_path):
    paths = district(tmp_path, StudentParent=student_file(ADA.replace("501", "600000")))
    report = import_files(database, paths)
    assert totals(database)["student"] == 1
    (read,) = {problem.file for problem in report.problems if "grades" in problem.file}
    assert read == "StudentGrade.xml (grades)"
    refused = [problem for problem in report.problems if problem.file == read]
    assert {problem.code for problem in refused} == {"unknown_reference"}
    assert len(refused) == edfi_district.GRADES_A_STUDENT
    lines = (tmp_path / "StudentGrade.xml").read_text().splitlines()
    assert all(lines[problem.row - 1].strip() == "<Grade>" for problem in refused)
    assert not any("600001" in problem.sentence for problem in report.problems)


SSN = "<StudentIdentificationCode IdentificationSystem='SSN'><IdentificationCode>{}</IdentificationCode>" \
      "</StudentIdentificationCode>"  # fmt: skip


@pytest.mark.parametrize(
    ("identity", "codes"),
    [("078-05-1120", ""), ("078051120", SSN.format("078051120"))],
    ids=["by its form", "by its type"],
)
def test_a_student_whose_id_is_the_social_security_number_is_refused(database, tmp_path, identity, codes):
    ada = ADA.replace("501", identity).replace("<Name>", f"{codes}<Name>")
    report = import_files(database, district(tmp_path, StudentParent=student_file(ada)))
    assert totals(database)["student"] == 0
    assert any(problem.code == "social_security" for problem in report.problems)
    tables = [name for (name,) in database._writer.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    values = {str(v) for t in tables for row in database._writer.execute(f'SELECT * FROM "{t}"') for v in row}
    assert "Elm School" in values
    assert identity not in values
    assert identity not in "".join(report.lines())


NAMES = st.sampled_from(["Student", "Name", "FirstName", "Race", "RacialCategory", "StudentReference", "x:Grade"])
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=20
)
TREES = st.recursive(
    st.tuples(NAMES, TEXTS, st.just([])),
    lambda below: st.tuples(NAMES, TEXTS, st.lists(below, max_size=4)),
    max_leaves=12,
)


def built(tree):
    name, text, below = tree
    element = ElementTree.Element(name.replace("x:", ""), {"id": text})
    element.text = text
    element.extend(built(one) for one in below)
    return element


@given(st.lists(TREES, max_size=5))
def test_every_record_of_every_tree_is_read_with_its_leaves(trees):
    root = ElementTree.Element("InterchangeStudent")
    root.extend(built(tree) for tree in trees)
    file = source(ElementTree.tostring(root, encoding="utf-8"))
    counts = look_through(file).counts
    assert sum(counts.values()) == len(trees)
    found = list(records(file, set(counts)))
    assert [record.kind for record in found] == [element.tag for element in root]
    for record, element in zip(found, root, strict=True):
        assert sum(map(len, record.children.values())) == len(element)
        for child in element:
            (leaf, *_) = [one for one in child.iter() if not len(one)]
            text = (leaf.text or "").strip()
            if text and leaf is not child and not text.startswith("uri://"):
                assert any(text in group.values() for group in record.children[child.tag])


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_are_read_or_refused_and_nothing_else(noise, place):
    sound = student_file()
    for content in (noise, sound[:place] + noise + sound[place:], sound[: place % len(sound)]):
        try:
            look_through(source(content))
            list(records(source(content), {"Student"}))
        except BadFile as refused:
            assert str(refused).startswith("StudentParent.xml")


def test_a_large_attendance_file_that_packs_to_a_hundredth_is_no_bomb(tmp_path):
    wordy = "<AttendanceEventCategory>Excused Absence</AttendanceEventCategory>" * 8
    events = [f"<AttendanceEvent id='{n}'>{wordy}</AttendanceEvent>\n" for n in range(25_000)]
    content = b"".join(edfi_district.interchange("StudentAttendance", events))
    path = zipped(tmp_path / "attendance.zip", StudentAttendance_xml=content)
    assert MOST_RATIO * path.stat().st_size < len(content) < MOST_RATIO_OF_XML * path.stat().st_size
    assert {one.layout.kind for one in recognise([path])} == {"Ed-Fi daily attendance", "Ed-Fi section attendance"}


def test_xml_that_packs_to_a_thousandth_is_a_bomb(tmp_path):
    path = zipped(tmp_path / "bomb.zip", StudentAttendance_xml=b"<a>" + b" " * 20_000_000 + b"</a>")
    with pytest.raises(BadFile, match="more than a real package does"):
        recognise([path])
