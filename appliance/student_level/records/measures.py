"""The measures of a school or of the district: how each stands, against its goal, against the same day last year, and
month by month.

Everything here comes from the counts shelf, so a number means the same wherever it is printed. A number of fewer than
ten students is not shown, nor on the first days of school a share of days. What is not there is "not loaded": neither
nought nor fine.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from appliance.aggregate.tabulation import DISTRICT
from appliance.days import day_number, from_day_number, school_year
from appliance.storage.database import Reading
from appliance.student_level.metrics.catalogue import Measure, measures
from appliance.student_level.records.district import told_by_too_few
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.records.schools import SMALLEST_GROUP, Share, last_year
from appliance.student_level.records.shares import tenths

SMALLEST_CHANGE = 3
"""Of how many students (or days, or grades) a difference says something: two more are two children's week."""
NEAREST_WITHIN = 14
"""Where the same day last year was no school day, the nearest one stands for it, so many days before or after."""
_OF_SCHOOL = """
    SELECT metric, snapshot, detail, count, out_of
      FROM visible_school CROSS JOIN visible_count ON school_id = state_id
     WHERE organization_key = :school AND dimension = 'all' AND snapshot BETWEEN :since AND :until ORDER BY snapshot
"""
_OF_PLACE = """
    SELECT metric, snapshot, detail, count, out_of FROM count_table CROSS JOIN count_cell USING (count_table_key)
     WHERE school_id = :place AND dimension = 'all' AND snapshot BETWEEN :since AND :until ORDER BY snapshot
"""
_OF_SCHOOLS = """
    SELECT school_id, count, out_of FROM count_table CROSS JOIN count_cell USING (count_table_key)
     WHERE metric = :metric AND detail = :detail AND snapshot = :snapshot AND dimension = 'all' AND school_id <> ''
"""
_SCHOOLS = "SELECT name, state_id FROM organization WHERE kind = 'school' AND is_active ORDER BY name"
_NOTHING = Share("", 0, 0)
_NEWEST_VISIBLE = """
    SELECT max(snapshot) AS snapshot FROM visible_count_table
     WHERE metric = :metric AND snapshot BETWEEN :begin AND :end
"""
_NEWEST = (
    "SELECT max(snapshot) AS snapshot FROM count_table WHERE metric = :metric AND snapshot BETWEEN :begin AND :end"
)
_COUNTED_EACH_TIME = "attendance_rate"
"""A metric that no release is drafted from: its newest table is the newest counting of everything."""
_TAKEN = "SELECT day FROM attendance_taken WHERE school_key = :school AND day >= :since ORDER BY day"
_TAKEN_ANYWHERE = """
    WITH RECURSIVE taken AS (
        SELECT min(day) AS day FROM attendance_taken WHERE day >= :since
        UNION ALL
        SELECT (SELECT min(day) FROM attendance_taken WHERE day > taken.day) FROM taken WHERE taken.day IS NOT NULL
    )
    SELECT day FROM taken WHERE day IS NOT NULL
"""
"""From day to day by the index, so that a district of many schools does not read as many rows for each day."""

_COUNTS_EVERYBODY = frozenset({"membership", "late_arrivals"})
"""What is counted out of everybody who was there: on an earlier day only the second is on the shelf."""
Kind = Literal["shown", "too few", "first days", "not loaded", "not asked"]


@dataclass(frozen=True, slots=True)
class Point:
    """A measure on a day. `kind` says whether its share may be shown, and why not."""

    day: int
    count: int
    out_of: int
    kind: Kind = "shown"

    @property
    def tenths(self) -> int:
        """The share in tenths of a percent."""
        return tenths(self.count, self.out_of)


