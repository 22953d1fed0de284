-- Courses, sections, who is in them, grades and test results.
CREATE TABLE course (
    course_key INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE section (
    section_key INTEGER PRIMARY KEY,
    school_key INTEGER NOT NULL REFERENCES organization (organization_key),
    course_key INTEGER NOT NULL REFERENCES course (course_key),
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    period TEXT NOT NULL DEFAULT '',
    room TEXT NOT NULL DEFAULT '',
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER NOT NULL CHECK (end_day BETWEEN -25567 AND 47481),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1))
) STRICT;
CREATE INDEX section_by_school ON section (school_key);
CREATE TABLE section_enrollment (
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    PRIMARY KEY (section_key, student_key, begin_day)
) STRICT, WITHOUT ROWID;
CREATE INDEX section_enrollment_by_student ON section_enrollment (student_key);
CREATE TABLE teaching (
    staff_key INTEGER NOT NULL REFERENCES staff (staff_key),
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    begin_day INTEGER NOT NULL CHECK (begin_day BETWEEN -25567 AND 47481),
    end_day INTEGER CHECK (end_day BETWEEN -25567 AND 47481),
    is_primary INTEGER NOT NULL DEFAULT 1 CHECK (is_primary IN (0, 1)),
    PRIMARY KEY (staff_key, section_key, begin_day)
) STRICT, WITHOUT ROWID;
CREATE INDEX teaching_by_section ON teaching (section_key);
CREATE TABLE line_item (
    line_item_key INTEGER PRIMARY KEY,
    section_key INTEGER NOT NULL REFERENCES section (section_key),
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('course_grade', 'assignment')),
    session_key INTEGER REFERENCES academic_session (session_key),
    due_day INTEGER CHECK (due_day BETWEEN -25567 AND 47481),
    highest REAL
) STRICT;
CREATE INDEX line_item_by_section ON line_item (section_key, kind);
CREATE TABLE grade (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    line_item_key INTEGER NOT NULL REFERENCES line_item (line_item_key),
    score REAL,
    score_text TEXT,
    scored_day INTEGER CHECK (scored_day BETWEEN -25567 AND 47481),
    is_missing INTEGER NOT NULL DEFAULT 0 CHECK (is_missing IN (0, 1)),
    PRIMARY KEY (student_key, line_item_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX grade_missing ON grade (student_key) WHERE is_missing = 1;
CREATE TABLE test (
    test_key INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    subject TEXT NOT NULL CHECK (subject IN ('MATH', 'RLA', 'SCI', 'SOC', 'ELP', 'OTHER')),
    kind TEXT NOT NULL CHECK (kind IN ('state', 'benchmark', 'other')),
    scale TEXT NOT NULL DEFAULT '',
    part_of TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE test_result (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    test_key INTEGER NOT NULL REFERENCES test (test_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    occurrence INTEGER NOT NULL DEFAULT 1 CHECK (occurrence >= 1),
    raw_score REAL,
    scale_score REAL,
    standard_error REAL CHECK (standard_error >= 0),
    level TEXT,
    meets INTEGER CHECK (meets IN (0, 1)),
    administration TEXT NOT NULL DEFAULT '',
    grade_level TEXT,
    PRIMARY KEY (student_key, test_key, day, occurrence)
) STRICT, WITHOUT ROWID;
CREATE INDEX test_result_by_test ON test_result (test_key, day);
