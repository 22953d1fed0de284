-- class_meetings_missed: class meetings missed, out of class meetings. Counts meetings, not students.
-- Counts every class of every student while in it, excused and unexcused alike; late is there. A class met on the days
-- for which a file says so or names those who were there; where files name only who was away, on every day on which the
-- school took attendance.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' class period absence rate, of all classes together.
-- Listed: students who missed a meeting of a class. Left out is who missed none, and whose classes take no attendance.
-- Measure: attendance / Class meetings missed / meetings / fewer is better
WITH told AS (
    SELECT reporting_meetings.school_key, reporting_meetings.student_key,
           reporting_meetings.meetings_missed, reporting_meetings.meetings
      FROM reporting_meetings
      JOIN reporting_student ON reporting_student.place_key = reporting_meetings.school_key
       AND reporting_student.student_key = reporting_meetings.student_key
     WHERE reporting_student.grade <> 'PK'
)
SELECT school_key AS place_key, student_key, '' AS detail, sum(meetings_missed) AS count, sum(meetings) AS out_of
  FROM told GROUP BY school_key, student_key
UNION ALL
SELECT 0, student_key, '', sum(meetings_missed), sum(meetings) FROM told GROUP BY student_key
