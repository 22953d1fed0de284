-- attendance_rate: days attended, out of days enrolled. Counts days, not students.
-- Counts every student enrolled on at least one day for which attendance was taken. Days late are days attended.
-- Pre-kindergarten is left out: nobody must come.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: average daily attendance divided by average daily membership, as most states define it.
-- Listed: students who missed a day or more, for any reason. Left out is who was there every day.
-- Measure: attendance / Days attended / days / more is better
SELECT place_key, student_key, '' AS detail, days_enrolled - days_missed AS count, days_enrolled AS out_of
  FROM reporting_days JOIN reporting_student USING (place_key, student_key)
 WHERE grade <> 'PK'
