"""One student's record, as its page shows it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from appliance.days import day_number, from_day_number
from appliance.storage.database import Reading
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.enrollments import Enrollment, Name

_STUDENT = "SELECT given_name, family_name, reason FROM visible_student WHERE student_key = :student"
_PLACES = """
    SELECT student_key, school_key, grade_level, begin_day, name
      FROM visible_school_enrollment JOIN organization ON organization_key = school_key
     WHERE student_key = :student AND begin_day <= :today AND (end_day IS NULL OR end_day > :today)
     ORDER BY begin_day DESC, school_key
"""
_SUMS = """
    SELECT school_key, organization.name, days_enrolled, days_missed, days_excused, days_late
      FROM visible_student_attendance JOIN organization ON organization_key = school_key
     WHERE student_key = :student AND school_year = :school_year
"""
_DAYS = """
    SELECT day, category FROM visible_attendance_day WHERE student_key = :student AND day BETWEEN :since AND :today
"""
_TAKEN = "SELECT day FROM attendance_taken WHERE school_key = :school AND day BETWEEN :since AND :today"
_CALENDAR = """
    SELECT day FROM calendar_day
     WHERE organization_key IN (:school, (SELECT parent_key FROM organization WHERE organization_key = :school))
       AND is_instructional = 1 AND day BETWEEN :since AND :today
"""
_TESTS = """
    SELECT test.title, test.subject, day, scale_score, raw_score, standard_error, level, meets
      FROM visible_test_result JOIN test USING (test_key)
     WHERE student_key = :student AND day <= :today
     ORDER BY test.title, day
"""
_PROGRAMS = """
    SELECT program, begin_day FROM visible_program
     WHERE student_key = :student AND begin_day <= :today AND (end_day IS NULL OR end_day > :today) ORDER BY program
"""
_LAST_OPENED = """
    SELECT max(at) AS at FROM visible_opening WHERE student_key = :student AND action = :action AND who = :who
"""
_CODES = {"excused": "e", "unexcused": "u", "tardy": "t"}


@dataclass(frozen=True, slots=True)
class Student:
    """Who the page is about, where they go to school, and why the reader may see it. `also_at`: of somebody who is
    enrolled at several schools today, the others.
    """

    student_key: int
    name: Name
    place: Enrollment | None
    school: str
    also_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The year's days at another school."""

    school: str
    days: DaysSoFar


