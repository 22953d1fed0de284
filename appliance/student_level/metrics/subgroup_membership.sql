-- subgroup_membership: students enrolled on the snapshot day, by program group.
-- Counts every student with an open enrollment, those in the group and those not in it.
-- Shown by: english_learner, disability, economic
-- Leaves the district: yes
-- Rule: EDFacts FS226 and the ESSA report card, section 1111(c)(2).
SELECT place_key, student_key, '' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE is_enrolled
