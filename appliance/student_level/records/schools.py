"""A school as its principal sees it: the year by week, by grade, by group, and its students a page at a time."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from appliance.days import day_number
from appliance.storage.database import Reading
from appliance.student_level.records.attendance import DaysSoFar, days_so_far, week_of
from appliance.student_level.records.enrollments import Enrollment
from appliance.student_level.records.rule_book import RuleBook

SMALLEST_GROUP = 10
A_YEAR_OF_WEEKS = 364
"""Fifty-two weeks back is the same weekday of the same week last year."""

_SCHOOLS = "SELECT organization_key, name FROM visible_school ORDER BY name"
_ALL_SCHOOLS = "SELECT organization_key, name FROM organization WHERE kind = 'school' AND is_active ORDER BY name"
_BY_DAY = """
    SELECT day, enrolled, missed FROM school_attendance_day
     WHERE school_key = :school AND day BETWEEN :since AND :until ORDER BY day
"""
_SNAPSHOT = """
    SELECT max(snapshot) AS snapshot FROM visible_count_table
     WHERE metric = :metric AND snapshot BETWEEN :begin AND :end
"""
_GROUPS = """
    SELECT dimension, category, count, out_of FROM visible_count
     WHERE metric = 'chronic_absence' AND school_id = :school_id AND snapshot = :snapshot AND detail = ''
       AND dimension IN ('all', 'grade', 'english_learner', 'disability', 'economic')
     ORDER BY category NOT IN ('PK', 'KG'), category
"""
_STATE_ID = "SELECT state_id FROM visible_school WHERE organization_key = :school"
_GROUP_NAMES = {
    ("disability", "WDIS"): "Students with an IEP",
    ("disability", "WODIS"): "Students without an IEP",
    ("english_learner", "LEP"): "English learners",
    ("english_learner", "NLEP"): "Not English learners",
    ("economic", "ECODIS"): "Low-income families",
    ("economic", "NECODIS"): "Other families",
}


@dataclass(frozen=True, slots=True)
class School:
    """A school that the reader leads."""

    school_key: int
    name: str


@dataclass(frozen=True, slots=True)
class Week:
    """A school's week: `monday` as a day number, and of how many student-days how many were missed."""

    monday: int
    enrolled: int
    missed: int

    @property
    def attended(self) -> float:
        """Percent of student-days attended, to one decimal."""
        return round(100 * (self.enrolled - self.missed) / self.enrolled, 1)


@dataclass(frozen=True, slots=True)
class Share:
    """How many students of a group missed a tenth or more of their days. `hidden`: too few to be shown."""

    name: str
    count: int
    out_of: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups on one day. Their numbers come from the counts shelf; no student stands behind them.

    `everybody` and `grades` (empty where they were not counted) are of the same students as `shares`.
    """

    day: int
    shares: tuple[Share, ...]
    everybody: Share | None
    grades: tuple[Share, ...]


def schools_led(reading: Reading) -> list[School]:
    """The schools of this principal."""
    return [School(row["organization_key"], row["name"]) for row in reading.query(_SCHOOLS)]


def all_schools(reading: Reading) -> list[School]:
    """Every school of the district, by name; for people whose work is not at one school."""
    return [School(row["organization_key"], row["name"]) for row in reading.query(_ALL_SCHOOLS)]


def weeks(reading: Reading, school_key: int, since: int, until: int) -> list[Week]:
    """The school's weeks with attendance, oldest first."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in reading.query(_BY_DAY, {"school": school_key, "since": since, "until": until}):
        if row["enrolled"]:
            total = sums[week_of(row["day"])]
            total[0] += row["enrolled"]
            total[1] += row["missed"]
    return [Week(number * 7 - 3, enrolled, missed) for number, (enrolled, missed) in sorted(sums.items())]


def attendance_sums(reading: Reading, here: dict[int, Enrollment], school_year: int) -> dict[int, DaysSoFar]:
    """The year's days of the students of one school. Pre-kindergarten is not part of attendance counts."""
    sums = days_so_far(reading, school_year)
    return {
        key: sums[key, place.school_key]
        for key, place in here.items()
        if (key, place.school_key) in sums and place.grade_level != "PK"
    }


def is_early(days: Mapping[int, DaysSoFar], book: RuleBook) -> bool:
    """Whether these are the first days of school: then pages, lists and files tell no share, and choose nobody by one.

    `days`: of the students of the school; whoever was there longest says how many school days there were.
    """
    return book.is_early(max((so_far.days_enrolled for so_far in days.values()), default=0))


def shares_by_grade(here: dict[int, Enrollment], days: dict[int, DaysSoFar], book: RuleBook) -> tuple[Share, ...]:
    """For each grade how many missed a tenth or more, of those enrolled for the least number of days that counts."""
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, so_far in days.items():
        if book.counts(so_far.days_enrolled, so_far.days_missed):
            total = counted[here[key].grade_level]
            total[0] += so_far.missed_a_tenth
            total[1] += 1
    order = ["KG", *sorted(set(counted) - {"KG"})]
    return tuple(
        Share(grade, counted[grade][0], counted[grade][1], counted[grade][1] < SMALLEST_GROUP)
        for grade in order
        if grade in counted
    )


@dataclass(frozen=True, slots=True)
class Newest:
    """Where on the counts shelf a school's newest numbers of a metric are. `snapshot` is an ISO day."""

    school_id: str
    snapshot: str


def newest_count(reading: Reading, metric: str, school_key: int, school_year: int) -> Newest | None:
    """The newest snapshot of a metric in a school year, or None when nothing has been counted yet.

    It may hold no number of the school: what was taken back is not there, whatever an older snapshot says.
    """
    school = reading.one(_STATE_ID, {"school": school_key})
    if school is None:
        return None
    year = {"begin": f"{school_year - 1}-07-01", "end": f"{school_year}-06-30"}
    row = reading.one(_SNAPSHOT, {"metric": metric, **year})
    return Newest(school["state_id"], row["snapshot"]) if row and row["snapshot"] else None


def groups(reading: Reading, school_key: int, school_year: int) -> Groups | None:
    """The groups of the school year's latest snapshot, or None when nothing has been computed yet.

    When one side of a group is smaller than ten, both sides are hidden: all minus one would tell the other.
    """
    newest = newest_count(reading, "chronic_absence", school_key, school_year)
    if newest is None:
        return None
    rows = reading.query(_GROUPS, {"school_id": newest.school_id, "snapshot": newest.snapshot})
    by_dimension: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        by_dimension[row["dimension"]].append(row)
    shares = [Share("All students", row["count"], row["out_of"]) for row in rows if row["dimension"] == "all"]
    for dimension in ("disability", "english_learner", "economic"):
        sides = {row["category"]: row for row in by_dimension[dimension]}
        hidden = any(0 < int(str(row["out_of"])) < SMALLEST_GROUP for row in sides.values())
        for (of, category), name in _GROUP_NAMES.items():
            side = sides.get(category)
            if of == dimension and side and side["out_of"]:
                shares.append(Share(name, int(str(side["count"])), int(str(side["out_of"])), hidden))
    return Groups(
        day=day_number(date.fromisoformat(newest.snapshot)),
        shares=tuple(shares),
        everybody=next((one for one in shares if one.name == "All students" and one.out_of), None),
        grades=tuple(
            Share(row["category"], row["count"], row["out_of"])
            for row in rows
            if row["dimension"] == "grade" and row["out_of"]
        ),
    )


def last_year(day: int) -> int:
    """The same weekday a year before."""
    return day - A_YEAR_OF_WEEKS
