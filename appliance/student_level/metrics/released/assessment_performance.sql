-- assessment_performance: students who met the standard of the state's test, out of those whom it was for, by subject.
-- Counts the students of assessment_participation by their newest result of the year before. Who has none is in the
-- denominator, and among the levels as not tested. Pages count out of those tested.
-- Shown by: all
-- Leaves the district: yes
-- Rule: EDFacts FS175, FS178 and FS179, met and not met (NCES 2011-603), and the levels on either side: by the number in a
-- level's name, else in the order of their scale scores. A level that fewer than ten students ever had is not told apart.
-- Without records: no results of a state's test in the year before the snapshot are loaded.
SELECT place_key, student_key, reporting_tested.subject AS detail, reporting_tested.meets AS count, 1 AS out_of,
       CASE WHEN reporting_tested.is_tested THEN coalesce(reporting_levels.code, 'MISSING') ELSE 'NT' END AS share
  FROM reporting_tested JOIN reporting_student USING (student_key)
  LEFT JOIN temp.reporting_levels ON reporting_levels.subject = reporting_tested.subject
   AND reporting_levels.level = reporting_tested.level AND reporting_levels.is_met = reporting_tested.meets
