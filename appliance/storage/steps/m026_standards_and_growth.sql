-- Homerooms, the learning standards that marks are about, and growth as test publishers report it.
ALTER TABLE section ADD COLUMN kind TEXT NOT NULL DEFAULT 'scheduled' CHECK (kind IN ('scheduled', 'homeroom'));
CREATE TABLE standard (
    standard_key INTEGER PRIMARY KEY,
    identifier TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE line_item_standard (
    line_item_key INTEGER NOT NULL REFERENCES line_item (line_item_key) ON DELETE CASCADE,
    standard_key INTEGER NOT NULL REFERENCES standard (standard_key),
    PRIMARY KEY (line_item_key, standard_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE standard_mark (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    line_item_key INTEGER NOT NULL REFERENCES line_item (line_item_key) ON DELETE CASCADE,
    standard_key INTEGER NOT NULL REFERENCES standard (standard_key),
    score REAL,
    score_text TEXT,
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, line_item_key, standard_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX standard_mark_by_item ON standard_mark (line_item_key);
CREATE TABLE test_growth (
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    test_key INTEGER NOT NULL REFERENCES test (test_key),
    day INTEGER NOT NULL CHECK (day BETWEEN -25567 AND 47481),
    span TEXT NOT NULL,
    observed REAL,
    typical REAL,
    standard_error REAL CHECK (standard_error >= 0),
    file_key INTEGER,
    file_row INTEGER,
    PRIMARY KEY (student_key, test_key, day, span)
) STRICT, WITHOUT ROWID;
-- Files that were read before these were kept are read again, whole, when they come next.
DELETE FROM known_file;
