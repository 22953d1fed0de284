"""How classes become a day, where attendance comes class by class.

A student is absent on a day when absent from *half or more* of the classes that the student is enrolled in on that day,
as the federal definition has it (EDFacts 195); from any of them, or from all of them, where the rule book says so for
that day. The day is unexcused when at least half of those absences are. Otherwise one tardy makes the day a tardy.
"""

from collections.abc import Callable

from appliance.student_level.staging.attendance_codes import from_sections

_TOLD = """
CREATE TEMP TABLE told AS
WITH counted AS (
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
), part_of AS (
    SELECT day, coalesce((SELECT json_extract(rules, '$.part_of_day') FROM rule_book
                           WHERE from_day <= days.day ORDER BY version DESC LIMIT 1), 'half') AS part
      FROM (SELECT DISTINCT day FROM counted) AS days
), judged AS (
    SELECT counted.*, CASE part WHEN 'any' THEN absences >= 1
                                WHEN 'whole' THEN absences >= scheduled
                                ELSE 2 * absences >= scheduled END AS is_missed
      FROM counted JOIN part_of USING (day)
)
SELECT student_key, day,
       CASE WHEN NOT is_missed THEN 'tardy'
            WHEN 2 * unexcused >= absences THEN 'unexcused'
            ELSE 'excused' END AS category
  FROM judged WHERE is_missed OR tardies > 0
"""
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
