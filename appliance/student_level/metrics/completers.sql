-- completers: students who got a regular diploma, out of all who got a credential of completion.
-- Counts the school year before and the summer after it, each student once, at the last school, with the best credential.
-- Shown by: all, race, sex, english_learner, disability, economic
-- Leaves the district: yes
-- Rule: EDFacts FS040.
-- Without records: the district keeps no diplomas, or none of the school year before.
WITH best AS (
    SELECT student_key, max(kind = 'REGDIP') AS has_regular, max(kind = 'ALTDPL') AS has_alternate
      FROM completion
     WHERE day > :summer_before_end AND day <= :summer_end
     GROUP BY student_key
)
SELECT reporting_past.place_key, reporting_past.student_key, '' AS detail, best.has_regular AS count, 1 AS out_of,
       CASE WHEN best.has_alternate THEN 'ALTDPL' ELSE 'OTHCOM' END AS share
  FROM reporting_past JOIN best USING (student_key)
