-- class_absence: students who missed a tenth or more of the meetings of a class, out of students with classes.
-- Counts each student once, by the classes that met while the student was in them on the least number of days or more,
-- out of the days for which a file says that the class met or names those who were there; where files name only who was
-- away, out of every day on which the school took attendance.
-- Shown by: all, grade, race, sex, english_learner, disability, economic
-- Leaves the district: no
-- Rule: the Ed-Fi dashboards' class period absence rate; whole meetings, so exactly 10 % counts.
-- Listed: students who missed 10% or more of the meetings of a class, with each such class. Left out are classes that met too
-- seldom to say.
-- Measure: attendance / Students who missed 10% of a class / students / fewer is better
WITH told AS (
    SELECT reporting_meetings.school_key, reporting_meetings.student_key,
           reporting_meetings.meetings_missed * 10 >= reporting_meetings.meetings AS is_missed
      FROM reporting_meetings
      JOIN reporting_student ON reporting_student.place_key = reporting_meetings.school_key
       AND reporting_student.student_key = reporting_meetings.student_key
     WHERE reporting_meetings.meetings >= :least_days_enrolled AND reporting_student.grade <> 'PK'
)
SELECT school_key AS place_key, student_key, '' AS detail, max(is_missed) AS count, 1 AS out_of
  FROM told GROUP BY school_key, student_key
UNION ALL
SELECT 0, student_key, '', max(is_missed), 1 FROM told GROUP BY student_key
