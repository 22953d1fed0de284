-- What a student cares about, in one line that a teacher or counselor keeps up: the newest line and no earlier one.
CREATE TABLE cares_about (
    student_key INTEGER PRIMARY KEY REFERENCES student (student_key),
    line TEXT NOT NULL CHECK (length(line) BETWEEN 1 AND 200),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    recorded_by TEXT NOT NULL
) STRICT;
