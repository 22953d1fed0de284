-- on_track: students who have the credits that the district asks for by the end of their last grade.
-- Counts students in grades 9 to 12 with credits on record of earlier school years: the credits of these years against
-- the district's table. The last grade is the one before the present grade, or the present one where it is repeated.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the district's credits by the end of each grade, from the rule book; none are shipped.
-- Listed: students with fewer credits than the district asks for by the end of their last grade. Left out is who has as many,
-- and who has no credits of an earlier year on record.
-- Measure: credits / Have the credits that graduating on time asks for / students / more is better
WITH asked AS (
    SELECT key AS grade, value AS credits FROM json_each(:credits_by_grade)
), earned AS (
    SELECT student_key, sum(credits_earned) AS credits, max(grade_level) AS grade_then
      FROM transcript_course WHERE school_year < :school_year
     GROUP BY student_key
)
SELECT reporting_student.place_key, reporting_student.student_key, '' AS detail,
       round(earned.credits, 3) >= asked.credits AS count, 1 AS out_of
  FROM reporting_student
  JOIN earned USING (student_key)
  JOIN asked ON asked.grade = CASE WHEN earned.grade_then = reporting_student.grade THEN reporting_student.grade
                                   ELSE printf('%02d', reporting_student.grade - 1) END
 WHERE reporting_student.is_enrolled AND reporting_student.grade IN ('09', '10', '11', '12')
