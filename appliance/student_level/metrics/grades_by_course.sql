-- grades_by_course: course grades that are D or F, out of all course grades, course by course.
-- Counts the newest grade of each student in each class of the year; the detail is the subject and the course.
-- Shown by: all
-- Leaves the district: no
-- Rule: as course_grades; courses stand by name, no class is told apart. A course that one teacher gives alone stands in
-- one line with others of its department, so that the department less its other courses tells of nobody.
WITH mark AS (
    SELECT reporting_marks.school_key, student_key, section_key, is_below_c, reporting_marks.subject, course.title
      FROM reporting_marks JOIN section USING (section_key) JOIN course USING (course_key)
     WHERE place_in_time = 1
), alone AS (
    SELECT school_key, subject, title, max(staff_key) AS staff_key
      FROM (SELECT DISTINCT school_key, subject, title, section_key FROM mark) JOIN teaching USING (section_key)
     GROUP BY school_key, subject, title HAVING count(DISTINCT staff_key) = 1
), several AS (
    SELECT school_key, subject FROM alone GROUP BY school_key, subject HAVING count(DISTINCT staff_key) > 1
), lent AS (
    SELECT school_key, subject, title FROM (
        SELECT school_key, subject, title,
               row_number() OVER (PARTITION BY school_key, subject ORDER BY count(*), title) AS place
          FROM mark
         WHERE (school_key, subject) IN (SELECT school_key, subject FROM alone)
           AND (school_key, subject) NOT IN (SELECT school_key, subject FROM several)
           AND (school_key, subject, title) NOT IN (SELECT school_key, subject, title FROM alone)
         GROUP BY school_key, subject, title)
     WHERE place = 1
), told AS (
    SELECT mark.school_key, mark.student_key, mark.is_below_c, mark.subject || ': ' ||
           CASE WHEN alone.staff_key IS NULL AND lent.title IS NULL THEN mark.title
                WHEN (mark.school_key, mark.subject) IN (SELECT school_key, subject FROM several)
                THEN 'Courses of one teacher each'
                ELSE 'A course of one teacher, and one more' END AS detail
      FROM mark
      LEFT JOIN alone ON (alone.school_key, alone.subject, alone.title) = (mark.school_key, mark.subject, mark.title)
      LEFT JOIN lent ON (lent.school_key, lent.subject, lent.title) = (mark.school_key, mark.subject, mark.title)
     WHERE alone.staff_key IS NULL OR (mark.school_key, mark.subject) IN (SELECT school_key, subject FROM several)
        OR (mark.school_key, mark.subject) IN (SELECT school_key, subject FROM lent)
)
SELECT school_key AS place_key, student_key, detail, is_below_c AS count, 1 AS out_of FROM told
UNION ALL
SELECT 0, student_key, detail, is_below_c, 1 FROM told
