"""What a release is counted from, through a home: each student at one school, and nothing to be had by subtracting."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations

import pytest

from appliance import counts
from appliance.aggregate import codelists, crossings
from appliance.aggregate.disclosure import cube
from appliance.aggregate.disclosure.cube import Cube, Place, Population
from appliance.aggregate.published import Key, Measure
from appliance.aggregate.tabulation import DISTRICT, Tabulation
from appliance.aggregate.turnover import NOTHING, Turnovers
from appliance.days import day_number
from appliance.jobs.compute_metrics import count_release
from appliance.jobs.import_files import import_files
from appliance.sample import write_district
from appliance.storage.database import Database
from tests.sensitive_fields import keep

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 19)
OTHER_PEOPLE = {"leavers", "grad_cohort", "completers", "dropouts"}
"""Tables about students who are not enrolled, and about those of the year before."""
ENROLLED = """SELECT DISTINCT student_key FROM school_enrollment
    WHERE begin_day <= :day AND coalesce(end_day, :day + 1) > :day"""
IN_THE_YEAR = """SELECT DISTINCT student_key FROM school_enrollment
    WHERE begin_day <= :day AND coalesce(end_day, :day + 1) > max(begin_day, :first)"""

TESTED = """SELECT count(DISTINCT test_result.student_key) FROM test_result JOIN test USING (test_key)
      JOIN (SELECT student_key, grade_level AS grade_here, max(begin_day) FROM school_enrollment
             WHERE begin_day <= :day AND coalesce(end_day, :day + 1) > :day GROUP BY student_key) USING (student_key)
     WHERE kind = 'state' AND subject = :subject AND day BETWEEN :day - 364 AND :day
       AND grade_here IN (SELECT value FROM json_each(:grades))"""


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Some 300 students of two years; a few of them are at two schools, went to another one, or left."""
    folder = tmp_path_factory.mktemp("released")
    made = write_district(folder / "files", students=300, today=date(2026, 11, 20), last_year=True)
    database = Database.create(folder / "home")
    keep(database)
    import_files(database, made.files)
    stir(database, OCTOBER, first=0)
    yield database
    database.close()


def stir(database: Database, day: date, *, first: int) -> None:
    """Before a day some go to a second school, some to another one, and some leave; programs begin and end."""
    write, number = database._writer.execute, day_number(day)
    schools = [key for (key,) in write("SELECT organization_key FROM organization WHERE kind = 'school' ORDER BY 1")]
    there = write(
        "SELECT student_key, school_key, grade_level, begin_day FROM school_enrollment"
        " WHERE begin_day < :day AND end_day IS NULL OR end_day > :day ORDER BY student_key",
        {"day": number - 30},
    ).fetchall()
    for place, (student, school, grade, begin) in enumerate(there[first : first + 24]):
        other = next(key for key in schools if key != school)
        stay = (student, other, number - 9, grade)
        if place % 3 < 2:
            write("INSERT OR IGNORE INTO school_enrollment VALUES (?, ?, ?, NULL, ?, NULL, NULL)", stay)
        if place % 3 > 0:
            ends = (number - 9, student, school, begin)
            write(
                "UPDATE school_enrollment SET end_day = ? WHERE student_key = ? AND school_key = ? AND begin_day = ?",
                ends,
            )
        for program in ("economic", "homeless", "english_learner"):
            write(
                "INSERT OR IGNORE INTO program_membership VALUES (?, ?, ?, NULL, NULL, NULL)",
                (student, program, number - 5 - place % 2 * 9),
            )


def counted(database: Database, day: date, earlier: dict[int, str] | None = None) -> tuple[int, list[Tabulation], Cube]:
    memory = count_release(database, day, earlier or {}, by="s.ortiz")
    with database.counts_only() as shelf:
        taken = [counts.take(shelf, name, day.isoformat(), counting=memory) for name in codelists.METRICS]
    tables = [table for table in taken if table is not None and table.cells]
    return memory, tables, cube.read(tables)


@pytest.fixture(scope="module")
def october(district: Database) -> tuple[int, list[Tabulation], Cube]:
    return counted(district, OCTOBER)


def test_every_table_is_counted_and_each_student_stands_at_one_school(district, october) -> None:
    """The cube itself refuses a district that is not the sum of its schools, group by group and outcome by outcome."""
    _, tables, read = october
    assert {table.metric for table in tables} == set(codelists.METRICS)
    day = day_number(OCTOBER)
    enrolled = {key for (key,) in district._writer.execute(ENROLLED, {"day": day})}
    in_year = {
        key for (key,) in district._writer.execute(IN_THE_YEAR, {"day": day, "first": day_number(date(2026, 7, 1))})
    }
    twice = district._writer.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM ({ENROLLED.replace('DISTINCT student_key', '*')})"
        " GROUP BY student_key HAVING count(*) > 1)",
        {"day": day},
    ).fetchone()
    assert twice > (3,)
    assert len(in_year - enrolled) > 3
    members, leavers = of(read, "membership"), of(read, "leavers")
    for population, people in ((members, enrolled), (leavers, in_year - enrolled)):
        everybody = [population.size[Place(school, "all", "all")] for school in population.schools]
        assert sum(everybody) == population.size[Place(DISTRICT, "all", "all")] == len(people)


