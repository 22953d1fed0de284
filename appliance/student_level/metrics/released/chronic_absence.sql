-- chronic_absence: students absent on a tenth or more of the days they were enrolled, for any reason, out of all enrolled.
-- Counts every student enrolled on the snapshot day, by the days of the whole district, a day at two schools once. Who was
-- enrolled fewer days than the state's minimum (10 where the rule book says nothing else) is in the denominator and never
-- absent; who has left is not counted; pre-kindergarten is counted like any grade. Pages leave such students out
-- otherwise: there, the denominator is who has enough days.
-- Shown by: all
-- Leaves the district: yes
-- Rule: EDFacts FS195; whole days compared as integers, so exactly 10 % counts and 9.99 % does not. The denominator is the
-- group of the table membership, so that the difference between two tables says nothing of anybody.
SELECT reporting_student.place_key, student_key, '' AS detail,
       coalesce(days_missed * 10 >= days_enrolled AND days_enrolled >= :least_days_enrolled
                AND days_enrolled - days_missed >= :least_days_attended, 0) AS count,
       1 AS out_of
  FROM reporting_student
  LEFT JOIN (SELECT student_key, days_enrolled, days_missed FROM reporting_days WHERE place_key = 0) AS days
 USING (student_key)
 WHERE is_enrolled
