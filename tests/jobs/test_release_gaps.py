"""Kim drafts two releases of a school year; the state's test is told by the first of them, or by none."""

from datetime import date

import pytest

from appliance.actions import Action
from appliance.jobs.make_release import draft
from appliance.jobs.release_deeds import approve
from appliance.jobs.release_gaps import Gap, gaps
from appliance.jobs.release_outbox import build_package
from appliance.jobs.release_record import files
from appliance.storage.database import Database, Event
from appliance.student_level.records import lineage
from tests.a_year_before import take_the_states_test
from tests.signed_rules import sign_rules

DAY, TEST_DAY = date(2026, 11, 20), date(2026, 10, 6)
TESTS = ("assessment_participation", "assessment_performance")


@pytest.fixture
def town(own_town: Database) -> Database:
    sign_rules(own_town, proposer="kim", signer="hall")
    return own_town


def leaves(town: Database) -> None:
    """The first release of the year, from draft to outbox."""
    draft(town, DAY, by="kim")
    approve(town, 1, by="hall")
    build_package(town, 1, town.home / "outbox", by="hall")


def of_tests(town: Database, release: dict[str, object]) -> dict[str, Gap]:
    return {gap.table: gap for gap in gaps(town, release) if gap.table in TESTS}


def test_a_first_release_without_the_states_test_says_what_that_means_for_the_year(town: Database) -> None:
    found = of_tests(town, draft(town, DAY, by="kim"))
    assert tuple(found) == TESTS
    for gap in found.values():
        assert gap.state == "left out"
        assert gap.sentence.startswith("Not collected: no results of a state's test")
        assert gap.sentence.endswith(
            "if this one leaves without it, no later one of 2026-2027 can have it. Load what is missing and draft "
            "again."
        )


def test_results_that_come_after_the_first_release_are_left_out_and_the_draft_says_why_and_until_when(
    town: Database,
) -> None:
    leaves(town)
    take_the_states_test(town, TEST_DAY, met=3)
    second = draft(town, DAY, by="kim", amends=1, reason="The test has come.")
    found = of_tests(town, second)
    assert tuple(found) == TESTS
    for gap in found.values():
        assert (gap.state, gap.sentence) == (
            "left out",
            "It is told once in a school year, by the first release. That of 2026-11-20 has left without it, so no "
            "other release of 2026-2027 can have it. The first release of 2027-2028 can tell it anew: of a day from "
            "2027-07-01 on.",
        )
    kept = files(town, 2)
    report = " ".join(kept["report.txt"].decode().split())
    assert "(assessment_performance.csv) is not in this package. It is told once in a school year" in report
    assert "assessment_performance.csv" not in report.partition("WHAT EACH TABLE COUNTS")[2]


def test_results_of_the_first_release_are_repeated_and_the_draft_says_of_which_day(town: Database) -> None:
    take_the_states_test(town, TEST_DAY, met=3)
    leaves(town)
    assert of_tests(town, draft(town, DAY, by="kim", amends=1, reason="A calendar was wrong.")) == {
        table: Gap(
            table,
            "repeated",
            "It is told once in a school year, and stands here as the release of 2026-11-20 told it, whatever was "
            "loaded since. The first release of 2027-2028 can tell it anew: of a day from 2027-07-01 on.",
        )
        for table in TESTS
    }


def test_a_repeated_table_rests_on_the_imports_that_the_quoted_release_rested_on(town: Database) -> None:
    take_the_states_test(town, TEST_DAY, met=3)
    leaves(town)
    with town.changing(Event("kim", Action.SET_UP)) as tables:
        row = {"batch_key": 7, "loaded_at": "2026-11-21T09:00:00+00:00", "loaded_by": "kim", "status": "loaded"}
        tables.table("batch").insert(row | {"seconds": 1.0})
        file = {"batch_key": 7, "file_key": 70, "name": "roster.csv", "kind": "roster", "sha256": "7" * 64}
        tables.table("batch_file").insert(file | {"row_count": 1})
        tables.execute("UPDATE student SET file_key = 70")
    draft(town, DAY, by="kim", amends=1, reason="A calendar was wrong.")
    with town.reading(lineage.TOTALS) as totals:
        first, second = (lineage.behind_totals(totals, release) for release in (1, 2))
    assert first is not None
    assert second is not None
    assert 7 in second.by_metric["membership"]
    for table in TESTS:
        assert second.by_metric.get(table, ()) == first.by_metric.get(table, ())
