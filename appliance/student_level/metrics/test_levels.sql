-- test_levels: students at each level of a test, out of those tested.
-- Counts each student's newest result of each test in the year before the snapshot. The detail is test and level.
-- Shown by: all, grade
-- Leaves the district: no
-- Rule: levels as the test's publisher words them.
WITH newest AS NOT MATERIALIZED (
    -- `+day` and CROSS JOIN keep to the order of the students, in which the results lie, so that they are not all sorted
    -- in memory.
    SELECT student_key, test_key, level,
           row_number() OVER (PARTITION BY student_key, test_key ORDER BY day DESC, occurrence DESC) AS place_in_time
      FROM test_result
     WHERE level IS NOT NULL AND +day > :snapshot - 365 AND +day <= :snapshot
), level_of AS (
    SELECT DISTINCT test_key, level FROM newest WHERE place_in_time = 1
)
SELECT reporting_student.place_key, newest.student_key, test.code || ': ' || level_of.level AS detail,
       newest.level = level_of.level AS count, 1 AS out_of
  FROM newest
  CROSS JOIN level_of USING (test_key)
  CROSS JOIN test USING (test_key)
  CROSS JOIN reporting_student USING (student_key)
 WHERE newest.place_in_time = 1 AND reporting_student.is_enrolled
