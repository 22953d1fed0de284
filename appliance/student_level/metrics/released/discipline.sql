-- discipline: students to whom an action happened in the school year, each once, out of all enrolled on the snapshot day.
-- Counts every student enrolled on the snapshot day, once for each of the ten actions, also for those that happened to
-- nobody; at whichever school of the district it happened, at the student's school of that day. Who has left is not
-- counted. Pages count who was enrolled at any time in the year.
-- Shown by: all
-- Leaves the district: yes
-- Rule: EDFacts FS005, FS006, FS088 and FS143, and the federal civil rights data collection. Removals themselves are not
-- counted: they are events, of which one student may have many. Days of removal are those of the whole year, all schools.
-- Without records: the district does not keep discipline, or nothing of it is loaded.
WITH named (action, code) AS (
    VALUES ('in_school_suspension', 'ISS'), ('out_of_school_suspension', 'OSS'), ('expulsion_with_services', 'EXPW'),
           ('expulsion_without_services', 'EXPWO'), ('unilateral_removal', 'UNILATERAL'),
           ('hearing_officer_removal', 'HEARING'), ('alternative_placement', 'ALTPLACE'),
           ('mechanical_restraint', 'MECHANICAL'), ('physical_restraint', 'PHYSICAL'), ('seclusion', 'SECLUSION')
), happened AS (
    SELECT student_key, action,
           CASE WHEN count(days) < count(*) THEN 'MISSING' WHEN sum(days) <= 1 THEN 'LTOREQ1'
                WHEN sum(days) <= 10 THEN '2TO10' ELSE 'GREATER10' END AS share
      FROM discipline WHERE school_year = :school_year
     GROUP BY student_key, action
)
SELECT reporting_student.place_key, reporting_student.student_key, named.code AS detail,
       happened.student_key IS NOT NULL AS count, 1 AS out_of, happened.share
  FROM reporting_student
  JOIN named
  LEFT JOIN happened ON happened.student_key = reporting_student.student_key AND happened.action = named.action
 WHERE reporting_student.is_enrolled AND EXISTS (SELECT 1 FROM discipline)
