-- Exceptions only: what is not here, on a day that was taken, was a day at school.
CREATE TABLE attendance_day (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    category TEXT NOT NULL CHECK (category IN ('excused', 'unexcused', 'tardy')),
    basis TEXT NOT NULL CHECK (basis IN ('daily', 'sections')),
    PRIMARY KEY (student_key, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX attendance_day_by_day ON attendance_day (day);
CREATE TABLE attendance_section (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    category TEXT NOT NULL CHECK (category IN ('excused', 'unexcused', 'tardy')),
    PRIMARY KEY (student_key, day, section_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE attendance_taken (
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    PRIMARY KEY (school_key, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE student_attendance (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 1900 AND 2100),
    days_enrolled INTEGER NOT NULL CHECK (days_enrolled >= 0),
    days_missed INTEGER NOT NULL CHECK (days_missed BETWEEN 0 AND days_enrolled),
    days_excused INTEGER NOT NULL CHECK (days_excused BETWEEN 0 AND days_missed),
    days_late INTEGER NOT NULL CHECK (days_late BETWEEN 0 AND days_enrolled),
    PRIMARY KEY (school_key, school_year, student_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX student_attendance_by_student ON student_attendance (student_key, school_year);
CREATE TABLE school_attendance_day (
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    enrolled INTEGER NOT NULL CHECK (enrolled >= 0),
    missed INTEGER NOT NULL CHECK (missed BETWEEN 0 AND enrolled),
    PRIMARY KEY (school_key, day)
) STRICT, WITHOUT ROWID;
