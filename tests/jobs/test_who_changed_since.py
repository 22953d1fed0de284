"""Who entered or left a number between two releases: each student once, and who changed nothing else."""

from datetime import date

import pytest

from appliance import counts
from appliance.aggregate.published import Key
from appliance.aggregate.turnover import Turnover
from appliance.errors import Trouble
from appliance.jobs.choose_fields import turn_on
from appliance.jobs.compute_metrics import count_release, forget_last_year
from appliance.storage.connection import PastTheGate
from tests.elm_and_oak import SCHOOL_ENROLLMENT, ElmAndOak, csv_text

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 2)


def exchanged(two_schools: ElmAndOak, first: int, second: int) -> dict[Key, Turnover]:
    with two_schools.database.counts_only() as shelf:
        return dict(counts.take_turnovers(shelf, second, first, "2026-10-01").of)


def membership(school: str, dimension: str = "all", category: str = "all") -> Key:
    metric = "membership" if dimension in ("all", "grade", "race", "sex") else "subgroup_membership"
    return Key("n", metric, "", school, dimension, category)


def count(two_schools: ElmAndOak, day: date, earlier: dict[int, str] | None = None) -> int:
    return count_release(two_schools.database, day, earlier or {}, by="s.ortiz")


def as_draft(two_schools: ElmAndOak, memory: int, status: str = "drafted") -> None:
    """Let a release stand behind a counting, so that the next counting does not clear it away."""
    two_schools.database._writer.execute(
        "INSERT INTO release (snapshot, school_year, version, status, minimum_n, memory_key, drafted_by, drafted_at,"
        " seal, package_sha256) VALUES ('2026-10-01', '2026-2027', 1, ?, 10, ?, 'a', 'then', 'x', 'y')",
        (status, memory),
    )


def test_who_came_is_settled_and_who_changed_school_is_not(two_schools: ElmAndOak) -> None:
    """Cy moves from Oak to Elm, and Dee is new at Oak; Ada and Ben stay where they are."""
    two_schools.begin()
    first = count(two_schools, OCTOBER)
    as_draft(two_schools, first)
    moved = SCHOOL_ENROLLMENT.replace("503,102,2026-08-17,09,", "503,102,2026-08-17,09,2026-10-12")
    moved = csv_text(moved) + "503,101,2026-10-12,09,\n504,102,2026-10-05,09,\n"
    dee = two_schools.roster["users"] + "    u-dee,Dee,Dorn,,504,student,o\n"
    two_schools.load(two_schools.package(users=dee), two_schools.file("school_enrollment.csv", moved.encode()))
    second = count(two_schools, NOVEMBER, {first: "2026-10-01"})
    found = exchanged(two_schools, first, second)
    assert found[membership("")] == Turnover(1, 1)
    assert found[membership("101")] == Turnover(1, 0)
    assert found[membership("102")] == Turnover(2, 1)
    assert found[membership("102", "grade", "09")] == Turnover(2, 1)
    assert membership("101", "grade", "08") not in found


def test_a_correction_counts_as_a_change_of_what_left_and_not_of_what_is_on_record_now(two_schools: ElmAndOak) -> None:
    """Ben turns out to have left in August. Counted again, October would show no difference; the release did."""
    two_schools.begin()
    first = count(two_schools, OCTOBER)
    as_draft(two_schools, first)
    corrected = SCHOOL_ENROLLMENT.replace("502,101,2026-08-17,08,", "502,101,2026-08-17,08,2026-08-20")
    two_schools.load(two_schools.file("school_enrollment.csv", corrected))
    second = count(two_schools, NOVEMBER, {first: "2026-10-01"})
    found = exchanged(two_schools, first, second)
    assert found[membership("101", "race", "HI7")] == Turnover(1, 1)
    assert found[membership("", "sex", "M")] == Turnover(1, 1)


