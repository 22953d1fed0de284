"""From files to rows: what work shows of a standard, growth as a publisher reports it, which class is a homeroom."""

import csv

import pytest

from appliance.jobs.import_files import undo_batch
from appliance.storage.database import Database
from tests.elm_and_oak import ElmAndOak, problems
from tests.student_level.sources.mapping.reading import SAMPLES
from tests.student_level.sources.test_oneroster_habits import manifest

LINKS = """
    sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId
    1,active,,li-hw,case,urn:uuid:aa
    2,active,,li-hw,case,urn:uuid:bb
"""
MARKS = """
    sourcedId,status,dateLastModified,resultSourcedId,source,learningObjectiveId,score,textScore
    1,active,,r2,case,urn:uuid:aa,3,
    2,active,,r2,case,urn:uuid:bb,,getting there
"""
NAMES = """
    standard_id,standard_code,standard_title
    urn:uuid:aa,LS1-1,Living things are made of cells
"""


@pytest.fixture
def town(tmp_path):
    database = Database.create(tmp_path / "home")
    town = ElmAndOak(tmp_path, database)
    town.begin()
    yield town
    database.close()


def package(town, name="full.zip", links=LINKS, marks=MARKS, **files):
    return town.package(name, lineItemLearningObjectiveIds=links, resultLearningObjectiveIds=marks, **files)


GRID = """
    SELECT identity.source_id, standard.identifier, standard.code, score, score_text
      FROM standard_mark JOIN standard USING (standard_key)
      JOIN identity ON entity = 'student' AND system = 'oneroster' AND key = student_key ORDER BY 1, 2
"""


def test_a_mark_for_a_standard_is_kept_with_the_students_work_and_the_row_it_came_from(town):
    report = town.load(package(town), town.file("standards.csv", NAMES))
    assert report.problems == []
    assert town.ask(GRID) == [
        ("u-ada", "urn:uuid:aa", "LS1-1", 3.0, None), ("u-ada", "urn:uuid:bb", "", None, "getting there"),
    ]  # fmt: skip
    assert town.one("SELECT count(*) FROM line_item_standard") == 2
    assert town.ask("SELECT file_row FROM standard_mark ORDER BY file_row") == [(2,), (3,)]
    assert not town.load(package(town), town.file("standards.csv", NAMES)).changed_anything


def test_a_mark_of_a_result_that_nobody_sent_is_one_problem_and_the_others_are_loaded(town):
    report = town.load(package(town, marks=MARKS.replace("1,active,,r2", "1,active,,r9")))
    assert problems(report) == [("resultLearningObjectiveIds.csv", 2, "resultSourcedId", "unknown_reference")]
    assert [row[1] for row in town.ask(GRID)] == ["urn:uuid:bb"]


def test_work_that_no_longer_shows_a_standard_loses_the_link_and_an_undo_brings_it_back(town):
    town.load(package(town))
    report = town.load(package(town, links=LINKS.replace("2,active,,li-hw,case,urn:uuid:bb", "")))
    assert town.one("SELECT count(*) FROM line_item_standard") == 1
    assert report.counts["line_item_standard"].ended == 1
    undo_batch(town.database, town.one("SELECT max(batch_key) FROM batch"), reason="a test")
    assert town.one("SELECT count(*) FROM line_item_standard") == 2


def test_a_file_of_changes_ends_the_link_and_the_mark_that_it_calls_deleted(town):
    town.load(package(town))
    stamp = "2026-11-20T04:00:00.000Z"
    nothing = dict.fromkeys(town.roster)
    parts = ("results", "lineItemLearningObjectiveIds", "resultLearningObjectiveIds")
    results = f"""
        sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,score,scoreDate
        r2,active,{stamp},li-hw,u-ada,18,2026-09-11
    """
    changed = town.package(
        "delta.zip", **nothing | {
            "results": results,
            "lineItemLearningObjectiveIds": LINKS.replace("2,active,", f"2,tobedeleted,{stamp}")
            .replace("1,active,", f"1,active,{stamp}"),
            "resultLearningObjectiveIds": MARKS.replace("2,active,", f"2,tobedeleted,{stamp}")
            .replace("1,active,", f"1,active,{stamp}"),
        }, manifest=manifest("1.2", **dict.fromkeys(parts, "delta")),
    )  # fmt: skip
    assert problems(town.load(changed)) == []
    assert [row[1] for row in town.ask(GRID)] == ["urn:uuid:aa"]
    assert town.one("SELECT count(*) FROM line_item_standard") == 1


def test_work_that_a_file_of_changes_takes_out_takes_its_marks_by_standard_along(town):
    town.load(package(town))
    gone = """
        sourcedId,status,dateLastModified,title,classSourcedId,categorySourcedId,gradingPeriodSourcedId
        li-hw,tobedeleted,2026-11-20T04:00:00.000Z,,,,
    """
    changed = town.package(
        "delta.zip", **dict.fromkeys(town.roster) | {"lineItems": gone}, manifest=manifest("1.2", lineItems="delta")
    )
    assert problems(town.load(changed)) == []
    assert town.one("SELECT count(*) FROM standard_mark") == 0
    assert town.one("SELECT count(*) FROM line_item_standard") == 0


def test_a_class_is_a_homeroom_where_the_roster_says_so(town):
    classes = town.roster["classes"].replace("termSourcedIds,periods", "termSourcedIds,periods,classType")
    classes = classes.replace("e,sy,1", "e,sy,1,homeroom").replace("e,sy,2", "e,sy,2,scheduled")
    town.load(town.package("typed.zip", classes=classes.replace("o,sy,1", "o,sy,1,ext:advisory")))
    assert town.ask("SELECT title, kind FROM section ORDER BY school_key, title") == [
        ("Algebra 1", "homeroom"), ("Art 1", "scheduled"), ("Algebra 1", "scheduled"),
    ]  # fmt: skip


def test_map_growth_tells_what_was_gained_beside_what_is_typical_and_its_error(town, tmp_path):
    sample = next((SAMPLES / "MAP_Growth").glob("*.csv"))
    header, first = list(csv.reader(sample.open(encoding="utf-8-sig")))[:2]
    told = dict(zip(header, first, strict=True)) | {
        "StudentID": "501", "Student_StateID": "", "FallToWinterObservedGrowth": "6",
        "FallToWinterProjectedGrowth": "5", "FallToWinterObservedGrowthSE": "4.6", "FallToFallObservedGrowth": "-2",
        "TypicalFallToFallGrowth": "3",
    }  # fmt: skip
    path = tmp_path / "map.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerows([header, told.values()])
    assert town.load(path).problems == []
    growth = """SELECT test.code, span, observed, typical, standard_error
                  FROM test_growth JOIN test USING (test_key) ORDER BY span"""
    assert town.ask(growth) == [
        ("MAP Growth Science", "fall to fall", -2.0, 3.0, None),
        ("MAP Growth Science", "fall to winter", 6.0, 5.0, 4.6),
    ]  # fmt: skip


def test_growth_on_a_test_that_is_not_loaded_waits_with_its_reason(town):
    report = town.load(town.file("growth.csv", """
        student_id,assessment_id,administration_date,growth_span,observed_growth,typical_growth,growth_error
        501,READ-1,2026-10-01,spring to fall,4,5,3.1
    """))  # fmt: skip
    assert problems(report) == [("growth.csv", 2, "assessment_id", "unknown_reference")]
