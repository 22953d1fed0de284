-- The courses in students' records, with their credits, and what the course catalogue says of a course.
--
-- What counts. A row is one attempt at one course: what the school wrote into the student's record, once graded. Of one
-- course, term and result there is one row, as in Ed-Fi; a course failed and made good is two rows. Credits that a
-- student has by the end of a year are sum(credits_earned) over all rows up to that school_year; a failed course stays
-- a row, with the credits that the district gave for it (often 0, never assumed). result is what the record says, '' where
-- it says nothing; no rule of ours decides it from a mark. course_key leads to the district's catalogue and so to
-- subject and `advanced`; NULL for a course that the catalogue does not hold.
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
    result TEXT NOT NULL DEFAULT '' CHECK (result IN ('passed', 'failed', 'incomplete', 'withdrawn', '')),
    course_key INTEGER REFERENCES course (course_key),
    course_title TEXT NOT NULL DEFAULT '',
    credits_attempted REAL CHECK (credits_attempted >= 0),
    credits_earned REAL NOT NULL CHECK (credits_earned >= 0),
    score REAL,
    score_text TEXT,
    grade_level TEXT,
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, school_year, term, course_code, result)
) STRICT, WITHOUT ROWID;
ALTER TABLE course ADD COLUMN credits REAL CHECK (credits >= 0);
ALTER TABLE course ADD COLUMN advanced TEXT CHECK (advanced IN ('ap', 'ib', 'dual', 'honors'));
