-- course_grades: course grades below 70 of 100 (D or F), out of all course grades. Counts grades, not students.
-- Counts the newest grading period's grade of each student in each section, by subject.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the district's letter scale, A from 90, B from 80, C from 70, D from 60.
WITH newest AS (
    SELECT grade.student_key, line_item.section_key, grade.score,
           row_number() OVER (PARTITION BY grade.student_key, line_item.section_key
                              ORDER BY coalesce(grade.scored_day, line_item.due_day, 0) DESC,
                                       line_item.line_item_key DESC) AS place_in_time
      FROM grade JOIN line_item USING (line_item_key)
     WHERE line_item.kind = 'course_grade' AND grade.score IS NOT NULL
       AND coalesce(grade.scored_day, line_item.due_day, :snapshot) BETWEEN :first_day AND :snapshot
), told AS (
    SELECT newest.student_key, section.school_key, coalesce(nullif(course.subject, ''), 'Other') AS detail,
           100.0 * newest.score < 7000 AS is_below
      FROM newest JOIN section USING (section_key) JOIN course USING (course_key)
     WHERE newest.place_in_time = 1
)
SELECT school_key AS place_key, student_key, detail, sum(is_below) AS count, count(*) AS out_of
  FROM told GROUP BY school_key, student_key, detail
UNION ALL
SELECT 0, student_key, detail, sum(is_below), count(*) FROM told GROUP BY student_key, detail
