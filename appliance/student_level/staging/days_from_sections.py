"""How classes become a day, where attendance comes class by class.

A student is absent on a day when absent from *half or more* of the classes that the student is enrolled in on that day,
as the federal definition has it (EDFacts 195); from any of them, or from all of them, where the rule book says so for
that day. The day is unexcused when at least half of those absences are. Otherwise one tardy makes the day a tardy.
"""

from collections.abc import Callable

from appliance.storage.database import Reading
from appliance.student_level.staging.attendance_codes import from_sections

_COUNTED = """
    SELECT event.student_key, event.day,
           sum(event.category <> 'tardy') AS absences,
           sum(event.category = 'unexcused') AS unexcused,
           sum(event.category = 'tardy') AS tardies,
           -- A class that is recorded was on the timetable, whatever the roster says of that day.
           max(1, (SELECT count(*) FROM section_enrollment JOIN section USING (section_key)
                    WHERE section_enrollment.student_key = event.student_key
                      AND event.day >= section_enrollment.begin_day
                      AND event.day < coalesce(section_enrollment.end_day, section.end_day))) AS scheduled
      FROM attendance_section AS event
     WHERE event.day BETWEEN :first AND :last
     GROUP BY event.student_key, event.day
"""
_IS_MISSED = """CASE {part} WHEN 'any' THEN absences >= 1
                                WHEN 'whole' THEN absences >= scheduled
                                ELSE 2 * absences >= scheduled END"""
_TOLD = f"""
CREATE TEMP TABLE told AS
WITH counted AS ({_COUNTED}), part_of AS (
    SELECT day, coalesce((SELECT json_extract(rules, '$.part_of_day') FROM rule_book
                           WHERE from_day <= days.day ORDER BY version DESC LIMIT 1), 'half') AS part
      FROM (SELECT DISTINCT day FROM counted) AS days
), judged AS (
    SELECT counted.*, {_IS_MISSED.format(part="part")} AS is_missed
      FROM counted JOIN part_of USING (day)
)
SELECT student_key, day,
       CASE WHEN NOT is_missed THEN 'tardy'
            WHEN 2 * unexcused >= absences THEN 'unexcused'
            ELSE 'excused' END AS category
  FROM judged WHERE is_missed OR tardies > 0
"""  # noqa: S608 our own words
_MORE_OR_FEWER = f"""
WITH counted AS ({_COUNTED}), moved AS (
    SELECT student_key, day, 1 AS days FROM counted
     WHERE {_IS_MISSED.format(part=":part")}
       AND NOT EXISTS (SELECT 1 FROM attendance_day AS sent
                        WHERE sent.student_key = counted.student_key AND sent.day = counted.day AND basis = 'daily')
    UNION ALL
    SELECT student_key, day, -1 FROM attendance_day
     WHERE basis = 'sections' AND category <> 'tardy' AND day BETWEEN :first AND :last
)
SELECT student_key, sum(days) AS days
  FROM moved JOIN attendance_taken USING (day)
 WHERE attendance_taken.school_key = :school
   AND EXISTS (SELECT 1 FROM school_enrollment AS stay
                WHERE stay.student_key = moved.student_key AND stay.school_key = :school
                  AND stay.begin_day <= moved.day AND coalesce(stay.end_day > moved.day, 1))
 GROUP BY student_key HAVING sum(days) <> 0
"""  # noqa: S608 our own words
_NO_LONGER = """
DELETE FROM attendance_day
 WHERE basis = 'sections' AND day BETWEEN :first AND :last
   AND (student_key, day) NOT IN (SELECT student_key, day FROM temp.told)
"""
_NOW = f"""
INSERT INTO attendance_day (student_key, day, code)
SELECT student_key, day, {from_sections("category")} FROM temp.told WHERE true
ON CONFLICT (student_key, day) DO UPDATE SET code = excluded.code
 WHERE attendance_day.basis = 'sections' AND attendance_day.code <> excluded.code
"""  # noqa: S608 our own words


def tell_days(run: Callable[[str, dict[str, int]], object], first: int, last: int) -> None:
    """Work out the days from `first` to `last` anew, from the classes loaded. What a daily file said stands."""
    values = {"first": first, "last": last}
    run("DROP TABLE IF EXISTS temp.told", {})
    for statement in (_TOLD, _NO_LONGER, _NOW):
        run(statement, values)
    run("DROP TABLE temp.told", {})


def more_or_fewer(reading: Reading, school_key: int, first: int, last: int, part: str) -> dict[int, int]:
    """By how many days at a school each student would have missed more (or fewer, below 0) from `first` to `last`, were
    a day missed by another part of its classes. Changes nothing; who would have missed as many is left out.
    """
    values = {"school": school_key, "first": first, "last": last, "part": part}
    return {row["student_key"]: row["days"] for row in reading.query(_MORE_OR_FEWER, values)}
