-- Questions of who is who that wait for a person, what people decided, and students who turned out to be one.
CREATE TABLE who_case (
    case_key INTEGER PRIMARY KEY,
    system TEXT NOT NULL,
    source_id TEXT NOT NULL,
    local_id TEXT NOT NULL DEFAULT '',
    student_key INTEGER NOT NULL,
    why TEXT NOT NULL CHECK (why IN ('alike', 'not alike')),
    batch_key INTEGER NOT NULL,
    file TEXT NOT NULL,
    row_number INTEGER NOT NULL,
    told TEXT NOT NULL CHECK (json_valid(told)),
    status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'not yet', 'same', 'different')),
    reason TEXT NOT NULL DEFAULT '',
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at TEXT NOT NULL DEFAULT '',
    UNIQUE (system, source_id, student_key)
) STRICT;
CREATE TABLE different_students (
    first_key INTEGER NOT NULL REFERENCES student (student_key),
    second_key INTEGER NOT NULL REFERENCES student (student_key),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (first_key, second_key),
    CHECK (first_key < second_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE merged_student (
    former_key INTEGER PRIMARY KEY REFERENCES student (student_key),
    student_key INTEGER NOT NULL REFERENCES student (student_key),
    CHECK (former_key <> student_key)
) STRICT;
CREATE TABLE batch_link (
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    name TEXT NOT NULL,
    how TEXT NOT NULL,
    row_count INTEGER NOT NULL CHECK (row_count >= 0),
    PRIMARY KEY (batch_key, name, how)
) STRICT, WITHOUT ROWID;
ALTER TABLE batch ADD COLUMN work TEXT NOT NULL DEFAULT 'import' CHECK (work IN ('import', 'who is who'));
