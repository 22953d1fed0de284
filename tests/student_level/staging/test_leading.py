"""Two systems that name the same record: one leads, and the other neither changes nor ends what that one names."""

import pytest

from appliance.actions import Action
from appliance.jobs.import_files import undo_batch
from appliance.storage.database import Event
from appliance.student_level.staging.batch import Batch
from appliance.student_level.staging.load_roster import _end_missing, delete_unseen
from appliance.student_level.staging.report import ImportReport


@pytest.fixture
def town(two_schools):
    """OneRoster came first; Ed-Fi names Algebra too, and a course, a student and a teacher that OneRoster lacks."""
    two_schools.begin()
    with two_schools.database.changing(Event("test", Action.IMPORT)) as tables:
        tables.execute("INSERT INTO course (course_key, code, title) VALUES (77, 'DRA', 'Drama')")
        tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (77, 'Dee', 'Egan')")
        for entity, key in (("course", 1), ("course", 77), ("student", 1), ("student", 77), ("staff", 1)):
            row = [entity, "edfi", f"xml-{key}", key]
            tables.execute("INSERT INTO identity (entity, system, source_id, key) VALUES (?, ?, ?, ?)", row)
    return two_schools


def as_edfi(town, work, leading=""):
    with town.database.changing(Event("test", Action.IMPORT)) as tables:
        batch = Batch(tables, ImportReport(), leading_system=leading)
        batch.system = "edfi"
        return work(batch)


def renamed(batch):
    rows = [(1, "ALG", "Algebra I", ""), (77, "DRA", "Drama I", "")]
    return batch.upsert("course", "course", "course_key", "code, title, subject", rows).changed


def titles(town):
    return [title for (title,) in town.ask("SELECT title FROM course WHERE course_key IN (1, 77) ORDER BY course_key")]


def test_the_second_system_changes_only_what_it_alone_names(town):
    assert as_edfi(town, renamed) == 1
    assert titles(town) == ["Algebra", "Drama I"]


def test_a_district_may_say_which_system_leads(town):
    assert as_edfi(town, renamed, leading="edfi") == 2
    assert titles(town) == ["Algebra I", "Drama I"]


def test_what_the_second_system_no_longer_names_ends_only_when_it_alone_named_it(town):
    def missing(batch):
        batch.seen["student"] = {2}
        return _end_missing(batch, "student")

    assert as_edfi(town, missing) == 1
    assert town.ask("SELECT student_key FROM student WHERE NOT is_active") == [(77,)]


def test_rights_that_the_leading_system_gives_are_not_the_second_ones_to_take(town):
    def unseen(batch):
        return delete_unseen(batch, "staff_role", [(99, 1, "teacher")])

    held = town.one("SELECT count(*) FROM staff_role WHERE staff_key = 1")
    assert held
    assert as_edfi(town, unseen) == 0
    assert as_edfi(town, unseen, leading="edfi") == held


def test_once_the_first_systems_batch_is_taken_back_it_leads_no_more(two_schools):
    two_schools.load(two_schools.package())
    with two_schools.database.changing(Event("test", Action.IMPORT)) as tables:
        assert Batch(tables, ImportReport()).leading.system == "oneroster"
    undo_batch(two_schools.database, 1, reason="wrong district")
    with two_schools.database.changing(Event("test", Action.IMPORT)) as tables:
        assert Batch(tables, ImportReport()).leading.system == ""
