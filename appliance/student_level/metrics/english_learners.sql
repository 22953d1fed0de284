-- english_learners: English learners enrolled on the snapshot day, by home language and by years as a learner.
-- Counts every student in a language program with an open enrollment.
-- Shown by: all, grade
-- Leaves the district: yes
-- Rule: EDFacts FS141 (FS137 to FS139 for progress are not made: they need scores of the state's language test).
-- Without records: the district keeps no home languages and no first days as an English learner.
SELECT place_key, student_key, '' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE is_enrolled AND english_learner = 'LEP'
