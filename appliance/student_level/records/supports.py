"""Supports: what a student is helped with, since when, and the days missed before and after it began."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.errors import Trouble
from appliance.storage.database import Reading, Tables

KINDS = {
    "tutoring": "tutoring",
    "mentor": "a mentor",
    "small_group": "a small group",
    "attendance_plan": "an attendance plan",
    "family_plan": "a plan with the family",
    "other": "another support",
}
LONGEST_DETAIL = 120
MOST_DAYS_COMPARED = 40
"""Eight weeks on each side: longer, and the season speaks louder than the support."""
FEWEST_DAYS_COMPARED = 5

_OF_STUDENT = """
    SELECT support_key, kind, detail, begin_day, end_day, recorded_by FROM visible_support
     WHERE student_key = :student AND begin_day <= :today ORDER BY begin_day DESC, support_key DESC
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """Days missed in so many school days just before a support began and in as many after. It states two counts; that
    the support made the difference it does not say.
    """

    days: int
    missed_before: int
    missed_after: int


@dataclass(frozen=True, slots=True)
class Support:
    """One support. `end_day` is the first day without it; None while it is in place."""

    support_key: int
    kind: str
    detail: str
    begin_day: int
    end_day: int | None
    recorded_by: str
    compared: Compared | None = None

    @property
    def words(self) -> str:
        """As a sentence has it: tutoring Tue/Thu."""
        return f"{KINDS[self.kind]} {self.detail}".strip()


def supports_of(
    reading: Reading, student_key: int, today: int, days: Sequence[int], missed: frozenset[int]
) -> list[Support]:
    """A student's supports, newest first. `days`: the school days on which attendance was taken, in any order."""
    rows = reading.query(_OF_STUDENT, {"student": student_key, "today": today})
    return [Support(**row, compared=compare(row["begin_day"], row["end_day"], days, missed)) for row in rows]


def compare(begin_day: int, end_day: int | None, days: Sequence[int], missed: frozenset[int]) -> Compared | None:
    """As many school days before as after, at most eight weeks of each; None when there are fewer than five."""
    before = sorted((day for day in days if day < begin_day), reverse=True)
    after = sorted(day for day in days if day >= begin_day and (end_day is None or day < end_day))
    count = min(len(before), len(after), MOST_DAYS_COMPARED)
    if count < FEWEST_DAYS_COMPARED:
        return None
    return Compared(count, sum(day in missed for day in before[:count]), sum(day in missed for day in after[:count]))


def begin_support(tables: Tables, *, student_key: int, kind: str, detail: str, day: int, by: str) -> None:
    """Keep a support, inside the transaction that logs it. Whoever calls has seen to it that the writer may."""
    tables.execute(
        "INSERT INTO support (student_key, kind, detail, begin_day, recorded_by) VALUES (?, ?, ?, ?, ?)",
        (student_key, kind, detail, day, by),
    )


def end_support(tables: Tables, *, support_key: int, student_key: int, day: int) -> None:
    """Say that a support of this student has ended. One that ends on the day it began was a slip, and is taken out.

    Raises Trouble when there is no such support, or it has ended already.
    """
    values = {"support": support_key, "student": student_key, "day": day}
    sql = "UPDATE support SET end_day = :day WHERE support_key = :support AND student_key = :student"
    gone = "DELETE FROM support WHERE support_key = :support AND student_key = :student AND begin_day >= :day"
    done = tables.execute(f"{sql} AND end_day IS NULL AND begin_day < :day", values).rowcount
    if not done and not tables.execute(f"{gone} AND end_day IS NULL", values).rowcount:
        raise Trouble("This support has ended already. Open the student’s page again.")
