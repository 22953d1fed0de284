-- dropouts: students who left without a diploma and went to no other school, out of those enrolled in grades 7 to 12.
-- Counts who was enrolled in the school year before and is not on the first of October after it (or on the snapshot day,
-- where that is earlier), at the last school; who left for a reason that nobody knows counts.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: yes
-- Rule: EDFacts FS032.
-- Without records: the district does not keep why students leave.
WITH gone AS (
    SELECT leaving.student_key, leaving.reason,
           row_number() OVER (PARTITION BY leaving.student_key ORDER BY leaving.begin_day DESC) AS place_in_time
      FROM leaving
)
SELECT reporting_past.place_key, reporting_past.student_key, '' AS detail,
       coalesce(gone.reason, 'unknown') IN ('dropped_out', 'unknown')
       AND NOT EXISTS (SELECT 1 FROM completion WHERE completion.student_key = reporting_past.student_key)
       AND NOT EXISTS (SELECT 1 FROM school_enrollment AS still
                        WHERE still.student_key = reporting_past.student_key
                          AND still.begin_day <= min(:snapshot, :summer_end + 1)
                          AND coalesce(still.end_day > min(:snapshot, :summer_end + 1), 1)) AS count,
       1 AS out_of
  FROM reporting_past
  LEFT JOIN gone ON gone.student_key = reporting_past.student_key AND gone.place_in_time = 1
 WHERE reporting_past.grade IN ('07', '08', '09', '10', '11', '12')
   AND reporting_past.last_day >= :year_before AND EXISTS (SELECT 1 FROM leaving)
