"""A total says which definition, which day and which imports it rests on."""

import pytest

from appliance.actions import Action
from appliance.storage.database import Event
from appliance.student_level.metrics.catalogue import metrics, released
from appliance.student_level.metrics.origins import note_origins, tables_behind
from tests.conftest import app_for, sign_in
from tests.page_text import read

GROUPS = {"student", "school_enrollment", "program_membership"}
BEHIND = {
    "membership": set(),
    "subgroup_membership": set(),
    "chronic_absence": {"attendance_day", "attendance_section"},
    "attendance_rate": {"attendance_day", "attendance_section"},
    "days_missed": {"attendance_day", "attendance_section"},
    "late_arrivals": {"attendance_day", "attendance_section"},
    "course_grades": {"grade"},
    "grades_by_course": {"grade"},
    "failing_grades": {"grade"},
    "grades_dropping": {"grade"},
    "class_absence": {"attendance_section"},
    "class_meetings_missed": {"attendance_section"},
    "credit_accumulation": {"transcript_course"},
    "on_track": {"transcript_course"},
    "advanced_courses": set(),
    "advanced_passed": {"transcript_course"},
    "further_state_tests": {"test_result"},
    "benchmark_mastery": {"test_result"},
    "assessment_participation": {"test_result"},
    "english_learners": {"english_learner_detail"},
    "idea_child_count": {"special_education_detail"},
    "grad_cohort": {"graduation_cohort", "completion", "leaving"},
    "completers": {"completion"},
    "dropouts": {"completion", "leaving"},
    "discipline": {"discipline"},
    "homeless_mobility": {"homeless_detail"},
    "leavers": set(),
    "assessment_performance": {"test_result"},
    "test_levels": {"test_result"},
}


@pytest.mark.parametrize("metric", [*metrics(), *released()], ids=lambda one: one.name)
def test_a_metric_rests_on_the_records_it_counts_and_on_no_others(metric):
    assert tables_behind(metric) == GROUPS | BEHIND[metric.name]


@pytest.fixture
def drafted(own_town):
    """Enrollment came with batch 1, attendance with batch 2, tests with batch 3, which was taken back since."""
    with own_town.changing(Event("test", Action.SET_UP)) as tables:
        tables.execute("UPDATE batch_file SET file_key = 1 WHERE name = 'oneroster.zip'")
        for key, name, status in ((2, "attendance.csv", "loaded"), (3, "tests.csv", "undone")):
            at = "2026-11-20T10:41:00+00:00"
            row = {"batch_key": key, "loaded_at": at, "loaded_by": "kim", "status": status, "seconds": 1.0}
            tables.table("batch").insert(row)
            file = {"batch_key": key, "name": name, "kind": "tests", "sha256": str(key) * 64, "row_count": 1,
                    "file_key": key}  # fmt: skip
            tables.table("batch_file").insert(file)
        tables.execute("UPDATE student SET file_key = 1, file_row = 2")
        tables.execute("UPDATE attendance_day SET file_key = 2, file_row = 2")
        tables.execute("UPDATE test_result SET file_key = 3, file_row = 2")
        release = {"snapshot": "2026-10-01", "school_year": "2026-2027", "version": 1, "status": "drafted",
                   "minimum_n": 10, "drafted_by": "kim", "drafted_at": "2026-11-20T11:00:00+00:00",
                   "seal": "0" * 64}  # fmt: skip
        tables.table("release").insert(release)
        note_origins(tables, 1)
    return own_town


def test_each_table_of_a_draft_keeps_the_batches_that_brought_its_records(drafted):
    found = drafted._writer.execute("SELECT metric, batch_key FROM release_source ORDER BY 1, 2").fetchall()
    assert {metric for metric, _ in found} == {one.name for one in released()}
    others = [(metric, batch) for metric, batch in found if batch != 1]
    assert others == [("assessment_participation", 3), ("assessment_performance", 3), ("chronic_absence", 2)]
    assert [metric for metric, batch in found if batch == 1] == sorted(one.name for one in released())


def test_the_superintendent_reads_rule_day_and_batches_and_no_student(drafted):
    hall = sign_in(app_for(drafted), "hall")
    answer = hall.get("/releases/1/sources")
    said = read(answer.text)
    assert answer.status_code == 200
    assert "Its totals are of Oct 1, 2026." in said
    assert "EDFacts FS195; whole days compared as integers" in said
    assert "3 taken back since" in said
    assert "attendance.csv" in said
    assert "Lovell" not in said
    assert hall.get("/releases/2/sources").status_code == 404
    assert sign_in(app_for(drafted), "okafor").get("/releases/1/sources").status_code == 403
