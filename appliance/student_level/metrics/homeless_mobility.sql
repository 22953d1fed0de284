-- homeless_mobility: students who were homeless, and students who came or left, in the school year up to the snapshot.
-- Counts every student enrolled at any time in it: homeless at any time; entered after the first school day; left
-- and not enrolled on the snapshot day.
-- Shown by: all, grade
-- Leaves the district: yes
-- Rule: EDFacts FS118 for homeless students; mobility as states count it.
-- Without records: nobody was enrolled in the school year.
WITH began AS (
    SELECT min(day) AS day FROM attendance_taken WHERE day >= :first_day AND day <= :snapshot
), placed AS (
    SELECT school_key AS place_key, student_key, begin_day, end_day FROM school_enrollment
    UNION ALL
    SELECT whole.place_key, student_key, begin_day, end_day FROM school_enrollment JOIN temp.whole USING (school_key)
), entered AS (
    SELECT place_key, student_key, min(begin_day) AS begin_day FROM placed
     WHERE begin_day <= :snapshot AND coalesce(end_day, :snapshot + 1) > max(begin_day, :first_day)
     GROUP BY place_key, student_key
)
SELECT place_key, student_key, 'ENROLLED' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE (SELECT is_on FROM field_choice WHERE name = 'homeless')
   AND EXISTS (SELECT 1 FROM program_membership AS spell
                WHERE spell.student_key = reporting_student.student_key AND spell.program = 'homeless'
                  AND spell.begin_day <= :snapshot AND coalesce(spell.end_day, :snapshot) >= :first_day)
UNION ALL
SELECT place_key, student_key, 'IN', 1, 1
  FROM reporting_student JOIN entered USING (place_key, student_key)
 WHERE entered.begin_day > (SELECT day FROM began)
UNION ALL
SELECT place_key, student_key, 'OUT', 1, 1 FROM reporting_student WHERE NOT is_enrolled
