-- days_missed: days missed, out of days enrolled. Counts days, not students.
-- Counts every student enrolled on at least one day for which attendance was taken; excused and unexcused alike.
-- Pre-kindergarten is left out: nobody must come.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: a day is missed when at least half of it is; see "How sections become days" in the manual.
SELECT place_key, student_key, '' AS detail, days_missed AS count, days_enrolled AS out_of
  FROM reporting_days JOIN reporting_student USING (place_key, student_key)
 WHERE grade <> 'PK'
