-- course_grades: course grades that are D or F, out of all course grades. Counts grades, not students.
-- Counts the newest grade of each student in each class of the year, by subject; how it is found says `course_marks.sql`.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the district's letter scale; a zero waits three days. What one teacher gives alone would be that teacher's rate:
-- it stands in one line with what others give alone, or nowhere.
-- Listed: students whose newest grade in a course of the subject is a D or an F, with the course. Left out is who has no grade
-- in it yet.
-- Measure: grades / Course grades that are D or F / grades / fewer is better
WITH mark AS (
    SELECT school_key AS place_key, student_key, section_key, subject, is_below_c
      FROM reporting_marks WHERE place_in_time = 1
    UNION ALL
    SELECT 0, student_key, section_key, subject, is_below_c FROM reporting_marks WHERE place_in_time = 1
), alone AS (
    SELECT place_key, subject, max(staff_key) AS staff_key
      FROM (SELECT DISTINCT place_key, subject, section_key FROM mark) JOIN teaching USING (section_key)
     GROUP BY place_key, subject HAVING count(DISTINCT staff_key) = 1
), several AS (
    SELECT place_key FROM alone GROUP BY place_key HAVING count(DISTINCT staff_key) > 1
)
SELECT mark.place_key, mark.student_key,
       CASE WHEN alone.staff_key IS NULL THEN mark.subject ELSE 'Departments of one teacher each' END AS detail,
       sum(mark.is_below_c) AS count, count(*) AS out_of
  FROM mark LEFT JOIN alone ON alone.place_key = mark.place_key AND alone.subject = mark.subject
 WHERE alone.staff_key IS NULL OR mark.place_key IN (SELECT place_key FROM several)
 GROUP BY 1, 2, 3
