-- state_tested: whom the state's test of a subject was for, and how they did; for releases.
-- Enrolled on the snapshot day in a grade that has taken it: one of at least five students, half of whom or more have a
-- result of the year before. Everybody in such a grade, and nobody else. `is_tested`: has a result, the newest counts.
-- Reading and mathematics have the same grades, those of either: else who is in one and not in the other would be a group.
WITH subjects (subject) AS (
    VALUES ('RLA'), ('MATH'), ('SCI'), ('SOC')
), newest AS (
    SELECT test_result.student_key, test.subject, test_result.meets, test_result.level,
           row_number() OVER (PARTITION BY test_result.student_key, test.subject
                              ORDER BY test_result.day DESC, test_result.occurrence DESC, test_result.test_key) AS place_in_time
      FROM test_result JOIN test USING (test_key)
     WHERE test.kind = 'state' AND test.part_of = ''
       AND test_result.day > :snapshot - 365 AND test_result.day <= :snapshot
), standing AS (
    SELECT subjects.subject, member.student_key, member.grade, newest.student_key IS NOT NULL AS is_tested,
           coalesce(newest.meets, 0) AS meets, newest.level
      FROM subjects
      JOIN temp.reporting_student AS member ON member.place_key = 0 AND member.is_enrolled
      LEFT JOIN newest ON newest.student_key = member.student_key AND newest.subject = subjects.subject
       AND newest.place_in_time = 1
), took AS (
    SELECT DISTINCT CASE subject WHEN 'MATH' THEN 'RLA' ELSE subject END AS of, grade FROM standing
     GROUP BY subject, grade HAVING count(*) >= 5 AND 2 * sum(is_tested) >= count(*)
)
SELECT standing.* FROM standing
  JOIN took ON took.of = CASE standing.subject WHEN 'MATH' THEN 'RLA' ELSE standing.subject END
   AND took.grade = standing.grade
 WHERE standing.subject IN (SELECT subject FROM newest)
