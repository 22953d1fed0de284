-- chronic_absence: students absent on a tenth or more of the days they were enrolled, for any reason.
-- Counts students enrolled at least the state's minimum of days (10 where the rule book says nothing else), also those who left.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: yes
-- Rule: EDFacts FS195; whole days compared as integers, so exactly 10 % counts and 9.99 % does not.
-- Listed: students who missed 10% or more of their days, for any reason. Left out is who missed fewer, or was not enrolled long
-- enough to say.
-- Measure: attendance / Missed 10% or more of days / students / fewer is better
SELECT place_key, student_key, '' AS detail, days_missed * 10 >= days_enrolled AS count, 1 AS out_of
  FROM reporting_days JOIN reporting_student USING (place_key, student_key)
 WHERE grade <> 'PK' AND days_enrolled >= :least_days_enrolled AND days_enrolled - days_missed >= :least_days_attended
