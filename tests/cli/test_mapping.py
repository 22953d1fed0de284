"""`schoolhouse map`: a steward without code describes a file that nobody described yet."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from appliance.cli import cli

from .conftest import Type

ABSENCES = "PUPIL_NO,ATT_DATE,ATT_CODE\n" + "".join(
    f"{500 + n},9/{1 + n % 28}/2026,{code}\n" for n, code in enumerate(["A-U", "T", "A-E"] * 10)
)


@pytest.fixture
def absences(tmp_path: Path) -> Path:
    path = tmp_path / "absences 2026-11-20.csv"
    path.write_text(ABSENCES)
    return path


def test_a_proposal_is_printed_with_its_evidence_and_nothing_is_written(at_home: Type, absences: Path) -> None:
    at_home("init", "--no-input")
    told = at_home("map", absences, "--no-input")
    assert told.code == 0
    assert 'layout = "daily attendance"' in told.out
    assert '"A-U" = "Unexcused"' in told.out
    assert "student_id from PUPIL_NO (sure: a known name" in told.talk
    assert "501" not in told.out + told.talk
    assert "fits no kind" in at_home("check", absences).talk


def test_what_is_kept_is_used_by_the_next_import_and_known_from_then_on(at_home: Type, absences: Path) -> None:
    at_home("init", "--no-input")
    told = at_home("map", absences, "--yes")
    assert told.code == 0
    assert "absences.toml" in told.talk
    assert "as daily attendance" in at_home("check", absences).out
    assert "is read by the mapping 'absences'" in at_home("map", absences, "--no-input").talk


def test_a_code_without_a_meaning_needs_a_person(at_home: Type, absences: Path) -> None:
    at_home("init", "--no-input")
    absences.write_text(ABSENCES.replace("A-E", "ZZ"))
    told = at_home("map", absences, "--no-input")
    assert told.code == 3
    assert '# "ZZ" = ""' in told.out
    assert "Codes without a meaning yet: 1" in told.talk


def test_a_file_that_nothing_fits_is_said_plainly_without_its_words(at_home: Type, tmp_path: Path) -> None:
    at_home("init", "--no-input")
    path = tmp_path / "notes.csv"
    path.write_text("Quokka,Wombat\nAmin,Ada\n")
    told = at_home("map", path, "--no-input")
    assert told.code == 1
    assert "no column was found for" in told.talk
    assert "Amin" not in told.talk
    assert at_home("map", path, "--as", "poems").code == 2


def test_a_test_vendors_file_is_known_without_a_mapping_of_ones_own(at_home: Type) -> None:
    sample = Path(__file__).parents[1] / "data" / "vendor_tests" / "ACT" / "sample_anonymized_file.csv"
    told = at_home("map", sample, "--no-input")
    assert told.code == 0
    assert "is read by the mapping 'ACT'" in told.talk
    assert told.out == ""


def test_plain_data_says_the_same_for_scripts(at_home: Type, absences: Path) -> None:
    (found,) = at_home("map", absences, "--json").data["files"]
    assert found["kind"] == "daily attendance"
    assert found["missing"] == []
    assert [(one["field"], one["column"], one["trust"]) for one in found["columns"]] == [
        ("student_id", "PUPIL_NO", "sure"),
        ("attendance_date", "ATT_DATE", "sure"),
        ("attendance_code", "ATT_CODE", "sure"),
    ]


def test_a_person_at_a_terminal_confirms_what_is_not_sure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_home: Type
) -> None:
    at_home("init", "--no-input")
    path = tmp_path / "absences.csv"
    path.write_text(ABSENCES.replace("ATT_CODE", "ABSENCE_KODE").replace("A-E", "QQ"))
    monkeypatch.setattr("appliance.cli.mapping._somebody_is_here", lambda: True)
    answers = "\n".join(["", "y", "Excused", "y", ""])
    told = CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), "map", str(path)], input=answers)
    assert told.exit_code == 0, told.output
    assert "attendance_code, what happened on that day: which column?" in told.output
    kept = (tmp_path / "home" / "mappings" / "absences.toml").read_text()
    assert 'category = { from = "ABSENCE_KODE", codes = "attendance" }' in kept
    assert '"QQ" = "Excused"' in kept
    assert at_home("map", path, "--no-input").out == ""


def test_columns_may_be_chosen_on_the_command_line_and_a_strange_one_is_wrong_usage(
    at_home: Type, tmp_path: Path
) -> None:
    at_home("init", "--no-input")
    path = tmp_path / "benchmark.csv"
    path.write_text("pupil,test_date,scale_score\n" + "".join(f"{n},2026-09-08,{400 + n}\n" for n in range(20)))
    words = ("map", path, "--as", "test results", "--column", "student_id=pupil")
    told = at_home(*words, "--column", "test_name==Reading benchmark", "--yes")
    assert told.code == 0
    assert "test_name is 'Reading benchmark' in each row" in told.talk
    assert "20 rows as tests" in at_home("check", path).out
    assert at_home(*words, "--column", "shoe_size=pupil").code == 2
    assert at_home(*words, "--column", "test_name=no such column").code == 2


def test_a_file_in_our_own_words_needs_no_mapping_and_one_with_local_codes_gets_a_proposal(
    at_home: Type, tmp_path: Path
) -> None:
    at_home("init", "--no-input")
    samples = Path(__file__).parents[1] / "data" / "grandbend"
    assert "is read as it is, as calendar" in at_home("map", samples / "calendar.csv", "--no-input").talk
    package = at_home("map", samples / "oneroster_1p1.zip", "--no-input")
    assert (package.code, package.out) == (0, "")
    assert "as OneRoster users. It needs no mapping" in package.talk
    path = tmp_path / "absences.csv"
    path.write_text(ABSENCES.replace("PUPIL_NO,ATT_DATE,ATT_CODE", "student_id,date,category"))
    told = at_home("map", path, "--yes")
    assert "looks like daily attendance" in told.talk
    assert "not_in_list" not in at_home("check", path, "--json").out
