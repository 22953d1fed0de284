-- grades_by_course: course grades that are D or F, out of all course grades, course by course.
-- Counts the newest grade of each student in each class of the year; the detail is the subject and the course.
-- Shown by: all
-- Leaves the district: no
-- Rule: as course_grades; courses stand by name, and no class and no teacher is told apart.
WITH mark AS (
    SELECT reporting_marks.school_key, student_key, is_below_c,
           reporting_marks.subject || ': ' || course.title AS detail
      FROM reporting_marks JOIN section USING (section_key) JOIN course USING (course_key)
     WHERE place_in_time = 1
)
SELECT school_key AS place_key, student_key, detail, sum(is_below_c) AS count, count(*) AS out_of
  FROM mark GROUP BY school_key, student_key, detail
UNION ALL
SELECT 0, student_key, detail, sum(is_below_c), count(*) FROM mark GROUP BY student_key, detail
