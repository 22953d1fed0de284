-- leavers: students who were enrolled in the school year and are not enrolled anywhere in the district on the snapshot day.
-- Counts each of them once, at the last school, in the grade and the groups of the last day there.
-- Shown by: all
-- Leaves the district: yes
-- Rule: mobility as states count it. No other table counts these students, so none gives them away.
-- Without records: nobody who was enrolled in the school year has left.
SELECT place_key, student_key, '' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE NOT is_enrolled
