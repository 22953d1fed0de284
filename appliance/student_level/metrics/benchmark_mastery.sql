-- benchmark_mastery: students who met the standard of the district's newest benchmark, out of those tested, by subject.
-- Counts each student's newest result per subject in the year before the snapshot, at the school of the snapshot.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' benchmark mastery; whether the standard was met is the publisher's word.
-- Listed: students who took the benchmark and have not met its standard yet, with their newest result. Left out is who met it,
-- who was not tested in the year before, and whose result is not loaded.
-- Measure: tests / Met the standard of the newest benchmark / students / more is better
WITH newest AS (
    SELECT test_result.student_key, test.subject, test_result.meets,
           row_number() OVER (PARTITION BY test_result.student_key, test.subject
                              ORDER BY test_result.day DESC, test_result.occurrence DESC, test_result.test_key) AS place_in_time
      FROM test_result JOIN test USING (test_key)
     WHERE test.kind = 'benchmark' AND test.part_of = '' AND test_result.meets IS NOT NULL
       AND test_result.day > :snapshot - 365 AND test_result.day <= :snapshot
)
SELECT reporting_student.place_key, newest.student_key, newest.subject AS detail, newest.meets AS count, 1 AS out_of
  FROM newest JOIN reporting_student USING (student_key)
 WHERE newest.place_in_time = 1 AND reporting_student.is_enrolled
