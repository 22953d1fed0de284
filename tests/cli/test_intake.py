"""What the district's one IT person types on the first afternoon."""

import re
from pathlib import Path

from appliance.sample import SampleDistrict

from .conftest import Type


def test_a_new_home_asks_nothing_when_told_so_and_says_what_comes_next(at_home: Type) -> None:
    told = at_home("init", "--no-input")
    assert told.code == 0
    assert "import FILE" in told.talk


def test_a_second_init_on_the_same_home_is_refused(at_home: Type) -> None:
    at_home("init", "--no-input")
    told = at_home("init", "--no-input")
    assert told.code == 1
    assert "already is a home" in told.talk


def test_a_home_that_is_not_there_is_one_sentence_and_no_traceback(at_home: Type) -> None:
    told = at_home("status")
    assert told.code == 1
    assert "Make one with" in told.talk
    assert "Traceback" not in told.talk


def test_a_check_says_what_would_happen_and_writes_nothing(at_home: Type, small_district: SampleDistrict) -> None:
    at_home("init", "--no-input")
    told = at_home("check", *small_district.files)
    assert told.code == 0
    assert "student: 400 added" in told.out
    assert at_home("status", "--json").data["entities"]["student"] == 0
    assert at_home("status", "--json").data["batches"] == []


def test_status_counts_what_is_loaded_in_the_words_scripts_rely_on(loaded: Type) -> None:
    data = loaded("status", "--json").data
    assert data["version"] == 1
    assert set(data["entities"]) == {
        "school", "student", "staff", "section", "section_enrollment", "school_enrollment", "grade",
        "transcript_course", "attendance_event", "test_result", "program",
    }  # fmt: skip
    assert data["entities"]["student"] == 400
    assert data["batches"][0]["refused"] == 0


def test_the_same_files_again_change_nothing_and_the_import_says_so(
    at_home: Type, small_district: SampleDistrict
) -> None:
    at_home("init", "--no-input")
    at_home("import", "--yes", *small_district.files)
    told = at_home("import", "--yes", *small_district.files)
    assert told.code == 0
    assert "Nothing changed" in told.talk


def test_an_import_that_nobody_confirms_stops_with_exit_code_3(at_home: Type, small_district: SampleDistrict) -> None:
    at_home("init", "--no-input")
    told = at_home("import", small_district.files[0])
    assert told.code == 3
    assert at_home("status", "--json").data["entities"]["student"] == 0


def test_a_bad_file_among_good_ones_loads_none_of_them(
    at_home: Type, small_district: SampleDistrict, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"this is no zip")
    at_home("init", "--no-input")
    told = at_home("import", "--yes", *small_district.files, bad)
    assert told.code == 1
    assert "bad.zip ends in .zip but is not a zip file" in told.talk
    assert at_home("status", "--json").data["entities"]["school"] == 0


def test_v6_4_6_an_account_begins_with_a_code_that_opens_once_and_no_password_passes_the_command_line(
    loaded: Type,
) -> None:
    told = loaded("user", "add", "w.long", "--role", "teacher")
    assert told.code == 0
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", told.out.strip())
    again = loaded("user", "code", "w.long")
    assert again.out.strip() != told.out.strip()
    assert loaded("user", "list", "--json").data["accounts"][0]["username"] == "w.long"
    assert loaded("user", "code", "nobody").code == 1


def test_a_staff_id_that_the_roster_lacks_is_said_plainly(loaded: Type) -> None:
    told = loaded("user", "add", "n.body", "--role", "teacher", "--staff-id", "nobody")
    assert told.code == 1
    assert "The roster has no member of staff" in told.talk


def test_rows_of_a_field_that_is_off_are_not_said_to_be_loaded(loaded: Type, tmp_path: Path) -> None:
    (tmp_path / "plans.csv").write_text("student_id,program,begin_date\n000001,Special education,2026-09-01\n")
    first, again = (loaded("import", "--yes", tmp_path / "plans.csv") for _ in range(2))
    assert "1 of special education" in first.out
    for told in (first, again):
        assert "none of these rows is kept here" in told.talk


def test_files_with_inclusive_end_dates_are_said_to_be_so(loaded: Type, small_district: SampleDistrict) -> None:
    stays = next(path for path in small_district.files if path.name == "school_enrollment.csv")
    assert "school enrollment: 0 added, 0 changed" in loaded("check", stays).out
    shifted = loaded("check", "--inclusive-ends", stays, "--json").data["entities"]["school_enrollment"]
    assert shifted["changed"] > 0
    assert shifted["added"] == 0