@dataclass(frozen=True, slots=True)
class Apart:
    """How far a measure is from what it was on the same day last year: `by` so many tenths of a point it is more.

    It is called the same where it is less than the `rule_book` of the district says (in tenths of a point), and where
    it is less than three students, days or grades.
    """

    by: int
    least: int
    rule_book: int

    @property
    def is_same(self) -> bool:
        """Whether it is called the same."""
        return abs(self.by) < max(self.least, self.rule_book)

    @property
    def is_few(self) -> bool:
        """Whether it is called the same because it is a matter of fewer than three, whatever the rule book says."""
        return self.rule_book <= abs(self.by) < self.least


@dataclass(frozen=True, slots=True)
class Line:
    """One measure of one place, or one subject of it. `history`: a point a month that may be shown, oldest first.

    `last_year`: how it stood on the same day last year, or on the school day nearest to it; of a test that comes once a
    year, how the test before was. None where nothing of last year is loaded for a day near.
    """

    measure: Measure
    detail: str
    now: Point
    history: tuple[Point, ...]
    goal: int | None
    last_year: Point | None
    apart: Apart | None

    @property
    def is_by_early_share(self) -> bool:
        """Whether students are counted by the share of their days, while that says nothing yet."""
        return self.now.kind == "first days" and self.measure.unit == "students"

    @property
    def from_goal(self) -> int | None:
        """Tenths of a point by which the share is above the goal (below: negative); None without a goal or a share."""
        return None if self.goal is None or self.now.kind != "shown" else self.now.tenths - self.goal

    @property
    def reaches_goal(self) -> bool:
        """Whether the exact share, not the rounded one, is as good as the goal or better."""
        exact, goal = self.now.count * 1000, (self.goal or 0) * self.now.out_of
        return exact >= goal if self.measure.more_is_better else exact <= goal


@dataclass(frozen=True, slots=True)
class Measures:
    """All lines of a place, in the order of the catalogue; `day` is the day they were counted for."""

    day: int
    lines: tuple[Line, ...]


def of_school(reading: Reading, school_key: int, year: int, book: RuleBook) -> Measures | None:
    """The measures of a school that the reader leads; None when nothing has been counted this school year."""
    day = _newest(reading, _NEWEST_VISIBLE, year)
    if day is None:
        return None
    since = date(year - 2, 7, 1)
    rows = reading.query(_OF_SCHOOL, {"school": school_key, "since": since.isoformat(), "until": day})
    taken = reading.query(_TAKEN, {"school": school_key, "since": day_number(since)})
    return _measures(rows, day, [row["day"] for row in taken], book)


def of_district(shelf: Reading, reading: Reading, year: int, book: RuleBook) -> Measures | None:
    """The district's measures, every student once. `shelf` sees counts and nothing else, `reading` no count."""
    day = _newest(shelf, _NEWEST, year)
    if day is None:
        return None
    since = date(year - 2, 7, 1)
    rows = shelf.query(_OF_PLACE, {"place": DISTRICT, "since": since.isoformat(), "until": day})
    taken = reading.query(_TAKEN_ANYWHERE, {"since": day_number(since)})
    return _measures(rows, day, [row["day"] for row in taken], book)


def by_school(shelf: Reading, reading: Reading, line: Line) -> tuple[Share, ...]:
    """One of the district's measures in each school, by name; out of nought where it is not loaded.

    Schools of too few students are hidden, and the one that would tell of them.
    """
    found, members = (
        _by_school(shelf, line.measure.name, line),
        _by_school(shelf, "membership", replace(line, detail="")),
    )
    # Days and grades are more than the students they are of, so the number of students counts, too.
    sizes = {place: min(one.out_of, members.get(place, _NOTHING).out_of) for place, one in found.items() if one.out_of}
    hidden = told_by_too_few(sizes)
    return tuple(
        replace(found.get(row["state_id"], _NOTHING), name=row["name"], hidden=row["state_id"] in hidden)
        for row in reading.query(_SCHOOLS)
    )


def _by_school(shelf: Reading, metric: str, line: Line) -> dict[str, Share]:
    values = {"metric": metric, "detail": line.detail, "snapshot": from_day_number(line.now.day).isoformat()}
    return {row["school_id"]: Share("", row["count"], row["out_of"]) for row in shelf.query(_OF_SCHOOLS, values)}


