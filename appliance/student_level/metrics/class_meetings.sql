-- class_meetings: how often each class met while a student was in it, and how often the student missed it.
-- Only schools that send attendance class by class, and no homerooms. A class is taken to meet on every day for which
-- its school took attendance, because no file says on which days it did. Late is there.
-- A student who left a class and came back is in it twice; where the two overlap, no meeting counts twice.
-- CROSS JOIN keeps the order written here: from the few absences to the seats, never from every day to every seat.
WITH school AS (
    SELECT DISTINCT section.school_key FROM attendance_section JOIN section USING (section_key)
     WHERE attendance_section.day BETWEEN :first_day AND :snapshot
), placed AS (
    SELECT section_enrollment.student_key, section_enrollment.section_key, section.school_key,
           max(section_enrollment.begin_day, section.begin_day, :first_day) AS begin_day,
           min(coalesce(section_enrollment.end_day, section.end_day), section.end_day, :snapshot + 1) AS end_day
      FROM section_enrollment JOIN section USING (section_key) JOIN school USING (school_key)
     WHERE section.kind = 'scheduled'
), seat AS MATERIALIZED (
    SELECT student_key, section_key, school_key, end_day,
           max(begin_day, coalesce(max(end_day) OVER (PARTITION BY student_key, section_key ORDER BY begin_day, end_day
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), begin_day)) AS begin_day
      FROM placed WHERE begin_day < end_day
), span AS MATERIALIZED (
    SELECT school_key, begin_day, end_day,
           (SELECT count(*) FROM attendance_taken
             WHERE attendance_taken.school_key = seat.school_key
               AND attendance_taken.day >= seat.begin_day AND attendance_taken.day < seat.end_day) AS meetings
      FROM (SELECT DISTINCT school_key, begin_day, end_day FROM seat WHERE begin_day < end_day) AS seat
), missed AS MATERIALIZED (
    SELECT student_key, section_key, seat.begin_day, count(*) AS meetings
      FROM attendance_section
      CROSS JOIN seat USING (student_key, section_key)
      CROSS JOIN attendance_taken ON attendance_taken.school_key = seat.school_key
       AND attendance_taken.day = attendance_section.day
     WHERE attendance_section.day >= seat.begin_day AND attendance_section.day < seat.end_day
       AND attendance_section.category <> 'tardy'
     GROUP BY student_key, section_key, seat.begin_day
)
SELECT seat.student_key, seat.school_key, seat.section_key, sum(span.meetings) AS meetings,
       sum(coalesce(missed.meetings, 0)) AS meetings_missed
  FROM seat JOIN span USING (school_key, begin_day, end_day)
  LEFT JOIN missed USING (student_key, section_key, begin_day)
 GROUP BY seat.student_key, seat.school_key, seat.section_key
HAVING sum(span.meetings) > 0
