-- student_sums: what pages read: days enrolled and missed of each student, school and year; each school's days.
-- Days enrolled are those for which attendance was taken. Made anew after each import, set-wise.
DELETE FROM student_attendance;
INSERT INTO student_attendance (student_key, school_key, school_year, days_enrolled, days_missed, days_excused, days_late)
WITH taken AS (
    SELECT school_key, day,
           CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER)
           + (CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) >= 7) AS school_year
      FROM attendance_taken
)
SELECT school_enrollment.student_key, school_enrollment.school_key, taken.school_year, count(*),
       count(CASE WHEN attendance_day.category IN ('excused', 'unexcused') THEN 1 END),
       count(CASE WHEN attendance_day.category = 'excused' THEN 1 END),
       count(CASE WHEN attendance_day.category = 'tardy' THEN 1 END)
  FROM school_enrollment
  JOIN taken ON taken.school_key = school_enrollment.school_key
   AND taken.day >= school_enrollment.begin_day AND taken.day < coalesce(school_enrollment.end_day, 1 << 30)
  LEFT JOIN attendance_day ON attendance_day.student_key = school_enrollment.student_key AND attendance_day.day = taken.day
 GROUP BY school_enrollment.school_key, taken.school_year, school_enrollment.student_key;
DELETE FROM school_attendance_day;
INSERT INTO school_attendance_day (school_key, day, enrolled, missed)
SELECT attendance_taken.school_key, attendance_taken.day, count(*),
       count(CASE WHEN attendance_day.category IN ('excused', 'unexcused') THEN 1 END)
  FROM attendance_taken
  JOIN school_enrollment ON school_enrollment.school_key = attendance_taken.school_key
   AND attendance_taken.day >= school_enrollment.begin_day
   AND attendance_taken.day < coalesce(school_enrollment.end_day, 1 << 30)
  LEFT JOIN attendance_day ON attendance_day.student_key = school_enrollment.student_key
   AND attendance_day.day = attendance_taken.day
 GROUP BY attendance_taken.school_key, attendance_taken.day;