def of(read: Cube, metric: str, detail: str = "") -> Population:
    return next(one for one in read.populations if one.owner == (metric, detail))


def test_denominators_of_two_tables_differ_by_nobody_or_by_a_number_that_is_protected_itself(october) -> None:
    _, _, read = october
    same = rests = 0
    for one, other in combinations([one for one in read.populations if one.metric not in OTHER_PEOPLE], 2):
        few, many = sorted((one, other), key=lambda population: population.size[Place(DISTRICT, "all", "all")])
        for place in few.size.keys() & many.size.keys():
            if few.size[place] == many.size[place]:
                same += 1
                continue
            # One of them counts some grades alone: what it leaves out of the enrolled is a target of its own.
            held = of(read, *codelists.sizes_of(*few.owner))
            assert not many.outer_size, (few.owner, many.owner, place)
            assert dict(held.left_out())[place] == many.size[place] - few.size[place], (few.owner, many.owner, place)
            rests += 1
    assert same > 1000
    assert rests > 20


def test_who_was_not_tested_is_told_once_beside_the_levels(district, october) -> None:
    _, _, read = october
    for subject in ("RLA", "MATH"):
        passed = of(read, "assessment_performance", subject)
        assert of(read, "assessment_participation", "RLA").size.items() <= passed.size.items()
        assert passed.outcome
        grades = [code for code in passed.codes["grade"] if passed.size[Place(DISTRICT, "grade", code)]]
        (tested,) = district._writer.execute(
            TESTED, {"day": day_number(OCTOBER), "subject": subject, "grades": json.dumps(grades)}
        ).fetchone()
        not_tested = passed.outcome[Place(DISTRICT, "outcome*level", "NO*NT")]
        assert 0 < not_tested == passed.size[Place(DISTRICT, "all", "all")] - tested


def test_rows_stand_for_closed_lists_also_where_nobody_is(october) -> None:
    _, tables, _ = october
    found = defaultdict(set)
    for table in tables:
        for cell in table.cells:
            found[(table.metric, cell.dimension)].add((cell.detail, cell.category))
    assert {detail for detail, _ in found[("discipline", "all")]} == set(codelists.metric("discipline").details)
    assert {code for _, code in found[("membership", "race")]} == {
        *("AM7", "AS7", "BL7", "HI7", "PI7", "WH7", "MU7", "MISSING")
    }
    assert {code for _, code in found[("membership", "sex")]} == {"F", "M", "X", "MISSING"}
    assert {"PK", "13", "UG", "AE"} < {code for _, code in found[("membership", "grade")]}
    assert found[("homeless_mobility", "entered")] == {("", "IN"), ("", "NIN")}
    assert {code for _, code in found[("assessment_performance", "outcome*level")]} >= {
        *("NO*NT", "NO*L1", "NO*L2", "YES*L3", "YES*L4")
    }


def test_what_is_settled_between_two_countings_adds_up_over_groups_and_schools(district, october) -> None:
    """Transfers, newcomers, leavers, programs that began: who moved within a table is settled in none of its rows."""
    first, _, _ = october
    district._writer.execute(
        "INSERT INTO release (snapshot, school_year, version, status, minimum_n, memory_key, drafted_by, drafted_at,"
        " seal, package_sha256) VALUES ('2026-10-01', '2026-2027', 1, 'drafted', 10, ?, 'a', 'then', 'x', 'y')",
        (first,),
    )
    stir(district, NOVEMBER, first=40)
    second, _, read = counted(district, NOVEMBER, {first: "2026-10-01"})
    with district.counts_only() as shelf:
        since = counts.take_turnovers(shelf, second, first, "2026-10-01")
    moved = 0
    for population in read.populations:
        if population.metric in OTHER_PEOPLE - {"leavers"}:
            continue
        for measure in ("n",) if population.outcome is None else ("denominator", "n", "complement"):
            moved += adds_up(population, measure, since)
    assert moved > 50


def adds_up(population: Population, measure: Measure, since: Turnovers) -> int:
    """How many rows changed by more students than are settled there, once all sums were seen to hold."""

    def settled(place: Place) -> int:
        return since.of.get(Key(measure, population.home[place.dimension], population.detail, *place), NOTHING).settled

    dimensions = [one for one in population.codes if not crossings.is_share(one)]
    for dimension in dimensions:
        for margin, parts in population.margins(dimension):
            assert settled(margin) == sum(map(settled, parts)), (population.owner, measure, margin)
        for whole, schools in population.sums_of_schools(dimension).items():
            for code in population.categories(dimension):
                at = [settled(Place(school, dimension, code)) for school in schools]
                assert settled(Place(whole, dimension, code)) == sum(at), (population.owner, measure, dimension, code)
    changes = [
        since.of.get(Key(measure, population.home[place.dimension], population.detail, *place), NOTHING)
        for dimension in dimensions
        for place in population.places(dimension)
    ]
    return sum(change.changed > change.settled for change in changes)
