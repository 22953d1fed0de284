"""From student rows to tabulations: the last place where a row stands for a child."""

from collections.abc import Iterator
from itertools import product

from sqlite_utils import Database as Tables

from appliance.aggregate.tabulation import DISTRICT, Cell, Tabulation
from appliance.days import day_number, from_day_number, school_year
from appliance.student_level.metrics.catalogue import Metric, groups_sql, metrics

_DISTRICT_PLACE = 0


def count_everything(tables: Tables, *, snapshot: int, minimum_days: int) -> Iterator[Tabulation]:
    """Every metric at a snapshot day, one tabulation after another.

    The school year of the snapshot is counted from its first day to the snapshot, both included. The temporary tables
    that hold the reporting groups live in memory and are gone when the iteration ends.
    """
    year = school_year(from_day_number(snapshot))
    begins = day_number(from_day_number(snapshot).replace(year=year - 1, month=7, day=1))
    values = {"snapshot": snapshot, "first_day": begins, "minimum_days": minimum_days}
    connection = tables.conn
    for statement in groups_sql().split(";\n"):
        if statement.strip():
            connection.execute(statement, values if ":" in statement else {})
    try:
        place_ids = {_DISTRICT_PLACE: DISTRICT}
        place_ids |= dict(
            connection.execute("SELECT organization_key, state_id FROM organization WHERE kind = 'school'")
        )
        for metric in metrics():
            cells = tuple(_cells(tables, metric, values, place_ids))
            yield Tabulation(metric.name, f"{year - 1}-{year}", from_day_number(snapshot).isoformat(), cells)
    finally:
        connection.execute("DROP TABLE temp.reporting_student")
        connection.execute("DROP TABLE temp.reporting_days")


def _cells(tables: Tables, metric: Metric, values: dict[str, int], place_ids: dict[int, str]) -> Iterator[Cell]:
    connection = tables.conn
    connection.execute(f"CREATE TEMP TABLE counted AS {metric.sql}", values)
    try:
        for dimension in metric.dimensions:
            group = "'all'" if dimension == "all" else f"reporting_student.{dimension}"
            rows = connection.execute(
                f"SELECT place_key, {group}, detail, sum(count), sum(out_of)"  # noqa: S608 names of our own catalogue
                " FROM temp.counted JOIN temp.reporting_student USING (place_key, student_key) GROUP BY 1, 2, 3"
            )
            found = {(place, category, detail): (count, out_of) for place, category, detail, count, out_of in rows}
            categories = sorted({category for _, category, _ in found})
            details = sorted({detail for *_, detail in found})
            # A group that nobody in a school belongs to is a zero, said openly: a gap would say the same less clearly.
            for place, category, detail in product(place_ids, categories, details):
                count, out_of = found.get((place, category, detail), (0, 0))
                yield Cell(place_ids[place], dimension, category, count, out_of, detail)
    finally:
        connection.execute("DROP TABLE temp.counted")
