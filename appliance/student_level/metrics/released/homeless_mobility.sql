-- homeless_mobility: students enrolled on the snapshot day, by whether they came in the year and where they spend the night.
-- Counts every student with an open enrollment: as come in when the first enrollment of the year at the student's school
-- began after the first day for which attendance was taken anywhere; by night's residence those who are homeless on that
-- day. Pages count who was homeless at any time in the year, and who left.
-- Shown by: all
-- Leaves the district: yes
-- Rule: EDFacts FS118 for homeless students, on one day; mobility as states count it.
SELECT place_key, student_key, '' AS detail, 1 AS count, 1 AS out_of
  FROM reporting_student
 WHERE is_enrolled
