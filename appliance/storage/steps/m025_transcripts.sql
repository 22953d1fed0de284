-- The courses in students' records, with their credits, and what the course catalogue says of a course.
--
-- What counts. A row is one attempt at one course: what the school wrote into the student's record, once graded. A
-- course taken twice is two rows, in two terms, or of one term with occurrence 1 and 2. Credits that a student has by
-- the end of a year are sum(credits_earned) over all rows up to that school_year; a failed course stays a row, with the
-- credits that the district gave for it (often 0, never assumed). is_passed is what the record says; NULL where it says
-- neither passed nor failed (withdrawn, incomplete), and no rule of ours decides it from a mark. course_key leads to
-- the district's catalogue and so to subject and `advanced`; NULL for a course taken elsewhere.
--
-- course.advanced is the sender's or the district's word, never read out of a title: 'ap' Advanced Placement, 'ib'
-- International Baccalaureate, 'dual' dual enrollment or dual credit, 'honors'; NULL for any other course. A course of
-- two kinds has the first of these. CRDC counts the first three apart; honors courses are not among them. Who takes an
-- advanced course now stands in section_enrollment; transcript_course holds courses that are over.
CREATE TABLE transcript_course (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    school_year INTEGER NOT NULL CHECK (school_year BETWEEN 1900 AND 2100),
    term TEXT NOT NULL DEFAULT '',
    course_code TEXT NOT NULL,
    occurrence INTEGER NOT NULL DEFAULT 1 CHECK (occurrence >= 1),
    course_key INTEGER REFERENCES course (course_key),
    course_title TEXT NOT NULL DEFAULT '',
    credits_attempted REAL CHECK (credits_attempted >= 0),
    credits_earned REAL CHECK (credits_earned >= 0),
    score REAL,
    score_text TEXT,
    is_passed INTEGER CHECK (is_passed IN (0, 1)),
    grade_level TEXT,
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, school_year, term, course_code, occurrence)
) STRICT, WITHOUT ROWID;
ALTER TABLE course ADD COLUMN credits REAL CHECK (credits >= 0);
ALTER TABLE course ADD COLUMN advanced TEXT CHECK (advanced IN ('ap', 'ib', 'dual', 'honors'));
