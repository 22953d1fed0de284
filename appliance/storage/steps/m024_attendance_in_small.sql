-- Attendance in a third of the room: category and basis are one small integer, and the words are worked out as they are
-- read. 0 unexcused, 1 excused, 2 tardy; for a day worked out from classes three more. The two most frequent take no byte
-- at all, since SQLite writes 0 and 1 into the head of a row. No question begins with the day, so its index goes.
CREATE TABLE attendance_day_small (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    code INTEGER NOT NULL CHECK (code BETWEEN 0 AND 5),
    file_key INTEGER,
    file_row INTEGER,
    category TEXT NOT NULL AS (CASE code % 3 WHEN 0 THEN 'unexcused' WHEN 1 THEN 'excused' ELSE 'tardy' END) VIRTUAL,
    basis TEXT NOT NULL AS (iif(code < 3, 'daily', 'sections')) VIRTUAL,
    PRIMARY KEY (student_key, day)
) STRICT, WITHOUT ROWID;
INSERT INTO attendance_day_small (student_key, day, code, file_key, file_row)
SELECT student_key, day, CASE category WHEN 'unexcused' THEN 0 WHEN 'excused' THEN 1 ELSE 2 END
       + iif(basis = 'daily', 0, 3), file_key, file_row FROM attendance_day;
DROP TABLE attendance_day;
ALTER TABLE attendance_day_small RENAME TO attendance_day;
CREATE TABLE attendance_section_small (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    code INTEGER NOT NULL CHECK (code BETWEEN 0 AND 2),
    file_key INTEGER,
    file_row INTEGER,
    category TEXT NOT NULL AS (CASE code WHEN 0 THEN 'unexcused' WHEN 1 THEN 'excused' ELSE 'tardy' END) VIRTUAL,
    PRIMARY KEY (student_key, day, section_key)
) STRICT, WITHOUT ROWID;
INSERT INTO attendance_section_small (student_key, day, section_key, code, file_key, file_row)
SELECT student_key, day, section_key, CASE category WHEN 'unexcused' THEN 0 WHEN 'excused' THEN 1 ELSE 2 END,
       file_key, file_row FROM attendance_section;
DROP TABLE attendance_section;
ALTER TABLE attendance_section_small RENAME TO attendance_section;
-- The notes by which batches are taken back hold rows as they were, column by column. Of a new row they hold its key.
UPDATE batch_undo
   SET row = json_array(row ->> 0, row ->> 1, CASE row ->> 2 WHEN 'unexcused' THEN 0 WHEN 'excused' THEN 1 ELSE 2 END
             + iif(row ->> 3 = 'daily', 0, 3), row ->> 4, row ->> 5)
 WHERE table_name = 'attendance_day' AND deed IN ('update', 'delete');
UPDATE batch_undo
   SET row = json_array(row ->> 0, row ->> 1, row ->> 2, CASE row ->> 3 WHEN 'unexcused' THEN 0 WHEN 'excused' THEN 1
             ELSE 2 END, row ->> 4, row ->> 5)
 WHERE table_name = 'attendance_section' AND deed IN ('update', 'delete');
