"""Mr. Kim, the data steward, decides which sensitive fields Maplewood keeps."""

from datetime import date, timedelta

import pytest
from sqlite_utils import Database as Tables

from appliance.days import day_number
from appliance.errors import Trouble
from appliance.jobs.choose_fields import choices, turn_off, turn_on
from appliance.jobs.compute_metrics import refresh
from appliance.jobs.import_files import undo_batch
from appliance.storage.connection import Encrypted, open_writer
from appliance.storage.database import Database
from appliance.storage.keys import make_keys
from appliance.storage.migrations import steps
from tests.access_log import lines
from tests.elm_and_oak import SCHOOL_ENROLLMENT
from tests.sensitive_fields import keep

PROGRAMS = """
    student_id,program,begin_date,end_date
    501,Special education,2026-08-17,
    502,Special education,2026-08-17,
    502,Gifted and talented,2026-08-17,
    777,Special education,2026-08-17,
"""


@pytest.fixture
def maplewood(two_schools):
    two_schools.begin()
    keep(two_schools.database, "special_education")
    two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    return two_schools


def stored(town):
    return sorted(town.ask("SELECT program, count(*) FROM program_membership GROUP BY program"))


def test_every_sensitive_field_is_off_until_a_person_turns_it_on(two_schools):
    assert {(one.is_on, one.purpose) for one in choices(two_schools.database)} == {(0, "")}
    two_schools.begin()
    report = two_schools.load(two_schools.file("programs.csv", PROGRAMS))
    assert report.files[0].note.endswith("switched off: 3 of special education")
    assert stored(two_schools) == [("gifted", 1)]


def test_a_home_that_kept_a_field_before_choices_were_asked_for_keeps_it_until_a_person_decides(tmp_path):
    home = tmp_path / "old"
    home.mkdir()
    file = Encrypted(home / "district.db", make_keys(home))
    file.make()
    connection = open_writer(file)
    steps.apply(Tables(connection), stop_before="m011_people_who_look_move_out")
    connection.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (1, 'Ada', 'Abara')")
    connection.execute("INSERT INTO program_membership VALUES (1, 'economic', 0, NULL)")
    connection.close()
    database = Database(home)
    assert [(one.name, one.chosen_by) for one in choices(database) if one.is_on] == [("economic", "as shipped")]
    database.close()


def test_turning_a_field_off_forgets_what_is_stored_of_it_everywhere(maplewood):
    assert turn_off(maplewood.database, "special-education", reason="the board said so", by="kim") == 2
    assert stored(maplewood) == [("gifted", 1)]
    assert lines(maplewood.database, "who", "subject", "reason")[-1:] == [
        ("kim", "special_education off", "the board said so")
    ]
    left = repr(
        [maplewood.ask(f"SELECT * FROM {table}") for table in ("batch_undo", "quarantine", "program_membership")]
    )
    assert "pecial" not in left


def test_what_is_off_is_left_out_at_import_with_a_note_and_not_as_an_error(maplewood):
    turn_off(maplewood.database, "special_education", by="kim")
    report = maplewood.load(maplewood.file("programs.csv", PROGRAMS))
    assert report.refused == 0
    (read,) = report.files
    assert read.note == "rows left out, since the district has these fields switched off: 3 of special education"
    assert stored(maplewood) == [("gifted", 1)]
    assert maplewood.one("SELECT count(*) FROM quarantine") == 0


def test_a_bad_row_of_a_field_that_is_off_is_not_kept_in_quarantine_either(maplewood):
    turn_off(maplewood.database, "special_education", by="kim")
    bad = PROGRAMS + "    503,Special education,never,\n    503,SpEd resource room,2026-08-17,\n"
    report = maplewood.load(maplewood.file("programs.csv", bad))
    assert (report.refused, report.quarantined) == (2, 0)


def test_taking_the_import_back_does_not_bring_it_back(maplewood):
    ended = PROGRAMS.replace("501,Special education,2026-08-17,", "501,Special education,2026-08-17,2026-09-01")
    maplewood.load(maplewood.file("programs.csv", ended))
    turn_off(maplewood.database, "special_education", by="kim")
    undo_batch(maplewood.database, 3, reason="wrong file")
    assert stored(maplewood) == [("gifted", 1)]


def test_turned_on_again_with_a_purpose_and_a_time_it_is_kept_until_then(maplewood):
    turn_off(maplewood.database, "special_education", by="kim")
    choice = turn_on(maplewood.database, "special_education", purpose="IDEA child count", keep="90 days", by="kim")
    assert choice.until_day == day_number(date.today() + timedelta(days=90))
    maplewood.load(maplewood.file("programs.csv", PROGRAMS))
    assert ("special_education", 2) in stored(maplewood)


def test_when_its_time_is_over_the_next_import_forgets_it(maplewood):
    turn_on(maplewood.database, "special_education", purpose="a count", keep="1 day", by="kim",
            today=date.today() - timedelta(days=5))  # fmt: skip
    maplewood.load(maplewood.file("enrollment.csv", SCHOOL_ENROLLMENT))
    assert stored(maplewood) == [("gifted", 1)]
    assert not next(one for one in choices(maplewood.database) if one.name == "special_education").is_on


@pytest.mark.parametrize(
    ("name", "purpose", "keep", "sentence"),
    [
        ("family_relation", "letters", "1 year", "nothing in Schoolhouse uses it yet"),
        ("meals", "totals", "1 year", "nothing in Schoolhouse uses it yet"),
        ("shoe_size", "sport", "1 year", "is no sensitive field"),
        ("economic", "  ", "1 year", "needs a purpose"),
        ("economic", "totals", "a while", "is no time"),
        ("economic", "totals", "2020-01-01", "between today and ten years"),
        ("economic", "totals", "9999 years", "between today and ten years"),
    ],
)
def test_a_field_needs_a_use_a_purpose_and_a_time(maplewood, name, purpose, keep, sentence):
    before = choices(maplewood.database)
    with pytest.raises(Trouble, match=sentence):
        turn_on(maplewood.database, name, purpose=purpose, keep=keep, by="kim")
    assert choices(maplewood.database) == before


def test_totals_say_not_recorded_and_never_that_nobody_is_disabled(maplewood):
    attendance = "student_id,date,category\n501,2026-09-08,Unexcused\n"
    calendar = "date,event,school_id\n2026-09-08,Instructional day,100\n2026-09-09,Instructional day,100\n"
    maplewood.load(maplewood.file("c.csv", calendar), maplewood.file("a.csv", attendance))
    told = "SELECT DISTINCT category FROM count_cell WHERE dimension = 'disability' AND out_of > 0 ORDER BY category"
    refresh(maplewood.database)
    assert [one for (one,) in maplewood.ask(told)] == ["WDIS", "WODIS"]
    turn_off(maplewood.database, "special_education", by="kim")
    refresh(maplewood.database)
    assert [one for (one,) in maplewood.ask(told)] == ["MISSING"]
