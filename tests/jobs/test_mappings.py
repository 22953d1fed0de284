"""Mr. Kim confirms mappings, in versions, and retires one; the log knows each change."""

import pytest

from appliance.errors import BadFile, Trouble
from appliance.jobs.mappings import in_force, keep_mapping, retire_mapping
from tests.access_log import lines

RIVERTON = """version = 1
name = "Riverton attendance"
fingerprint = ["PUPIL_NO", "ATT_CODE"]

# why it was chosen
[[table]]
layout = "daily attendance"
[table.columns]
student_id = "PUPIL_NO"
date = "ATT_DT"
category = { from = "ATT_CODE", codes = "attendance" }

[codes.attendance]
A = "Unexcused"
"""


def own(town):
    return [one for one in in_force(town.database) if not one.is_shipped]


def test_a_confirmed_mapping_has_a_version_a_person_and_a_line_in_the_log(two_schools):
    path = keep_mapping(two_schools.database, RIVERTON, by="kim")
    (found,) = own(two_schools)
    assert (found.name, found.fills, found.revision, found.confirmed_by) == (
        "Riverton attendance", ("daily attendance",), 1, "kim",
    )  # fmt: skip
    assert lines(two_schools.database, "who", "action", "subject", "reason")[-1:] == [
        ("kim", "change a mapping", "Riverton attendance, version 1", "confirmed")
    ]
    assert "# why it was chosen" in path.read_text()


def test_a_new_version_takes_the_place_of_the_last_which_is_put_aside(two_schools):
    keep_mapping(two_schools.database, RIVERTON, by="kim")
    path = keep_mapping(two_schools.database, RIVERTON.replace('"Unexcused"', '"Excused"'), by="ada")
    assert [(one.revision, one.confirmed_by) for one in own(two_schools)] == [(2, "ada")]
    assert 'A = "Excused"' in path.read_text()
    assert 'A = "Unexcused"' in (path.parent / "earlier" / "riverton_attendance.1.toml").read_text()


def test_a_retired_mapping_reads_nothing_any_more(two_schools):
    keep_mapping(two_schools.database, RIVERTON, by="kim")
    two_schools.begin()
    absences = two_schools.file("absences.csv", "PUPIL_NO,ATT_DT,ATT_CODE\n501,2026-09-01,A\n")
    assert two_schools.load(absences).counts["attendance_event"].added == 1
    retire_mapping(two_schools.database, "Riverton attendance", by="kim", reason="a new system")
    assert own(two_schools) == []
    with pytest.raises(BadFile, match="fits no kind of file"):
        two_schools.load(two_schools.file("absences.csv", "PUPIL_NO,ATT_DT,ATT_CODE\n502,2026-09-01,A\n"))
    assert lines(two_schools.database, "who", "action", "subject", "reason")[-1:] == [
        ("kim", "change a mapping", "Riverton attendance, version 1", "retired: a new system")
    ]


@pytest.mark.parametrize(("name", "reason", "sentence"), [
    ("ACT", "why", "no mapping of its own"), ("Riverton attendance", " ", "Say why"), ("../x", "why", "no mapping"),
])  # fmt: skip
def test_only_a_mapping_of_ones_own_is_retired_and_not_without_a_reason(two_schools, name, reason, sentence):
    keep_mapping(two_schools.database, RIVERTON, by="kim")
    with pytest.raises(Trouble, match=sentence):
        retire_mapping(two_schools.database, name, by="kim", reason=reason)
    assert len(own(two_schools)) == 1


def test_what_is_no_mapping_is_not_kept_and_not_logged(two_schools):
    before = lines(two_schools.database, "action")
    with pytest.raises(BadFile):
        keep_mapping(two_schools.database, RIVERTON.replace("daily attendance", "poems"), by="kim")
    assert not (two_schools.database.home / "mappings").exists()
    assert lines(two_schools.database, "action") == before


def test_a_name_in_another_person_s_quotes_cannot_break_the_file(two_schools):
    keep_mapping(two_schools.database, RIVERTON, by='k"im\\')
    assert own(two_schools)[0].confirmed_by == "kim"
