"""What a letter home says of a student: the student's own days, and nothing about anybody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.storage.database import Reading
from appliance.student_level.records import attendance, enrollments
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.enrollments import Enrollment, Name

_SCHOOLS = "SELECT organization_key, name FROM organization"
_AWAY = """
    SELECT student_key FROM visible_attendance_day WHERE day = :day AND category = 'unexcused'
"""


@dataclass(frozen=True, slots=True)
class HomeCount:
    """One student's days of this school year at the present school. `since` and `until` are the first and the last day
    on which attendance was taken for the student; `days` is None when none is loaded.
    """

    student_key: int
    name: Name
    grade_level: str
    school: str
    days: DaysSoFar | None
    since: int
    until: int


def home_counts(
    reading: Reading, students: Sequence[int], *, today: int, school_year: int, first_day: int
) -> list[HomeCount]:
    """For each of some visible students who are enrolled today, in the order asked for."""
    here = {key: place for key, place in enrollments.enrollments(reading, today).items() if key in set(students)}
    called = enrollments.names(reading, list(here))
    sums = attendance.days_so_far(reading, school_year, list(here))
    schools = {row["organization_key"]: row["name"] for row in reading.query(_SCHOOLS)}
    taken = attendance.days_taken(reading, {place.school_key for place in here.values()}, first_day, today)
    found = []
    for key in students:
        place = here.get(key)
        if place is None:
            continue
        days = [day for day in taken.get(place.school_key, ()) if day >= place.begin_day]
        found.append(
            HomeCount(
                key,
                called[key],
                place.grade_level,
                schools[place.school_key],
                sums.get((key, place.school_key)) if days else None,
                days[0] if days else today,
                days[-1] if days else today,
            )
        )
    return found


def away_without_reason(reading: Reading, here: dict[int, Enrollment], day: int) -> list[int]:
    """The students of a school who missed a day and nobody has said why."""
    away = {row["student_key"] for row in reading.query(_AWAY, {"day": day})}
    return [key for key in here if key in away]
