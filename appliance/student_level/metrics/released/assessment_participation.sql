-- assessment_participation: students whom the state's test of a subject was for, enrolled on the snapshot day.
-- Counts every student enrolled on the snapshot day in a grade that has taken the test: one of at least five students, half
-- of whom or more have a result of the year before. Whoever has a result in another grade is left out. How many of them
-- were not tested stands in assessment_performance, beside the levels.
-- Shown by: all
-- Leaves the district: yes
-- Rule: EDFacts FS185, FS188 and FS189, by the grades of the snapshot day, each as a whole, so that a denominator less
-- another one is a group of the table membership.
-- Without records: no results of a state's test in the year before the snapshot are loaded.
SELECT place_key, student_key, reporting_tested.subject AS detail, 1 AS count, 1 AS out_of
  FROM (SELECT DISTINCT CASE subject WHEN 'MATH' THEN 'RLA' ELSE subject END AS subject, student_key
          FROM reporting_tested) AS reporting_tested
  JOIN reporting_student USING (student_key)
