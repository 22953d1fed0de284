-- discipline: students to whom an action happened in the school year, each once, out of those enrolled in it.
-- Counts every student enrolled at any time in the school year, once for each action that happened to anybody.
-- Shown by: all, race, sex, english_learner, disability
-- Leaves the district: yes
-- Rule: EDFacts FS005, FS006, FS088 and FS143, and the federal civil rights data collection. Removals themselves are not
-- counted: they are events, of which one student may have many.
WITH named (action, code) AS (
    VALUES ('in_school_suspension', 'ISS'), ('out_of_school_suspension', 'OSS'), ('expulsion_with_services', 'EXPW'),
           ('expulsion_without_services', 'EXPWO'), ('unilateral_removal', 'UNILATERAL'),
           ('hearing_officer_removal', 'HEARING'), ('alternative_placement', 'ALTPLACE'),
           ('mechanical_restraint', 'MECHANICAL'), ('physical_restraint', 'PHYSICAL'), ('seclusion', 'SECLUSION')
), at_school AS (
    SELECT student_key, school_key, action FROM discipline WHERE school_year = :school_year
), happened AS (
    SELECT school_key AS place_key, student_key, action FROM at_school
    UNION
    SELECT whole.place_key, student_key, action FROM at_school JOIN temp.whole USING (school_key)
)
SELECT reporting_student.place_key, reporting_student.student_key, named.code AS detail,
       happened.student_key IS NOT NULL AS count, 1 AS out_of
  FROM reporting_student
  JOIN named ON named.action IN (SELECT action FROM at_school)
  LEFT JOIN happened ON happened.place_key = reporting_student.place_key
   AND happened.student_key = reporting_student.student_key AND happened.action = named.action
