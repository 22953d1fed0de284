-- student_sums: what pages read: days enrolled and missed of each student, school and year; each school's days.
-- Days enrolled are those for which attendance was taken. Made anew after each import, set-wise, from `stays.sql`.
-- CROSS JOIN keeps the order written here: from the few absences to the many days, never the other way round.
DELETE FROM student_attendance;
INSERT INTO student_attendance
    (student_key, school_key, school_year, days_enrolled, days_missed, days_excused, days_late)
WITH year AS (
    SELECT school_key, school_year, min(day) AS first_day, max(day) AS last_day
      FROM temp.taken GROUP BY school_key, school_year
), enrolled AS (
    SELECT stay.student_key, stay.school_key, year.school_year,
           sum((SELECT nth FROM temp.taken AS at WHERE at.school_key = stay.school_key
                   AND at.day < min(stay.end_day, year.last_day + 1) ORDER BY at.day DESC LIMIT 1)
               - coalesce((SELECT nth FROM temp.taken AS at WHERE at.school_key = stay.school_key
                   AND at.day < max(stay.begin_day, year.first_day) ORDER BY at.day DESC LIMIT 1), 0)) AS days_enrolled
      FROM temp.stay JOIN year USING (school_key)
     WHERE stay.begin_day <= year.last_day AND stay.end_day > year.first_day
     GROUP BY stay.student_key, stay.school_key, year.school_year
), missed AS (
    SELECT stay.student_key, stay.school_key, taken.school_year,
           sum(attendance_day.category IN ('excused', 'unexcused')) AS days_missed,
           sum(attendance_day.category = 'excused') AS days_excused,
           sum(attendance_day.category = 'tardy') AS days_late
      FROM attendance_day
      CROSS JOIN temp.stay ON stay.student_key = attendance_day.student_key
       AND attendance_day.day >= stay.begin_day AND attendance_day.day < stay.end_day
      CROSS JOIN temp.taken ON taken.school_key = stay.school_key AND taken.day = attendance_day.day
     GROUP BY stay.student_key, stay.school_key, taken.school_year
)
SELECT enrolled.student_key, enrolled.school_key, enrolled.school_year, enrolled.days_enrolled,
       coalesce(missed.days_missed, 0), coalesce(missed.days_excused, 0), coalesce(missed.days_late, 0)
  FROM enrolled LEFT JOIN missed USING (student_key, school_key, school_year)
 WHERE enrolled.days_enrolled > 0;
DELETE FROM school_attendance_day;
INSERT INTO school_attendance_day (school_key, day, enrolled, missed)
WITH change AS (
    SELECT school_key, begin_day AS day, 1 AS students, 0 AS is_taken FROM temp.stay
    UNION ALL
    SELECT school_key, end_day, -1, 0 FROM temp.stay
    UNION ALL
    SELECT school_key, day, 0, 1 FROM temp.taken
), enrolled AS (
    SELECT school_key, day, is_taken,
           sum(students) OVER (PARTITION BY school_key ORDER BY day) AS students
      FROM change
), missed AS (
    SELECT stay.school_key, attendance_day.day, count(*) AS students
      FROM attendance_day
      JOIN temp.stay ON stay.student_key = attendance_day.student_key
       AND attendance_day.day >= stay.begin_day AND attendance_day.day < stay.end_day
     WHERE attendance_day.category IN ('excused', 'unexcused')
     GROUP BY stay.school_key, attendance_day.day
)
SELECT enrolled.school_key, enrolled.day, enrolled.students, coalesce(missed.students, 0)
  FROM enrolled LEFT JOIN missed USING (school_key, day)
 WHERE enrolled.is_taken AND enrolled.students > 0;
DROP TABLE temp.stay;
DROP TABLE temp.taken;