def _newest(reading: Reading, asking: str, year: int) -> str | None:
    values = {"metric": _COUNTED_EACH_TIME, "begin": f"{year - 1}-07-01", "end": f"{year}-06-30"}
    row = reading.one(asking, values)
    return row["snapshot"] if row else None


def _measures(rows: Iterable[Mapping[str, Any]], newest: str, taken: Sequence[int], book: RuleBook) -> Measures:
    found: dict[str, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
    students: dict[int, int] = {}
    for row in rows:
        day = day_number(date.fromisoformat(row["snapshot"]))
        found[row["metric"]][row["detail"]].append(Point(day, row["count"], row["out_of"]))
        if row["metric"] in _COUNTS_EVERYBODY:
            students[day] = max(students.get(day, 0), row["out_of"])
    today = day_number(date.fromisoformat(newest))
    lines = [
        _line(measure, detail, points, today, students, taken, book)
        for measure in measures()
        for detail, points in _by_detail(found[measure.name])
    ]
    return Measures(today, tuple(lines))


def _by_detail(found: Mapping[str, list[Point]]) -> list[tuple[str, list[Point]]]:
    """Each subject that has numbers; where none has, or there are none, the measure stands for itself."""
    return sorted(one for one in found.items() if any(point.out_of for point in one[1])) or [("", [])]


def _line(
    measure: Measure, detail: str, counted: Sequence[Point], today: int, students: Mapping[int, int],
    taken: Sequence[int], book: RuleBook,
) -> Line:  # fmt: skip
    """`counted`: every counting of the measure, oldest first. `students`: how many there were on its days."""
    points = [
        _judged(measure, point, students.get(point.day, students.get(today, 0)), taken, book) for point in counted
    ]
    now = next((point for point in points if point.day == today), Point(today, 0, 0, "not loaded"))
    if measure.name == "on_track" and not book.credits_by_grade:
        now = Point(today, 0, 0, "not asked")
    # Of each month the last counting: a release may have been drafted from one before it.
    by_month = {from_day_number(point.day).replace(day=1): point for point in points}
    history = tuple(point for point in by_month.values() if point.kind == "shown")
    before = _nearest(points, last_year(today))
    goal = book.goals.get(measure.name)
    return Line(measure, detail, now, history, goal, before, _apart(now, before, book) if before else None)


def _nearest(points: Sequence[Point], day: int) -> Point | None:
    loaded = [point for point in points if point.kind != "not loaded" and abs(point.day - day) <= NEAREST_WITHIN]
    return min(loaded, key=lambda point: (abs(point.day - day), point.day), default=None)


def _judged(measure: Measure, point: Point, students: int, taken: Sequence[int], book: RuleBook) -> Point:
    """The point with what may be shown of it. Days are taken as those of the school year of the point."""
    kind: Kind = "shown"
    if not point.out_of:
        kind = "not loaded"
    elif point.out_of < SMALLEST_GROUP or (measure.unit != "students" and students < SMALLEST_GROUP):
        kind = "too few"
    elif measure.family == "attendance" and _days_before(taken, point.day) <= book.first_days:
        kind = "first days"
    return Point(point.day, point.count, point.out_of, kind)


def _days_before(taken: Sequence[int], day: int) -> int:
    """How many days of the school year were taken up to a day, which counts too."""
    return bisect_right(taken, day) - bisect_right(taken, _first_of_year(day) - 1)


def _first_of_year(day: int) -> int:
    return day_number(date(school_year(from_day_number(day)) - 1, 7, 1))


def _apart(now: Point, before: Point, book: RuleBook) -> Apart | None:
    if now.kind != "shown" or before.kind != "shown":
        return None
    return Apart(now.tenths - before.tenths, -(-SMALLEST_CHANGE * 1000 // now.out_of), book.least_change * 10)
