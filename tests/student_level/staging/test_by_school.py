"""What a batch does at Elm and at Oak, each counted on its own."""

import pytest

from appliance.jobs.import_files import check_files, import_files
from appliance.storage.database import Database
from tests import grandbend
from tests.elm_and_oak import ROSTER, SCHOOL_ENROLLMENT, ElmAndOak


@pytest.fixture
def town(tmp_path):
    database = Database.create(tmp_path / "home")
    yield ElmAndOak(tmp_path, database)
    database.close()


def told(report, entity: str) -> dict[str, tuple[int, int, int, int]]:
    counts = report.by_school.get(entity, {}).values()
    return {one.school: (one.added, one.changed, one.ended, one.refused) for one in counts}


def sums(report) -> dict[str, tuple[int, int, int]]:
    return {
        entity: tuple(sum(getattr(one, deed) for one in counts.values()) for deed in ("added", "changed", "ended"))
        for entity, counts in report.by_school.items()
    }


def test_a_first_load_is_told_by_school(town) -> None:
    report = town.load(town.package(), town.file("stay.csv", SCHOOL_ENROLLMENT))
    assert told(report, "student") == {"Elm School": (2, 0, 0, 0), "Oak School": (1, 0, 0, 0)}
    assert told(report, "section_enrollment") == {"Elm School": (3, 0, 0, 0), "Oak School": (1, 0, 0, 0)}
    assert told(report, "grade") == {"Elm School": (2, 0, 0, 0)}


def test_a_student_without_a_school_enrollment_counts_where_their_classes_are(town) -> None:
    report = town.load(town.package())
    assert told(report, "student") == {"Elm School": (2, 0, 0, 0), "Oak School": (1, 0, 0, 0)}


def test_changes_ends_and_refusals_are_told_by_school_and_a_check_says_the_same(town) -> None:
    town.begin()
    package = town.package(
        "next.zip",
        classes=ROSTER["classes"].replace("Art 1,art,ART-1,14", "Art 1,art,ART-1,15"),
        enrollments="""
            sourcedId,classSourcedId,userSourcedId,role,primary,beginDate,endDate
            1,e-alg,u-ada,student,,,2026-12-01
            2,e-art,u-ada,student,,,
            3,o-alg,u-ben,student,,,
            7,o-alg,u-nobody,student,,,
            8,o-alg,u-cy,student,,2026-09-01,2026-08-31
            5,e-alg,u-okafor,teacher,true,,
        """,
    )
    checked, loaded = check_files(town.database, [package]), town.load(package)
    for report in (checked, loaded):
        assert told(report, "section") == {"Elm School": (0, 1, 0, 0)}
        assert told(report, "section_enrollment") == {"Elm School": (0, 1, 1, 0), "Oak School": (1, 0, 0, 2)}
        assert "student" not in report.by_school


def test_samples_are_our_keys_and_days_and_at_most_five(town) -> None:
    people = "\n".join(f"s{n},Given,Family{n},,{1000 + n},student,e" for n in range(9))
    users = ROSTER["users"].replace("        ", "").strip() + "\n" + people
    report = town.load(town.package(users=users))
    assert report.samples["student"]["added"] == [{"student_key": key} for key in range(1, 6)]
    assert report.samples["section_enrollment"]["added"][0] == {
        "section_key": 1, "student_key": 1, "begin_day": "2026-08-17",
    }  # fmt: skip
    text = "\n".join(report.lines()) + repr(report.as_json())
    assert "added, for example: student_key 1; student_key 2" in text
    for name in ("Abara", "Ada", "Family1", "Okafor", "u-ada"):
        assert name not in text


def test_the_schools_of_a_real_district_add_up_to_its_counts(tmp_path) -> None:
    database = Database.create(tmp_path / "home")
    report = import_files(database, [grandbend.ROSTER_1P2, *grandbend.SIS])
    found = sums(report)
    assert set(found) >= {
        "section", "student", "section_enrollment", "school_enrollment", "grade", "line_item", "teaching",
        "test_result", "program", "attendance_event", "staff_role",
    }  # fmt: skip
    for entity, counted in found.items():
        count = report.counts[entity]
        assert counted == (count.added, count.changed, count.ended), entity
    assert len([one for one in report.by_school["section_enrollment"].values() if one.school]) == 3
    again = import_files(database, [grandbend.ROSTER_1P2, *grandbend.SIS])
    assert again.by_school == {}
    assert again.samples == {}
    database.close()


def test_two_files_of_one_kind_into_an_empty_table_are_counted_once(town) -> None:
    town.begin()
    head = "student_id,program,begin_date,end_date"
    first = town.file("a.csv", f"{head}\n501,Bilingual,2026-09-01,\n502,Bilingual,2026-09-01,")
    second = town.file("b.csv", f"{head}\n501,Bilingual,2026-09-01,2026-10-01\n503,Bilingual,2026-09-01,")
    report = town.load(first, second)
    count = report.counts["program"]
    assert (count.added, count.changed) == (3, 1)
    assert sums(report)["program"] == (3, 1, 0)
