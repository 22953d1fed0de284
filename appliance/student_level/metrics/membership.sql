-- membership: students enrolled on the snapshot day.
-- Counts every student with an open enrollment; in the district row each student once.
-- Shown by: all, grade, race, sex
-- Leaves the district: yes
-- Rule: EDFacts FS052, membership on the state's count date.
SELECT place_key, student_key, '' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE is_enrolled
