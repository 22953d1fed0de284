"""From a draft to the state's desk, as a data steward, a superintendent and an analyst type it."""

import csv
import hashlib
import io
import shutil
import zipfile
from pathlib import Path

import pytest

from appliance.sample import SampleDistrict

from .conftest import Type, typing

SNAPSHOT = "2026-10-01"


@pytest.fixture(scope="module")
def walked(small_district: SampleDistrict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home and its outbox, after everything that people type from an empty folder to a package."""
    folder = tmp_path_factory.mktemp("walked")
    type_ = typing(folder / "home")
    type_("init", "--no-input")
    type_("import", "--yes", *small_district.files)
    refused = type_("release", "draft", "--snapshot", SNAPSHOT, "--as", "s.ortiz")
    assert refused.code == 1
    assert "policy propose --reason WHY --as PERSON" in refused.talk
    proposed = type_("policy", "propose", "--reason", "The shipped rules fit us.", "--as", "s.ortiz")
    assert "policy sign 1 --as PERSON" in proposed.talk
    assert type_("policy", "sign", 1, "--as", "s.ortiz").code == 1
    assert type_("policy", "sign", 1, "--as", "g.lindqvist").code == 0
    assert type_("release", "draft", "--snapshot", SNAPSHOT, "--as", "S Ortiz").code == 0
    shutil.copytree(folder / "home", folder / "drafted")
    assert type_("release", "approve", 1, "--as", "g.lindqvist").code == 0
    assert type_("release", "build", 1, "--out", folder / "out").code == 0
    return folder


@pytest.fixture
def package(walked: Path, tmp_path: Path) -> Path:
    """A package, in a home of one's own."""
    for folder in ("home", "out"):
        shutil.copytree(walked / folder, tmp_path / folder)
    (built,) = (tmp_path / "out").iterdir()
    return built


@pytest.fixture
def drafted(walked: Path, at_home: Type, tmp_path: Path) -> Type:
    """Type a command for a home in which S Ortiz has drafted a release."""
    shutil.copytree(walked / "drafted", tmp_path / "home")
    return at_home


def test_the_state_accepts_what_two_people_released(at_home: Type, package: Path) -> None:
    told = at_home("state", "verify", package, "--json")
    assert told.code == 0
    assert told.data["accepted"] is True
    assert told.data["trusted"] is False


def test_one_changed_byte_makes_the_state_refuse_with_a_sentence(at_home: Type, package: Path) -> None:
    content = bytearray(package.read_bytes())
    content[len(content) // 2] ^= 1
    package.write_bytes(content)
    told = at_home("state", "verify", package)
    assert told.code == 1
    assert "Do not use its numbers" in told.out


def test_the_state_verifies_without_any_home(at_home: Type, package: Path, tmp_path: Path) -> None:
    """`at_home` names a home; a state office has none, so the folder is taken away first."""
    (tmp_path / "home").rename(tmp_path / "gone")
    assert at_home("state", "verify", package).code == 0


def test_no_group_of_1_to_9_and_no_outcome_under_3_is_in_the_tables(package: Path) -> None:
    rows = 0
    with zipfile.ZipFile(package) as opened:
        for name in opened.namelist():
            if not name.endswith(".csv") or name == "directory.csv":
                continue
            for row in csv.DictReader(io.TextIOWrapper(opened.open(name), "utf-8")):
                rows += 1
                if row["n"] == "":
                    assert row["suppression"] in ("hidden", "not_offered")
                    continue
                n, out_of = int(row["n"]), int(row["denominator"] or row["n"])
                assert out_of == 0 or out_of >= 10
                if row["denominator"]:
                    assert 3 <= n <= out_of - 3
    assert rows > 100


def test_the_drafter_cannot_approve_however_the_name_is_written(drafted: Type) -> None:
    for name in ("S Ortiz", " s  ortiz ", "S ORTIZ at the command line"):
        told = drafted("release", "approve", 1, "--as", name)
        assert told.code == 1
        assert "another person has to approve" in told.talk
    assert drafted("release", "approve", 1, "--as", "  ").code == 1


def test_a_draft_cannot_be_built_before_it_is_approved(drafted: Type) -> None:
    told = drafted("release", "build", 1)
    assert told.code == 1
    assert "is drafted. What can be done with it: approve or discard; not build" in told.talk


def test_a_teacher_with_an_account_may_not_approve(drafted: Type) -> None:
    drafted("user", "add", "t.hale", "--role", "teacher")
    told = drafted("release", "approve", 1, "--as", "T.Hale")
    assert told.code == 1
    assert "may not approve a release: it takes the account" in told.talk


def released(at_home: Type, key: int, folder: Path, *draft: object) -> Path:
    drafted = at_home("release", "draft", "--as", "s.ortiz", *draft)
    assert drafted.code == 0, drafted.talk
    assert at_home("release", "approve", key, "--as", "g.lindqvist").code == 0
    built = at_home("release", "build", key, "--out", folder)
    assert built.code == 0, built.talk
    return Path(built.out.strip())


def test_a_year_of_releases_with_an_amendment_and_a_withdrawal(at_home: Type, package: Path, tmp_path: Path) -> None:
    second = released(at_home, 2, tmp_path / "out", "--snapshot", "2026-11-02")
    told = at_home("state", "verify", second)
    assert told.code == 0, told.out
    assert "All 1 earlier releases of the school year were given" in told.out
    assert at_home("release", "attack", second, "--earlier", package).code == 0
    shown = at_home("release", "show", 2).out
    assert "Assessment participation: repeated. It is told once in a school year" in shown
    report = at_home("release", "show", 2, "--file", "report.txt").out
    assert "carried forward from the release of 2026-10-01" in report
    assert hashlib.sha256(package.read_bytes()).hexdigest() in report

    refused = at_home("release", "draft", "--snapshot", "2026-11-02", "--as", "s.ortiz")
    assert refused.code == 1
    assert "--amends 2 --reason WHY" in refused.talk
    why = ("--snapshot", "2026-11-02", "--amends", 2, "--reason", "A calendar was wrong.")
    third = released(at_home, 3, tmp_path / "out", *why)
    assert third.name.endswith("v2.zip")
    apart = tmp_path / "apart" / third.name
    apart.parent.mkdir()
    shutil.copy(third, apart)
    told = at_home("state", "verify", apart, "--beside", package)
    assert told.code == 3
    assert f"2026-11-02 (sha256 {hashlib.sha256(second.read_bytes()).hexdigest()})" in told.out
    assert at_home("state", "verify", apart, "--beside", package, "--beside", second).code == 0
    stale = at_home("state", "verify", second, "--beside", third)
    assert stale.code == 1
    assert "It was replaced by the package of 2026-11-02: A calendar was wrong." in stale.out

    gone = at_home(
        "release", "withdraw", 3, "--reason", "The tests of one school were scored twice.", "--as", "s.ortiz"
    )
    assert gone.code == 0, gone.talk
    listed = at_home("release", "list", "--json").data["releases"]
    assert [one["status"] for one in listed] == ["withdrawn", "built", "built"]
    assert [step["deed"] for step in at_home("release", "show", 3, "--json").data["release"]["history"]] == [
        "draft", "approve", "build", "withdraw",
    ]  # fmt: skip


def test_a_day_before_the_last_release_is_refused(at_home: Type, package: Path) -> None:
    told = at_home("release", "draft", "--snapshot", "2026-09-15")
    assert told.code == 1
    assert "releases go forward" in told.talk


def test_a_day_on_which_nobody_is_enrolled_cannot_be_released(loaded: Type) -> None:
    told = loaded("release", "draft", "--snapshot", "2019-10-01")
    assert told.code == 1
    assert "No student is enrolled on 2019-10-01" in told.talk


def test_an_analyst_who_attacks_the_package_finds_nothing(at_home: Type, package: Path) -> None:
    told = at_home("release", "attack", package, "--json")
    assert told.code == 0
    assert told.data == {
        "version": 1,
        "hidden": told.data["hidden"],
        "targets": told.data["targets"],
        "below_target": 0,
        "exact": 0,
    }
    assert told.data["hidden"] > 10


def test_once_somebody_may_approve_a_made_up_name_may_not(drafted: Type) -> None:
    drafted("user", "add", "g.lindqvist", "--role", "superintendent")
    assert drafted("release", "approve", 1, "--as", "nobody.known").code == 1
    assert drafted("release", "approve", 1, "--as", "G.Lindqvist").code == 0


def test_a_day_that_has_not_come_cannot_be_released(loaded: Type) -> None:
    told = loaded("release", "draft", "--snapshot", "2093-10-01")
    assert told.code == 1
    assert "has not come yet" in told.talk
