-- grad_cohort: students with a regular diploma in time, out of those who began grade 9 together.
-- Counts the cohorts whose fourth, fifth and sixth year was the school year before, with the summer after it, each
-- student at the last school; not those who went to a school elsewhere, left the country, died or fell ill.
-- Shown by: all, race, sex, english_learner, disability, economic
-- Leaves the district: yes
-- Rule: EDFacts FS150 and FS151, the adjusted cohort graduation rate (34 CFR 200.34).
-- Without records: the district keeps no graduation cohorts, or none whose time is over.
WITH gone AS (
    SELECT leaving.student_key, leaving.reason,
           row_number() OVER (PARTITION BY leaving.student_key ORDER BY leaving.begin_day DESC) AS place_in_time
      FROM leaving
), ended AS (
    SELECT student_key,
           max(kind = 'REGDIP' AND day <= :summer_end) AS has_regular,
           max(kind = 'ALTDPL' AND day <= :summer_end) AS has_alternate,
           max(kind = 'OTHCOM' AND day <= :summer_end) AS has_other
      FROM completion GROUP BY student_key
)
SELECT reporting_past.place_key, reporting_past.student_key,
       CAST(:school_year - 1 - graduation_cohort.ninth_grade_year + 1 AS INTEGER) || 'YR' AS detail,
       coalesce(ended.has_regular, 0) AS count, 1 AS out_of,
       CASE WHEN ended.has_alternate THEN 'COHALTDPL' WHEN ended.has_other THEN 'OTHCOM'
            WHEN EXISTS (SELECT 1 FROM school_enrollment AS still
                          WHERE still.student_key = reporting_past.student_key AND still.begin_day <= :snapshot
                            AND coalesce(still.end_day > :snapshot, 1)) THEN 'COHREM'
            ELSE 'COHNO' END AS share
  FROM reporting_past
  JOIN graduation_cohort USING (student_key)
  LEFT JOIN ended USING (student_key)
  LEFT JOIN gone ON gone.student_key = reporting_past.student_key AND gone.place_in_time = 1
 WHERE graduation_cohort.ninth_grade_year BETWEEN :school_year - 6 AND :school_year - 4
   AND EXISTS (SELECT 1 FROM completion)
   AND (ended.has_regular
        OR coalesce(gone.reason, '') NOT IN ('transfer_in_state', 'transfer_elsewhere', 'died_or_ill', 'moved_away'))
