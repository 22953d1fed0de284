-- reporting_groups: each student once per place and year, with the groups that totals are shown by.
-- A place is a school, or 0 for the whole district. A student in two schools is in each of them, and once in the district.
-- Groups are those of the snapshot day; for a student who has left by then, those of the last day enrolled.
-- Rule: EDFacts category sets (data groups 39, 814); disability is special education under IDEA, not Section 504.
CREATE TEMP TABLE reporting_student AS
WITH enrolled AS (
    SELECT student_key, school_key, grade_level, begin_day,
           coalesce(end_day > :snapshot, 1) AS is_enrolled,
           min(coalesce(end_day - 1, :snapshot), :snapshot) AS last_day
      FROM school_enrollment
     WHERE begin_day <= :snapshot AND coalesce(end_day, :snapshot + 1) > max(begin_day, :first_day)
), placed AS (
    SELECT school_key AS place_key, * FROM enrolled
    UNION ALL
    SELECT 0 AS place_key, * FROM enrolled
), latest AS (
    SELECT place_key, student_key, max(is_enrolled) AS is_enrolled, max(last_day) AS last_day,
           -- The grade of the enrollment that counts: one that is open, and of those the newest.
           substr(max(printf('%d%08d', is_enrolled, begin_day) || grade_level), -2) AS grade
      FROM placed GROUP BY place_key, student_key
)
SELECT latest.place_key, latest.student_key, latest.is_enrolled, latest.grade,
       coalesce(student.sex, 'MISSING') AS sex,
       coalesce(student.race, 'MISSING') AS race,
       CASE WHEN EXISTS (SELECT 1 FROM program_membership AS p WHERE p.student_key = latest.student_key
                            AND p.program IN ('english_learner', 'bilingual')
                            AND p.begin_day <= latest.last_day AND coalesce(p.end_day > latest.last_day, 1))
            THEN 'LEP' ELSE 'NLEP' END AS english_learner,
       CASE WHEN EXISTS (SELECT 1 FROM program_membership AS p WHERE p.student_key = latest.student_key
                            AND p.program = 'special_education'
                            AND p.begin_day <= latest.last_day AND coalesce(p.end_day > latest.last_day, 1))
            THEN 'WDIS' ELSE 'WODIS' END AS disability,
       CASE WHEN EXISTS (SELECT 1 FROM program_membership AS p WHERE p.student_key = latest.student_key
                            AND p.program = 'economic'
                            AND p.begin_day <= latest.last_day AND coalesce(p.end_day > latest.last_day, 1))
            THEN 'ECODIS' ELSE 'NECODIS' END AS economic
  FROM latest JOIN student USING (student_key);
CREATE UNIQUE INDEX temp.reporting_student_by_place ON reporting_student (place_key, student_key);
CREATE INDEX temp.reporting_student_by_student ON reporting_student (student_key);

-- Days enrolled and missed up to the snapshot. Only days for which attendance was taken count.
CREATE TEMP TABLE reporting_days AS
WITH stay AS (
    SELECT school_enrollment.student_key, school_enrollment.school_key, attendance_taken.day
      FROM school_enrollment JOIN attendance_taken USING (school_key)
     WHERE attendance_taken.day BETWEEN max(begin_day, :first_day) AND min(coalesce(end_day - 1, :snapshot), :snapshot)
), by_school AS (
    SELECT stay.school_key AS place_key, stay.student_key, count(*) AS days_enrolled,
           count(CASE WHEN attendance_day.category IN ('excused', 'unexcused') THEN 1 END) AS days_missed
      FROM stay LEFT JOIN attendance_day USING (student_key, day)
     GROUP BY stay.school_key, stay.student_key
)
SELECT place_key, student_key, days_enrolled, days_missed FROM by_school
UNION ALL
SELECT 0, student_key, sum(days_enrolled), sum(days_missed) FROM by_school GROUP BY student_key;
CREATE UNIQUE INDEX temp.reporting_days_by_place ON reporting_days (place_key, student_key);
