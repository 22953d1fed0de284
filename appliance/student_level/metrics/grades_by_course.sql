-- grades_by_course: course grades that are D or F, out of all course grades, course by course.
-- Counts the newest grade of each student in each class of the year; the detail is the subject and the course.
-- Shown by: all
-- Leaves the district: no
-- Rule: as course_grades; courses stand by name, no class is told apart, and no course that one teacher gives alone.
WITH named AS (
    SELECT reporting_marks.school_key, student_key, section_key, is_below_c, reporting_marks.subject, course.title
      FROM reporting_marks JOIN section USING (section_key) JOIN course USING (course_key)
     WHERE place_in_time = 1
), mark AS (
    SELECT school_key AS place_key, student_key, section_key, is_below_c, subject, title FROM named
    UNION ALL
    SELECT 0, student_key, section_key, is_below_c, subject, title FROM named
), alone AS (
    SELECT place_key, subject, title, max(staff_key) AS staff_key
      FROM (SELECT DISTINCT place_key, subject, title, section_key FROM mark) JOIN teaching USING (section_key)
     GROUP BY place_key, subject, title HAVING count(DISTINCT staff_key) = 1
), several AS (
    SELECT place_key, subject FROM alone GROUP BY place_key, subject HAVING count(DISTINCT staff_key) > 1
)
SELECT mark.place_key, mark.student_key,
       mark.subject || ': ' || CASE WHEN alone.staff_key IS NULL THEN mark.title
                                    ELSE 'Courses of one teacher each' END AS detail,
       sum(mark.is_below_c) AS count, count(*) AS out_of
  FROM mark
  LEFT JOIN alone ON alone.place_key = mark.place_key AND alone.subject = mark.subject AND alone.title = mark.title
 WHERE alone.staff_key IS NULL OR (mark.place_key, mark.subject) IN (SELECT place_key, subject FROM several)
 GROUP BY 1, 2, 3
