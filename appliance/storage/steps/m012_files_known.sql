-- Files as they were when last loaded, so that what comes again need not be read again. No text: hashes and keys.
CREATE TABLE known_file (
    known_file_key INTEGER PRIMARY KEY,
    batch_key INTEGER NOT NULL REFERENCES batch (batch_key),
    kind TEXT NOT NULL,
    system TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    read_as TEXT NOT NULL,
    told TEXT NOT NULL CHECK (json_valid(told)),
    UNIQUE (kind, system, name)
) STRICT;
CREATE TABLE known_lines (
    known_file_key INTEGER NOT NULL REFERENCES known_file (known_file_key) ON DELETE CASCADE,
    part INTEGER NOT NULL CHECK (part >= 0),
    hashes BLOB NOT NULL,
    records BLOB NOT NULL,
    PRIMARY KEY (known_file_key, part)
) STRICT;
-- Whoever takes a student away outside an import makes every file worth reading again.
CREATE TRIGGER student_gone AFTER DELETE ON student BEGIN
    DELETE FROM known_file; END;
