"""The set-wise sums against the plainest possible count: a loop over students and days."""

import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.actions import Action
from appliance.days import day_number, from_day_number, school_year
from appliance.storage.database import Database, Event
from appliance.student_level.metrics.catalogue import groups_sql, sums_sql
from appliance.student_level.staging.attendance_codes import DAILY

FIRST = day_number(from_day_number(20_628).replace(month=6, day=15))  # two school years meet within the days below
DAYS = st.integers(FIRST, FIRST + 40)
STAYS = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), DAYS, st.none() | st.integers(0, 30)), max_size=8)
TAKEN = st.sets(st.tuples(st.integers(1, 3), DAYS), max_size=40)
EXCEPTIONS = st.dictionaries(
    st.tuples(st.integers(1, 3), DAYS), st.sampled_from(["excused", "unexcused", "tardy"]), max_size=30
)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    opened = Database.create(tmp_path_factory.mktemp("sums") / "home")
    yield opened
    opened.close()


class TakeBack(Exception):
    pass


def run(tables, sql, values):
    for statement in sql.split(";\n"):
        if statement.strip():
            tables.execute(statement, values)


def fill(tables, stays, taken, exceptions):
    tables.execute("INSERT INTO organization VALUES (9, 'D', 'district', 'D', NULL, 1)")
    for school in (1, 2, 3):
        tables.execute("INSERT INTO organization VALUES (?, 'S', 'school', ?, 9, 1)", (school, str(school)))
    for student in (1, 2, 3):
        tables.execute("INSERT INTO student (student_key, given_name, family_name) VALUES (?, '', '')", (student,))
    for student, school, begin, length in stays:
        stay = (student, school, begin, None if length is None else begin + length)
        tables.execute("INSERT OR REPLACE INTO school_enrollment VALUES (?, ?, ?, ?, '03', NULL, NULL)", stay)
    for row in taken:
        tables.execute("INSERT INTO attendance_taken VALUES (?, ?)", row)
    for (student, day), category in exceptions.items():
        tables.execute("INSERT INTO attendance_day VALUES (?, ?, ?, NULL, NULL)", (student, day, DAILY[category]))
    return tables.execute("SELECT student_key, school_key, begin_day, end_day FROM school_enrollment").fetchall()


def days_of(stays, taken):
    """(student, school) -> days enrolled for which attendance was taken."""
    days = defaultdict(set)
    for student, school, begin, end in stays:
        days[student, school] |= {d for s, d in taken if s == school and d >= begin and (end is None or d < end)}
    return days


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STAYS, TAKEN, EXCEPTIONS)
def test_sums_of_students_and_schools(database, stays, taken, exceptions):
    with pytest.raises(TakeBack), database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        kept = fill(tables, stays, taken, exceptions)
        run(tables, sums_sql(), {})
        found = {row[:3]: row[3:] for row in tables.execute("SELECT * FROM student_attendance").fetchall()}
        by_day = {row[:2]: row[2:] for row in tables.execute("SELECT * FROM school_attendance_day").fetchall()}
        raise TakeBack
    expected = defaultdict(lambda: [0, 0, 0, 0])
    schools = defaultdict(lambda: [0, 0])
    for (student, school), days in days_of(kept, taken).items():
        for day in days:
            category = exceptions.get((student, day))
            sums = expected[student, school, school_year(from_day_number(day))]
            schools[school, day][0] += 1
            schools[school, day][1] += category in ("excused", "unexcused")
            for place, counts in enumerate((True, category in ("excused", "unexcused"), category == "excused",
                                            category == "tardy")):  # fmt: skip
                sums[place] += counts
    assert found == {key: tuple(value) for key, value in expected.items()}
    assert by_day == {key: tuple(value) for key, value in schools.items()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STAYS, TAKEN, EXCEPTIONS, DAYS)
def test_days_behind_the_metrics(database, stays, taken, exceptions, snapshot):
    ends_in = school_year(from_day_number(snapshot))
    first = day_number(from_day_number(snapshot).replace(year=ends_in - 1, month=7, day=1))
    with pytest.raises(TakeBack), database.changing(Event("test", Action.COMPUTE_METRICS)) as tables:
        kept = fill(tables, stays, taken, exceptions)
        schools = [key for (key,) in tables.execute("SELECT organization_key FROM organization WHERE kind = 'school'")]
        charter = set(schools[:2])
        tables.execute("CREATE TEMP TABLE whole (place_key INTEGER, school_key INTEGER)")
        wholes = [(0, key) for key in schools] + [(-1, key) for key in charter]
        tables.conn.executemany("INSERT INTO temp.whole VALUES (?, ?)", wholes)
        run(tables, groups_sql(), {"first_day": first, "snapshot": snapshot})
        found = {row[:2]: row[2:] for row in tables.execute("SELECT * FROM temp.reporting_days").fetchall()}
        raise TakeBack
    places = defaultdict(set)
    for (student, school), days in days_of(kept, taken).items():
        within = {day for day in days if first <= day <= snapshot}
        places[school, student] |= within
        places[0, student] |= within
        if school in charter:
            places[-1, student] |= within
    expected = {
        (place, student): (len(days), sum(exceptions.get((student, day)) in ("excused", "unexcused") for day in days))
        for (place, student), days in places.items() if days
    }  # fmt: skip
    assert found == expected


def test_each_metric_file_says_its_part():
    from appliance.student_level.metrics import catalogue

    for metric in (*catalogue.metrics(), *catalogue.released()):
        assert metric.title.endswith((".", ".)"))
        assert metric.counts.startswith("Counts ")
        assert metric.dimensions
        assert set(metric.dimensions) <= {"all", "grade", "race", "sex", "english_learner", "disability", "economic"}
        assert metric.rule.endswith(".")
    assert {m.name for m in catalogue.metrics() if m.leaves} == {m.name for m in catalogue.released()} - {"leavers"}
    assert all(m.leaves for m in catalogue.released())


def test_a_metric_file_without_its_head_is_an_error(monkeypatch):
    from appliance.student_level.metrics import catalogue

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare.sql").write_text("SELECT 1")
        monkeypatch.setattr(catalogue, "_FOLDER", Path(folder))
        with pytest.raises(ValueError, match=r"bare\.sql must begin with its title"):
            catalogue._read("bare")