@dataclass(frozen=True, slots=True)
class DayGrid:
    """One square a weekday, from a Monday. `codes`: p present, e excused, u unexcused, t late, n no school, x not
    loaded, space: before the student came.
    """

    first_day: int
    codes: str

    @property
    def months(self) -> list[tuple[int, str]]:
        """Where a month begins: the column, and the month's short name."""
        columns = -(-len(self.codes) // 5)
        mondays = [from_day_number(self.first_day + 7 * column) for column in range(columns)]
        begins = [
            (column, f"{monday:%b}")
            for column, monday in enumerate(mondays)
            if column == 0 or monday.month != mondays[column - 1].month
        ]
        # Two names need two columns of room: a first month of one week gives way.
        return begins[1:] if len(begins) > 1 and begins[1][0] < 2 else begins

    @property
    def by_month(self) -> list[tuple[int, int, int, int, int]]:
        """The squares, counted: a month's first day, days at school, excused, unexcused, of those at school how many
        late.
        """
        months: dict[int, Counter[str]] = {}
        for place, code in enumerate(self.codes):
            if code in "peut":
                day = from_day_number(self.first_day + place // 5 * 7 + place % 5)
                months.setdefault(day_number(day.replace(day=1)), Counter())[code] += 1
        return [(month, some["p"] + some["t"], some["e"], some["u"], some["t"]) for month, some in months.items()]


@dataclass(frozen=True, slots=True)
class TestLine:
    """One test result, and how it compares with the one before it on the same test."""

    title: str
    day: int
    score: float | None
    margin: float | None
    level: str
    since_last: str


def student(reading: Reading, student_key: int, today: int) -> Student | None:
    """The student, or None for a key that does not exist or that this reader may not see."""
    values = {"student": student_key, "today": today}
    row = reading.one(_STUDENT, values)
    if row is None:
        return None
    places = [(place.pop("name"), Enrollment(**place)) for place in reading.query(_PLACES, values)]
    if not places:
        return Student(student_key, Name(**row), None, "")
    school, here = places[0]
    others = tuple(dict.fromkeys(name for name, place in places if place.school_key != here.school_key))
    return Student(student_key, Name(**row), here, school, others)


def days_of(
    reading: Reading, student_key: int, school_key: int, school_year: int
) -> tuple[DaysSoFar | None, tuple[Elsewhere, ...]]:
    """The sums of the year at the present school (None: not loaded), and at other schools."""
    here, elsewhere = None, []
    for row in reading.query(_SUMS, {"student": student_key, "school_year": school_year}):
        days = DaysSoFar(row["days_enrolled"], row["days_missed"], row["days_excused"], row["days_late"])
        if row["school_key"] == school_key:
            here = days
        elif days.days_enrolled:
            elsewhere.append(Elsewhere(row["name"], days))
    return here, tuple(elsewhere)


def day_grid(reading: Reading, place: Enrollment, student_key: int, today: int, since: int) -> DayGrid | None:
    """The squares from the first day of the year with attendance to the last; None when none is loaded."""
    values = {"student": student_key, "school": place.school_key, "since": since, "today": today}
    taken = {row["day"] for row in reading.query(_TAKEN, values)}
    if not taken:
        return None
    planned = {row["day"] for row in reading.query(_CALENDAR, values)}
    marks = {row["day"]: _CODES[row["category"]] for row in reading.query(_DAYS, values)}
    first = min(taken) - (min(taken) + 3) % 7
    codes = []
    for day in range(first, max(taken | {day for day in planned if day < today}) + 1):
        if (day + 3) % 7 > 4:
            continue
        if day < place.begin_day:
            codes.append(" ")
        elif day in taken:
            codes.append(marks.get(day, "p"))
        else:
            codes.append("x" if day in planned else "n")
    return DayGrid(first, "".join(codes))


def tests_of(reading: Reading, student_key: int, today: int) -> list[TestLine]:
    """Test results, newest first within each test. A change inside the margin of both results is called chance."""
    lines: list[TestLine] = []
    last: dict[str, tuple[float, float]] = {}
    for row in reading.query(_TESTS, {"student": student_key, "today": today}):
        score = row["scale_score"] if row["scale_score"] is not None else row["raw_score"]
        margin = row["standard_error"]
        lines.append(
            TestLine(
                row["title"],
                row["day"],
                score,
                margin,
                row["level"] or "",
                _change(score, margin, last.get(row["title"])),
            )
        )
        if score is not None:
            last[row["title"]] = (score, margin or 0.0)
    return sorted(lines, key=lambda line: (-line.day, line.title))


def _change(score: float | None, margin: float | None, before: tuple[float, float] | None) -> str:
    if score is None or before is None:
        return ""
    change = score - before[0]
    # Two results each with its own error: their difference has the root of the sum of squares.
    both = ((margin or 0.0) ** 2 + before[1] ** 2) ** 0.5
    words = f"up {change:g}" if change > 0 else f"down {-change:g}" if change < 0 else "the same"
    if not both:
        return words
    return f"{words}; may be chance, the margin is {both:.0f}" if abs(change) <= both else f"{words}; margin {both:.0f}"


def programs_of(reading: Reading, student_key: int, today: int) -> list[str]:
    """The programs that a class is planned around, now."""
    return [row["program"] for row in reading.query(_PROGRAMS, {"student": student_key, "today": today})]


def last_opened(reading: Reading, student_key: int, action: str, who: str) -> datetime | None:
    """When this person last opened the record, before now."""
    row = reading.one(_LAST_OPENED, {"student": student_key, "action": action, "who": who})
    return datetime.fromisoformat(row["at"]) if row and row["at"] else None
