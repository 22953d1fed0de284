-- advanced_courses: students who take an advanced course now, out of the students of grades 9 to 12.
-- Counts each student once. Advanced are Advanced Placement, International Baccalaureate and dual enrollment, as the
-- course catalogue marks them; honors courses are not. Nobody counts while no class of a marked course is loaded for the
-- school year.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' advanced course enrollment; which courses count, as in the Civil Rights Data Collection.
-- Listed: students of grades 9 to 12 who take no advanced course now. Left out is who takes one.
-- Measure: advanced courses / Take an advanced course / students / more is better
WITH taking AS (
    SELECT DISTINCT section_enrollment.student_key
      FROM section_enrollment JOIN section USING (section_key) JOIN course USING (course_key)
     WHERE course.advanced IN ('ap', 'ib', 'dual') AND section_enrollment.begin_day <= :snapshot
       AND coalesce(section_enrollment.end_day, section.end_day) > :snapshot
)
SELECT reporting_student.place_key, reporting_student.student_key, '' AS detail,
       taking.student_key IS NOT NULL AS count, 1 AS out_of
  FROM reporting_student LEFT JOIN taking USING (student_key)
 WHERE reporting_student.is_enrolled AND reporting_student.grade IN ('09', '10', '11', '12')
   AND EXISTS (SELECT 1 FROM course JOIN section USING (course_key)
                WHERE advanced IS NOT NULL AND section.begin_day <= :snapshot AND section.end_day > :first_day)
