-- course_grades: course grades that are D or F, out of all course grades. Counts grades, not students.
-- Counts the newest grade of each student in each class of the year, by subject.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the district's letter scale; a zero waits three days. What one teacher gives alone stands in one line with what
-- others give alone, or nowhere. The district is what its schools show, and what none shows where it is two teachers'.
-- Listed: students whose newest grade in a course of the subject is a D or an F, with the course. Left out is who has no grade
-- in it yet.
-- Measure: grades / Course grades that are D or F / grades / fewer is better
WITH mark AS (
    SELECT school_key, student_key, section_key, subject, is_below_c FROM reporting_marks WHERE place_in_time = 1
), alone AS (
    SELECT school_key, subject, max(staff_key) AS staff_key
      FROM (SELECT DISTINCT school_key, subject, section_key FROM mark) JOIN teaching USING (section_key)
     GROUP BY school_key, subject HAVING count(DISTINCT staff_key) = 1
), several AS (
    SELECT school_key FROM alone GROUP BY school_key HAVING count(DISTINCT staff_key) > 1
), nowhere AS (
    SELECT school_key, subject, staff_key FROM alone WHERE school_key NOT IN (SELECT school_key FROM several)
), together AS (
    SELECT subject FROM nowhere GROUP BY subject HAVING count(DISTINCT staff_key) > 1
), told AS (
    SELECT mark.school_key, mark.student_key, mark.is_below_c, mark.subject, nowhere.staff_key IS NULL AS is_at_school,
           CASE WHEN alone.staff_key IS NULL OR nowhere.staff_key IS NOT NULL THEN mark.subject
                ELSE 'Departments of one teacher each' END AS detail
      FROM mark
      LEFT JOIN alone ON alone.school_key = mark.school_key AND alone.subject = mark.subject
      LEFT JOIN nowhere ON nowhere.school_key = mark.school_key AND nowhere.subject = mark.subject
)
SELECT school_key AS place_key, student_key, detail, is_below_c AS count, 1 AS out_of FROM told WHERE is_at_school
UNION ALL
SELECT 0, student_key, detail, is_below_c, 1 FROM told WHERE is_at_school OR subject IN (SELECT subject FROM together)
