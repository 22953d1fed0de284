"""Ms. Park, the district's one IT person, sends attendance before the roster, and Mr. Kim chooses what is kept."""

from pathlib import Path

import pytest

from appliance.sample import SampleDistrict

from .conftest import Told, Type

PROGRAMS = "student_id,program,begin_date,end_date\n{student},{program},2026-08-17,\n"


@pytest.fixture
def early(at_home: Type, small_district: SampleDistrict) -> Type:
    """A home into which everything but the roster was imported."""
    at_home("init", "--no-input")
    told = at_home("import", "--yes", *small_district.files[1:])
    assert told.code == 0
    assert "rows wait in quarantine" in told.out
    return at_home


def causes(told: Told) -> list[dict[str, object]]:
    return list(told.data["causes"])


def test_what_waits_is_told_by_its_cause_without_any_value(early: Type, small_district: SampleDistrict) -> None:
    told = early("quarantine", "list")
    assert told.code == 0
    assert told.out.startswith("1. ")
    assert "For: the sender of the file." in told.out
    data = early("quarantine", "list", "--json").data
    assert data["version"] == 1
    assert {"school", "student"} & {str(cause["missing"]) for cause in data["causes"]}
    assert data["batches"][0]["waiting"] == sum(cause["rows"] for cause in data["causes"])
    assert data["batches"][0]["kept"] <= 10_000
    ids = small_district.files[1].read_text().splitlines()[1].split(",")[0]
    assert f" {ids}" not in told.out


def test_the_roster_brings_the_rows_in_and_the_import_says_so(early: Type, small_district: SampleDistrict) -> None:
    told = early("import", "--yes", small_district.files[0])
    assert told.code == 0
    assert "that earlier imports refused were tried again, and are loaded now." in told.out
    assert early("status", "--json").data["entities"]["school_enrollment"] > 0


def test_trying_again_in_vain_says_so(early: Type) -> None:
    told = early("quarantine", "retry")
    assert told.code == 0
    assert "0 rows left the quarantine" in told.talk


def test_letting_go_needs_a_reason_and_a_batch_that_has_rows(early: Type) -> None:
    assert early("quarantine", "drop", 1).code == 2
    assert "rows of batch 1 forgotten" in early("quarantine", "drop", 1, "--reason", "sent again").talk
    assert early("quarantine", "drop", 1, "--reason", "sent again").code == 1
    assert "Nothing waits" in early("quarantine", "list").talk


def test_the_report_names_the_columns_that_were_left_out(at_home: Type, tmp_path: Path) -> None:
    at_home("init", "--no-input")
    file = tmp_path / "programs.csv"
    file.write_text("student_id,program,begin_date,SSN,note\n501,Gifted and talented,2026-08-17,123-45-6789,\n")
    told = at_home("check", file)
    assert "programs.csv: left out, since nothing here has a purpose for it: SSN\n" in told.out
    assert "6789" not in told.out + told.talk


def test_ids_that_are_social_security_numbers_stop_the_file_in_one_sentence(at_home: Type, tmp_path: Path) -> None:
    at_home("init", "--no-input")
    file = tmp_path / "programs.csv"
    rows = "".join(f"{n:03}-45-6789,Gifted and talented,2026-08-17\n" for n in range(1, 9))
    file.write_text(f"student_id,program,begin_date\n{rows}")
    told = at_home("import", "--yes", file)
    assert told.code == 1
    assert (
        "the column student_id holds social security numbers (rows 2, 3, 4 and 5 more of those looked at)" in told.talk
    )
    assert "6789" not in told.out + told.talk
    assert "Traceback" not in told.talk


def test_fields_prints_the_catalogue_with_and_without_a_home(at_home: Type) -> None:
    assert "student.given_name: given name." in at_home("fields").out
    at_home("init", "--no-input")
    told = at_home("fields")
    assert "special_education (special education under IDEA" in told.out
    assert "off. Chosen" in told.out
    data = at_home("fields", "--json").data
    assert {"fields", "choices"} <= set(data)
    assert len(data["choices"]) == 14
    assert not any(one["is_on"] for one in data["choices"])


def test_a_field_is_turned_off_and_on_again_with_a_purpose_and_a_time(loaded: Type, tmp_path: Path) -> None:
    assert loaded("fields", "off", "special-education").code == 3
    told = loaded("fields", "off", "special-education", "--reason", "the board said so", "--yes")
    assert told.code == 0
    assert "special_education is off:" in told.talk
    assert loaded("fields", "on", "special-education", "--keep", "1 year").code == 2
    told = loaded("fields", "on", "special-education", "--purpose", "IDEA child count", "--keep", "2 years")
    assert told.code == 0
    assert "on, for IDEA child count, until" in loaded("fields").out
    told = loaded("fields", "on", "meals", "--purpose", "totals", "--keep", "1 year")
    assert (told.code, "nothing in Schoolhouse uses it yet" in told.talk) == (1, True)
