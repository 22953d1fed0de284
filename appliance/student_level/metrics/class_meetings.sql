-- class_meetings: how often each class met while a student was in it, and how often the student missed it.
-- Only schools that send attendance class by class, and no homerooms. Late is there.
-- A class met on the days for which a file says so or names those who were there. Before the first of these days, and
-- for a class of which files name only who was away, it is taken to have met on every day for which its school took
-- attendance: no file says more. A class that nothing is said of, at a school that names its days, is not counted.
-- A student who left a class and came back is in it twice; where the two overlap, no meeting counts twice.
-- CROSS JOIN keeps the order written here, in which the enrollments lie: class by class, so that they need no sorting, and
-- from each seat to the few absences of its student, so that these are not all sorted either.
WITH named AS MATERIALIZED (
    SELECT section_key, min(day) AS first_day FROM section_met
     WHERE day BETWEEN :first_day AND :snapshot GROUP BY section_key
), told AS MATERIALIZED (
    SELECT DISTINCT section_key FROM attendance_section WHERE day BETWEEN :first_day AND :snapshot
), school AS MATERIALIZED (
    SELECT section.school_key, max(section_key IN (SELECT section_key FROM named)) AS names_days
      FROM (SELECT section_key FROM told UNION SELECT section_key FROM named) JOIN section USING (section_key)
     GROUP BY section.school_key
), placed AS (
    SELECT section_enrollment.student_key, section_enrollment.section_key, section.school_key,
           max(section_enrollment.begin_day, section.begin_day, :first_day) AS begin_day,
           min(coalesce(section_enrollment.end_day, section.end_day), section.end_day, :snapshot + 1) AS end_day
      FROM section_enrollment CROSS JOIN section USING (section_key) CROSS JOIN school USING (school_key)
     WHERE section.kind = 'scheduled'
       AND (NOT names_days OR section_key IN (SELECT section_key FROM named UNION SELECT section_key FROM told))
), seat AS MATERIALIZED (
    SELECT student_key, section_key, school_key, end_day,
           max(begin_day, coalesce(max(end_day) OVER (PARTITION BY section_key, student_key ORDER BY begin_day, end_day
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), begin_day)) AS begin_day
      FROM placed WHERE begin_day < end_day
), met AS MATERIALIZED (
    SELECT section_met.section_key, section_met.day
      FROM named CROSS JOIN section USING (section_key) CROSS JOIN section_met USING (section_key)
      CROSS JOIN attendance_taken USING (school_key, day) WHERE day BETWEEN :first_day AND :snapshot
    UNION ALL
    SELECT named.section_key, attendance_taken.day
      FROM named CROSS JOIN section USING (section_key)
      CROSS JOIN attendance_taken ON attendance_taken.school_key = section.school_key
       AND attendance_taken.day >= :first_day AND attendance_taken.day < named.first_day
), span AS MATERIALIZED (
    SELECT school_key, begin_day, end_day,
           (SELECT count(*) FROM attendance_taken
             WHERE attendance_taken.school_key = seat.school_key
               AND attendance_taken.day >= seat.begin_day AND attendance_taken.day < seat.end_day) AS meetings
      FROM (SELECT DISTINCT school_key, begin_day, end_day FROM seat WHERE begin_day < end_day) AS seat
), own_span AS MATERIALIZED (
    SELECT seat.section_key, seat.begin_day, seat.end_day, count(met.day) AS meetings
      FROM (SELECT DISTINCT section_key, begin_day, end_day FROM seat WHERE begin_day < end_day) AS seat
      JOIN named USING (section_key)
      LEFT JOIN met ON met.section_key = seat.section_key AND met.day >= seat.begin_day AND met.day < seat.end_day
     GROUP BY seat.section_key, seat.begin_day, seat.end_day
)
SELECT seat.student_key, seat.school_key, seat.section_key,
       sum(coalesce(own_span.meetings, span.meetings)) AS meetings,
       sum((SELECT count(*) FROM attendance_section CROSS JOIN attendance_taken USING (day)
             WHERE attendance_section.student_key = seat.student_key AND attendance_section.section_key = seat.section_key
               AND day >= seat.begin_day AND day < seat.end_day AND category <> 'tardy'
               AND attendance_taken.school_key = seat.school_key)) AS meetings_missed
  FROM seat CROSS JOIN span USING (school_key, begin_day, end_day)
  LEFT JOIN own_span USING (section_key, begin_day, end_day)
 GROUP BY seat.student_key, seat.school_key, seat.section_key
HAVING sum(coalesce(own_span.meetings, span.meetings)) > 0
