-- reporting_groups: each student once per place and year, with the groups that totals are shown by.
-- A place is a school, 0 for the whole district, or below 0 for a declared geography made of schools (temp.whole). A
-- student in two schools is in each of them, and once in the district and in each geography.
-- Groups are those of the snapshot day; for a student who has left by then, those of the last day enrolled.
-- A sensitive field that is switched off (field_choice) is MISSING for everybody: not kept is not the same as "no".
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
    SELECT whole.place_key, enrolled.* FROM enrolled JOIN temp.whole USING (school_key)
), latest AS (
    SELECT place_key, student_key, max(is_enrolled) AS is_enrolled, max(last_day) AS last_day,
           -- The grade of the enrollment that counts: one that is open, and of those the newest.
           substr(max(printf('%d%08d', is_enrolled, begin_day) || grade_level), -2) AS grade
      FROM placed GROUP BY place_key, student_key
)
SELECT latest.place_key, latest.student_key, latest.is_enrolled, latest.last_day, latest.grade,
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
  FROM latest JOIN student USING (student_key);
CREATE UNIQUE INDEX temp.reporting_student_by_place ON reporting_student (place_key, student_key);
CREATE INDEX temp.reporting_student_by_student ON reporting_student (student_key);

-- Days enrolled and missed up to the snapshot, from `stays.sql`. Only days for which attendance was taken count.
-- A day at two schools is one day for the district, so students of more than one school are counted day by day there,
-- and in every geography that holds more than one of their schools.
CREATE TEMP TABLE reporting_days AS
WITH within AS (
    SELECT student_key, school_key, max(begin_day, :first_day) AS begin_day, min(end_day, :snapshot + 1) AS end_day
      FROM temp.stay
     WHERE begin_day <= :snapshot AND end_day > :first_day
), enrolled AS (
    SELECT school_key, student_key,
           sum(coalesce((SELECT nth FROM temp.taken AS at WHERE at.school_key = within.school_key
                            AND at.day < within.end_day ORDER BY at.day DESC LIMIT 1), 0)
               - coalesce((SELECT nth FROM temp.taken AS at WHERE at.school_key = within.school_key
                            AND at.day < within.begin_day ORDER BY at.day DESC LIMIT 1), 0)) AS days_enrolled
      FROM within GROUP BY school_key, student_key
), missed AS (
    SELECT within.school_key, within.student_key, count(*) AS days_missed
      FROM attendance_day
      JOIN within ON within.student_key = attendance_day.student_key
       AND attendance_day.day >= within.begin_day AND attendance_day.day < within.end_day
      JOIN temp.taken ON taken.school_key = within.school_key AND taken.day = attendance_day.day
     WHERE attendance_day.category IN ('excused', 'unexcused')
     GROUP BY within.school_key, within.student_key
), by_school AS (
    SELECT school_key AS place_key, student_key, days_enrolled, coalesce(days_missed, 0) AS days_missed
      FROM enrolled LEFT JOIN missed USING (school_key, student_key)
     WHERE days_enrolled > 0
), by_whole AS (
    SELECT whole.place_key, student_key, sum(days_enrolled) AS days_enrolled, sum(days_missed) AS days_missed,
           count(*) AS schools
      FROM by_school JOIN temp.whole ON whole.school_key = by_school.place_key
     GROUP BY whole.place_key, student_key
), day_of_several AS (
    SELECT DISTINCT by_whole.place_key, student_key, taken.day
      FROM by_whole JOIN within USING (student_key)
      JOIN temp.whole ON whole.place_key = by_whole.place_key AND whole.school_key = within.school_key
      JOIN temp.taken ON taken.school_key = within.school_key
       AND taken.day >= within.begin_day AND taken.day < within.end_day
     WHERE by_whole.schools > 1
)
SELECT place_key, student_key, days_enrolled, days_missed FROM by_school
UNION ALL
SELECT place_key, student_key, days_enrolled, days_missed FROM by_whole WHERE schools = 1
UNION ALL
SELECT place_key, student_key, count(*),
       count(CASE WHEN attendance_day.category IN ('excused', 'unexcused') THEN 1 END)
  FROM day_of_several LEFT JOIN attendance_day USING (student_key, day)
 GROUP BY place_key, student_key;
CREATE UNIQUE INDEX temp.reporting_days_by_place ON reporting_days (place_key, student_key);
-- Pre-kindergarten is no part of attendance figures: nobody must come.
DELETE FROM temp.reporting_days WHERE (place_key, student_key) IN
    (SELECT place_key, student_key FROM temp.reporting_student WHERE grade = 'PK');
DROP TABLE temp.stay;
DROP TABLE temp.taken;
