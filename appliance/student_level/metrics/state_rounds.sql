-- state_rounds: by subject, the day up to which results of the state's tests count; they count for a year.
-- That is the snapshot. Where the snapshot stands for the same day a year before `:compared_day`, it is the end of the
-- school year before that of the newest result: a test that comes once a year is compared with the one before it, on
-- whatever day it was, and never with itself.
SELECT subject,
       CASE WHEN :compared_day IS NULL THEN :snapshot
            -- Six months back, the school year that begins in July begins in January.
            ELSE strftime('%s', date(newest * 86400, 'unixepoch', '-6 months', 'start of year', '+6 months')) / 86400 - 1
       END AS until
  FROM (SELECT subject, max((SELECT max(day) FROM test_result
                              WHERE test_result.test_key = test.test_key AND day <= :compared_day)) AS newest
          FROM test WHERE kind = 'state' GROUP BY subject)
