"""A school in totals: courses, tests and the roll, from the counts shelf and from sums; no student is behind them."""

from collections import defaultdict
from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.records.enrollments import Enrollment
from appliance.student_level.records.schools import SMALLEST_GROUP, Share, newest_count

WEEKS_BACK = 4
_OF_SCHOOL = """
    SELECT detail, count, out_of FROM visible_count
     WHERE metric = :metric AND school_id = :school_id AND snapshot = :snapshot AND dimension = 'all' AND out_of > 0
     ORDER BY detail
"""
_ENROLLED = """
    SELECT enrolled FROM school_attendance_day WHERE school_key = :school AND day <= :day ORDER BY day DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class TestLevels:
    """One test: how many were tested, and how many reached each level, as its publisher words and orders them.

    `levels` is empty for fewer than ten.
    """

    test: str
    tested: int
    levels: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Students now and four weeks ago, and how many of them came and left in between."""

    now: int
    before: int
    came: int

    @property
    def left(self) -> int:
        """Who was here four weeks ago and is not any more."""
        return self.before + self.came - self.now


def low_grades(reading: Reading, school_key: int, school_year: int) -> tuple[Share, ...]:
    """D and F among the newest course grades, by department. Grades are counted, not students, and no teacher."""
    rows = _rows(reading, "course_grades", school_key, school_year)
    return tuple(Share(row[0], row[1], row[2], row[2] < SMALLEST_GROUP) for row in rows)


def test_levels(reading: Reading, school_key: int, school_year: int) -> tuple[TestLevels, ...]:
    """Each test of the last year with the students at each level."""
    found: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for detail, count, out_of in _rows(reading, "test_levels", school_key, school_year):
        test, _, level = detail.partition(": ")
        found[test].append((level, count, out_of))
    return tuple(
        TestLevels(
            test,
            levels[0][2],
            tuple((level, count) for level, count, _ in levels) if levels[0][2] >= SMALLEST_GROUP else (),
        )
        for test, levels in found.items()
    )


def changes(reading: Reading, here: dict[int, Enrollment], school_key: int, today: int) -> Changes | None:
    """What happened to the roll in the last four weeks; None where no attendance tells how many there were."""
    since = today - 7 * WEEKS_BACK
    row = reading.one(_ENROLLED, {"school": school_key, "day": since})
    if row is None:
        return None
    return Changes(len(here), row["enrolled"], sum(place.begin_day > since for place in here.values()))


def _rows(reading: Reading, metric: str, school_key: int, school_year: int) -> list[tuple[str, int, int]]:
    newest = newest_count(reading, metric, school_key, school_year)
    if newest is None:
        return []
    values = {"metric": metric, "school_id": newest.school_id, "snapshot": newest.snapshot}
    return [(row["detail"], row["count"], row["out_of"]) for row in reading.query(_OF_SCHOOL, values)]
