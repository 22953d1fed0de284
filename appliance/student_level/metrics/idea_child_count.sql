-- idea_child_count: students with a program under IDEA on the snapshot day, by disability, environment and age.
-- Counts every student with an open enrollment; by race and by sex also those without such a program.
-- Shown by: disability
-- Leaves the district: yes
-- Rule: EDFacts FS002 and FS089, on the state's child count date; services plans count as programs.
-- Without records: the district does not keep who has a program under IDEA.
SELECT place_key, student_key, '' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE is_enrolled AND disability <> 'MISSING'
