"""A school in totals: courses, tests and the roll, from the counts shelf and from sums; no student is behind them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.storage.database import Reading
from appliance.student_level.records.enrollments import Enrollment, Name, names
from appliance.student_level.records.hidden_parts import hide_small
from appliance.student_level.records.levels import level_in_words
from appliance.student_level.records.schools import SMALLEST_GROUP, Share, newest_count

WEEKS_BACK = 4
_OF_SCHOOL = """
    SELECT dimension, category, detail, count, out_of FROM visible_count
     WHERE metric = :metric AND school_id = :school_id AND snapshot = :snapshot AND dimension IN ('all', 'grade')
       AND out_of > 0
     ORDER BY detail
"""
_BY_GRADE = frozenset({"test_levels"})
_TESTS = "SELECT code, title, part_of FROM test"
_ENROLLED = """
    SELECT day, enrolled FROM school_attendance_day WHERE school_key = :school AND day BETWEEN :begin AND :today
     ORDER BY day > :since, abs(day - :since) LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class TestLine:
    """One test in one grade, or in all (`grade` is empty): how many were tested, and how many reached each level.

    `levels` is empty where they are hidden: `tested` is fewer than ten, or they would give another grade away.
    """

    grade: str
    tested: int
    levels: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TestLevels:
    """One test, or one standard of a test (`part_of` names the test). Levels as its publisher words them."""

    test: str
    part_of: str
    lines: tuple[TestLine, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Students now and on the school day `since`, and who came in between, the last first."""

    now: int
    before: int
    since: int
    is_first_day: bool
    """Whether `since` is the first school day, because four weeks ago there was no school yet."""
    came: tuple[tuple[Enrollment, Name], ...]

    @property
    def left(self) -> int:
        """How many were here and are not any more. Who they are is no more the school's to see."""
        return max(0, self.before + len(self.came) - self.now)


def low_grades(reading: Reading, school_key: int, school_year: int) -> tuple[Share, ...]:
    """D and F among the newest course grades, by department. Grades are counted, not students, and no teacher."""
    rows = _rows(reading, "course_grades", school_key, school_year)
    return hide_small([Share(row["detail"], row["count"], row["out_of"]) for row in rows])


def low_grades_by_course(reading: Reading, school_key: int, school_year: int) -> tuple[tuple[str, Share], ...]:
    """(department, course): the same course by course, in the order of their names."""
    departments: dict[str, list[Share]] = defaultdict(list)
    for row in _rows(reading, "grades_by_course", school_key, school_year):
        department, _, course = row["detail"].partition(": ")
        departments[department].append(Share(course, row["count"], row["out_of"]))
    return tuple((name, share) for name, shares in departments.items() for share in hide_small(shares))


def test_levels(reading: Reading, school_key: int, school_year: int) -> tuple[TestLevels, ...]:
    """Each test of the last year with the students at each level, by grade; whole tests before their standards."""
    counted: dict[str, dict[str, list[tuple[str, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(reading, "test_levels", school_key, school_year):
        code, _, level = row["detail"].partition(": ")
        grade = row["category"] if row["dimension"] == "grade" else ""
        counted[code][grade].append((level, row["count"], row["out_of"]))
    called = {row["code"]: (row["title"], row["part_of"]) for row in reading.query(_TESTS)}
    whole = {code: title for code, (title, _) in called.items()}
    found = []
    for code, by_grade in counted.items():
        title, part_of = called.get(code, (code, ""))
        lines = tuple(_test_lines(by_grade))
        found.append(TestLevels(title.removeprefix(part_of).strip() or title, whole.get(part_of, part_of), lines))
    return tuple(sorted(found, key=lambda one: (one.part_of or one.test, bool(one.part_of), one.test)))


def _test_lines(by_grade: Mapping[str, Sequence[tuple[str, int, int]]]) -> Iterator[TestLine]:
    grades = sorted((grade for grade in by_grade if grade), key=lambda code: (code not in ("PK", "KG"), code))
    hidden = {one.name for one in hide_small([Share(g, 0, by_grade[g][0][2]) for g in grades]) if one.hidden}
    for grade in ["", *(grades if len(grades) > 1 else ())]:
        if levels := by_grade.get(grade):
            tested = levels[0][2]
            is_shown = grade not in hidden and tested >= SMALLEST_GROUP
            in_order = sorted(levels, key=lambda one: (level_in_words(one[0]), one[0]))
            yield TestLine(grade, tested, tuple((level, count) for level, count, _ in in_order) if is_shown else ())


def changes(
    reading: Reading, here: Mapping[int, Enrollment], school_key: int, *, begin: int, today: int
) -> Changes | None:
    """What happened to the roll in the last four weeks, or since the first school day after `begin`, where the school
    year does; None where no attendance of the year tells how many there were.
    """
    since = today - 7 * WEEKS_BACK
    row = reading.one(_ENROLLED, {"school": school_key, "begin": begin, "today": today, "since": since})
    if row is None:
        return None
    came = sorted(
        (place for place in here.values() if place.begin_day > row["day"]),
        key=lambda place: (-place.begin_day, place.student_key),
    )
    called = names(reading, [place.student_key for place in came])
    return Changes(
        now=len(here),
        before=row["enrolled"],
        since=row["day"],
        is_first_day=row["day"] > since,
        came=tuple((place, called[place.student_key]) for place in came),
    )


def _rows(reading: Reading, metric: str, school_key: int, school_year: int) -> list[dict[str, Any]]:
    newest = newest_count(reading, metric, school_key, school_year)
    if newest is None:
        return []
    values = {"metric": metric, "school_id": newest.school_id, "snapshot": newest.snapshot}
    rows = reading.query(_OF_SCHOOL, values)
    return rows if metric in _BY_GRADE else [row for row in rows if row["dimension"] == "all"]
