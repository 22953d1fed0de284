-- grades_by_course: course grades that are D or F, out of all course grades, course by course.
-- Counts the newest grade of each student in each class of the year; the detail is the subject and the course.
-- Shown by: all
-- Leaves the district: no
-- Rule: as course_grades; courses stand by name, no class is told apart. A course that one teacher gives alone stands in
-- one line with others of its department, so that the department less its other courses tells of nobody.
WITH class AS MATERIALIZED (
    SELECT marked.school_key, section_key, marked.subject, course.title, marks
      FROM (SELECT school_key, section_key, subject, count(*) AS marks
              FROM reporting_marks WHERE place_in_time = 1 GROUP BY section_key) AS marked
      JOIN section USING (section_key) JOIN course USING (course_key)
), alone AS (
    SELECT school_key, subject, title, max(staff_key) AS staff_key
      FROM class JOIN teaching USING (section_key)
     GROUP BY school_key, subject, title HAVING count(DISTINCT staff_key) = 1
), several AS (
    SELECT school_key, subject FROM alone GROUP BY school_key, subject HAVING count(DISTINCT staff_key) > 1
), lent AS (
    SELECT school_key, subject, title FROM (
        SELECT school_key, subject, title,
               row_number() OVER (PARTITION BY school_key, subject ORDER BY sum(marks), title) AS place
          FROM class
         WHERE (school_key, subject) IN (SELECT school_key, subject FROM alone)
           AND (school_key, subject) NOT IN (SELECT school_key, subject FROM several)
           AND (school_key, subject, title) NOT IN (SELECT school_key, subject, title FROM alone)
         GROUP BY school_key, subject, title)
     WHERE place = 1
), told AS MATERIALIZED (
    SELECT section_key, class.subject || ': ' ||
           CASE WHEN alone.staff_key IS NULL AND lent.title IS NULL THEN class.title
                WHEN (class.school_key, class.subject) IN (SELECT school_key, subject FROM several)
                THEN 'Courses of one teacher each'
                ELSE 'A course of one teacher, and one more' END AS detail
      FROM class
      LEFT JOIN alone ON (alone.school_key, alone.subject, alone.title) = (class.school_key, class.subject, class.title)
      LEFT JOIN lent ON (lent.school_key, lent.subject, lent.title) = (class.school_key, class.subject, class.title)
     WHERE alone.staff_key IS NULL OR (class.school_key, class.subject) IN (SELECT school_key, subject FROM several)
        OR (class.school_key, class.subject) IN (SELECT school_key, subject FROM lent)
)
SELECT school_key AS place_key, student_key, detail, is_below_c AS count, 1 AS out_of
  FROM reporting_marks CROSS JOIN told USING (section_key) WHERE place_in_time = 1
UNION ALL
SELECT 0, student_key, detail, is_below_c, 1
  FROM reporting_marks CROSS JOIN told USING (section_key) WHERE place_in_time = 1
