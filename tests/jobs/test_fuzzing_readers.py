"""Whatever a file holds, each reader loads it or says in a sentence why not; none crashes, and none takes long.

The deadline is hypothesis' own: an example that takes a minute, where none should take a second, is
a failure on the busiest machine too.
"""

import zipfile
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import BadFile
from appliance.jobs.import_files import check_files
from appliance.jobs.propose_mapping import look_into
from appliance.storage.database import Database
from appliance.student_level.sources.mapping.form import Mapping, read_mapping
from tests.elm_and_oak import ElmAndOak, csv_text
from tests.student_level.sources import edfi_district
from tests.student_level.sources.mapping.workbooks import write_workbook

WORDS = st.sampled_from(
    ["", "NULL", "501", "502", "e", "o", "d", "sy", "student", "teacher", "2026-09-01", "0003-01-01", "9/1/2026",
     "true", "active", "tobedeleted", "Excused", "85.12 B+", "123-45-6789", "1e999", "-0", "\u202eabc", "'; DROP TABLE"]
)  # fmt: skip
CELL = st.one_of(WORDS, st.text(st.characters(exclude_characters='\r\n",\x00', exclude_categories=["Cs"]), max_size=12))
A_HANG = timedelta(minutes=1)
quickly = settings(
    max_examples=25, deadline=A_HANG,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    town = ElmAndOak(folder, Database.create(folder / "home"))
    town.begin()
    yield town
    town.database.close()


def read_or_refused(town, *paths):
    """The report, or None for a file that was refused in one sentence that names it."""
    try:
        report = check_files(town.database, list(paths))
    except BadFile as error:
        assert any(path.name in str(error) for path in paths) or "roster" in str(error)
        assert "\n" not in str(error)
        return None
    refused = sum(count.refused for count in report.counts.values())
    assert refused == sum(report.problem_kinds.values())
    assert all(problem.sentence for problem in report.problems)
    return report


@quickly
@given(data=st.data())
def test_any_oneroster_package_is_read_or_refused(town, data):
    """Some cells of some files are anything; some files are missing; some columns are called otherwise."""
    files = {}
    for member in data.draw(st.sets(st.sampled_from(sorted(town.roster)), max_size=3)):
        header, *rows = csv_text(town.roster[member]).splitlines()
        cells = [row.split(",") for row in rows]
        for _ in range(data.draw(st.integers(1, 4))):
            row = data.draw(st.sampled_from(cells))
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELL)
        if data.draw(st.booleans()):
            header = header.replace(data.draw(st.sampled_from(header.split(","))), data.draw(CELL) or "x", 1)
        files[member] = "\n".join([header, *(",".join(row) for row in cells)])
    read_or_refused(town, town.package("fuzzed.zip", **files))


@quickly
@given(data=st.data())
def test_any_damage_to_a_oneroster_zip_is_read_or_refused(town, data):
    content = bytearray(town.package("damaged.zip").read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = town.folder / "damaged.zip"
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    read_or_refused(town, path)


@quickly
@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=8))
def test_any_csv_is_read_proposed_for_or_refused(town, rows):
    path = town.folder / "fuzzed.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    read_or_refused(town, path)
    try:
        found = look_into(path, town.database.home)
    except BadFile as error:
        assert "fuzzed.csv" in str(error)
    else:
        assert len(found) == 1


@quickly
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8))
def test_any_attendance_is_read_row_by_row(town, rows):
    path = town.folder / "absences.csv"
    path.write_text("\n".join(",".join(row) for row in [["student_id", "date", "category"], *rows]) + "\n", "utf-8")
    report = read_or_refused(town, path)
    if report is not None:
        (read,) = report.files
        assert read.rows <= len(rows)


@quickly
@given(rows=st.lists(st.lists(st.one_of(CELL, st.integers(), st.floats(allow_nan=False), st.booleans()), min_size=1,
                              max_size=5), min_size=1, max_size=6))  # fmt: skip
def test_any_workbook_is_read_or_refused(town, rows):
    plain = [
        ["".join(s for s in cell if s.isprintable()) if isinstance(cell, str) else cell for cell in row] for row in rows
    ]
    read_or_refused(town, write_workbook(town.folder / "fuzzed.xlsx", Sheet=plain))


TAGS = st.sampled_from(
    ["Student", "StudentUniqueStateId", "Name", "FirstName", "LastSurname", "Grade", "StudentReference", "Section",
     "StudentIdentity", "School", "BirthData", "BirthDate", "x"]
)  # fmt: skip
TREE = st.recursive(
    st.tuples(TAGS, CELL), lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)), max_leaves=12
)  # fmt: skip


def as_xml(tree):
    tag, inside = tree
    if isinstance(inside, str):
        plain = "".join(sign for sign in inside if sign.isprintable() and sign not in "<>&")
        return f"<{tag}>{plain}</{tag}>"
    return f"<{tag}>{''.join(map(as_xml, inside))}</{tag}>"


@quickly
@given(trees=st.lists(TREE, max_size=6), kind=st.sampled_from(["StudentParent", "StudentGrade", "MasterSchedule"]))
def test_any_edfi_xml_is_read_or_refused(town, trees, kind):
    path = town.folder / f"{kind}.xml"
    path.write_bytes(b"".join(edfi_district.interchange(kind, [as_xml(tree) for tree in trees])))
    read_or_refused(town, path)


@quickly
@given(data=st.data())
def test_any_damage_to_edfi_xml_is_read_or_refused(town, data):
    edfi_district.write(town.folder, 1)
    path = town.folder / "StudentEnrollment.xml"
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    zipped = town.folder / "edfi.zip"
    with zipfile.ZipFile(zipped, "w") as package:
        package.write(path, "StudentEnrollment.xml")
    read_or_refused(town, data.draw(st.sampled_from([path, zipped])))


RIGHT = """version = 1
name = "Riverton attendance"
fingerprint = ["PUPIL_NO", "ATT_CODE"]
dates = ["MM/DD/YYYY"]
[codes.attendance]
A = "Unexcused"
[[table]]
layout = "daily attendance"
key = ["student_id"]
[table.columns]
student_id = { first = ["PUPIL_NO", "ID"] }
date = "ATT_DT"
category = { from = "ATT_CODE", codes = "attendance" }
"""


@settings(max_examples=150, deadline=A_HANG)
@given(place=st.integers(0, len(RIGHT)), gone=st.integers(0, 30), put_in=st.text(max_size=20))
def test_any_mapping_is_read_or_refused(place, gone, put_in):
    text = RIGHT[:place] + put_in + RIGHT[place + gone :]
    try:
        assert isinstance(read_mapping(text, "riverton.toml"), Mapping)
    except BadFile as error:
        assert str(error).startswith("riverton.toml: ")
