-- past_students: who was at the district up to the end of the school year before, each at the last school and in the
-- district, with the groups of the last day. Made of `reporting_student` as of that end; see counting.py.
WITH last_school AS (
    SELECT student_key, place_key AS school_key,
           row_number() OVER (PARTITION BY student_key ORDER BY last_day DESC, place_key) AS place_in_time
      FROM temp.reporting_student WHERE place_key > 0
)
SELECT reporting_student.*
  FROM temp.reporting_student JOIN last_school USING (student_key)
 WHERE last_school.place_in_time = 1
   AND (reporting_student.place_key = last_school.school_key
        OR EXISTS (SELECT 1 FROM temp.whole WHERE whole.place_key = reporting_student.place_key
                      AND whole.school_key = last_school.school_key))
