-- failing_grades: students with a course grade below 60 of 100 (F), out of students with course grades.
-- Counts each student once, by the newest grade of each of the student's classes.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' failing subject area course grades; the district's letter scale, F below 60.
WITH newest AS (
    SELECT grade.student_key, section.school_key, grade.score,
           row_number() OVER (PARTITION BY grade.student_key, line_item.section_key
                              ORDER BY coalesce(grade.scored_day, line_item.due_day, 0) DESC,
                                       line_item.line_item_key DESC) AS place_in_time
      FROM grade JOIN line_item USING (line_item_key) JOIN section USING (section_key)
     WHERE line_item.kind = 'course_grade' AND grade.score IS NOT NULL
       AND coalesce(grade.scored_day, line_item.due_day, :snapshot) BETWEEN :first_day AND :snapshot
)
SELECT school_key AS place_key, student_key, '' AS detail, max(score < 60) AS count, 1 AS out_of
  FROM newest WHERE place_in_time = 1 GROUP BY school_key, student_key
UNION ALL
SELECT 0, student_key, '', max(score < 60), 1 FROM newest WHERE place_in_time = 1 GROUP BY student_key
