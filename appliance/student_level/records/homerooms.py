"""Days missed by homeroom. Homerooms stand by their titles, so none is ranked, and no teacher is named."""

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
