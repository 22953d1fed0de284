"""For which school days attendance is loaded: days enrolled are counted among these only."""

from collections.abc import Sequence

from appliance.days import day_number, from_day_number, school_year
from appliance.student_level.staging.batch import Batch


class Cover:
    """Which schools and days an attendance file speaks for. School None: it does not say, so all of them."""

    def __init__(self) -> None:
        self.first, self.last = 1 << 30, -(1 << 30)
        self.days_by_school: set[tuple[int | None, int]] = set()
        self.is_positive = False

    def note(self, schools: Sequence[int | None], days: Sequence[int], categories: Sequence[str]) -> None:
        """Take some rows into account."""
        if days:
            self.first, self.last = min(self.first, *days), max(self.last, *days)
            self.days_by_school.update(zip(schools, days, strict=True))
            self.is_positive = self.is_positive or "present" in categories

    def schools(self, batch: Batch) -> list[int]:
        """Keys of the schools it speaks for."""
        named = {school for school, _ in self.days_by_school}
        if None not in named:
            return sorted(school for school in named if school is not None)
        return [key for (key,) in batch.ask("SELECT organization_key FROM organization WHERE kind = 'school'")]

    @property
    def year_begins(self) -> int:
        """July 1 of the school year in which the file begins."""
        first = from_day_number(self.first)
        return day_number(first.replace(year=school_year(first) - 1, month=7, day=1))

    def keep(self, batch: Batch) -> None:
        """Remember the days this file speaks for."""
        if self.is_positive:
            everyone = self.schools(batch)
            taken = {(s, day) for school, day in self.days_by_school for s in ([school] if school else everyone)}
            batch.run_many("INSERT OR IGNORE INTO attendance_taken VALUES (?, ?)", sorted(taken))
        else:
            for school in self.schools(batch):
                batch.run(_NEGATIVE_COVER, {"school": school, "first": self.first, "last": self.last})
        batch.run(_FORGET_HOLIDAYS)


def mend_days_taken(batch: Batch) -> None:
    """After the calendar: a holiday is no day taken, and attendance that came before its calendar now has days."""
    batch.run(_FORGET_HOLIDAYS)
    without = [school for (school,) in batch.ask(_SCHOOLS_WITHOUT_COVER)]
    first, last = next(batch.ask("SELECT min(day), max(day) FROM attendance_day")) if without else (None, None)
    for school in without if first is not None else ():
        batch.run(_NEGATIVE_COVER, {"school": school, "first": first, "last": last})


_NEGATIVE_COVER = """
INSERT OR IGNORE INTO attendance_taken (school_key, day)
SELECT :school, day FROM school_day
 WHERE school_key = :school AND day <= :last
   AND day >= (SELECT coalesce(max(begin_day), :first) FROM academic_session
                WHERE kind = 'school_year' AND begin_day <= :first AND end_day > :first)
"""
_SCHOOLS_WITHOUT_COVER = """
SELECT organization_key FROM organization
 WHERE kind = 'school' AND organization_key NOT IN (SELECT school_key FROM attendance_taken)
"""
_FORGET_HOLIDAYS = """
DELETE FROM attendance_taken
 WHERE (school_key, day) IN (SELECT school.organization_key, holiday.day
          FROM organization AS school
          JOIN calendar_day AS holiday ON NOT holiday.is_instructional
           AND holiday.organization_key IN (school.organization_key, coalesce(school.parent_key,
                   (SELECT min(organization_key) FROM organization WHERE kind = 'district')))
         WHERE school.kind = 'school')
   AND (school_key, day) NOT IN (SELECT school_key, day FROM school_day)
"""
