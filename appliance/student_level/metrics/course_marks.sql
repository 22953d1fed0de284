-- course_marks: the two newest course grades of each student in each class of the school year, the newest first.
-- A number counts as a share of its scale, or out of 100 where no scale is named; a letter where there is no number.
-- Below which points it is a D or an F says the rule book.
-- A zero waits until three days after its due day, or after the day it was given where no due day is known: until then
-- it may hold the place of a grade that is still to come, and the grade before it stands.
-- CROSS JOIN keeps the order written here: student by student, so that nothing holds the marks of all students at once.
WITH mark AS (
    SELECT grade.student_key, line_item.section_key,
           round(grade.score * 100.0 / coalesce(nullif(line_item.highest, 0), 100), 6) AS points,
           upper(substr(grade.score_text, 1, 1)) AS letter,
           row_number() OVER (PARTITION BY grade.student_key, line_item.section_key
                              ORDER BY coalesce(grade.scored_day, line_item.due_day, 0) DESC,
                                       line_item.line_item_key DESC) AS place_in_time
      FROM grade CROSS JOIN line_item USING (line_item_key)
     WHERE line_item.kind = 'course_grade'
       AND (grade.score IS NOT NULL OR grade.score_text GLOB '[A-DFa-df]' OR grade.score_text GLOB '[A-DFa-df][-+]')
       AND coalesce(grade.scored_day, line_item.due_day, :snapshot) BETWEEN :first_day AND :snapshot
       AND NOT (grade.score = 0
                AND coalesce(line_item.due_day, grade.scored_day, :snapshot) > :snapshot - :placeholder_days)
)
SELECT mark.student_key, section.school_key, mark.section_key, coalesce(nullif(course.subject, ''), 'Other') AS subject,
       mark.place_in_time, mark.points, mark.letter,
       coalesce(mark.points < :c_from, mark.letter IN ('D', 'F')) AS is_below_c,
       coalesce(mark.points < :d_from, mark.letter = 'F') AS is_f
  FROM mark CROSS JOIN section USING (section_key) CROSS JOIN course USING (course_key)
 WHERE mark.place_in_time <= 2
