-- reporting_student: each student once per place and year, with the groups that totals are shown by.
-- A place is a school, 0 for the whole district, or below 0 for a declared geography made of schools (temp.whole). A
-- student in two schools is in each of them, and once in the district and in each geography; see one_school.sql.
-- Groups are those of the snapshot day; for a student who has left by then, those of the last day enrolled.
-- A sensitive field that is switched off (field_choice) is MISSING for everybody: not kept is not the same as "no".
-- Rule: EDFacts category sets (data groups 39, 814); disability is special education under IDEA, not Section 504.
WITH enrolled AS (
    SELECT student_key, school_key, grade_level, begin_day,
           coalesce(end_day > :snapshot, 1) AS is_enrolled,
           min(coalesce(end_day - 1, :snapshot), :snapshot) AS last_day
      FROM school_enrollment
     WHERE begin_day <= :snapshot AND coalesce(end_day, :snapshot + 1) > max(begin_day, :first_day)
), placed AS (
    SELECT school_key AS place_key, * FROM enrolled
    UNION ALL
    SELECT whole.place_key, enrolled.* FROM enrolled JOIN temp.whole USING (school_key)
), latest AS (
    SELECT place_key, student_key, max(is_enrolled) AS is_enrolled, max(last_day) AS last_day,
           -- The enrollment that counts: one that is open, and of those the newest.
           max(printf('%d%08d', is_enrolled, begin_day) || grade_level) AS newest
      FROM placed GROUP BY place_key, student_key
)
SELECT latest.place_key, latest.student_key, latest.is_enrolled, latest.last_day,
       CAST(substr(latest.newest, 2, 8) AS INTEGER) AS begin_day, substr(latest.newest, -2) AS grade,
       coalesce(student.sex, 'MISSING') AS sex,
       coalesce(student.race, 'MISSING') AS race,
       CASE WHEN EXISTS (SELECT 1 FROM program_membership AS p WHERE p.student_key = latest.student_key
                            AND p.program IN ('english_learner', 'bilingual')
                            AND p.begin_day <= latest.last_day AND coalesce(p.end_day > latest.last_day, 1))
            THEN 'LEP' ELSE 'NLEP' END AS english_learner,
       CASE WHEN NOT (SELECT is_on FROM field_choice WHERE name = 'special_education') THEN 'MISSING'
            WHEN EXISTS (SELECT 1 FROM program_membership AS p WHERE p.student_key = latest.student_key
                            AND p.program = 'special_education'
                            AND p.begin_day <= latest.last_day AND coalesce(p.end_day > latest.last_day, 1))
            THEN 'WDIS' ELSE 'WODIS' END AS disability,
       CASE WHEN NOT (SELECT is_on FROM field_choice WHERE name = 'economic') THEN 'MISSING'
            WHEN EXISTS (SELECT 1 FROM program_membership AS p WHERE p.student_key = latest.student_key
                            AND p.program = 'economic'
                            AND p.begin_day <= latest.last_day AND coalesce(p.end_day > latest.last_day, 1))
            THEN 'ECODIS' ELSE 'NECODIS' END AS economic
  FROM latest JOIN student USING (student_key)
