-- advanced_passed: students who passed every advanced course that they finished, out of students who finished one.
-- Counts each student once, by the courses on the student's record of this school year and the last.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' advanced course mastery; whether a course was passed is the record's word.
-- Listed: students with an advanced course on record that they did not pass, with the course. Left out is who passed each one,
-- and who finished none.
-- Measure: advanced courses / Passed every advanced course they finished / students / more is better
WITH finished AS (
    SELECT student_key, min(transcript_course.result = 'passed') AS is_passed
      FROM transcript_course JOIN course USING (course_key)
     WHERE course.advanced IN ('ap', 'ib', 'dual') AND transcript_course.result IN ('passed', 'failed')
       AND school_year BETWEEN :school_year - 1 AND :school_year
     GROUP BY student_key
)
SELECT reporting_student.place_key, finished.student_key, '' AS detail, finished.is_passed AS count, 1 AS out_of
  FROM finished JOIN reporting_student USING (student_key)
 WHERE reporting_student.is_enrolled
