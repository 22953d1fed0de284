-- assessment_participation: students whom the state's test of a subject was for, enrolled on the snapshot day.
-- Counts who was in a grade that took the test while it was given, and who has a result; a grade took it when at least
-- half of its students have one. Those with a result are the denominators of assessment_performance.
-- Shown by: all, grade
-- Leaves the district: yes
-- Rule: EDFacts FS185, FS188 and FS189, enrolled during the testing window.
WITH result AS (
    SELECT test_result.student_key, test.subject, max(test_result.day) AS day
      FROM test_result JOIN test USING (test_key)
     WHERE test.kind = 'state' AND test.subject IN ('MATH', 'RLA', 'SCI', 'SOC')
       AND test_result.day > :snapshot - 365 AND test_result.day <= :snapshot
     GROUP BY test_result.student_key, test.subject
), given AS (
    SELECT subject, max(day) AS day FROM result GROUP BY subject
), at_the_time AS (
    SELECT given.subject, school_enrollment.student_key, max(school_enrollment.grade_level) AS grade
      FROM given JOIN school_enrollment ON school_enrollment.begin_day <= given.day
       AND coalesce(school_enrollment.end_day > given.day, 1)
     GROUP BY given.subject, school_enrollment.student_key
), took AS (
    SELECT at_the_time.subject, at_the_time.grade
      FROM at_the_time LEFT JOIN result USING (subject, student_key)
     GROUP BY at_the_time.subject, at_the_time.grade
    HAVING 2 * count(result.day) >= count(*)
), meant AS (
    SELECT subject, student_key FROM at_the_time JOIN took USING (subject, grade)
    UNION
    SELECT subject, student_key FROM result
)
SELECT reporting_student.place_key, meant.student_key, meant.subject AS detail, 1 AS count, 1 AS out_of
  FROM meant JOIN reporting_student USING (student_key)
 WHERE reporting_student.is_enrolled
