"""From student rows to tabulations: the last place where a row stands for a child."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby, product
from typing import Any

from msgspec import json
from sqlite_utils import Database as Tables

from appliance.aggregate.codelists import ALL
from appliance.aggregate.refusal import Refused
from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.aggregate.turnover import Turnovers
from appliance.days import day_number, from_day_number, school_year
from appliance.progress import Progress, quietly
from appliance.student_level.metrics import memory, release_cells
from appliance.student_level.metrics.catalogue import (
    Metric,
    groups_sql,
    metrics,
    prepared_sql,
    released,
    students_sql,
)
from appliance.student_level.records.marks import PLACEHOLDER_DAYS
from appliance.student_level.records.rule_book import RuleBook

_DISTRICT_PLACE = 0
Areas = Mapping[str, Collection[str]]
_Sums = dict[tuple[int, str, str], list[int]]


def count_everything(
    tables: Tables,
    *,
    snapshot: int,
    book: RuleBook,
    only: Collection[Metric] | None = None,
    by_group: bool = True,
    compared_day: int | None = None,
) -> Iterator[Tabulation]:
    """Every metric at a snapshot day (or only some), one tabulation after another, for pages.

    The school year of the snapshot is counted from its first day to the snapshot, both included. Not `by_group`: only
    the totals of each place, for the history of a measure. `compared_day`: the day with which the snapshot will be
    compared, where it stands for the same day a year before. The temporary tables that hold the reporting groups live
    in memory and are gone when the iteration ends.
    """
    wanted = metrics() if only is None else only
    with _groups(tables, values_for(snapshot, book, compared_day), {}, wanted) as day:
        for made, some in groupby(wanted, lambda metric: metric.stands_on):
            with _prepared(tables, made, day.values):
                for metric in some:
                    dimensions = metric.dimensions if by_group else (ALL,)
                    yield day.tabulation(metric, _cells(tables, metric, dimensions, day))


@dataclass(frozen=True, slots=True)
class Counted:
    """What a release is drafted from: exact counts, and how many students each number exchanged since each earlier one.

    `memory` names who was counted where. It stays in the database for the next release and never reaches a release.
    """

    memory: int
    tabulations: tuple[Tabulation, ...]
    turnovers: dict[int, Turnovers]


def count_for_release(
    tables: Tables,
    *,
    snapshot: int,
    book: RuleBook,
    earlier: dict[int, str],
    areas: Areas | None = None,
    progress: Progress = quietly,
) -> Counted:
    """Count what may leave, each student at one school, remember who was counted, and compare with earlier releases
    (memory to label).

    `areas`: declared geographies, each with the state ids of its schools. Raises `Refused` for one that is not loaded.
    """
    leaving = released()
    with (
        _groups(tables, values_for(snapshot, book), areas or {}, leaving, at_one_school=True) as day,
        _prepared(tables, {table for metric in leaving for table in metric.stands_on}, day.values),
    ):
        memory.begin(tables)
        found: list[Tabulation] = []
        with release_cells.further_groups(tables, day.values):
            for metric in leaving:
                progress("Counting", len(found), len(leaving))
                with _counted(tables, metric, day.values):
                    memory.note(tables, metric)
                    found.append(day.tabulation(metric, release_cells.cells(tables, metric, day.place_ids)))
            kept = memory.keep(tables, snapshot=day.iso, school_year=day.school_year)
        memory.end(tables)
    progress("Counting", len(found), len(found))
    since = {key: memory.turnovers(tables, kept, key, label, leaving) for key, label in earlier.items()}
    return Counted(kept, tuple(found), since)


@dataclass(frozen=True, slots=True)
class _Day:
    """A snapshot while it is counted."""

    iso: str
    school_year: str
    values: dict[str, object]
    place_ids: dict[int, str]

    def tabulation(self, metric: Metric, cells: Iterator[Cell]) -> Tabulation:
        return Tabulation(metric.name, self.school_year, self.iso, tuple(cells))


def values_for(snapshot: int, book: RuleBook, compared_day: int | None = None) -> dict[str, Any]:
    """What the SQL of the metrics asks for by name: the days it counts, and the numbers of the rule book."""
    day = from_day_number(snapshot)
    year = school_year(day)
    return {
        "snapshot": snapshot,
        "compared_day": compared_day,
        "first_day": day_number(day.replace(year=year - 1, month=7, day=1)),
        "school_year": year,
        "year_before": day_number(date(year - 2, 7, 1)),
        "summer_end": day_number(date(year - 1, 9, 30)),
        "summer_before_end": day_number(date(year - 2, 9, 30)),
        "least_days_enrolled": book.least_days_enrolled,
        "least_days_attended": book.least_days_attended,
        "placeholder_days": PLACEHOLDER_DAYS,
        "c_from": book.letters.c,
        "d_from": book.letters.d,
        "points_fallen": book.points_fallen,
        "credits_by_grade": json.encode(book.credits_by_grade).decode(),
    }


@contextmanager
def _groups(
    tables: Tables, values: dict[str, Any], areas: Areas, wanted: Collection[Metric], *, at_one_school: bool = False
) -> Iterator[_Day]:
    """The temporary tables that every metric reads from, as of the snapshot of the values."""
    day, year = from_day_number(values["snapshot"]), values["school_year"]
    connection = tables.conn
    schools = dict(connection.execute("SELECT organization_key, state_id FROM organization WHERE kind = 'school'"))
    place_ids = {_DISTRICT_PLACE: DISTRICT} | schools | {-number: code for number, code in enumerate(areas, start=1)}
    connection.execute("CREATE TEMP TABLE whole (place_key INTEGER, school_key INTEGER)")
    connection.executemany("INSERT INTO temp.whole VALUES (?, ?)", _wholes(schools, areas))
    past = values | {"snapshot": day_number(date(year - 1, 6, 30)), "first_day": day_number(date(year - 7, 7, 1))}
    needs_past = any(metric.groups == "reporting_past" for metric in wanted)
    if needs_past:
        _run(tables, students_sql("reporting_past", at_one_school=True), past)
    _run(tables, groups_sql(at_one_school=at_one_school), values)
    try:
        yield _Day(day.isoformat(), f"{year - 1}-{year}", values, place_ids)
    finally:
        connection.execute("DROP TABLE temp.reporting_student")
        connection.execute("DROP TABLE IF EXISTS temp.reporting_past")
        connection.execute("DROP TABLE temp.reporting_days")
        connection.execute("DROP TABLE temp.whole")


def _run(tables: Tables, statements: str, values: Mapping[str, object]) -> None:
    for statement in filter(str.strip, statements.split(";\n")):
        tables.conn.execute(statement, values if ":" in statement else {})


def _wholes(schools: Mapping[int, str], areas: Areas) -> list[tuple[int, int]]:
    """Every place that is made of schools, with each of its schools."""
    key_of = {state_id: key for key, state_id in schools.items()}
    found = [(_DISTRICT_PLACE, key) for key in schools]
    for number, (code, members) in enumerate(areas.items(), start=1):
        for state_id in members:
            if state_id not in key_of:
                raise Refused(f"The geography {code} names the school {state_id}, which is not loaded.")
            found.append((-number, key_of[state_id]))
    return found


@contextmanager
def _prepared(tables: Tables, made: Collection[str], values: dict[str, object]) -> Iterator[None]:
    """The tables that some metrics stand on, made once for all of them."""
    for table in made:
        tables.conn.execute(f"CREATE TEMP TABLE {table} AS {prepared_sql(table)}", values)
    try:
        yield
    finally:
        for table in made:
            tables.conn.execute(f"DROP TABLE temp.{table}")


@contextmanager
def _counted(tables: Tables, metric: Metric, values: dict[str, object]) -> Iterator[None]:
    """The rows of one metric, a student, a place and a detail each, in the temporary table `counted`."""
    tables.conn.execute(f"CREATE TEMP TABLE counted AS {metric.sql}", values)
    try:
        yield
    finally:
        tables.conn.execute("DROP TABLE temp.counted")


def _cells(tables: Tables, metric: Metric, dimensions: tuple[str, ...], day: _Day) -> Iterator[Cell]:
    found = _sums(tables, metric, dimensions, day)
    for dimension, sums in zip(dimensions, found, strict=True):
        categories = sorted({category for _, category, _ in sums})
        details = sorted({detail for *_, detail in sums})
        # A group that nobody in a school belongs to is a zero, said openly: a gap would say the same less clearly. Of
        # what does not leave, pages ask only for groups that somebody is in, and most of the shelf would be zeros.
        is_whole = metric.leaves or dimension == ALL
        everything = product(day.place_ids, categories, details)
        for place, category, detail in everything if is_whole else sorted(sums):
            if place not in day.place_ids:
                continue  # an organization that is no school
            count, out_of = sums.get((place, category, detail), (0, 0))
            yield Cell(day.place_ids[place], dimension, category, count, out_of, detail)


def _sums(tables: Tables, metric: Metric, dimensions: tuple[str, ...], day: _Day) -> list[_Sums]:
    """The rows of a metric, each of a student, a place and a detail, added up as they come, by each dimension.

    SQLite would sort them first, all of them in memory and once for each dimension; here are only the sums.
    """
    groups = ", ".join(f"'{ALL}'" if dimension == ALL else f"groups.{dimension}" for dimension in dimensions)
    rows = tables.conn.execute(
        f"SELECT place_key, detail, count, out_of, {groups}"  # noqa: S608 names of our own catalogue
        f" FROM ({metric.sql}) AS counted CROSS JOIN temp.{metric.groups} AS groups USING (place_key, student_key)",
        day.values,
    )
    found: list[_Sums] = [{} for _ in dimensions]
    for place, detail, count, out_of, *categories in rows:
        for sums, category in zip(found, categories, strict=True):
            sum_ = sums.get((place, category, detail))
            if sum_ is None:
                sums[place, category, detail] = [count, out_of]
            else:
                sum_[0] += count
                sum_[1] += out_of
    return found
