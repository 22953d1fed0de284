-- What a student is helped with, since when, and when somebody wants to look again.
CREATE TABLE support (
    support_key INTEGER PRIMARY KEY,
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    kind TEXT NOT NULL CHECK (kind IN ('tutoring', 'mentor', 'small_group', 'attendance_plan', 'family_plan', 'other')),
    detail TEXT NOT NULL DEFAULT '' CHECK (length(detail) <= 120),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day > begin_day),
    recorded_by TEXT NOT NULL
) STRICT;
CREATE INDEX support_by_student ON support (student_key, begin_day);
ALTER TABLE check_in ADD COLUMN follow_up_day INTEGER CHECK (follow_up_day > day);
