-- one_school: each student at one school and in what is made of it, out of `everywhere`, which is reporting_student.
-- The school is that of the enrollment which is open on the snapshot day and began last; of who has left, the last
-- school. So the district and each declared geography are sums of schools, group by group.
-- Rule: EDFacts FS052 counts a student once, at the school of membership. No file that is read marks a main school.
SELECT place.place_key, student_key, is_enrolled, last_day, begin_day, grade, sex, race, english_learner, disability,
       economic
  FROM (SELECT *, row_number() OVER (PARTITION BY student_key ORDER BY is_enrolled DESC,
                                     CASE WHEN is_enrolled THEN begin_day ELSE last_day END DESC, place_key) AS nth
          FROM everywhere WHERE place_key > 0) AS once
  JOIN (SELECT organization_key AS place_key, organization_key AS school_key FROM organization
        UNION ALL
        SELECT place_key, school_key FROM temp.whole) AS place ON place.school_key = once.place_key
 WHERE once.nth = 1
