-- homeless_mobility: students who were homeless, and students who came or left, in the school year up to the snapshot.
-- Counts every student enrolled at any time in it: homeless at any time; entered a school after the first school day;
-- left one and not enrolled there on the snapshot day. Who changed schools did both, once each for the district.
-- Shown by: all, grade
-- Leaves the district: yes
-- Rule: EDFacts FS118 for homeless students; mobility as states count it.
WITH began AS (
    SELECT min(day) AS day FROM attendance_taken WHERE day >= :first_day AND day <= :snapshot
), entered AS (
    SELECT school_key, student_key, min(begin_day) AS begin_day FROM school_enrollment
     WHERE begin_day <= :snapshot AND coalesce(end_day, :snapshot + 1) > max(begin_day, :first_day)
     GROUP BY school_key, student_key
), moved AS (
    SELECT school_key, student_key, 'IN' AS detail FROM entered WHERE begin_day > (SELECT day FROM began)
    UNION ALL
    SELECT place_key, student_key, 'OUT' FROM reporting_student WHERE place_key > 0 AND NOT is_enrolled
), placed AS (
    -- A whole counts whom any of its schools counts.
    SELECT school_key AS place_key, student_key, detail FROM moved
    UNION
    SELECT whole.place_key, student_key, detail FROM moved JOIN temp.whole USING (school_key)
)
SELECT place_key, student_key, 'ENROLLED' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE (SELECT is_on FROM field_choice WHERE name = 'homeless')
   AND EXISTS (SELECT 1 FROM program_membership AS spell
                WHERE spell.student_key = reporting_student.student_key AND spell.program = 'homeless'
                  AND spell.begin_day <= :snapshot AND coalesce(spell.end_day, :snapshot) >= :first_day)
UNION ALL
SELECT place_key, student_key, detail, 1, 1 FROM reporting_student JOIN placed USING (place_key, student_key)
