-- course_grades: course grades that are D or F, out of all course grades. Counts grades, not students.
-- Counts the newest grade of each student in each class of the year, by subject; how it is found says `course_marks.sql`.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the district's letter scale; a zero waits three days.
-- Measure: grades / Course grades that are D or F / grades / fewer is better
SELECT school_key AS place_key, student_key, subject AS detail, sum(is_below_c) AS count, count(*) AS out_of
  FROM reporting_marks WHERE place_in_time = 1 GROUP BY school_key, student_key, subject
UNION ALL
SELECT 0, student_key, subject, sum(is_below_c), count(*)
  FROM reporting_marks WHERE place_in_time = 1 GROUP BY student_key, subject
