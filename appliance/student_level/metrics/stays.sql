-- stays: when each student was at each school, and the days that were taken there, numbered; what the sums stand on.
-- Enrollments of one student in one school that overlap or touch are one stay, so no day counts twice.
-- `nth` counts the days taken at a school: days enrolled are a difference of two of them, not a row for each day.
CREATE TEMP TABLE stay AS
WITH spell AS (
    SELECT student_key, school_key, begin_day, coalesce(end_day, 1 << 30) AS end_day
      FROM school_enrollment
     WHERE coalesce(end_day, 1 << 30) > begin_day
), reached AS (
    SELECT spell.*, max(end_day) OVER (PARTITION BY student_key, school_key ORDER BY begin_day, end_day
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
      FROM spell
), numbered AS (
    SELECT reached.*, sum(until IS NULL OR begin_day > until)
                      OVER (PARTITION BY student_key, school_key ORDER BY begin_day, end_day
                            ROWS UNBOUNDED PRECEDING) AS number
      FROM reached
)
SELECT student_key, school_key, min(begin_day) AS begin_day, max(end_day) AS end_day
  FROM numbered
 GROUP BY student_key, school_key, number;
CREATE INDEX temp.stay_by_student ON stay (student_key);

CREATE TEMP TABLE taken (
    school_key INTEGER, day INTEGER, school_year INTEGER, nth INTEGER, PRIMARY KEY (school_key, day)
) WITHOUT ROWID;
INSERT INTO temp.taken
SELECT school_key, day,
       CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER)
       + (CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) >= 7),
       row_number() OVER (PARTITION BY school_key ORDER BY day)
  FROM attendance_taken;
