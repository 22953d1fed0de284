"""Between two releases of a year somebody comes into a grade that nobody had, or a school is opened."""

import csv
from datetime import date

import pytest

from appliance.days import day_number
from appliance.jobs.make_release import draft
from appliance.jobs.release_deeds import approve
from appliance.jobs.release_outbox import build_package
from appliance.jobs.release_record import files
from appliance.state_office import attack, verify
from appliance.storage.database import Database
from tests import everyone, maplewood
from tests.signed_rules import sign_rules

DAY, BIRCH = date(2026, 11, 20), 77


def leaves(town: Database, key: int, **changes):
    """A release of that day, from draft to outbox; its package."""
    draft(town, DAY, by="kim", **changes)
    approve(town, key, by="hall")
    return build_package(town, key, town.home / "outbox", by="hall")


def enrol(town: Database, school: int, grade: str, how_many: int) -> None:
    for key in range(7001, 7001 + how_many):
        everyone.change(
            town, "INSERT INTO student (student_key, given_name, family_name) VALUES (?, 'New', 'Comer')", key
        )
        everyone.change(
            town,
            "INSERT INTO school_enrollment (student_key, school_key, begin_day, grade_level) VALUES (?, ?, ?, ?)",
            *(key, school, day_number(date(2026, 8, 24)), grade),
        )


def row_of(town: Database, school: str, group: str, code: str) -> dict[str, str]:
    rows = csv.DictReader(files(town, 2)["membership.csv"].decode().splitlines())
    return next(
        row for row in rows if row["school_id"] == school and row["category_set"] == group and row["grade"] == code
    )


@pytest.fixture
def town(own_town: Database) -> Database:
    sign_rules(own_town, proposer="kim", signer="hall")
    return own_town


def test_one_student_in_a_grade_that_nobody_had_ends_no_years_releases(town: Database) -> None:
    """A row stands for every grade from the first release on, so that no row comes with him."""
    first = leaves(town, 1)
    enrol(town, maplewood.ELM, "13", 1)
    second = leaves(town, 2, amends=1, reason="One had been forgotten.")
    row = row_of(town, "S1", "GRADE", "13")
    assert (row["n"], row["n_as_of"]) == ("", "2026-11-20")
    assert row["suppression"] == "not_offered"
    assert verify(second, others=[first]).accepted
    assert attack(second, earlier=[first]).silent


@pytest.mark.parametrize(
    ("how_many", "told"), [(1, ("", "not_offered", "2026-11-20")), (40, ("40", "none", ""))], ids=["one", "forty"]
)
def test_a_school_that_was_opened_since_ends_no_years_releases(
    town: Database, how_many: int, told: tuple[str, str, str]
) -> None:
    """That its rows were missing says that nobody was there, and is no secret; who is there now is told or waits."""
    first = leaves(town, 1)
    everyone.change(
        town,
        "INSERT INTO organization (organization_key, name, kind, state_id, is_active)"
        " VALUES (?, 'Birch School', 'school', 'S077', 1)",
        BIRCH,
    )
    enrol(town, BIRCH, "06", how_many)
    second = leaves(town, 2, amends=1, reason="A school was opened.")
    row = row_of(town, "S077", "GRADE", "06")
    assert (row["n"], row["suppression"], row["n_as_of"]) == told
    verdict = verify(second, others=[first])
    assert verdict.accepted, verdict.as_text()
    assert attack(second, earlier=[first]).silent
