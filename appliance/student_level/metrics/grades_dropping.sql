-- grades_dropping: students one of whose course grades fell far, out of students with two grades.
-- Counts each student once; the newest grade of a class is compared with the one before it in the same class.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' course grades dropping, by ten points as shipped; grades in letters alone have no points.
-- Listed: students one of whose course grades fell far since the one before, with the course. Left out is who has no two
-- grades in points in a course yet.
-- Measure: grades / Students with a grade that fell far / students / fewer is better
WITH compared AS (
    SELECT now.school_key, now.student_key, now.points <= before.points - :points_fallen AS fell
      FROM reporting_marks AS now
      JOIN reporting_marks AS before USING (student_key, section_key)
     WHERE now.place_in_time = 1 AND before.place_in_time = 2 AND now.points <= before.points - :points_fallen IS NOT NULL
)
SELECT school_key AS place_key, student_key, '' AS detail, max(fell) AS count, 1 AS out_of
  FROM compared GROUP BY school_key, student_key
UNION ALL
SELECT 0, student_key, '', max(fell), 1 FROM compared GROUP BY student_key