def test_who_becomes_an_english_learner_is_settled_in_no_table_and_who_comes_as_one_is_in_all(
    two_schools: ElmAndOak,
) -> None:
    """Ada's language is found out in October, and Dee comes speaking Spanish: tables of learners add up."""
    programs = """
        student_id,program,begin_date,end_date,home_language
        501,English learner,2026-10-12,,spa
    """
    two_schools.begin()
    first = count(two_schools, OCTOBER)
    as_draft(two_schools, first)
    came = csv_text(SCHOOL_ENROLLMENT) + "504,101,2026-10-05,08,\n"
    dee = two_schools.roster["users"] + "    u-dee,Dee,Dorn,,504,student,e\n"
    two_schools.load(two_schools.package(users=dee), two_schools.file("school_enrollment.csv", came.encode()))
    turn_on(two_schools.database, "home_language", purpose="totals for the state", keep="1 year", by="s.ortiz")
    two_schools.load(two_schools.file("programs.csv", csv_text(programs) + "504,English learner,2026-10-05,,spa\n"))
    found = exchanged(two_schools, first, count(two_schools, NOVEMBER, {first: "2026-10-01"}))
    learners = Key("n", "subgroup_membership", "", "101", "english_learner", "LEP")
    spanish = Key("n", "english_learners", "", "", "english_learner*language", "LEP*spa")
    assert found[learners] == Turnover(2, 1)
    assert found[spanish] == Turnover(2, 1)


def test_where_the_homeless_spend_the_night_does_not_split_those_who_moved(two_schools: ElmAndOak) -> None:
    """Dee comes in October and is homeless, and so is Ada; Cy moves to Elm. Of two who came, one has a residence."""
    calendar = "date,event\n2026-08-18,Instructional day\n"
    moved = SCHOOL_ENROLLMENT.replace("503,102,2026-08-17,09,", "503,102,2026-08-17,09,2026-10-12")
    dee = two_schools.roster["users"] + "    u-dee,Dee,Dorn,,504,student,o\n"
    two_schools.load(
        two_schools.package(users=dee),
        two_schools.file(
            "enrolled.csv", (csv_text(moved) + "503,101,2026-10-12,09,\n504,102,2026-10-05,09,\n").encode()
        ),
        two_schools.file("calendar.csv", calendar.encode()),
        two_schools.file("attendance.csv", b"student_id,date,category\n501,2026-08-18,Absent\n"),
    )
    turn_on(two_schools.database, "homeless", purpose="totals for the state", keep="1 year", by="s.ortiz")
    turn_on(two_schools.database, "night_residence", purpose="totals for the state", keep="1 year", by="s.ortiz")
    programs = (
        "student_id,program,begin_date,end_date,night_residence\n"
        "501,Homeless,2026-08-17,,Shelters\n504,Homeless,2026-10-05,,Shelters\n"
    )
    two_schools.load(two_schools.file("programs.csv", programs.encode()))
    counting = count(two_schools, NOVEMBER)
    with two_schools.database.counts_only() as shelf:
        told = counts.take(shelf, "homeless_mobility", NOVEMBER.isoformat(), counting=counting)
    assert told is not None
    counted = {(cell.school_id, cell.dimension, cell.category, cell.detail): cell.count for cell in told.cells}
    assert (counted["", "entered", "IN", ""], counted["", "entered", "NIN", ""]) == (2, 2)
    assert (counted["101", "entered", "IN", ""], counted["102", "entered", "IN", ""]) == (1, 1)
    assert counted["", "homeless*residence", "HOMELSENRL*STH", ""] == 2
    assert sum(count for (_, dimension, _, _), count in counted.items() if dimension == "homeless*residence") == 2


def test_who_was_counted_is_out_of_reach_of_releases_and_gone_with_the_school_year(two_schools: ElmAndOak) -> None:
    two_schools.begin()
    memory = count(two_schools, OCTOBER)
    as_draft(two_schools, memory, "built")
    with two_schools.database.counts_only() as shelf:
        for table in ("memory_member", "memory_profile", "release_memory"):
            with pytest.raises(PastTheGate):
                shelf.query(f"SELECT * FROM {table}")
    forget_last_year(two_schools.database, date(2027, 6, 30))
    assert two_schools.one("SELECT count(*) FROM memory_member") == 3
    forget_last_year(two_schools.database, date(2027, 7, 1))
    assert two_schools.one("SELECT count(*) FROM memory_member") == 0
    assert two_schools.one("SELECT count(*) FROM memory_profile") == 0
    with pytest.raises(Trouble, match="is not known any more"):
        count(two_schools, NOVEMBER, {memory: "2026-10-01"})
