-- credit_accumulation: students who earned the credits of every course they attempted, out of students who attempted any.
-- Counts each student once, by the newest school year of the student's record, if that is this year or the last. A course
-- that was failed and then passed within the year counts as earned.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' credit accumulation, told by course; credits are those that the record gives.
-- Listed: students who did not earn every credit they attempted in the newest year on their record, with each such course.
-- Left out is who has no such year on record.
-- Measure: credits / Earned every credit they attempted / students / more is better
WITH attempted AS (
    SELECT student_key, school_year, course_code, max(credits_attempted) AS attempted, max(credits_earned) AS earned
      FROM transcript_course
     WHERE credits_attempted > 0 AND school_year BETWEEN :school_year - 1 AND :school_year
     GROUP BY student_key, school_year, course_code
), told AS (
    SELECT student_key, min(earned >= attempted) AS is_earned
      FROM attempted
     WHERE school_year = (SELECT max(school_year) FROM attempted AS other WHERE other.student_key = attempted.student_key)
     GROUP BY student_key
)
SELECT reporting_student.place_key, told.student_key, '' AS detail, told.is_earned AS count, 1 AS out_of
  FROM told JOIN reporting_student USING (student_key)
 WHERE reporting_student.is_enrolled
