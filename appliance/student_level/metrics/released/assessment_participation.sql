-- assessment_participation: students with a result of the state's test of a subject, out of those whom it was for.
-- Counts every student enrolled on the snapshot day in a grade that has taken the test: one of at least five students, half
-- of whom or more have a result of the year before. Whoever has a result in another grade is left out.
-- Shown by: all
-- Leaves the district: yes
-- Rule: EDFacts FS185, FS188 and FS189, by the grades of the snapshot day, each as a whole, so that a denominator less
-- another one is a group of the table membership.
-- Without records: no results of a state's test in the year before the snapshot are loaded.
SELECT place_key, student_key, reporting_tested.subject AS detail, is_tested AS count, 1 AS out_of
  FROM reporting_tested JOIN reporting_student USING (student_key)
