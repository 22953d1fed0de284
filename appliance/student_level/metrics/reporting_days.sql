-- reporting_days: days enrolled and missed up to the snapshot, by place, from `stays.sql`.
-- Only days for which attendance was taken count. A day at two schools is one day for the district, so students of more
-- than one school are counted day by day there, and in every geography that holds more than one of their schools.
CREATE TEMP TABLE reporting_days AS
WITH within AS (
    SELECT student_key, school_key, max(begin_day, :first_day) AS begin_day, min(end_day, :snapshot + 1) AS end_day
      FROM temp.stay
     WHERE begin_day <= :snapshot AND end_day > :first_day
), enrolled AS (
    SELECT school_key, student_key,
           sum(coalesce((SELECT nth FROM temp.taken AS at WHERE at.school_key = within.school_key
                            AND at.day < within.end_day ORDER BY at.day DESC LIMIT 1), 0)
               - coalesce((SELECT nth FROM temp.taken AS at WHERE at.school_key = within.school_key
                            AND at.day < within.begin_day ORDER BY at.day DESC LIMIT 1), 0)) AS days_enrolled
      FROM within GROUP BY school_key, student_key
), missed AS (
    SELECT within.school_key, within.student_key, count(*) AS days_missed
      FROM attendance_day
      JOIN within ON within.student_key = attendance_day.student_key
       AND attendance_day.day >= within.begin_day AND attendance_day.day < within.end_day
      JOIN temp.taken ON taken.school_key = within.school_key AND taken.day = attendance_day.day
     WHERE attendance_day.category IN ('excused', 'unexcused')
     GROUP BY within.school_key, within.student_key
), by_school AS (
    SELECT school_key AS place_key, student_key, days_enrolled, coalesce(days_missed, 0) AS days_missed
      FROM enrolled LEFT JOIN missed USING (school_key, student_key)
     WHERE days_enrolled > 0
), by_whole AS (
    SELECT whole.place_key, student_key, sum(days_enrolled) AS days_enrolled, sum(days_missed) AS days_missed,
           count(*) AS schools
      FROM by_school JOIN temp.whole ON whole.school_key = by_school.place_key
     GROUP BY whole.place_key, student_key
), day_of_several AS (
    SELECT DISTINCT by_whole.place_key, student_key, taken.day
      FROM by_whole JOIN within USING (student_key)
      JOIN temp.whole ON whole.place_key = by_whole.place_key AND whole.school_key = within.school_key
      JOIN temp.taken ON taken.school_key = within.school_key
       AND taken.day >= within.begin_day AND taken.day < within.end_day
     WHERE by_whole.schools > 1
)
SELECT place_key, student_key, days_enrolled, days_missed FROM by_school
UNION ALL
SELECT place_key, student_key, days_enrolled, days_missed FROM by_whole WHERE schools = 1
UNION ALL
SELECT place_key, student_key, count(*),
       count(CASE WHEN attendance_day.category IN ('excused', 'unexcused') THEN 1 END)
  FROM day_of_several LEFT JOIN attendance_day USING (student_key, day)
 GROUP BY place_key, student_key;
CREATE UNIQUE INDEX temp.reporting_days_by_place ON reporting_days (place_key, student_key);
DROP TABLE temp.stay;
DROP TABLE temp.taken;
