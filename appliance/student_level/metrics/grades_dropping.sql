-- grades_dropping: students one of whose course grades fell by ten points or more, out of students with two grades.
-- Counts each student once; the newest grade of a class is compared with the one before it in the same class.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' course grades dropping by ten percent or more.
WITH graded AS (
    SELECT grade.student_key, section.school_key, grade.score,
           lead(grade.score) OVER newest_first AS before,
           row_number() OVER newest_first AS place_in_time
      FROM grade JOIN line_item USING (line_item_key) JOIN section USING (section_key)
     WHERE line_item.kind = 'course_grade' AND grade.score IS NOT NULL
       AND coalesce(grade.scored_day, line_item.due_day, :snapshot) BETWEEN :first_day AND :snapshot
    WINDOW newest_first AS (PARTITION BY grade.student_key, line_item.section_key
                            ORDER BY coalesce(grade.scored_day, line_item.due_day, 0) DESC,
                                     line_item.line_item_key DESC)
), compared AS (
    SELECT school_key, student_key, score <= before - 10 AS fell FROM graded
     WHERE place_in_time = 1 AND before IS NOT NULL
)
SELECT school_key AS place_key, student_key, '' AS detail, max(fell) AS count, 1 AS out_of
  FROM compared GROUP BY school_key, student_key
UNION ALL
SELECT 0, student_key, '', max(fell), 1 FROM compared GROUP BY student_key
