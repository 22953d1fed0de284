"""Whatever format it comes in, a social security number is refused before anything is written."""

import pytest

from appliance.errors import BadFile
from appliance.jobs.import_files import check_files
from tests.elm_and_oak import ROSTER, csv_text

SECRETS = [f"{n:03}-45-{6780 + n}" for n in range(101, 106)]
MAPPING = """
version = 1
name = "Elm programs"
fingerprint = ["PUPIL SSN", "WHAT", "FROM"]
dates = ["YYYY-MM-DD"]
[[table]]
layout = "programs"
[table.columns]
student_id = "PUPIL SSN"
program = "WHAT"
begin_date = "FROM"
"""


def everything(town):
    tables = town.ask("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return repr([town.ask(f"SELECT * FROM {table}") for (table,) in tables])


def as_ids(sign="-"):
    users = csv_text(ROSTER["users"])
    for number, secret in zip(("501", "502", "503", "901", "902"), SECRETS, strict=True):
        users = users.replace(f",{number},", f",{secret.replace('-', sign)},")
    return users


@pytest.mark.parametrize("sign", ["-", "\u2013", "\u2212", " ", "."])
def test_a_roster_whose_identifiers_are_social_security_numbers_is_refused_whole(two_schools, sign):
    before = everything(two_schools)
    with pytest.raises(BadFile, match=r"users\.csv: the column identifier holds social security numbers") as caught:
        two_schools.load(two_schools.package(users=as_ids(sign)))
    assert not any(secret[-4:] in str(caught.value) for secret in SECRETS)
    assert everything(two_schools) == before
    with pytest.raises(BadFile, match="identifier holds social security numbers"):
        check_files(two_schools.database, [two_schools.package(users=as_ids(sign))])


def test_other_identifiers_of_a_roster_are_never_read_whatever_their_type(two_schools):
    header, *rows = csv_text(ROSTER["users"]).splitlines()
    typed = [f"{row},{{SSN:{secret}}}" for row, secret in zip(rows, SECRETS, strict=True)]
    report = two_schools.load(two_schools.package(users="\n".join([f"{header},userIds", *typed])))
    assert report.refused == 0
    (read,) = [read for read in report.files if read.kind == "OneRoster users"]
    assert read.columns_left_out == ("userIds",)
    stored = everything(two_schools) + " ".join(report.lines())
    assert not any(secret in stored for secret in SECRETS)


def test_a_mapping_cannot_let_them_in_either(two_schools):
    two_schools.begin()
    shelf = two_schools.database.home / "mappings"
    shelf.mkdir()
    (shelf / "elm.toml").write_text(MAPPING)
    rows = "".join(f"{secret.replace('-', '')},Gifted and talented,2026-08-17\n" for secret in SECRETS)
    with pytest.raises(BadFile, match="the column PUPIL SSN is one of social security numbers by its name"):
        two_schools.load(two_schools.file("programs.csv", f"PUPIL SSN,WHAT,FROM\n{rows}"))
    assert not any(secret.replace("-", "") in everything(two_schools) for secret in SECRETS)


def test_a_file_named_after_one_leaves_no_trace_of_its_name(two_schools):
    path = two_schools.file(f"{SECRETS[0]}.csv", "student_id,program,begin_date\n")
    with pytest.raises(BadFile, match="Rename it"):
        two_schools.load(path)
    assert SECRETS[0] not in everything(two_schools)


def test_a_district_whose_ids_have_nine_digits_is_let_in(two_schools):
    users = csv_text(ROSTER["users"]).replace(",50", ",12345670")
    assert two_schools.load(two_schools.package(users=users)).refused == 0
    ids = "SELECT source_id FROM identity WHERE entity = 'student' AND system = 'district' ORDER BY source_id"
    assert two_schools.ask(ids) == [("123456701",), ("123456702",), ("123456703",)]
