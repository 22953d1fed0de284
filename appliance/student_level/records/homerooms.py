"""Homerooms: a student's own, and days missed by homeroom, by their titles, so that none is ranked."""

from collections import defaultdict
from collections.abc import Mapping

from appliance.storage.database import Reading
from appliance.student_level.records.attendance import DaysSoFar
from appliance.student_level.records.hidden_parts import hide_small
from appliance.student_level.records.rule_book import RuleBook
from appliance.student_level.records.schools import Share

_HOMEROOMS = """
    SELECT DISTINCT section.section_key, section.title, seat.student_key
      FROM visible_section AS section CROSS JOIN visible_section_enrollment AS seat USING (section_key)
     WHERE section.kind = 'homeroom' AND section.school_key = :school AND section.is_active
       AND section.begin_day <= :today AND seat.begin_day <= :today AND coalesce(seat.end_day, section.end_day) > :today
     ORDER BY section.title, section.section_key
"""
_OF_STUDENT = """
    SELECT section.title
      FROM visible_section_enrollment AS seat JOIN section USING (section_key)
     WHERE seat.student_key = :student AND section.kind = 'homeroom' AND section.is_active
       AND section.begin_day <= :today AND seat.begin_day <= :today AND coalesce(seat.end_day, section.end_day) > :today
     ORDER BY seat.begin_day DESC, section.section_key LIMIT 1
"""


def homeroom_of(reading: Reading, student_key: int, today: int) -> str:
    """What the student's homeroom is called; empty where the roster names none."""
    row = reading.one(_OF_STUDENT, {"student": student_key, "today": today})
    return row["title"] if row else ""


def shares_by_homeroom(
    reading: Reading, school_key: int, days: Mapping[int, DaysSoFar], book: RuleBook, today: int
) -> tuple[Share, ...]:
    """For each homeroom of a school how many missed a tenth or more, of those whose days count; empty without any."""
    counted: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in reading.query(_HOMEROOMS, {"school": school_key, "today": today}):
        so_far = days.get(row["student_key"])
        if so_far and book.counts(so_far.days_enrolled, so_far.days_missed):
            total = counted[row["title"], row["section_key"]]
            total[0] += so_far.missed_a_tenth
            total[1] += 1
    return hide_small([Share(title, missed, out_of) for (title, _), (missed, out_of) in counted.items()])
