-- assessment_performance: students who met the standard of the state's test, out of those tested, by subject.
-- Counts each student's newest result per subject in the year before the snapshot, at the school of the snapshot.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: yes
-- Rule: EDFacts FS175, FS178 and FS179, met and not met (NCES 2011-603), and in a release the levels on either side: by
-- the number in a level's name, else in the order of their scale scores.
-- Listed: students who took the state’s test and have not met its standard yet, with their newest result. Left out is who met
-- it, who was not tested in the year before, and whose result is not loaded.
-- Measure: tests / Met the standard of the state’s test / students / more is better
WITH newest AS (
    SELECT test_result.student_key, test.subject, test_result.meets, test_result.level,
           row_number() OVER (PARTITION BY test_result.student_key, test.subject
                              ORDER BY test_result.day DESC, test_result.occurrence DESC, test_result.test_key) AS place_in_time
      FROM test_result JOIN test USING (test_key) JOIN reporting_rounds USING (subject)
     WHERE test.kind = 'state' AND test.subject IN ('MATH', 'RLA', 'SCI') AND test_result.meets IS NOT NULL
       AND test_result.day > until - 365 AND test_result.day <= until
), standing AS (
    SELECT test.subject, test_result.level,
           test_result.scale_score - avg(test_result.scale_score) OVER (PARTITION BY test_result.test_key) AS above_mean
      FROM test_result JOIN test USING (test_key)
     WHERE test.kind = 'state' AND test_result.level IS NOT NULL
), ladder AS (
    SELECT subject, level, avg(above_mean) AS above_mean FROM standing GROUP BY subject, level
), named AS (
    SELECT subject, level,
           CASE WHEN level GLOB '*[1-6]' THEN CAST(substr(level, -1) AS INTEGER)
                WHEN above_mean IS NOT NULL THEN dense_rank() OVER (PARTITION BY subject ORDER BY above_mean) END AS nth
      FROM ladder
)
SELECT reporting_student.place_key, newest.student_key, newest.subject AS detail, newest.meets AS count, 1 AS out_of,
       CASE WHEN named.nth <= 6 THEN 'L' || named.nth ELSE 'MISSING' END AS share
  FROM newest JOIN reporting_student USING (student_key)
  LEFT JOIN named ON named.subject = newest.subject AND named.level = newest.level
 WHERE newest.place_in_time = 1 AND reporting_student.is_enrolled
