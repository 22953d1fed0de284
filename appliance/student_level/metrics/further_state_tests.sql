-- further_state_tests: students who met the standard of a state test that the report card leaves out, out of those tested.
-- Counts each student's newest result in social studies, English language proficiency and other subjects, by subject.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' state and language assessments, by the state's own word whether the standard was met.
-- Listed: students who took the state’s test and have not met its standard yet, with their newest result. Left out is who met
-- it, who was not tested in the year before, and whose result is not loaded.
-- Measure: tests / Met the standard of the state’s other tests / students / more is better
WITH newest AS (
    SELECT test_result.student_key, test.subject, test_result.meets,
           row_number() OVER (PARTITION BY test_result.student_key, test.subject
                              ORDER BY test_result.day DESC, test_result.occurrence DESC, test_result.test_key) AS place_in_time
      FROM test_result JOIN test USING (test_key) JOIN reporting_rounds USING (subject)
     WHERE test.kind = 'state' AND test.part_of = '' AND test.subject IN ('SOC', 'ELP', 'OTHER') AND test_result.meets IS NOT NULL
       AND test_result.day > until - 365 AND test_result.day <= until
)
SELECT reporting_student.place_key, newest.student_key, newest.subject AS detail, newest.meets AS count, 1 AS out_of
  FROM newest JOIN reporting_student USING (student_key)
 WHERE newest.place_in_time = 1 AND reporting_student.is_enrolled
