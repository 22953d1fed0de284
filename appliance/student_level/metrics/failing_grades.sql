-- failing_grades: students with an F as a course grade, out of students with course grades.
-- Counts each student once, by the newest grade of each of the student's classes.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' failing subject area course grades; the district's letter scale.
-- Listed: students whose newest grade in a course is an F, with each such course. Left out is who has no grade yet.
-- Measure: grades / Students with an F in a class / students / fewer is better
SELECT school_key AS place_key, student_key, '' AS detail, max(is_f) AS count, 1 AS out_of
  FROM reporting_marks WHERE place_in_time = 1 GROUP BY school_key, student_key
UNION ALL
SELECT 0, student_key, '', max(is_f), 1 FROM reporting_marks WHERE place_in_time = 1 GROUP BY student_key
