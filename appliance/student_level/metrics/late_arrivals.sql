-- late_arrivals: students late on a tenth or more of the days they were enrolled.
-- Counts students enrolled on at least one day for which attendance was taken, also those who left.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' tardy rate; whole days compared as integers, so exactly 10 % counts.
-- Listed: students who came late on 10% or more of their days. Left out is who came late less often.
-- Measure: attendance / Late on 10% or more of days / students / fewer is better
WITH late AS (
    SELECT DISTINCT school_enrollment.school_key, attendance_day.student_key, attendance_day.day
      FROM attendance_day
      CROSS JOIN school_enrollment ON school_enrollment.student_key = attendance_day.student_key
       AND attendance_day.day >= school_enrollment.begin_day
       AND (school_enrollment.end_day IS NULL OR attendance_day.day < school_enrollment.end_day)
      CROSS JOIN attendance_taken ON attendance_taken.school_key = school_enrollment.school_key
       AND attendance_taken.day = attendance_day.day
     WHERE attendance_day.category = 'tardy' AND attendance_day.day BETWEEN :first_day AND :snapshot
), days_late AS (
    SELECT school_key AS place_key, student_key, count(*) AS days FROM late GROUP BY school_key, student_key
    UNION ALL
    SELECT 0, student_key, count(DISTINCT day) FROM late GROUP BY student_key
)
SELECT place_key, student_key, '' AS detail, coalesce(days, 0) * 10 >= days_enrolled AS count, 1 AS out_of
  FROM reporting_days LEFT JOIN days_late USING (place_key, student_key)
 WHERE days_enrolled > 0
