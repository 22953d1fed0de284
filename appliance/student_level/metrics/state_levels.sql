-- state_levels: the levels of the state's test, by subject, each on one side of proficient; for releases.
-- By the number in a level's name, else in the order of their scale scores, of all results that were ever loaded. A level
-- that fewer than ten students ever had is not told apart: its name would be theirs.
WITH standing AS (
    SELECT test.subject, test_result.level, test_result.student_key, test_result.meets,
           test_result.scale_score - avg(test_result.scale_score) OVER (PARTITION BY test_result.test_key) AS above_mean
      FROM test_result JOIN test USING (test_key)
     WHERE test.kind = 'state' AND test.part_of = '' AND test_result.level IS NOT NULL
), ladder AS (
    SELECT subject, level, avg(above_mean) AS above_mean FROM standing GROUP BY subject, level
), named AS (
    SELECT subject, level,
           CASE WHEN level GLOB '*[1-6]' THEN CAST(substr(level, -1) AS INTEGER)
                WHEN above_mean IS NOT NULL THEN dense_rank() OVER (PARTITION BY subject ORDER BY above_mean) END AS nth
      FROM ladder
), had AS (
    SELECT subject, nth, 2 * total(standing.meets) > count(standing.meets) AS is_met
      FROM named JOIN standing USING (subject, level)
     WHERE nth BETWEEN 1 AND 6
     GROUP BY subject, nth HAVING count(DISTINCT student_key) >= 10
)
SELECT subject, level, 'L' || nth AS code, is_met FROM named JOIN had USING (subject, nth)
