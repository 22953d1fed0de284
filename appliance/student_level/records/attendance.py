"""Days at school: taken, missed, late. A day that is not an exception, on a day that was taken, was a day at school."""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from appliance.storage.database import Reading

WINDOW_DAYS = 63
"""How far back the rules and the little lines look: nine weeks hold eight whole ones."""
WEEKS_SHOWN = 8

_TAKEN = """
    SELECT school_key, day FROM attendance_taken
     WHERE school_key IN (SELECT value FROM json_each(:schools)) AND day BETWEEN :since AND :until
     ORDER BY school_key, day
"""
_LAST_TAKEN = """
    SELECT max(day) AS day FROM attendance_taken
     WHERE school_key IN (SELECT value FROM json_each(:schools)) AND day BETWEEN :since AND :until
"""
_EXCEPTIONS = """
    SELECT student_key, day, category FROM visible_attendance_day WHERE day BETWEEN :since AND :until
"""
_EXCEPTIONS_OF_SOME = """
    SELECT student_key, day, category FROM visible_attendance_day
     WHERE student_key IN (SELECT value FROM json_each(:students)) AND day BETWEEN :since AND :until
"""
_SUMS = """
    SELECT student_key, school_key, days_enrolled, days_missed, days_excused, days_late
      FROM visible_student_attendance WHERE school_year = :school_year
"""
_SUMS_OF_SOME = """
    SELECT student_key, school_key, days_enrolled, days_missed, days_excused, days_late
      FROM visible_student_attendance
     WHERE student_key IN (SELECT value FROM json_each(:students)) AND school_year = :school_year
"""


@dataclass(frozen=True, slots=True)
class DaysSoFar:
    """A student's school year at one school. Nothing is known where this is missing: never read that as no absence."""

    days_enrolled: int
    days_missed: int
    days_excused: int
    days_late: int

    @property
    def missed_a_tenth(self) -> bool:
        """Whether 10 % or more of the days were missed, counted in whole days: exactly 10 % is."""
        return self.days_missed * 10 >= self.days_enrolled > 0


@dataclass(frozen=True, slots=True)
class Exceptions:
    """The days a student missed, and the days a student came late."""

    missed: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()


NONE = Exceptions()


def days_taken(reading: Reading, schools: Iterable[int], since: int, until: int) -> dict[int, list[int]]:
    """The days on which each school took attendance, oldest first."""
    rows = reading.query(_TAKEN, {"schools": json.dumps(sorted(set(schools))), "since": since, "until": until})
    taken: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        taken[row["school_key"]].append(row["day"])
    return taken


def last_day_taken(reading: Reading, schools: Iterable[int], since: int, until: int) -> int | None:
    """The last day on which one of the schools took attendance."""
    row = reading.one(_LAST_TAKEN, {"schools": json.dumps(sorted(set(schools))), "since": since, "until": until})
    return row["day"] if row else None


def exceptions(
    reading: Reading, since: int, until: int, students: Sequence[int] | None = None
) -> dict[int, Exceptions]:
    """The exceptions of the students the reader may see, or of some of them."""
    values = {"since": since, "until": until, "students": json.dumps(students)}
    missed: dict[int, set[int]] = defaultdict(set)
    late: dict[int, set[int]] = defaultdict(set)
    for row in reading.query(_EXCEPTIONS if students is None else _EXCEPTIONS_OF_SOME, values):
        (late if row["category"] == "tardy" else missed)[row["student_key"]].add(row["day"])
    return {key: Exceptions(frozenset(missed[key]), frozenset(late[key])) for key in missed.keys() | late.keys()}


def days_so_far(
    reading: Reading, school_year: int, students: Sequence[int] | None = None
) -> dict[tuple[int, int], DaysSoFar]:
    """The sums of the year by (student, school), of the students the reader may see, or of some of them."""
    values = {"school_year": school_year, "students": json.dumps(students)}
    rows = reading.query(_SUMS if students is None else _SUMS_OF_SOME, values)
    return {
        (row["student_key"], row["school_key"]): DaysSoFar(
            row["days_enrolled"], row["days_missed"], row["days_excused"], row["days_late"]
        )
        for row in rows
    }


def week_of(day: int) -> int:
    """The number of a week that begins on Monday. Day 0 was a Thursday."""
    return (day + 3) // 7


def weekly_shares(taken: Sequence[int], begin_day: int, missed: frozenset[int]) -> tuple[int, ...]:
    """Percent of days attended in each of the last eight weeks with school, oldest first; fewer for who came later."""
    weeks: Mapping[int, list[int]] = defaultdict(list)
    for day in taken[bisect_left(taken, begin_day) :]:
        weeks[week_of(day)].append(day)
    return tuple(
        100 - 100 * sum(day in missed for day in weeks[week]) // len(weeks[week])
        for week in sorted(weeks)[-WEEKS_SHOWN:]
    )
