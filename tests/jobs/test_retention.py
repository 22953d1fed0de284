"""What Maplewood's steward let be kept for a time goes by itself when that time is over."""

from datetime import date, timedelta

import pytest
from structlog.testing import capture_logs

from appliance.jobs.choose_fields import choices, turn_off, turn_on
from appliance.jobs.import_files import undo_batch
from appliance.jobs.retention import erase_expired
from tests.access_log import lines
from tests.sensitive_fields import keep

ACTIONS = """
    student_id,school_id,action,action_date,action_days
    501,101,ISS,2026-09-08,1
    502,101,OSS,2026-09-09,3
"""
LEFT = """
    student_id,school_id,entry_date,grade_level,exit_date,exit_reason
    503,102,2026-08-17,09,2026-10-01,Dropped out
"""
DETAILS = """
    student_id,program,begin_date,primary_disability,home_language,night_residence
    501,Special education,2026-08-17,SLD,,
    502,English learner,2026-08-17,,Spanish,
    503,Homeless,2026-08-17,,,Shelters
"""
TOMORROW = date.today() + timedelta(days=1)
TABLES = "discipline leaving special_education_detail english_learner_detail homeless_detail".split()


@pytest.fixture
def maplewood(two_schools):
    two_schools.begin()
    keep(two_schools.database)
    two_schools.load(*(two_schools.file(f"{name}.csv", text)
                       for name, text in (("actions", ACTIONS), ("left", LEFT), ("details", DETAILS))))  # fmt: skip
    return two_schools


def kept_for_a_day(town, *names):
    for name in names:
        turn_on(town.database, name, purpose="a count", keep="1 day", by="kim", today=date.today() - timedelta(days=1))


def stored(town):
    return {table: town.one(f"SELECT count(*) FROM {table}") for table in TABLES}


def test_nothing_goes_as_long_as_its_time_lasts_and_nothing_is_written_then(maplewood):
    kept_for_a_day(maplewood, "discipline")
    before = maplewood.all_that_is_stored(), lines(maplewood.database, "who")
    assert erase_expired(maplewood.database) == {}
    assert (maplewood.all_that_is_stored(), lines(maplewood.database, "who")) == before


def test_after_its_last_day_every_field_goes_and_the_log_says_how_many_and_never_whose(maplewood):
    assert set(stored(maplewood).values()) == {1, 2}
    fields = "discipline", "leaving_reason", "disability", "home_language", "night_residence"
    kept_for_a_day(maplewood, *fields)
    with capture_logs() as told:
        gone = erase_expired(maplewood.database, TOMORROW)
    assert gone == dict.fromkeys(fields, 1) | {"discipline": 2}
    assert set(stored(maplewood).values()) == {0}
    assert {(line["what"], line["records"]) for line in told if "records" in line} == set(gone.items())
    assert {key for line in told for key in line} <= {"event", "log_level", "what", "records"}
    assert lines(maplewood.database, "who", "subject", "reason").count(
        ("the house", "discipline off", "its time is over")) == 1  # fmt: skip
    assert not {one.name for one in choices(maplewood.database) if one.is_on} & set(fields)


def test_taking_back_an_import_brings_back_nothing_that_was_erased(maplewood):
    maplewood.load(maplewood.file("actions.csv", ACTIONS.replace("OSS,2026-09-09,3", "OSS,2026-09-09,5")))
    kept_for_a_day(maplewood, "discipline")
    erase_expired(maplewood.database, TOMORROW)
    for batch in (3, 2):
        undo_batch(maplewood.database, batch, reason="wrong file")
    assert stored(maplewood)["discipline"] == 0
    assert maplewood.one("SELECT count(*) FROM batch_undo WHERE table_name = 'discipline'") == 0


def test_the_file_that_brought_it_is_read_again_once_the_field_is_wanted_again(maplewood):
    turn_off(maplewood.database, "discipline", by="kim")
    assert stored(maplewood)["discipline"] == 0
    keep(maplewood.database, "discipline")
    maplewood.load(maplewood.file("actions.csv", ACTIONS))
    assert stored(maplewood)["discipline"] == 2


def test_what_is_left_of_a_field_that_is_off_goes_too(maplewood):
    maplewood.database._writer.execute("UPDATE field_choice SET is_on = 0 WHERE name = 'leaving_reason'")
    assert erase_expired(maplewood.database) == {"leaving_reason": 1}
    assert stored(maplewood)["leaving"] == 0
    assert erase_expired(maplewood.database) == {}


def test_turning_a_program_off_takes_its_details_along(maplewood):
    assert turn_off(maplewood.database, "homeless", by="kim") == 2
    assert stored(maplewood)["homeless_detail"] == 0
    assert stored(maplewood)["special_education_detail"] == 1


def test_refused_rows_go_after_their_last_day(maplewood):
    report = maplewood.load(
        maplewood.file("programs.csv", "student_id,program,begin_date\n777,Gifted and talented,2026-08-17\n")
    )
    assert report.quarantined == 1
    assert erase_expired(maplewood.database) == {}
    assert erase_expired(maplewood.database, date.today() + timedelta(days=31))["quarantine"] == 1
    assert maplewood.one("SELECT count(*) FROM quarantine") == 0
